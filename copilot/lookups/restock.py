"""What to restock where, within a budget, and what is likely to run out."""

from __future__ import annotations

from datetime import date

import polars as pl

from copilot.evidence import Evidence, Figure, Unit, make_evidence
from copilot.lookups import charts
from copilot.lookups.context import Context
from copilot.lookups.rows import to_figures, to_rows, with_names
from copilot.lookups.scope import Scope
from copilot.settings import Language

AT_RISK = 0.3
"""Probability of running out from which a SKU counts as at risk."""

_DATES = ("next_delivery_on",)
_TABLES = ("restock_lines", "skus", "products", "locations")
_RESTOCK_UNITS: dict[str, Unit] = {
    "restock_units": "units",
    "wanted_units": "units",
    "on_hand_units": "units",
    "inbound_units": "units",
    "order_up_to_units": "units",
    "protection_days": "days",
    "mean_demand_units": "units",
    "run_out_probability": "share",
    "run_out_probability_after": "share",
    "expected_sales_units": "units",
    "expected_sales_value": "money",
    "cost": "money",
}
_RISK_UNITS: dict[str, Unit] = {
    "run_out_probability": "share",
    "on_hand_units": "units",
    "inbound_units": "units",
    "mean_demand_units": "units",
    "protection_days": "days",
    "restock_units": "units",
    "run_out_probability_after": "share",
}


def restock_lines(
    context: Context,
    scope: Scope,
    *,
    budget: float | None = None,
    before: date | None = None,
    limit: int = 20,
    language: Language = "en",
) -> Evidence:
    """What to send now, lines that bring the most sales first; totals are over all lines chosen.

    `budget` is in purchase cost, in the currency of the warehouse's country: whole lines are taken by sales value per
    cost until it is spent. `before` keeps lines whose delivery arrives before that day. Notes: `no_cost` and
    `budget_limit` when lines were left out for want of a cost or for the budget, `nothing_to_do`, `cut`, `stale_plan`
    when the plan is of an earlier morning. Raises `NoDataError` where no plan was made.
    """
    plan, notes = _plan(context, scope)
    lines = plan.filter(pl.col("restock_units") > 0)
    if before is not None:
        lines = lines.filter(pl.col("next_delivery_on") < before)
    if budget is not None:
        lines, left_out = _within(lines, budget)
        notes += left_out
    lines = lines.sort(pl.col("expected_sales_value").fill_null(0).neg(), "sku_id", "location_id")
    notes += [] if lines.height else ["nothing_to_do"]
    notes += ["cut"] if lines.height > limit else []
    chart = charts.restock_bars(lines, language=language)
    return make_evidence(
        "restock",
        as_of=context.as_of,
        sources=context.versions(*_TABLES),
        rows=to_rows(lines.head(limit), _RESTOCK_UNITS, dates=_DATES, reasons="reasons"),
        totals=_totals(lines, home_currency(context)),
        row_count=lines.height,
        charts=() if chart is None else (chart,),
        notes=notes,
    )


def at_risk(
    context: Context, scope: Scope, *, threshold: float = AT_RISK, limit: int = 20, language: Language = "en"
) -> Evidence:
    """SKUs and locations whose stock is likely to end before the delivery after next, most likely first.

    Totals: `at_risk_lines` of `lines_planned` SKU x location pairs, and `skus`. Notes: `none_at_risk`, `stale_plan`,
    `cut`. Raises `NoDataError` where no plan was made.
    """
    plan, notes = _plan(context, scope)
    lines = plan.filter(pl.col("run_out_probability") >= threshold)
    lines = lines.sort(pl.col("run_out_probability").neg(), pl.col("mean_demand_units").neg(), "sku_id", "location_id")
    notes += [] if lines.height else ["none_at_risk"]
    notes += ["cut"] if lines.height > limit else []
    totals = {
        "at_risk_lines": lines.height,
        "lines_planned": plan.height,
        "skus": lines["sku_id"].n_unique(),
        "stores": lines["location_id"].n_unique(),
    }
    chart = charts.stock_against_demand(lines, language=language)
    return make_evidence(
        "restock",
        as_of=context.as_of,
        sources=context.versions(*_TABLES),
        rows=to_rows(lines.head(limit), _RISK_UNITS, dates=_DATES, reasons="reasons"),
        totals=[*_counts(totals), Figure(name="threshold", value=threshold, unit="share")],
        row_count=lines.height,
        charts=() if chart is None else (chart,),
        notes=notes,
    )


def home_currency(context: Context) -> str:
    """Currency of purchase costs: that of the warehouse's country; empty where there is no warehouse."""
    countries = context.locations.filter(pl.col("kind") == "warehouse")["country"].to_list()
    return context.currencies.get(countries[0], "") if countries else ""


def _plan(context: Context, scope: Scope) -> tuple[pl.DataFrame, list[str]]:
    """The newest plan's rows in scope, with names and their cost, and what to note about it."""
    plan = context.derived("restock_lines", command="plan")
    stale = plan.height > 0 and plan["as_of"][0] < context.as_of
    skus, places = scope.skus(context.catalogue), scope.locations(context.locations)
    lines = (
        plan.rename({"units": "restock_units"})
        .join(skus.select("sku_id", "unit_cost"), on="sku_id")
        .join(places.select("location_id"), on="location_id", how="semi")
        .with_columns(cost=pl.col("restock_units") * pl.col("unit_cost"), cost_currency=pl.lit(home_currency(context)))
    )
    return with_names(context, lines), ["stale_plan"] if stale else []


def _within(lines: pl.DataFrame, budget: float) -> tuple[pl.DataFrame, list[str]]:
    """Whole lines by sales value per cost, while their cost fits in what is left of the budget."""
    costed = lines.filter(pl.col("cost").is_not_null())
    value = pl.col("expected_sales_value").fill_null(0) / pl.col("cost").clip(lower_bound=0.01)
    ranked = costed.sort(value.neg(), "sku_id", "location_id")
    left, chosen = budget, []
    for cost in ranked["cost"]:
        chosen.append(cost <= left)
        left -= cost if cost <= left else 0.0
    kept = ranked.filter(pl.Series(chosen, dtype=pl.Boolean))
    notes = ["no_cost"] if costed.height < lines.height else []
    return kept, [*notes, *(["budget_limit"] if kept.height < costed.height else [])]


def _totals(lines: pl.DataFrame, cost_currency: str) -> list[Figure]:
    summed = ("restock_units", "wanted_units", "expected_sales_units")
    sums = {name: float(lines[name].sum()) for name in summed}
    figures = [*to_figures(sums, _RESTOCK_UNITS)]
    figures += _counts({"lines": lines.height, "stores": lines["location_id"].n_unique()})
    values = lines.group_by("currency").agg(pl.col("expected_sales_value").sum()).sort("currency")
    for currency, value in values.iter_rows():
        figures.append(Figure(name="expected_sales_value", value=value, unit="money", currency=currency or ""))
    if lines["cost"].null_count() == 0 and lines.height:
        cost = float(lines["cost"].sum())
        figures.append(Figure(name="cost", value=cost, unit="money", currency=cost_currency))
    return figures


def _counts(counts: dict[str, int]) -> list[Figure]:
    units: dict[str, Unit] = {"stores": "stores", "skus": "skus"}
    return [Figure(name=name, value=float(count), unit=units.get(name, "lines")) for name, count in counts.items()]
