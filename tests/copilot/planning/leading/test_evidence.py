"""What sales show of a rise: how far linked products lie above what they were, as far as it is sure."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from copilot.planning.arrays import Floats
from copilot.planning.leading.evidence import Shown, shown_by, shown_in_sales, shown_on
from copilot.planning.leading.rises import KnownRise
from tests.copilot.planning.shop import day, panel_of


def days(usual: float, last_three: float) -> Floats:
    return np.concatenate([np.full(53, usual), np.full(3, last_three)])


@pytest.mark.parametrize(
    ("linked", "others", "recent"),
    [
        (days(20.0, 40.0), days(500.0, 500.0), True),
        (days(20.0, 40.0), days(500.0, 1000.0), False),
        (days(20.0, 10.0), days(500.0, 500.0), False),
        (days(0.1, 0.3), days(500.0, 500.0), False),
        (days(20.0, 21.0), days(500.0, 500.0), False),
        (days(0.0, 0.0), days(0.0, 0.0), False),
    ],
    ids=["a rise", "of all products", "a fall", "too few units", "too small", "nothing sold"],
)
def test_a_rise_shows_where_it_is_sure(linked: Floats, others: Floats, recent: bool) -> None:
    found = shown_by(linked, others)
    assert (found.recent > 0.0) is recent
    assert found.recent < np.log(2.0)
    assert found.settled < 0.1


def test_what_is_shown_without_an_effect_is_nothing_on_most_mornings() -> None:
    chance = np.random.default_rng(2)
    drawn = (chance.poisson((15.0, 500.0), (56, 2)).astype(np.float64) for _ in range(400))
    shown = [shown_by(units[:, 0], units[:, 1]).recent for units in drawn]
    assert np.mean([one > 0.0 for one in shown]) < 0.12
    assert np.mean(shown) < 0.02


def test_panel_and_sales_table_show_the_same_and_nothing_of_later_days() -> None:
    units = np.random.default_rng(1).poisson(3.0, (60, 80)).astype(np.float64)
    units[:10, 57:] *= 4.0
    panel = panel_of(units)
    rise = KnownRise(term_id="suede", called_on=day(58), first_day=day(55), sku_ids=frozenset({"sku00000"}))
    linked = rise.moves(panel.series)
    found = shown_on(panel, day(60), linked, ~linked)
    assert found.recent > 0.3
    rows = panel.long().select("sku_id", "date", pl.col("units").cast(pl.Int64))
    known = rows.filter(pl.col("date") >= day(4), pl.col("date") < day(60))
    assert shown_in_sales(known, (rise,), day(60)) == (found,)
    units[:, 60:] = 99.0
    assert shown_on(panel_of(units), day(60), linked, ~linked) == found
    assert found != Shown(recent=0.0, settled=0.0)
