"""Restock lines within a budget, and what is at risk."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from copilot.errors import NoDataError
from copilot.lookups.context import Context
from copilot.lookups.restock import at_risk, restock_lines
from copilot.lookups.scope import EVERYTHING, Scope
from tests.copilot.lookups.figures import cells, totals
from tests.copilot.lookups.retailer import AS_OF, write_retailer


def test_lines_bring_most_first_with_totals_by_currency(context: Context) -> None:
    found = restock_lines(context, EVERYTHING)
    assert [row.labels["sku_id"] for row in found.rows] == ["ALB-ECR-38", "ODE-CAM-38"]
    assert totals(found) == {
        "restock_units": 6,
        "wanted_units": 8,
        "expected_sales_units": 5.5,
        "lines": 2,
        "stores": 2,
        "expected_sales_value EUR": 500,
        "expected_sales_value GBP": 400,
        "cost EUR": 4 * 40 + 2 * 100,
    }
    assert found.rows[0].reasons == ("order_up_to", "warehouse_limit")
    assert found.rows[0].dates["next_delivery_on"] == date(2026, 11, 4)


def test_cost_is_in_the_warehouse_currency(context: Context) -> None:
    london = restock_lines(context, Scope(location_ids=("covent",))).rows[0]
    assert {figure.name: figure.currency for figure in london.figures if figure.unit == "money"} == {
        "expected_sales_value": "GBP",
        "cost": "EUR",
    }


def test_budget_takes_the_best_value_for_money(context: Context) -> None:
    found = restock_lines(context, EVERYTHING, budget=200)
    assert [row.labels["sku_id"] for row in found.rows] == ["ALB-ECR-38"]
    assert totals(found)["cost EUR"] == 160
    assert "budget_limit" in found.notes


@pytest.mark.parametrize(("before", "lines"), [(date(2026, 11, 4), 0), (date(2026, 11, 5), 2)])
def test_lines_that_arrive_before_a_day(context: Context, before: date, lines: int) -> None:
    found = restock_lines(context, EVERYTHING, before=before)
    assert found.row_count == lines
    assert ("nothing_to_do" in found.notes) == (lines == 0)


def test_most_likely_to_run_out_comes_first(context: Context) -> None:
    found = at_risk(context, EVERYTHING)
    assert [cells(row)["run_out_probability"] for row in found.rows] == [0.9, 0.7, 0.5]
    assert totals(found) == {"at_risk_lines": 3, "lines_planned": 4, "skus": 2, "stores": 3, "threshold": 0.3}
    assert [series.name for series in found.charts[0].series] == ["on hand", "expected demand"]


def test_nothing_at_risk_is_noted(context: Context) -> None:
    assert at_risk(context, Scope(location_ids=("marais",))).notes == ("none_at_risk",)


def test_older_plan_is_noted_and_missing_plan_raises(tmp_path: Path) -> None:
    workspace = write_retailer(tmp_path)
    assert "stale_plan" in restock_lines(Context(workspace, date(2026, 11, 3)), EVERYTHING).notes
    with pytest.raises(NoDataError, match="reassort plan"):
        restock_lines(Context(workspace, date(2026, 11, 1)), EVERYTHING)


def test_as_of_is_the_morning_of_the_plan(context: Context) -> None:
    assert restock_lines(context, EVERYTHING).as_of == AS_OF
