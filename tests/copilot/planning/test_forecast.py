"""Forecasts from the warehouse: schema, horizons, thin and odd series, and the demo retailer's true demand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from copilot.errors import NoDataError
from copilot.planning import forecast
from copilot.planning.calibration import coverage, heterogeneity
from copilot.planning.forecast import forecast_demand, read_forecasts, write_forecasts
from copilot.planning.records import FORECASTS_SCHEMA, QUANTILE_COLUMNS
from copilot.settings import PlanningSettings
from ingestion.demo import Demo, build_demo, parse_size
from ingestion.errors import TableMissingError
from ingestion.lake import Lake
from ingestion.warehouse import Warehouse
from tests.copilot.planning.shop import day, small_retailer, table, warehouse_of

SETTINGS = PlanningSettings()
DEMO_AS_OF = date(2026, 10, 5)


@pytest.fixture(scope="module")
def demo() -> Demo:
    return build_demo(parse_size("small"))


@pytest.fixture(scope="module")
def demo_warehouse(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    lake = Lake(tmp_path_factory.mktemp("demo"))
    for name, frame in demo.tables():
        lake.append(name, frame)
    return Warehouse(lake)


@pytest.fixture(scope="module")
def demo_forecasts(demo_warehouse: Warehouse) -> pl.DataFrame:
    return forecast_demand(demo_warehouse, DEMO_AS_OF, SETTINGS)


def against_truth(demo: Demo, forecasts: pl.DataFrame, days: int) -> pl.DataFrame:
    """Forecasts of that horizon with `wanted`, what customers wanted."""
    wanted = demo.truth.demand(DEMO_AS_OF, DEMO_AS_OF + timedelta(days=days))
    summed = wanted.group_by("sku_id", "location_id").agg(wanted=pl.col("units").sum())
    rows = forecasts.filter(pl.col("horizon_days") == days)
    return rows.join(summed, on=["sku_id", "location_id"], how="left").with_columns(pl.col("wanted").fill_null(0))


def test_each_series_has_each_horizon_once_in_the_schema(
    demo_forecasts: pl.DataFrame, demo_warehouse: Warehouse
) -> None:
    assert demo_forecasts.schema == FORECASTS_SCHEMA
    key = ["as_of", "sku_id", "location_id", "horizon_days"]
    assert not demo_forecasts.select(pl.struct(key).is_duplicated().any()).item()
    periods = forecast.protection_days(demo_warehouse.locations(), SETTINGS)
    horizons = demo_forecasts.group_by("sku_id", "location_id").agg("horizon_days").join(periods, on="location_id")
    for _, _, found, _, _, protection in horizons.rows():
        assert set(found) == {7, 14, 28, protection}


def test_quantiles_rise_and_days_add_up(demo_forecasts: pl.DataFrame) -> None:
    levels = demo_forecasts.select(QUANTILE_COLUMNS).to_numpy()
    assert (np.diff(levels, axis=1) >= 0).all()
    longest = demo_forecasts.filter(pl.col("daily_units").is_not_null())
    assert np.allclose(longest["daily_units"].list.sum(), longest["mean_units"])
    assert longest.select("sku_id", "location_id").is_duplicated().sum() == 0


def test_demand_is_forecast_closer_to_what_was_wanted_than_sales_are(
    demo: Demo, demo_forecasts: pl.DataFrame, demo_warehouse: Warehouse
) -> None:
    found = against_truth(demo, demo_forecasts, 28)
    before = demo_warehouse.daily_sales(since=DEMO_AS_OF - timedelta(days=28), before=DEMO_AS_OF)
    naive = before.group_by("sku_id", "location_id").agg(naive=pl.col("units").sum())
    both = found.join(naive, on=["sku_id", "location_id"], how="left").with_columns(pl.col("naive").fill_null(0))
    errors = {name: float((both[name] - both["wanted"]).abs().sum()) for name in ("mean_units", "naive")}
    assert errors["mean_units"] < 0.9 * errors["naive"]


@pytest.mark.parametrize("days", [7, 28])
def test_intervals_cover_what_was_wanted_as_often_as_they_say(
    demo: Demo, demo_forecasts: pl.DataFrame, days: int
) -> None:
    found = against_truth(demo, demo_forecasts, days)
    mean = found["mean_units"].to_numpy()
    k = heterogeneity(mean, found["dispersion"].to_numpy(), found["rate_variance"].to_numpy())
    assert coverage(found["wanted"].to_numpy().astype(float), mean, k) == pytest.approx(0.8, abs=0.07)


def test_pieces_give_what_the_whole_gives(
    demo_forecasts: pl.DataFrame, demo_warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What series share is learnt from fewer of them, so a little differs; no series is lost or told twice."""
    monkeypatch.setattr(forecast, "SERIES_AT_A_TIME", demo_forecasts.select("sku_id", "location_id").n_unique() // 2)
    said: list[tuple[int, int]] = []
    pieces = forecast_demand(demo_warehouse, DEMO_AS_OF, SETTINGS, lambda _, done, total: said.append((done, total)))
    key = ["sku_id", "location_id", "horizon_days"]
    assert pieces.select(key).equals(demo_forecasts.select(key))
    assert pieces["mean_units"].sum() == pytest.approx(float(demo_forecasts["mean_units"].sum()), rel=0.1)
    assert said[-1][0] == said[-1][1] > 2


def test_forecasting_again_gives_the_same(demo_forecasts: pl.DataFrame, demo_warehouse: Warehouse) -> None:
    assert forecast_demand(demo_warehouse, DEMO_AS_OF, SETTINGS).equals(demo_forecasts)


def test_a_farther_horizon_is_there_when_settings_ask(tmp_path: Path) -> None:
    _, warehouse = small_retailer(tmp_path, days=40)
    found = forecast_demand(warehouse, day(40), PlanningSettings(horizon_days=60))
    assert set(found["horizon_days"]) == {7, 9, 14, 28, 60}
    assert found.filter(pl.col("horizon_days") == 60)["daily_units"].list.len().unique().to_list() == [60]


def test_written_forecasts_are_read_back_and_replaced(tmp_path: Path) -> None:
    lake, warehouse = small_retailer(tmp_path, days=40)
    with pytest.raises(NoDataError, match="reassort forecast"):
        read_forecasts(lake, as_of=day(40))
    found = forecast_demand(warehouse, day(40), SETTINGS)
    for _ in range(2):
        write_forecasts(lake, found, day(40))
    assert read_forecasts(lake, as_of=day(40)).sort("sku_id", "location_id", "horizon_days").equals(found)
    with pytest.raises(NoDataError, match=str(day(41))):
        read_forecasts(lake, as_of=day(41))


def a_shop(folder: Path, sales: Sequence[Mapping[str, object]], **more: Sequence[Mapping[str, object]]) -> Warehouse:
    """One product in sizes 36, 38 and 40, stores A and B."""
    tables: dict[str, Sequence[Mapping[str, object]]] = {
        "products": [{"product_id": "P", "name": "Alba", "category": "dress"}],
        "skus": [
            {"sku_id": f"S{size}", "product_id": "P", "colour": "ecru", "size": size} for size in ("36", "38", "40")
        ],
        "locations": [{"location_id": place, "name": place, "kind": "store", "country": "FR"} for place in "AB"],
        "sales": sales,
        **more,
    }
    return warehouse_of(folder, {name: rows for name, rows in tables.items() if rows})[1]


def sale(on: date, sku: str, place: str, units: int) -> dict[str, object]:
    return {
        "sale_line_id": f"{on}{sku}{place}{units}",
        "date": on,
        "location_id": place,
        "sku_id": sku,
        "units": units,
        "revenue": 10.0,
        "currency": "EUR",
    }


def week(found: pl.DataFrame, sku: str, place: str) -> dict[str, object]:
    is_it = (pl.col("sku_id") == sku) & (pl.col("location_id") == place) & (pl.col("horizon_days") == 7)
    return found.row(by_predicate=is_it, named=True)


def test_one_day_of_history_is_forecast_and_marked_thin(tmp_path: Path) -> None:
    found = forecast_demand(a_shop(tmp_path, [sale(day(0), "S36", "A", 3)]), day(1), SETTINGS)
    row = week(found, "S36", "A")
    assert row["thin_history"] is True
    assert row["history_days"] == 1
    assert float(str(row["p05"])) < float(str(row["mean_units"])) < float(str(row["p95"]))


def test_a_new_store_is_forecast_from_the_others_and_marked_thin(tmp_path: Path) -> None:
    sales = [sale(day(i), "S36", "A", 2) for i in range(60)]
    opening = {"date": day(59), "location_id": "B", "sku_id": "S36", "on_hand_units": 5}
    found = forecast_demand(a_shop(tmp_path, sales, stock=[opening]), day(60), SETTINGS)
    old, new = week(found, "S36", "A"), week(found, "S36", "B")
    assert (old["thin_history"], new["thin_history"]) == (False, True)
    assert 3.0 < float(str(new["mean_units"])) < 16.0
    assert float(str(new["rate_variance"])) > float(str(old["rate_variance"]))


def test_an_order_for_what_never_sold_is_a_series_without_history(tmp_path: Path) -> None:
    order = {
        "inbound_id": "1",
        "location_id": "B",
        "sku_id": "S40",
        "units": 5,
        "ordered_on": day(50),
        "expected_on": day(62),
    }
    sales = [sale(day(i), "S36", "A", 2) for i in range(60)]
    row = week(forecast_demand(a_shop(tmp_path, sales, inbound=[order]), day(60), SETTINGS), "S40", "B")
    assert (row["history_days"], row["in_stock_share"], row["thin_history"]) == (0, 0.0, True)
    assert float(str(row["mean_units"])) > 0.0


def test_a_series_that_never_sells_is_forecast_near_zero(tmp_path: Path) -> None:
    sales = [sale(day(i), "S36", "A", 2) for i in range(120)]
    idle = {"date": day(0), "location_id": "A", "sku_id": "S38", "on_hand_units": 5}
    stocked = {**idle, "sku_id": "S36", "on_hand_units": 900}
    row = week(forecast_demand(a_shop(tmp_path, sales, stock=[idle, stocked]), day(120), SETTINGS), "S38", "A")
    assert float(str(row["mean_units"])) < 1.0
    assert row["p50"] == 0.0


def test_returns_alone_are_no_demand(tmp_path: Path) -> None:
    sales = [*(sale(day(i), "S36", "A", 2) for i in range(40)), *(sale(day(i), "S38", "A", -1) for i in range(40))]
    row = week(forecast_demand(a_shop(tmp_path, sales), day(40), SETTINGS), "S38", "A")
    assert float(str(row["mean_units"])) >= 0.0


@pytest.mark.parametrize("as_of", [day(0), day(-5)], ids=["first morning", "before"])
def test_no_sale_before_the_day_is_no_data(tmp_path: Path, as_of: date) -> None:
    with pytest.raises(NoDataError, match="reassort import sales"):
        forecast_demand(a_shop(tmp_path, [sale(day(0), "S36", "A", 1)]), as_of, SETTINGS)


def test_a_needed_table_that_is_missing_is_named(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    lake.append("products", table("products", [{"product_id": "P", "name": "Alba", "category": "dress"}]))
    with pytest.raises(TableMissingError, match="skus"):
        forecast_demand(Warehouse(lake), day(0), SETTINGS)
