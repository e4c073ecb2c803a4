"""Expected demand over a period."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import polars as pl
import pytest

from copilot.errors import NoDataError
from copilot.lookups.context import Context
from copilot.lookups.forecast import demand_forecast
from copilot.lookups.scope import EVERYTHING, Period, Scope
from copilot.lookups.stock import stock_levels
from copilot.planning.records import FORECASTS_SCHEMA
from tests.copilot.lookups.figures import cells, totals
from tests.copilot.lookups.retailer import AS_OF, write_retailer

DAYS = 28
RATES = {("ALB-ECR-38", "lyon"): 2.0, ("ODE-CAM-38", "covent"): 0.5}
"""Mean demand a day of the two series."""


@pytest.fixture(scope="module")
def forecast_context(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Context]:
    """The retailer with forecasts of two series."""
    workspace = write_retailer(tmp_path_factory.mktemp("forecasts"))
    shared = {"as_of": AS_OF, "horizon_days": DAYS, "history_days": 100, "in_stock_share": 0.9, "model": "m",
              "thin_history": False, "dispersion": 1.2, "rate_variance": 0.05, "common_variance": 0.01}  # fmt: skip
    rows = [
        {**dict.fromkeys(FORECASTS_SCHEMA), **shared, "sku_id": sku, "location_id": place, "mean_units": DAYS * rate,
         "daily_units": [rate] * DAYS}
        for (sku, place), rate in RATES.items()
    ]  # fmt: skip
    workspace.lake.append("forecasts", pl.DataFrame(rows, schema=FORECASTS_SCHEMA))
    with Context(workspace, AS_OF) as opened:
        yield opened


def test_sums_by_product_largest_first(forecast_context: Context) -> None:
    found = demand_forecast(forecast_context, EVERYTHING)
    assert [row.labels["product_id"] for row in found.rows] == ["alba-dress", "odette"]
    assert cells(found.rows[0])["mean_demand_units"] == pytest.approx(56)
    assert totals(found)["mean_demand_units"] == pytest.approx(70)
    assert found.dates == {"since": AS_OF, "last_day": AS_OF + timedelta(days=27)}


def test_quantiles_of_a_sum_are_narrower_than_sums_of_quantiles(forecast_context: Context) -> None:
    found = demand_forecast(forecast_context, EVERYTHING)
    rows = [cells(row) for row in found.rows]
    assert totals(found)["p90_units"] < sum(row["p90_units"] for row in rows)
    assert totals(found)["p10_units"] < totals(found)["p50_units"] < totals(found)["p90_units"]


def test_period_within_the_horizon(forecast_context: Context) -> None:
    week = Period(since=date(2026, 11, 9), before=date(2026, 11, 16))
    found = demand_forecast(forecast_context, Scope(location_ids=("lyon",)), period=week)
    assert totals(found)["mean_demand_units"] == pytest.approx(14)
    assert found.charts[0].series[1].x[0] == "2026-11-09"


@pytest.mark.parametrize(
    ("period", "notes"),
    [
        (Period(since=date(2026, 12, 1), before=date(2027, 1, 1)), ("beyond_horizon",)),
        (Period(since=date(2026, 11, 20), before=date(2026, 12, 20)), ("beyond_horizon",)),
        (Period(since=date(2026, 10, 1), before=date(2026, 10, 15)), ("period_past",)),
    ],
)
def test_days_out_of_reach_are_noted(forecast_context: Context, period: Period, notes: tuple[str, ...]) -> None:
    assert demand_forecast(forecast_context, EVERYTHING, period=period).notes == notes


def test_nothing_in_scope_is_noted(forecast_context: Context) -> None:
    assert demand_forecast(forecast_context, Scope(location_ids=("milan",))).notes == ("no_forecast",)


def test_missing_forecast_raises(context: Context) -> None:
    with pytest.raises(NoDataError, match="reassort forecast"):
        demand_forecast(context, EVERYTHING)


def test_one_sku_in_one_store_shows_how_long_stock_lasts(forecast_context: Context) -> None:
    chart = stock_levels(forecast_context, Scope(sku_ids=("ALB-ECR-38",), location_ids=("lyon",))).charts[0]
    stock = next(series for series in chart.series if series.role == "stock")
    assert stock.y[:3] == (1.0, 7.0, 7.0)  # six arrive on the second day
