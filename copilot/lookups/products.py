"""Which products the range has."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import polars as pl

from copilot.evidence import Evidence, Row, Unit, make_evidence
from copilot.lookups.context import Context
from copilot.lookups.rows import LABELS, to_figures
from copilot.lookups.scope import Scope

_SALES_DAYS = 28
_UNITS: dict[str, Unit] = {"price": "money", "on_hand_units": "units", "sold_units_28_days": "units"}


def find_products(
    context: Context,
    scope: Scope,
    *,
    least_price: float | None = None,
    most_price: float | None = None,
    limit: int = 20,
) -> Evidence:
    """Products in scope, best sellers of the last 28 days first, with price, stock and sales in the scope's locations.

    Labels hold the colours and sizes that the product comes in, and its supplier; dates when it was launched. The price
    is that of the scope's country where it names one, else the lowest by currency; `least_price` and `most_price` keep
    products by it, whatever the currency. Note `no_products` when none is in scope.
    """
    skus, places = scope.skus(context.catalogue), scope.locations(context.locations)
    products = _products(skus).join(_activity(context, skus, places), on="product_id", how="left")
    products = products.join(_prices(context, places), on="product_id", how="left")
    if least_price is not None:
        products = products.filter(pl.col("price") >= least_price)
    if most_price is not None:
        products = products.filter(pl.col("price") <= most_price)
    products = products.with_columns(pl.col("on_hand_units", "sold_units_28_days").fill_null(0))
    products = products.sort(pl.col("sold_units_28_days").neg(), "product_id")
    rows = []
    for cells in products.head(limit).iter_rows(named=True):
        labels = {name: str(cells[name]) for name in (*LABELS, "colours", "sizes", "supplier") if cells.get(name)}
        figures = to_figures(cells, _UNITS, currency=cells["currency"] or "")
        dates = {"launched_on": cells["launched_on"]} if cells["launched_on"] else {}
        rows.append(Row(labels=labels, figures=figures, dates=dates))
    notes = ["no_products"] if products.is_empty() else ["cut"] if products.height > limit else []
    return make_evidence(
        "products",
        as_of=context.as_of,
        sources=context.versions("products", "skus", "prices", "stock", "sales"),
        rows=rows,
        totals=to_figures({"products": products.height}, {"products": "products"}),
        row_count=products.height,
        notes=notes,
    )


def _products(skus: pl.DataFrame) -> pl.DataFrame:
    joined = [pl.col(name).drop_nulls().unique(maintain_order=True).str.join(", ") for name in ("colour", "size")]
    return skus.group_by("product_id", maintain_order=True).agg(
        pl.col("name").first().alias("product"),
        pl.col("category", "material", "supplier", "launched_on").first(),
        joined[0].alias("colours"),
        joined[1].alias("sizes"),
    )


def _activity(context: Context, skus: pl.DataFrame, places: pl.DataFrame) -> pl.DataFrame:
    """Stock now and units sold over 28 days, by product."""
    ids, locations = tuple(skus["sku_id"]), tuple(places["location_id"])
    return context.once(("activity", ids, locations), lambda: _read_activity(context, skus, ids, locations))


def _read_activity(context: Context, skus: pl.DataFrame, ids: Sequence[str], locations: Sequence[str]) -> pl.DataFrame:
    since = context.as_of - timedelta(days=_SALES_DAYS)
    warehouse = context.warehouse
    stock = warehouse.stock_levels(context.as_of, sku_ids=ids, location_ids=locations).select("sku_id", "on_hand_units")
    sales = warehouse.daily_sales(since=since, before=context.as_of, sku_ids=ids, location_ids=locations)
    sold = sales.select("sku_id", sold_units_28_days="units")
    both = pl.concat([stock, sold], how="diagonal").join(skus.select("sku_id", "product_id"), on="sku_id")
    return both.group_by("product_id").agg(pl.col("on_hand_units", "sold_units_28_days").sum())


def _prices(context: Context, places: pl.DataFrame) -> pl.DataFrame:
    prices = context.warehouse.prices(context.as_of).filter(pl.col("country").is_in(places["country"].to_list()))
    return prices.sort("currency", "price").unique("product_id", keep="first", maintain_order=True).drop("country")
