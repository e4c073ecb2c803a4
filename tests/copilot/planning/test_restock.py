"""Restock lines: levels, packs, limits and reasons."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copilot.errors import NoDataError
from copilot.planning.forecast import forecast_demand
from copilot.planning.negative_binomial import expected_minimum
from copilot.planning.records import RESTOCK_SCHEMA
from copilot.planning.restock import order_up_to, plan_restock, write_plan
from copilot.settings import PlanningSettings
from ingestion.lake import Lake
from ingestion.warehouse import Warehouse
from tests.copilot.planning.shop import MONDAY, day, small_retailer, table

DAYS = 60
AS_OF = day(DAYS)
SETTINGS = PlanningSettings()


@pytest.fixture(scope="module")
def retailer(tmp_path_factory: pytest.TempPathFactory) -> tuple[Lake, Warehouse, pl.DataFrame]:
    lake, warehouse = small_retailer(tmp_path_factory.mktemp("retailer"), days=DAYS)
    return lake, warehouse, forecast_demand(warehouse, AS_OF, SETTINGS)


def planned(warehouse: Warehouse, forecasts: pl.DataFrame, service_level: float = 0.9) -> pl.DataFrame:
    return plan_restock(warehouse, AS_OF, PlanningSettings(service_level=service_level), forecasts)


def line(lines: pl.DataFrame, sku: str, place: str) -> dict[str, object]:
    return lines.row(by_predicate=(pl.col("sku_id") == sku) & (pl.col("location_id") == place), named=True)


def copied(lake: Lake, folder: Path) -> tuple[Lake, Warehouse]:
    other = Lake(folder)
    for name in lake.tables():
        other.append(name, lake.read(name))
    return other, Warehouse(other)


def test_line_has_all_that_decided_it(retailer: tuple[Lake, Warehouse, pl.DataFrame]) -> None:
    _, warehouse, forecasts = retailer
    lines = planned(warehouse, forecasts)
    assert lines.schema == RESTOCK_SCHEMA
    found = line(lines, "S1", "A")
    assert (found["on_hand_units"], found["inbound_units"], found["protection_days"]) == (3, 0, 9)
    assert found["next_delivery_on"] == day(DAYS + 2)
    assert found["mean_demand_units"] == pytest.approx(18.0, rel=0.1)
    assert found["currency"] == "EUR"
    assert found["expected_sales_value"] == pytest.approx(50.0 * float(str(found["expected_sales_units"])))
    assert 0.0 <= float(str(found["run_out_probability_after"])) < float(str(found["run_out_probability"])) <= 1.0
    assert "W" not in lines["location_id"].to_list()


def test_warehouse_limits_what_is_sent_and_says_so(retailer: tuple[Lake, Warehouse, pl.DataFrame]) -> None:
    _, warehouse, forecasts = retailer
    lines = planned(warehouse, forecasts)
    sent = dict(lines.group_by("sku_id").agg(pl.col("units").sum()).rows())
    assert sent["S1"] == 20
    assert sent["S4"] == 4
    short = lines.filter(pl.col("units") < pl.col("wanted_units"))
    assert not short.is_empty()
    assert short["reasons"].list.contains("warehouse_limit").all()


def test_stock_that_suffices_needs_no_line(retailer: tuple[Lake, Warehouse, pl.DataFrame], tmp_path: Path) -> None:
    lake, warehouse = copied(retailer[0], tmp_path)
    full = {"date": day(DAYS - 1), "on_hand_units": 300}
    rows = [{**full, "location_id": place, "sku_id": sku} for place in "AB" for sku in ("S1", "S4")]
    lake.merge("stock", table("stock", rows), key=("date", "location_id", "sku_id"))
    assert planned(warehouse, retailer[2]).is_empty()


def test_inbound_in_time_counts_and_what_is_overdue_is_said(
    retailer: tuple[Lake, Warehouse, pl.DataFrame], tmp_path: Path
) -> None:
    lake, warehouse = copied(retailer[0], tmp_path)
    order = {"location_id": "A", "sku_id": "S1", "units": 6, "ordered_on": day(DAYS - 9)}
    due = {"late": day(DAYS - 1), "soon": day(DAYS + 8), "after": day(DAYS + 9)}
    lake.append(
        "inbound", table("inbound", [{**order, "inbound_id": name, "expected_on": on} for name, on in due.items()])
    )
    found = line(planned(warehouse, retailer[2]), "S1", "A")
    assert found["inbound_units"] == 12
    assert "inbound_late" in str(found["reasons"])


def test_without_a_warehouse_nothing_limits(retailer: tuple[Lake, Warehouse, pl.DataFrame], tmp_path: Path) -> None:
    lake, warehouse = copied(retailer[0], tmp_path)
    lake.erase("locations", "location_id = 'W'")
    lines = planned(warehouse, retailer[2])
    assert (lines["units"] == lines["wanted_units"]).all()
    assert lines["reasons"].list.contains("warehouse_unknown").all()


def test_without_prices_the_gain_has_no_value(retailer: tuple[Lake, Warehouse, pl.DataFrame], tmp_path: Path) -> None:
    lake, warehouse = copied(retailer[0], tmp_path)
    lake.erase("prices", "true")
    lines = planned(warehouse, retailer[2])
    assert lines["expected_sales_value"].null_count() == lines.height > 0
    assert set(lines["currency"]) == {""}


def test_no_stock_at_all_is_no_data(tmp_path: Path) -> None:
    _, warehouse = small_retailer(tmp_path, days=40, stock=False)
    forecasts = forecast_demand(warehouse, day(40), SETTINGS)
    with pytest.raises(NoDataError, match="reassort import stock"):
        plan_restock(warehouse, day(40), SETTINGS, forecasts)


def test_forecasts_of_another_day_are_no_data(retailer: tuple[Lake, Warehouse, pl.DataFrame]) -> None:
    _, warehouse, forecasts = retailer
    with pytest.raises(NoDataError, match="reassort forecast"):
        plan_restock(warehouse, day(DAYS + 1), SETTINGS, forecasts)


def test_writing_twice_keeps_one_plan(retailer: tuple[Lake, Warehouse, pl.DataFrame], tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    lines = planned(retailer[1], retailer[2])
    write_plan(lake, lines, AS_OF)
    write_plan(lake, lines, AS_OF)
    assert lake.rows("restock_lines") == lines.height


@pytest.mark.parametrize(("low", "high"), [(0.5, 0.8), (0.8, 0.95), (0.95, 0.99)])
def test_a_higher_service_level_never_wants_less(
    retailer: tuple[Lake, Warehouse, pl.DataFrame], low: float, high: float
) -> None:
    both = [
        planned(retailer[1], retailer[2], level).select("sku_id", "location_id", "wanted_units")
        for level in (low, high)
    ]
    joined = both[1].join(both[0], on=["sku_id", "location_id"], how="left").fill_null(0)
    assert (joined["wanted_units"] >= joined["wanted_units_right"]).all()


@settings(max_examples=200, deadline=None)
@given(
    level=st.floats(0.5, 0.99),
    there=st.integers(0, 40),
    pack=st.integers(1, 12),
    mean=st.floats(0.01, 40.0),
    k=st.floats(0.0, 2.0),
)
def test_packs_wanted_make_the_most_profit_of_any_number(
    level: float, there: int, pack: int, mean: float, k: float
) -> None:
    """Oracle: the newsvendor's profit, level x units sold - (1 - level) x units left, for every number of packs."""
    target, packs = order_up_to(
        service_level=level,
        position=np.array([there]),
        pack_units=np.array([pack]),
        mean=np.array([mean]),
        heterogeneity=np.array([k]),
    )
    numbers = np.arange(int(packs[0]) + 40)
    gain = expected_minimum(there + numbers * pack, mean=mean, heterogeneity=k)
    profit = gain - (1.0 - level) * numbers * pack
    assert profit[int(packs[0])] >= profit.max() - 1e-9
    if pack == 1:
        assert packs[0] == max(0, target[0] - there)


@pytest.mark.real_data
def test_order_up_to_levels_are_the_textbooks_newsvendor_optima(real_data: Path) -> None:
    with (real_data / "inventory_optima" / "optima.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["class"] == "newsvendor Poisson"]
    assert len(rows) >= 2
    for row in rows:
        given_, best = json.loads(row["parameters_json"]), json.loads(row["optimum_json"])
        level, packs = order_up_to(
            service_level=given_["p"] / (given_["p"] + given_["h"]),
            position=np.array([0]),
            pack_units=np.array([1]),
            mean=np.array([float(given_["mu"])]),
            heterogeneity=np.array([0.0]),
        )
        assert level[0] == packs[0] == best["S"], row["instance"]


def test_as_of_is_a_morning_sales_of_the_day_change_nothing(
    retailer: tuple[Lake, Warehouse, pl.DataFrame], tmp_path: Path
) -> None:
    lake, warehouse = copied(retailer[0], tmp_path)
    late = {"date": AS_OF, "location_id": "A", "sku_id": "S1"}
    lake.append("stock", table("stock", [{**late, "on_hand_units": 999}]))
    sale = {**late, "sale_line_id": "late", "units": 99, "revenue": 1.0, "currency": "EUR"}
    lake.append("sales", table("sales", [sale]))
    forecasts = forecast_demand(warehouse, AS_OF, SETTINGS)
    assert forecasts.equals(retailer[2])
    assert planned(warehouse, forecasts).equals(planned(retailer[1], retailer[2]))
    assert MONDAY < AS_OF
