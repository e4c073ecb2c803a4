"""What the series of a node have in common."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
import pytest

from copilot.planning.demand_model import fit_model
from copilot.planning.hierarchy.level_spread import Sums, at_their_level, level_of, level_spreads, past_sums
from copilot.planning.hierarchy.levels import Level
from tests.copilot.planning.hierarchy.chains import chain_series
from tests.copilot.planning.shop import MONDAY, day, no_drivers, panel_of

_STORES = Level(by="all", at="location")
_CHAIN = Level(by="all", at="chain")


def _sums(common: float, mornings: int) -> Sequence[Sums]:
    """Poisson demand of 40 SKUs at 30 stores, whose rates at a store move together."""
    rng = np.random.default_rng(4)
    series = chain_series(40, 30)
    store = np.unique(series["location_id"].to_numpy(), return_inverse=True)[1]
    mean = rng.gamma(2.0, 4.0, series.height)
    found = []
    for _ in range(mornings):
        shared = rng.gamma(1.0 / common, common, 30) if common else np.ones(30)
        seen = rng.poisson(mean * shared[store]).astype(np.float64)
        ones = np.ones(series.height)
        found.append(Sums(mean=mean, dispersion=ones, rate_variance=common * ones, seen=seen))
    return found


@pytest.mark.parametrize("common", [0.02, 0.1])
def test_what_stores_have_in_common_is_found_from_the_sums_of_stores(common: float) -> None:
    found = level_spreads(chain_series(40, 30), _sums(common, 40), [_STORES], usual=common / 2)
    assert found["common_variance"][0] == pytest.approx(common, rel=0.25)
    assert found["coverage"][0] == pytest.approx(0.8, abs=0.03)
    assert found["sums"][0] == 1200


def test_series_that_move_alone_have_little_in_common() -> None:
    found = level_spreads(chain_series(40, 30), _sums(0.0, 40), [_STORES, _CHAIN], usual=0.02)
    stores, chain = found["common_variance"].to_list()
    assert stores < 0.005
    assert stores < chain < 0.02


@pytest.mark.parametrize("common", [0.0, 0.1])
def test_few_sums_lean_on_what_series_carry_more_so_towards_being_surer(common: float) -> None:
    usual = 0.03
    few, many = (
        level_spreads(chain_series(40, 30), _sums(common, count), [_STORES], usual=usual)["common_variance"][0]
        for count in (4, 60)
    )
    assert abs(few - usual) < abs(many - usual)
    if common == 0.0:
        assert few > 0.4 * usual
    else:
        assert few > usual + 0.4 * (common - usual)


def test_a_level_leans_on_finer_products_in_the_same_places() -> None:
    levels = [Level(by=by, at="location") for by in ("sku", "product", "category", "all")]
    found, alone = (
        level_spreads(chain_series(40, 30), _sums(0.1, 2), chosen, usual=0.001)["common_variance"].to_list()
        for chosen in (levels, levels[-1:])
    )
    # Single series tell nothing of what they have in common.
    assert found[0] < 0.002
    assert found[-1] > 1.3 * alone[0]


def test_few_mornings_leave_room_for_one_more() -> None:
    few, many = (
        level_spreads(chain_series(40, 30), _sums(0.1, count), [_STORES], usual=0.1)["coverage"][0] for count in (4, 80)
    )
    assert many < 0.81 < few - 0.01


@pytest.mark.parametrize(
    ("chosen", "name"),
    [
        (pl.col("sku_id") == "s0", "sku x chain"),
        ((pl.col("product_id") == "p0") & (pl.col("location_id") == "l1"), "product x location"),
        ((pl.col("category") == "c0") & (pl.col("country") == "x0"), "category x country"),
        (pl.lit(True), "all x chain"),
    ],
)
def test_series_together_are_the_finest_level_that_holds_them(chosen: pl.Expr, name: str) -> None:
    assert level_of(chain_series(16, 6).filter(chosen)).name == name


def test_series_take_what_their_level_has_in_common_and_one_alone_keeps_its_own() -> None:
    series = chain_series(4, 3).with_columns(common_variance=pl.lit(0.01), model=pl.lit("boosted"))
    level = level_of(series)
    spreads = pl.DataFrame({"by": [level.by], "at": [level.at], "common_variance": [0.3]})
    assert at_their_level(series, spreads)["common_variance"].to_list() == [0.3] * series.height
    assert at_their_level(series[:1], spreads)["common_variance"].to_list() == [0.01]
    assert at_their_level(series, None) is series


def test_series_without_history_keep_what_they_share_of_not_knowing_it() -> None:
    series = chain_series(4, 3).with_columns(common_variance=pl.lit(0.4), model=pl.lit("analogues"))
    level = level_of(series)
    spreads = pl.DataFrame({"by": [level.by], "at": [level.at], "common_variance": [0.3]})
    assert at_their_level(series, spreads)["common_variance"].to_list() == [0.4] * series.height


def test_past_mornings_are_forecast_from_the_days_before_them() -> None:
    rng = np.random.default_rng(2)
    panel = panel_of(rng.poisson(3.0, (40, 70)).astype(np.float64))
    drivers = no_drivers(MONDAY, 70)
    found = list(past_sums(panel, drivers, fit_model(panel, drivers)))
    # Mornings of days 56, 42 and 28; a week and a fortnight each.
    assert len(found) == 6
    assert found[0].seen.tolist() == panel.units[:, 56:63].sum(axis=1).tolist()
    assert found[1].mean.sum() == pytest.approx(40 * 14 * 3.0, rel=0.1)
    assert list(past_sums(panel.until(day(40)), drivers, fit_model(panel, drivers))) == []


def test_no_past_morning_teaches_nothing() -> None:
    assert level_spreads(chain_series(4, 3), [], [_CHAIN], usual=0.1).is_empty()
