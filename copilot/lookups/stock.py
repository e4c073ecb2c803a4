"""What is in stock, and what is on its way."""

from __future__ import annotations

from datetime import date
from typing import Literal

import polars as pl

from copilot.charts import Chart
from copilot.errors import NoDataError
from copilot.evidence import Evidence, Unit, make_evidence
from copilot.lookups import charts
from copilot.lookups.context import Context
from copilot.lookups.rows import to_figures, to_rows, with_names
from copilot.lookups.scope import Period, Scope
from copilot.planning.fan import total_forecast
from copilot.settings import Language

StockGroup = Literal["sku_location", "sku", "product", "location"]

_KEYS: dict[StockGroup, tuple[str, ...]] = {
    "sku_location": ("sku_id", "location_id"),
    "sku": ("sku_id",),
    "product": ("product_id",),
    "location": ("location_id",),
}
_OUTLOOK_DAYS = 14
_UNITS: dict[str, Unit] = {"on_hand_units": "units", "inbound_units": "units", "run_out_probability": "share"}
_OUT_UNITS: dict[str, Unit] = {
    "on_hand_units": "units",
    "inbound_units": "units",
    "mean_demand_units": "units",
    "restock_units": "units",
}
_OUT_TOTALS: dict[str, Unit] = {"out_lines": "lines", "skus": "skus", "stores": "stores"}
_TOTALS: dict[str, Unit] = {
    "on_hand_units": "units",
    "held_units": "units",
    "warehouse_units": "units",
    "inbound_units": "units",
    "stores": "stores",
}


def stock_levels(
    context: Context,
    scope: Scope,
    *,
    group: StockGroup = "sku_location",
    coming_only: bool = False,
    due: Period | None = None,
    limit: int = 20,
    language: Language = "en",
) -> Evidence:
    """Units on hand and on their way, largest stock first; with `coming_only` what is on its way, first to come first.

    `due` leaves out what is expected on other days; what is late may come on any day from `as_of` on.
    In the totals `stores` counts the stores and web shops that hold any, `held_units` what these hold and
    `warehouse_units` what warehouses do; both only where both hold some.

    Rows carry `run_out_probability` where the restock plan has one for that SKU and location. Notes: `no_products`
    when no SKU is in scope, `no_stock_row` when no level is recorded in scope, `part_no_stock_row` when one of the SKUs
    has none, `cut`. Raises `NoDataError` where no stock was ever imported.
    """
    skus, places = scope.skus(context.catalogue), scope.locations(context.locations)
    sku_ids = skus["sku_id"].to_list() if scope.names_skus else None
    location_ids = places["location_id"].to_list() if scope.names_locations else None
    levels = context.warehouse.stock_levels(context.as_of, sku_ids=sku_ids, location_ids=location_ids)
    inbound = context.warehouse.open_inbound(context.as_of, sku_ids=sku_ids, location_ids=location_ids)
    inbound = _due(inbound, due, context.as_of) if due else inbound
    sources = context.versions("stock", "inbound", "skus", "products", "locations", "restock_lines")
    if levels.is_empty() and "stock" not in context.warehouse.last_dates():
        raise NoDataError("No stock yet. Bring some in with `reassort import stock FILE`.")
    lines = _lines(context, levels, inbound)
    grouped = _grouped(lines, skus, group)
    if coming_only:
        grouped = grouped.filter(pl.col("inbound_units") > 0).sort("next_delivery_on", maintain_order=True)
    named = with_names(context, grouped)
    notes = ["no_products"] if skus.is_empty() else []
    if not set(skus["sku_id"]) <= set(levels["sku_id"]):
        notes.append("part_no_stock_row" if levels.height else "no_stock_row")
    return make_evidence(
        "stock",
        as_of=context.as_of,
        sources=sources,
        rows=to_rows(named.head(limit), _UNITS, dates=("counted_on", "next_delivery_on")),
        totals=to_figures(_totals(lines, places), _TOTALS),
        dates={**(_next(lines) if coming_only else {}), **_days(due)},
        row_count=named.height,
        charts=_charts(context, named, lines, group, language),
        notes=[*notes, *(["cut"] if named.height > limit else [])],
    )


def out_of_stock(context: Context, scope: Scope, *, limit: int = 20) -> Evidence:
    """SKUs and places that sell of which the last level known is none, greatest expected demand first.

    Figures: what is on the way, and from the restock plan the demand until the delivery after next and what is sent;
    a SKU that a place never held has no level and is not counted. Totals: `out_lines`, `skus` and `stores` of them.
    Notes: `no_products`, `none_out`, `cut`. Raises `NoDataError` where no stock was ever imported.
    """
    skus = scope.skus(context.catalogue)
    places = scope.locations(context.locations).filter(pl.col("kind") != "warehouse")
    ids = {"sku_ids": skus["sku_id"].to_list(), "location_ids": places["location_id"].to_list()}
    levels = context.warehouse.stock_levels(context.as_of, **ids)
    if levels.is_empty() and "stock" not in context.warehouse.last_dates():
        raise NoDataError("No stock yet. Bring some in with `reassort import stock FILE`.")
    out = levels.filter(pl.col("on_hand_units") <= 0)
    lines = _lines(context, out, context.warehouse.open_inbound(context.as_of, **ids))
    lines = lines.filter(pl.col("on_hand_units").is_not_null())
    lines = lines.sort(pl.col("mean_demand_units").fill_null(0).neg(), "sku_id", "location_id")
    named = with_names(context, lines)
    counts = {
        "out_lines": lines.height,
        "skus": lines["sku_id"].n_unique(),
        "stores": lines["location_id"].n_unique(),
    }
    notes = [*(["no_products"] if skus.is_empty() else []), *([] if lines.height else ["none_out"])]
    return make_evidence(
        "stock",
        as_of=context.as_of,
        sources=context.versions("stock", "inbound", "skus", "products", "locations", "restock_lines"),
        rows=to_rows(named.head(limit), _OUT_UNITS, dates=("counted_on", "next_delivery_on")),
        totals=to_figures(counts, _OUT_TOTALS),
        row_count=lines.height,
        notes=[*notes, *(["cut"] if lines.height > limit else [])],
    )


def _due(inbound: pl.DataFrame, due: Period, as_of: date) -> pl.DataFrame:
    late = (pl.col("expected_on") < as_of) & (due.since <= as_of)
    return inbound.filter(pl.col("expected_on").is_between(due.since, due.last_day) | late)


def _days(due: Period | None) -> dict[str, date]:
    return {"since": due.since, "last_day": due.last_day} if due else {}


def _next(lines: pl.DataFrame) -> dict[str, date]:
    """The day that something is expected first."""
    first = lines.filter(pl.col("inbound_units") > 0)["next_delivery_on"].min()
    return {"next_delivery_on": first} if isinstance(first, date) else {}


def _lines(context: Context, levels: pl.DataFrame, inbound: pl.DataFrame) -> pl.DataFrame:
    """One row a SKU and location that has stock recorded or something on its way."""
    keys = ["sku_id", "location_id"]
    coming = inbound.group_by(keys).agg(
        pl.col("units").sum().alias("inbound_units"), pl.col("expected_on").min().alias("next_delivery_on")
    )
    lines = levels.join(coming, on=keys, how="full", coalesce=True)
    try:
        plan = context.derived("restock_lines", command="plan").rename({"units": "restock_units"})
        risks = plan.select(*keys, "run_out_probability", "mean_demand_units", "restock_units")
    except NoDataError:
        # Without a plan the answer is on hand and on its way, which is still an answer.
        missing = ("run_out_probability", "mean_demand_units", "restock_units")
        return lines.with_columns(pl.lit(None, pl.Float64).alias(name) for name in missing)
    return lines.join(risks, on=keys, how="left")


def _grouped(lines: pl.DataFrame, skus: pl.DataFrame, group: StockGroup) -> pl.DataFrame:
    keys = _KEYS[group]
    order = [pl.col("on_hand_units").fill_null(-1).neg(), *map(pl.col, keys)]
    if group == "sku_location":
        return lines.sort(order)
    if group == "product":
        lines = lines.join(skus.select("sku_id", "product_id"), on="sku_id")
    grouped = lines.group_by(keys).agg(
        pl.col("on_hand_units", "inbound_units").sum(),
        pl.col("counted_on").max(),
        pl.col("next_delivery_on").min(),
    )
    return grouped.sort(order)


def _totals(lines: pl.DataFrame, places: pl.DataFrame) -> dict[str, object]:
    sells = places.filter(pl.col("kind") != "warehouse")["location_id"].to_list()
    held = lines.filter(pl.col("on_hand_units") > 0, pl.col("location_id").is_in(sells))
    whole, in_stores = (int(rows["on_hand_units"].sum()) for rows in (lines, held))
    parts = {"held_units": in_stores, "warehouse_units": whole - in_stores} if 0 < in_stores < whole else {}
    return {
        "on_hand_units": whole,
        **parts,
        "inbound_units": lines["inbound_units"].sum(),
        "stores": held["location_id"].n_unique(),
    }


def _charts(
    context: Context, named: pl.DataFrame, lines: pl.DataFrame, group: StockGroup, language: Language
) -> tuple[Chart, ...]:
    """Stock by location, or by size and colour in one location; for a single bar, how long it lasts."""
    chart = charts.stock_bars(named, by_location=group == "location" or _several_places(named), language=language)
    if chart is None and not lines.is_empty():
        chart = _outlook(context, lines, language)
    return () if chart is None else (chart,)


def _outlook(context: Context, lines: pl.DataFrame, language: Language) -> Chart | None:
    """Stock with its deliveries against demand added up; None where there is no forecast."""
    sku_ids, location_ids = (lines[column].unique().to_list() for column in ("sku_id", "location_id"))
    try:
        forecasts = context.derived("forecasts", command="forecast")
        demand = total_forecast(
            forecasts,
            as_of=forecasts["as_of"][0],
            days=_OUTLOOK_DAYS,
            sku_ids=sku_ids,
            location_ids=location_ids,
            cumulative=True,
        )
    except NoDataError:
        return None
    coming = context.warehouse.open_inbound(context.as_of, sku_ids=sku_ids, location_ids=location_ids)
    on_hand = int(lines["on_hand_units"].fill_null(0).sum())
    stock = [on_hand + int(coming.filter(pl.col("expected_on") <= day)["units"].sum()) for day in demand["date"]]
    return charts.stock_outlook(demand, stock, language=language)


def _several_places(named: pl.DataFrame) -> bool:
    return "location_id" in named.columns and named["location_id"].n_unique() > 1
