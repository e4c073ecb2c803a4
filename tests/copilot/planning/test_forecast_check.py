"""Kept forecasts against what sold since: what is measured, what says that training is due, and what is left alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from copilot.commands.forecast_checks import missed, summary
from copilot.planning.check_record import ForecastCheck, newest_check, write_check
from copilot.planning.forecast import FORECASTS_TABLE
from copilot.planning.forecast_check import check_forecasts
from copilot.planning.records import FORECASTS_SCHEMA
from copilot.planning.series import DemandPanel
from copilot.planning.tournament import TOURNAMENT_SCHEMA, TOURNAMENT_TABLE
from ingestion.lake import Lake
from tests.copilot.planning.shop import day, panel_of

DAYS, MADE_ON = 60, day(50)
WEEKDAYS = np.array([1.0, 1.0, 1.0, 1.0, 2.0, 3.0, 0.2])


def sold(*, times: float = 1.0) -> DemandPanel:
    """A hundred series that sell 2 a day by a profile of the week, and `times` as much from day 50 on."""
    rate = np.broadcast_to(2.0 * np.resize(WEEKDAYS, DAYS), (100, DAYS)).copy()
    rate[:, 50:] *= times
    return panel_of(np.random.default_rng(3).poisson(rate).astype(np.float64))


def kept(folder: Path, *, widths: float = 1.0, profile: bool = True) -> Lake:
    """A lake with forecasts of day 50 for the panel's series."""
    panel, lake = sold(), Lake(folder)
    daily = 2.0 * np.resize(np.roll(WEEKDAYS, -(50 % 7)), 28) if profile else np.full(28, 1.08 * 9.2 * 2.0 / 7.0)
    keys = panel.series.select("sku_id", "location_id").with_columns(as_of=pl.lit(MADE_ON))
    mean, off = float(daily[:7].sum()), widths * 1.2816 * float(daily[:7].sum()) ** 0.5
    week = keys.with_columns(
        horizon_days=pl.lit(7), mean_units=pl.lit(mean), p10=pl.lit(mean - off), p90=pl.lit(mean + off)
    )
    far = keys.with_columns(
        horizon_days=pl.lit(28),
        mean_units=pl.lit(float(daily.sum())),
        daily_units=pl.Series([daily.tolist()] * keys.height),
    )
    rows = pl.concat([week, far], how="diagonal")
    absent = [pl.lit(None, dtype).alias(name) for name, dtype in FORECASTS_SCHEMA.items() if name not in rows.columns]
    lake.append(FORECASTS_TABLE, rows.with_columns(absent).select(FORECASTS_SCHEMA.names()).cast(FORECASTS_SCHEMA))
    return lake


def promise(lake: Lake, *, wape: float, rule: float, bias: float = 0.0) -> None:
    """A tournament of day 40, whose closest forecast had this error."""
    scores = [("gamma-poisson", wape, bias), ("mean_28", rule, 0.0)]
    rows = [(day(40), "high-steady", name, 2, 100, 900.0, error, off, name != "mean_28") for name, error, off in scores]
    lake.append(TOURNAMENT_TABLE, pl.DataFrame(rows, schema=TOURNAMENT_SCHEMA, orient="row"))


def checked(lake: Lake, panel: DemandPanel) -> ForecastCheck:
    found = check_forecasts(lake, panel)
    assert found is not None
    return found


def test_forecasts_that_came_true_say_so(tmp_path: Path) -> None:
    panel = sold()
    found = checked(kept(tmp_path), panel)
    units = panel.units[:, 50:]
    daily = 2.0 * np.resize(np.roll(WEEKDAYS, -(50 % 7)), 10)
    assert (found.as_of, found.made_on, found.days, found.series) == (day(60), MADE_ON, 10, 100)
    assert found.wape == pytest.approx(np.abs(units - daily).sum() / units.sum())
    assert found.bias == pytest.approx((daily.sum() * 100 - units.sum()) / units.sum())
    assert found.wape < found.rule_wape
    assert found.coverage == pytest.approx(0.8, abs=0.12)
    assert found.codes == ()
    assert found.promised_ratio is None


CASES = {
    "biased": ({}, 1.5, None, ("biased", "too_sure")),
    "too sure": ({"widths": 0.4}, 1.0, None, ("too_sure",)),
    "no closer than the rule": ({"profile": False}, 1.0, None, ("no_gain", "biased")),
    "worse than promised": ({}, 1.0, {"wape": 0.4, "rule": 0.9}, ("worse",)),
    "as promised": ({}, 1.0, {"wape": 0.7, "rule": 0.8}, ()),
    "a bias that was promised": ({}, 1.25, {"wape": 0.7, "rule": 0.8, "bias": -0.2}, ("too_sure",)),
}


@pytest.mark.parametrize("case", CASES)
def test_training_is_due_where_forecasts_did_worse_than_they_should(tmp_path: Path, case: str) -> None:
    made, times, promised, codes = CASES[case]
    lake = kept(tmp_path, **made)  # type: ignore[arg-type]  # one value a parameter, of its type
    if promised is not None:
        promise(lake, **promised)
    assert checked(lake, sold(times=times)).codes == codes


def test_forecasts_older_than_the_last_tournament_are_no_reason_to_train(tmp_path: Path) -> None:
    lake = kept(tmp_path)
    promise(lake, wape=0.7, rule=0.8)
    assert checked(lake, sold(times=1.5)).codes
    scores = lake.read(TOURNAMENT_TABLE).with_columns(as_of=pl.lit(day(51)))
    lake.append(TOURNAMENT_TABLE, scores)
    assert checked(lake, sold(times=1.5)).codes == ()


def test_trees_of_a_quarter_ago_are_old(tmp_path: Path) -> None:
    lake = kept(tmp_path)
    for age, codes in ((91, ()), (92, ("old",))):
        found = check_forecasts(lake, sold(), trained_on=day(60) - timedelta(days=age))
        assert found is not None
        assert found.codes == codes


def test_days_out_of_stock_or_sold_out_do_not_count(tmp_path: Path) -> None:
    panel = sold()
    empty = replace(
        panel, units=panel.units.copy(), availability=panel.availability.copy(), censored=panel.censored.copy()
    )
    empty.units[:40, 52:] = 0.0
    empty.availability[:20, 52:] = 0.0
    empty.censored[20:40, 52:] = True
    found = checked(kept(tmp_path), empty)
    assert abs(found.bias) < 0.1
    assert found.units == pytest.approx(panel.units[:40, 50:52].sum() + panel.units[40:, 50:].sum())


def test_nothing_is_said_without_a_week_of_enough_sales(tmp_path: Path) -> None:
    lake = kept(tmp_path)
    assert check_forecasts(lake, sold().until(day(56))) is None
    assert check_forecasts(lake, sold().until(day(57))) is not None
    assert check_forecasts(lake, sold().rows(np.arange(100) < 5)) is None
    assert check_forecasts(Lake(tmp_path / "none"), sold()) is None


def test_a_check_is_kept_and_told(tmp_path: Path) -> None:
    lake = kept(tmp_path)
    found = replace(checked(lake, sold(times=1.5)), promised_ratio=0.8, promised_bias=0.0)
    write_check(lake, found)
    write_check(lake, found)
    assert newest_check(lake) == newest_check(lake, as_of=day(60)) == found
    assert newest_check(lake, as_of=day(59)) is None
    assert newest_check(Lake(tmp_path / "none")) is None
    assert "0.80 promised" in summary(found)
    assert f"Forecasts of {MADE_ON}, 10 days on" in summary(found)
    assert "Training is due (biased" in missed(found)
