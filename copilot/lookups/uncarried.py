"""Products that a question names and that no place stocks, sells or has ordered: they have no forecast of their own."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from copilot.lookups.context import Context
from copilot.lookups.scope import Scope

NOT_CARRIED, NOT_DESCRIBED, NOT_LIKENED = "not_carried", "not_described", "not_likened"
_TELLING = ("category", "material", "attributes", "description", "brand", "department", "supplier")
_MOST_NAMED = 3


def uncarried_products(context: Context, scope: Scope, forecasts: pl.DataFrame) -> pl.DataFrame:
    """product_id, name and `described`, whether the catalogue tells enough to compare it by, of the products of the
    catalogue that the scope names by id or SKU and that have no row in `forecasts`."""
    named = Scope(product_ids=scope.product_ids, sku_ids=scope.sku_ids)
    if not named.names_skus:
        return pl.DataFrame(schema={"product_id": pl.String, "name": pl.String, "described": pl.Boolean})
    skus = named.skus(context.catalogue)
    carried = context.catalogue.join(forecasts.select("sku_id").unique(), on="sku_id", how="semi")
    told = pl.any_horizontal(pl.col(name).fill_null("").str.strip_chars() != "" for name in _TELLING)
    return (
        skus.join(carried, on="product_id", how="anti")
        .unique("product_id", maintain_order=True)
        .select("product_id", "name", described=told)
    )


def uncarried_notes(products: pl.DataFrame, *, likened: bool = False) -> list[str]:
    """`not_carried:NAMES` of these products, `not_described:NAMES` of those that cannot be likened to others; where
    they were, and it told nothing (`likened`), `not_likened:NAMES` in place of the first."""
    notes = []
    first = NOT_LIKENED if likened else NOT_CARRIED
    for code, own in ((first, pl.col("described")), (NOT_DESCRIBED, ~pl.col("described"))):
        names = products.filter(own)["name"].to_list()
        notes += [f"{code}:{', '.join(names[:_MOST_NAMED])}"] if names else []
    return notes


def tells_uncarried(notes: Sequence[str]) -> bool:
    """Whether one of the notes says that nothing carries a product."""
    return any(note.partition(":")[0] in (NOT_CARRIED, NOT_DESCRIBED, NOT_LIKENED) for note in notes)
