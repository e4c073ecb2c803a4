"""Past rises looked at again: what was forecast of their products on each morning, and what was wanted."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from copilot.planning.demand_model import fit_model
from copilot.planning.leading.decisions import decide_on_signals
from copilot.planning.leading.evidence import Shown
from copilot.planning.leading.lookback import look_back
from copilot.planning.leading.rises import KnownRise
from copilot.planning.series import DemandPanel
from tests.copilot.planning.shop import MONDAY, day, no_drivers, panel_of

DAYS = 150
DRIVERS = no_drivers(MONDAY, DAYS)


def a_rise(sku: str, called: int) -> KnownRise:
    return KnownRise(term_id="suede", called_on=day(called), first_day=day(called - 4), sku_ids=frozenset({sku}))


def shop(*, lift: float = 2.0, called: tuple[int, ...] = (70, 90, 110)) -> tuple[DemandPanel, list[KnownRise]]:
    """Ten SKUs in ten places that sell 2 a day; some rise for three weeks from their call on."""
    rate = np.full((100, DAYS), 2.0)
    rises = [a_rise(f"sku{number:05d}", on) for number, on in enumerate(called)]
    for number, on in enumerate(called):
        rate[10 * number : 10 * number + 10, on : on + 21] *= lift
    return panel_of(np.random.default_rng(4).poisson(rate).astype(np.float64)), rises


def test_what_was_forecast_on_the_call_and_what_came() -> None:
    panel, rises = shop()
    looks = look_back(panel, DRIVERS, fit_model(panel, DRIVERS), rises)
    first = looks.rows((looks.morning == 70) & (looks.ahead == 3.0))
    assert (first.rise.tolist(), first.called.tolist(), first.age.tolist()) == ([0], [70], [4.0])
    assert first.wanted[0] == panel.units[:10, 70:77].sum()
    assert first.wanted[0] / first.base[0] == pytest.approx(1.8, abs=0.3)
    assert first.common[0] == pytest.approx(1.0, abs=0.1)
    assert first.recent[0] == 0.0
    assert looks.recent[(looks.rise == 0) & (looks.morning == 77)][0] > 0.2
    # The base model has learnt of it two weeks on.
    later = looks.rows((looks.rise == 0) & (looks.morning == 84) & (looks.ahead == 3.0))
    assert later.wanted[0] / later.base[0] < 1.6


def test_a_forecast_knows_nothing_of_the_days_after_its_morning() -> None:
    panel, rises = shop()
    model = fit_model(panel, DRIVERS)
    units = panel.units.copy()
    units[:, 90:] *= 3.0
    kept, changed = (look_back(each, DRIVERS, model, rises[:2]) for each in (panel, replace(panel, units=units)))
    early = kept.morning <= 90
    assert np.array_equal(kept.base[early], changed.base[early])
    assert not np.array_equal(kept.base[~early], changed.base[~early])


def test_rises_too_early_or_over_no_whole_week_are_not_looked_at() -> None:
    panel, _ = shop()
    model = fit_model(panel, DRIVERS)
    assert len(look_back(panel, DRIVERS, model, [a_rise("sku00001", 40), a_rise("sku00002", DAYS - 5)])) == 0
    assert len(look_back(panel, DRIVERS, model, [])) == 0


def test_rises_that_move_sales_enter_and_others_do_not() -> None:
    called = (60, 66, 72, 90, 96, 102, 108)
    panel, rises = shop(called=called)
    decision, response = decide_on_signals(look_back(panel, DRIVERS, fit_model(panel, DRIVERS), rises))
    assert decision.reason == "helps"
    assert response is not None
    assert response.factor(Shown(recent=0.5, settled=0.0), 8.0, 0.0) > 1.05
    still, rises = shop(lift=1.0, called=called)
    refused, nothing = decide_on_signals(look_back(still, DRIVERS, fit_model(still, DRIVERS), rises))
    assert not refused.kept
    assert nothing is None
