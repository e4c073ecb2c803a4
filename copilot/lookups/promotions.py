"""Which promotions run, where, and how deep they are."""

from __future__ import annotations

import polars as pl

from copilot.evidence import Evidence, Unit, make_evidence
from copilot.lookups.context import Context
from copilot.lookups.rows import to_rows, with_names
from copilot.lookups.scope import Period, Scope

_UNITS: dict[str, Unit] = {"discount_share": "share"}


def promotions(context: Context, scope: Scope, *, period: Period, limit: int = 20) -> Evidence:
    """Promotions with a day in the period on products and in countries of the scope, deepest first.

    One that names no product or no country is on all. Notes: `no_promotions`, `cut`.
    """
    skus, places = scope.skus(context.catalogue), scope.locations(context.locations)
    product, country = pl.col("product_id"), pl.col("country")
    running = context.warehouse.promotions(period.since, period.before).filter(
        product.is_in(skus["product_id"].to_list()) | product.is_null() | (product == ""),
        country.is_in(places["country"].to_list()) | country.is_null() | (country == ""),
    )
    running = running.sort(pl.col("discount_share").neg(), "product_id", "country", "starts_on")
    return make_evidence(
        "products",
        as_of=context.as_of,
        sources=context.versions("promotions", "products"),
        rows=to_rows(with_names(context, running.head(limit)), _UNITS, dates=("starts_on", "ends_on")),
        dates={"since": period.since, "last_day": period.last_day},
        row_count=running.height,
        notes=[*([] if running.height else ["no_promotions"]), *(["cut"] if running.height > limit else [])],
    )
