"""Series of a small chain, for tests of its levels."""

from __future__ import annotations

import numpy as np
import polars as pl


def chain_series(skus: int, places: int) -> pl.DataFrame:
    """Series of every SKU at every place: two SKUs a product, four products a category, three places a country."""
    keys = pl.DataFrame({"sku": np.arange(skus)}).join(pl.DataFrame({"place": np.arange(places)}), how="cross")
    return keys.select(
        sku_id=pl.format("s{}", "sku"),
        product_id=pl.format("p{}", pl.col("sku") // 2),
        category=pl.format("c{}", pl.col("sku") // 8),
        location_id=pl.format("l{}", "place"),
        city=pl.when(pl.col("place") % 4 == 3).then(pl.lit("")).otherwise(pl.format("t{}", pl.col("place") // 2)),
        country=pl.format("x{}", pl.col("place") // 3),
    )
