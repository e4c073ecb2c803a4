"""Stock on hand and on its way."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from copilot.errors import NoDataError
from copilot.lookups.context import Context
from copilot.lookups.scope import EVERYTHING, Period, Scope
from copilot.lookups.stock import out_of_stock, stock_levels
from copilot.settings import Settings
from copilot.workspace import Workspace
from ingestion.retail.contracts import CONTRACTS
from tests.copilot.lookups.figures import cells, totals
from tests.copilot.lookups.retailer import AS_OF, write_retailer


def test_one_sku_in_one_store(context: Context) -> None:
    found = stock_levels(context, Scope(sku_ids=("ALB-ECR-38",), location_ids=("lyon",)))
    assert cells(found.rows[0]) == {"on_hand_units": 1, "inbound_units": 6, "run_out_probability": 0.9}
    assert found.rows[0].labels["location"] == "Lyon"
    assert found.rows[0].dates == {"counted_on": date(2026, 10, 30), "next_delivery_on": date(2026, 11, 3)}
    assert found.sources["stock"] == 0
    assert found.notes == ()


def test_totals_count_rows_that_are_cut(context: Context) -> None:
    found = stock_levels(context, EVERYTHING, limit=1)
    assert totals(found) == {
        "on_hand_units": 95, "held_units": 45, "warehouse_units": 50, "inbound_units": 6, "stores": 3
    }  # fmt: skip
    assert (len(found.rows), found.row_count) == (1, 6)
    assert "cut" in found.notes


def test_country_leaves_the_warehouse_out(context: Context) -> None:
    assert totals(stock_levels(context, Scope(countries=("FR",))))["on_hand_units"] == 42


def test_grouped_by_product(context: Context) -> None:
    found = stock_levels(context, EVERYTHING, group="product")
    assert [(row.labels["product_id"], cells(row)["on_hand_units"]) for row in found.rows] == [
        ("odette", 60),
        ("alba-dress", 35),
    ]


def test_chart_has_a_bar_a_location(context: Context) -> None:
    chart = stock_levels(context, Scope(sku_ids=("ODE-CAM-38",)), language="fr").charts[0]
    assert chart.title == "Stock par lieu"
    assert chart.series[0].x == ("Lyon", "London Covent Garden")
    assert chart.series[0].y == (7.0, 3.0)


def test_sku_without_stock_is_noted(context: Context) -> None:
    found = stock_levels(context, Scope(sku_ids=("TEE-BUR-M",)))
    assert (found.rows, found.notes) == ((), ("no_stock_row",))


def test_part_without_stock_is_noted_as_a_part(context: Context) -> None:
    found = stock_levels(context, Scope(sku_ids=("TEE-BUR-M", "ODE-CAM-38")))
    assert found.notes == ("part_no_stock_row",)


def test_what_is_due_on_some_days_alone(context: Context) -> None:
    everything = stock_levels(context, EVERYTHING, coming_only=True)
    first = everything.dates["next_delivery_on"]
    due = stock_levels(context, EVERYTHING, coming_only=True, due=Period(since=first, before=first + timedelta(days=1)))
    later = Period(since=date(2027, 3, 1), before=date(2027, 4, 1))
    none = stock_levels(context, EVERYTHING, coming_only=True, due=later)
    assert 0 < totals(due)["inbound_units"] <= totals(everything)["inbound_units"]
    assert (totals(none)["inbound_units"], none.rows) == (0, ())
    assert none.dates == {"since": date(2027, 3, 1), "last_day": date(2027, 3, 31)}


def test_scope_without_sku_is_noted(context: Context) -> None:
    assert stock_levels(context, Scope(product_ids=("odette",), colours=("ecru",))).notes == ("no_products",)


def test_no_stock_at_all_raises(tmp_path: Path) -> None:
    workspace = Workspace(Settings(home=tmp_path))
    for table in ("products", "skus", "locations", "sales"):
        workspace.lake.append(table, pl.DataFrame(schema=CONTRACTS[table].schema))
    with pytest.raises(NoDataError, match="import stock"):
        stock_levels(Context(workspace, AS_OF), EVERYTHING)


def test_empty_workspace_raises(tmp_path: Path) -> None:
    with pytest.raises(NoDataError, match="reassort import"):
        stock_levels(Context(Workspace(Settings(home=tmp_path)), AS_OF), EVERYTHING)


def test_out_of_stock_lists_levels_of_none_in_places_that_sell(tmp_path: Path) -> None:
    workspace = write_retailer(tmp_path)
    none = [(date(2026, 10, 31), place, "ODE-CAM-38", 0) for place in ("milan", "nice", "dc")]
    workspace.lake.append("stock", pl.DataFrame(none, schema=CONTRACTS["stock"].schema, orient="row"))
    with Context(workspace, AS_OF) as context:
        found = out_of_stock(context, EVERYTHING)
        assert out_of_stock(context, Scope(location_ids=("lyon",))).notes == ("none_out",)
    # Milan first: the plan expects demand there. The warehouse sells nothing.
    assert [row.labels["location"] for row in found.rows] == ["Milan", "Nice"]
    assert cells(found.rows[0]) == {"on_hand_units": 0, "mean_demand_units": 1.0, "restock_units": 0}
    assert totals(found) == {"out_lines": 2, "skus": 1, "stores": 2}


def test_what_is_on_its_way_alone_tells_the_first_day(context: Context) -> None:
    found = stock_levels(context, Scope(product_ids=("alba-dress",)), coming_only=True)
    assert [(row.labels["location"], cells(row)["inbound_units"]) for row in found.rows] == [("Lyon", 6)]
    assert found.dates == {"next_delivery_on": date(2026, 11, 3)}
    nothing = stock_levels(context, Scope(product_ids=("odette",)), coming_only=True)
    assert (nothing.rows, nothing.dates, totals(nothing)["on_hand_units"]) == ((), {}, 60)
