"""Sales over days, against the year before, and returns by size."""

from __future__ import annotations

from datetime import date

import pytest

from copilot.lookups.context import Context
from copilot.lookups.sales import SalesGroup, return_rates, sales_totals
from copilot.lookups.scope import EVERYTHING, Period, Scope
from tests.copilot.lookups.figures import cells, totals
from tests.copilot.lookups.retailer import AS_OF

LAST_WEEK = Period(since=date(2026, 10, 26), before=AS_OF)
LYON = Scope(product_ids=("alba-dress",), location_ids=("lyon",))


def test_totals_against_the_year_before(context: Context) -> None:
    found = sales_totals(context, LYON, period=LAST_WEEK)
    # 26 to 31 October: 6 days of 2 units at 129; one came back. A year before: 6 days of 1.
    assert totals(found) == {
        "sold_units": 12,
        "returned_units": 1,
        "return_share": pytest.approx(1 / 12),
        "sold_units_last_year": 6,
        "change_share": 1.0,
        "revenue EUR": 6 * 258 - 129,
        "period_days": 7,
    }
    assert found.dates == {"since": date(2026, 10, 26), "last_day": date(2026, 11, 1)}
    assert cells(found.rows[0])["change_share"] == 1.0
    assert found.notes == ()


def test_totals_against_other_days(context: Context) -> None:
    monday = Period(since=date(2026, 10, 26), before=date(2026, 10, 27))
    tuesday = Period(since=date(2026, 10, 27), before=date(2026, 10, 28))
    found = sales_totals(context, LYON, period=monday, against=tuesday)
    assert (totals(found)["sold_units"], totals(found)["sold_units_compared"]) == (2, 2)
    assert totals(found)["change_share"] == 0.0
    assert "sold_units_last_year" not in totals(found)
    assert cells(found.rows[0])["sold_units_compared"] == 2
    assert found.dates["compared_since"] == found.dates["compared_last_day"] == date(2026, 10, 27)


@pytest.mark.parametrize(
    ("since", "before", "notes"),
    [
        (date(2026, 10, 26), date(2026, 10, 27), ()),
        (date(2026, 6, 1), date(2026, 6, 8), ("none_before",)),
        (date(2026, 10, 1), date(2026, 10, 29), ("partly_before",)),
    ],
)
def test_no_change_against_days_of_another_number_or_not_recorded(
    context: Context, since: date, before: date, notes: tuple[str, ...]
) -> None:
    found = sales_totals(context, LYON, period=LAST_WEEK, against=Period(since=since, before=before))
    assert "change_share" not in totals(found)
    assert found.notes == notes


def test_currencies_are_not_added_up(context: Context) -> None:
    found = sales_totals(context, EVERYTHING, period=LAST_WEEK, group="product")
    assert {name: value for name, value in totals(found).items() if name.startswith("revenue")} == {
        "revenue EUR": 6 * 258 - 129 + 405,
        "revenue GBP": 500,
    }
    assert all("revenue" not in cells(row) for row in found.rows)
    by_store = sales_totals(context, EVERYTHING, period=LAST_WEEK, group="location")
    money = {row.labels["location"]: figure.currency for row in by_store.rows for figure in row.figures
             if figure.name == "revenue"}  # fmt: skip
    assert money == {"Lyon": "EUR", "Milan": "EUR", "London Covent Garden": "GBP"}


def test_same_stores_only(context: Context) -> None:
    found = sales_totals(context, EVERYTHING, period=LAST_WEEK, same_stores=True)
    assert totals(found)["sold_units"] == 12


def test_by_day_in_order_with_chart(context: Context) -> None:
    found = sales_totals(context, LYON, period=LAST_WEEK, group="day", language="en")
    assert [row.labels["day"] for row in found.rows] == [f"2026-10-{day}" for day in range(26, 32)]
    chart = found.charts[0]
    assert chart.series[0].x[0] == "2026-10-26"
    assert [series.y for series in chart.series] == [(2.0,) * 6 + (0.0,), (1.0,) * 6 + (0.0,)]


def test_days_not_known_yet_are_noted(context: Context) -> None:
    found = sales_totals(context, LYON, period=Period(since=date(2026, 10, 31), before=date(2026, 11, 9)))
    assert "period_not_over" in found.notes
    assert totals(found)["period_days"] == 2
    future = sales_totals(context, LYON, period=Period(since=AS_OF, before=date(2026, 11, 9)))
    assert set(future.notes) == {"period_not_over", "no_sales", "no_last_year"}


def test_nothing_sold_is_noted(context: Context) -> None:
    assert "no_sales" in sales_totals(context, Scope(sku_ids=("TEE-BUR-M",)), period=LAST_WEEK).notes


def test_returns_by_size(context: Context) -> None:
    found = return_rates(context, Scope(product_ids=("alba-dress",)), period=LAST_WEEK)
    shares = {row.labels["size"]: cells(row)["return_share"] for row in found.rows}
    assert shares == {"38": pytest.approx(1 / 12), "40": 0.0}
    assert "thin_history" in found.notes


def test_returns_by_product_put_the_most_returned_first_and_thin_ones_last(context: Context) -> None:
    year = Period(since=date(2025, 10, 1), before=AS_OF)
    found = return_rates(context, EVERYTHING, period=year, group="product")
    # 42 dresses sold, one came back; 2 coats are too few to be compared.
    assert [(row.labels["product"], cells(row)["return_share"]) for row in found.rows] == [
        ("Alba", pytest.approx(1 / 42)),
        ("Odette", 0.0),
    ]
    assert "thin_history" in found.notes


@pytest.mark.parametrize(
    ("group", "label", "sold"),
    [
        ("colour", "colour", {"ecru": 15, "camel": 2}),
        ("category", "category", {"dress": 15, "coat": 2}),
        ("department", "department", {"women": 17}),
        ("channel", "channel", {"store": 17}),
    ],
)
def test_groups_of_sales(context: Context, group: SalesGroup, label: str, sold: dict[str, int]) -> None:
    found = sales_totals(context, EVERYTHING, period=LAST_WEEK, group=group)
    assert {row.labels[label]: cells(row)["sold_units"] for row in found.rows} == sold


def test_what_sold_least_comes_first_with_what_is_in_stock_and_did_not_sell(context: Context) -> None:
    italy = Scope(countries=("IT",))
    found = sales_totals(context, EVERYTHING, period=LAST_WEEK, order="least_sold")
    assert [row.labels["product"] for row in found.rows] == ["Odette", "Alba"]
    assert "least_sold" in found.notes
    lyon = Scope(location_ids=("lyon",))
    unsold = sales_totals(context, lyon, period=LAST_WEEK, order="least_sold")
    assert [(row.labels["product"], cells(row)["sold_units"]) for row in unsold.rows] == [("Odette", 0), ("Alba", 12)]
    assert [row.labels["product"] for row in sales_totals(context, italy, period=LAST_WEEK).rows] == ["Alba"]


def test_what_changed_most_comes_first_and_what_was_not_sold_before_last(context: Context) -> None:
    fortnight = Period(since=date(2026, 10, 19), before=AS_OF)
    growth = sales_totals(context, EVERYTHING, period=fortnight, group="location", order="growth")
    assert growth.rows[0].labels["location"] == "Lyon"
    assert all("change_share" not in cells(row) for row in growth.rows[1:])
    best = sales_totals(context, LYON, period=fortnight, group="day", order="least_sold")
    assert cells(best.rows[0])["sold_units"] <= cells(best.rows[-1])["sold_units"]
