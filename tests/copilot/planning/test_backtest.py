"""Backtests: figures against a slow recomputation, and no look at the days forecast."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from copilot.errors import NoDataError
from copilot.planning.backtest import BACKTEST_SCHEMA, backtest, backtest_panel
from copilot.planning.series import DemandPanel
from copilot.settings import PlanningSettings
from tests.copilot.planning.shop import MONDAY, day, no_drivers, panel_of, small_retailer

DAYS = 120
DRIVERS = no_drivers(MONDAY, DAYS)


def weekly(seed: int = 1) -> DemandPanel:
    """Series with a strong week and steady rates."""
    chance = np.random.default_rng(seed)
    week = np.resize([0.5, 0.5, 0.5, 1.0, 1.0, 2.5, 1.0], DAYS)
    return panel_of(chance.poisson(chance.gamma(4.0, 0.5, 300)[:, None] * week).astype(np.float64))


def test_figures_of_a_rule_equal_a_slow_recomputation() -> None:
    panel = weekly()
    found = backtest_panel(panel, DRIVERS, origins=1, horizon_days=7)
    assert found.schema == BACKTEST_SCHEMA
    row = found.filter(rule="last_week").row(0, named=True)
    seen, rule = panel.units[:, -7:], panel.units[:, -14:-7]
    error = sum(abs(float(a) - float(b)) for a, b in zip(seen.reshape(-1), rule.reshape(-1), strict=True))
    assert row["wape"] == pytest.approx(error / float(seen.sum()))
    assert row["bias"] == pytest.approx(float(rule.sum()) / float(seen.sum()) - 1.0)
    assert row["days"] == 2100


def test_model_beats_simple_rules_where_there_is_a_week_and_covers_as_said() -> None:
    found = backtest_panel(weekly(), DRIVERS, origins=2, horizon_days=7)
    wape = {rule: found.filter(rule=rule)["wape"].mean() for rule in found["rule"].unique()}
    assert wape["model"] == min(wape.values(), key=float)  # type: ignore[arg-type]  # none is null here
    assert found.filter(rule="model")["coverage"].to_list() == pytest.approx([0.8, 0.8], abs=0.04)


def test_days_that_are_forecast_are_not_looked_at() -> None:
    panel = weekly()
    other = panel.units.copy()
    other[:, -7:] = other[:, -7:] + 5.0
    kept, changed = (
        backtest_panel(each, DRIVERS, origins=1, horizon_days=7).filter(rule="model").row(0, named=True)
        for each in (panel, replace(panel, units=other))
    )
    forecast_kept = (kept["bias"] + 1.0) * kept["seen_units"]
    forecast_changed = (changed["bias"] + 1.0) * changed["seen_units"]
    assert forecast_kept == pytest.approx(forecast_changed)


def test_days_that_sold_out_are_not_compared() -> None:
    panel = weekly()
    censored = panel.censored.copy()
    censored[:100, -3:] = True
    found = backtest_panel(replace(panel, censored=censored), DRIVERS, origins=1, horizon_days=7)
    assert set(found["days"]) == {2100 - 300}


def test_days_without_a_sale_have_no_error_share() -> None:
    found = backtest_panel(panel_of(np.zeros((20, DAYS))), DRIVERS, origins=1, horizon_days=7)
    assert found["wape"].null_count() == found.height


def test_too_short_a_history_is_no_data() -> None:
    with pytest.raises(NoDataError, match="too few"):
        backtest_panel(weekly().until(day(30)), DRIVERS, origins=3, horizon_days=7)


def test_backtest_of_a_warehouse_has_all_rules_for_each_origin(tmp_path_factory: pytest.TempPathFactory) -> None:
    _, warehouse = small_retailer(tmp_path_factory.mktemp("shop"), days=60)
    found = backtest(warehouse, day(60), PlanningSettings(), origins=2)
    assert found["origin"].unique().sort().to_list() == [day(46), day(53)]
    assert found.group_by("origin").len()["len"].to_list() == [4, 4]
    assert found.filter(rule="model")["wape"].max() < 0.4  # type: ignore[operator]  # not null here
