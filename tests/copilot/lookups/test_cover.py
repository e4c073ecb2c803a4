"""Stock against demand: what is too many, what lacks, how long it lasts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

import polars as pl
import pytest

from copilot.errors import NoDataError
from copilot.lookups.context import Context
from copilot.lookups.cover import CoverGroup, stock_cover
from copilot.lookups.scope import EVERYTHING, Scope
from copilot.planning.records import FORECASTS_SCHEMA
from ingestion.retail.contracts import CONTRACTS
from tests.copilot.lookups.figures import cells, totals
from tests.copilot.lookups.retailer import AS_OF, write_retailer

# SKU, place, mean of 28 days, what 9 cases of 10 stay below. In stock: 1, 4, 30, 7, 3. On their way: 6 to Lyon for
# tomorrow, 5 to Covent Garden overdue, and more for each on the eighth and the 29th day.
DEMAND = [
    ("ALB-ECR-38", "lyon", 14.0, 19.0),
    ("ALB-ECR-38", "marais", 2.0, 4.0),
    ("ALB-ECR-40", "marais", 5.0, 8.0),
    ("ODE-CAM-38", "lyon", 2.0, 3.4),
    ("ODE-CAM-38", "covent", 28.0, 35.0),
]

COMING = [
    ("late", "covent", "ODE-CAM-38", 5, date(2026, 10, 1), AS_OF - timedelta(days=3), None),
    ("day 8", "covent", "ODE-CAM-38", 4, date(2026, 10, 1), AS_OF + timedelta(days=7), None),
    ("day 28", "lyon", "ALB-ECR-38", 3, date(2026, 10, 1), AS_OF + timedelta(days=27), None),
    ("day 29", "lyon", "ALB-ECR-38", 100, date(2026, 10, 1), AS_OF + timedelta(days=28), None),
]


@pytest.fixture(scope="module")
def covered(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Context]:
    """The retailer with forecasts of 7 and 28 days."""
    workspace = write_retailer(tmp_path_factory.mktemp("covered"))
    empty = dict.fromkeys(FORECASTS_SCHEMA, None)
    rows = [
        empty
        | {"as_of": AS_OF, "sku_id": sku, "location_id": place, "horizon_days": days,
           "mean_units": mean * days / 28, "p90": high * days / 28}
        for sku, place, mean, high in DEMAND
        for days in (7, 28)
    ]  # fmt: skip
    workspace.lake.append("forecasts", pl.DataFrame(rows, schema=FORECASTS_SCHEMA))
    workspace.lake.append("inbound", pl.DataFrame(COMING, schema=CONTRACTS["inbound"].schema, orient="row"))
    with Context(workspace, AS_OF) as opened:
        yield opened


def by(evidence_rows: object, label: str, figure: str) -> Mapping[str, float]:
    return {row.labels[label]: cells(row)[figure] for row in evidence_rows}  # type: ignore[attr-defined]


def test_too_many_and_lacking_are_counted_for_each_sku_and_place(covered: Context) -> None:
    found = stock_cover(covered, EVERYTHING)
    # Marais: 4 - 4 and 30 - 8. Lyon: 7 coats, of which 4 cover 3.4; its 1 Alba and 9 that come in time lack 4 of 14.
    assert by(found.rows, "location", "surplus_units") == {"Paris Marais": 22, "Lyon": 3, "London Covent Garden": 0}
    assert by(found.rows, "location", "short_units") == {"Paris Marais": 0, "Lyon": 4, "London Covent Garden": 16}
    assert by(found.rows, "location", "inbound_units") == {"Paris Marais": 0, "Lyon": 9, "London Covent Garden": 9}
    assert totals(found)["surplus_units"] == 25
    assert totals(found)["stores"] == 3
    assert totals(found)["warehouse_units"] == 50
    assert found.dates == {"since": AS_OF, "last_day": AS_OF + timedelta(days=27)}


def test_what_comes_after_the_last_day_helps_nobody(covered: Context) -> None:
    found = stock_cover(covered, EVERYTHING, until=AS_OF + timedelta(days=6))
    # A quarter of 14 and 28 until the seventh day, with 1 and 3 in stock.
    assert by(found.rows, "location", "inbound_units") == {"Paris Marais": 0, "Lyon": 6, "London Covent Garden": 5}
    assert totals(found)["inbound_units"] == 11
    assert totals(found)["short_units"] == 0
    assert totals(stock_cover(covered, EVERYTHING))["short_units"] == 20


def test_cover_is_stock_over_demand_of_a_day(covered: Context) -> None:
    found = stock_cover(covered, Scope(product_ids=("alba-dress",), location_ids=("marais",)), group="product")
    assert totals(found)["cover_days"] == 34 * 28 / 7


@pytest.mark.parametrize(
    ("until", "last_day", "notes"),
    [
        (AS_OF + timedelta(days=4), AS_OF + timedelta(days=6), ()),
        (date(2026, 12, 31), AS_OF + timedelta(days=27), ("beyond_horizon",)),
    ],
)
def test_the_shortest_horizon_that_reaches_is_taken(
    covered: Context, until: date, last_day: date, notes: tuple[str, ...]
) -> None:
    found = stock_cover(covered, EVERYTHING, until=until)
    assert (found.dates["last_day"], found.notes) == (last_day, notes)
    assert found.dates["asked_until"] == until


@pytest.mark.parametrize(("group", "first"), [("product", "Alba"), ("category", "dress"), ("sku", "ALB-ECR-40")])
def test_groups(covered: Context, group: CoverGroup, first: str) -> None:
    label = {"product": "product", "category": "category", "sku": "sku_id"}[group]
    assert stock_cover(covered, EVERYTHING, group=group).rows[0].labels[label] == first


def test_what_lacks_is_listed_where_the_list_is_cut(covered: Context) -> None:
    found = stock_cover(covered, EVERYTHING, limit=1)
    assert [row.labels["location"] for row in found.rows] == ["Paris Marais", "London Covent Garden"]
    assert (found.row_count, found.notes) == (3, ("cut",))


def test_nothing_forecast_is_noted(covered: Context, context: Context) -> None:
    assert stock_cover(covered, Scope(product_ids=("tee",))).notes == ("no_forecast",)
    with pytest.raises(NoDataError, match="reassort forecast"):
        stock_cover(context, EVERYTHING)
