"""What a product would sell that nothing stocks, sells or has ordered: as if it were carried where its category is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import polars as pl

from copilot.planning.arrays import Floats
from copilot.planning.demand_model import SeriesState
from copilot.planning.explanation.morning import Morning
from copilot.planning.gamma_poisson import Evidence, Rate
from copilot.planning.launches.cold_start import Shop, forecast_launches
from copilot.planning.launches.curves import FIRST_WEEKS
from copilot.planning.launches.facts import Embed
from copilot.planning.launches.records import ANALOGUES_SCHEMA

_WEEK_DAYS = 7


def as_if_carried(
    shop: Shop, product_ids: Sequence[str], *, locations: pl.DataFrame, embed: Embed | None = None
) -> pl.DataFrame:
    """Analogues of products of the shop's catalogue, in `ANALOGUES_SCHEMA`, as if launched on the morning.

    Every place that carries their category is taken to carry them; where none does, all places that sell. `locations`
    is in its contract's columns. No rows for products without a SKU, and where fewer than ten products have a history
    to learn from.
    """
    skus = shop.catalogue.filter(pl.col("product_id").is_in(list(product_ids)))
    added = _series(shop.state.series, skus, locations)
    if added.is_empty():
        return ANALOGUES_SCHEMA.to_frame()
    found = forecast_launches(_with(shop, added), FIRST_WEEKS * _WEEK_DAYS, embed=embed)
    if found is None:
        return ANALOGUES_SCHEMA.to_frame()
    return found.analogues.filter(pl.col("product_id").is_in(list(product_ids)))


def shop_on(morning: Morning, catalogue: pl.DataFrame, prices: pl.DataFrame) -> Shop:
    """The shop of a morning, with a catalogue and prices that may be newer than it."""
    return Shop(
        as_of=morning.as_of,
        since=morning.reader.since,
        catalogue=catalogue,
        prices=prices,
        state=morning.state,
        rate=morning.parts.rate,
        model=morning.model,
        drivers=morning.reader.drivers,
        panel=morning.reader.panel,
    )


def _series(known: pl.DataFrame, skus: pl.DataFrame, locations: pl.DataFrame) -> pl.DataFrame:
    """The series that these SKUs would have, with the labels of those that are `known`."""
    places = locations.join(known.select("location_id").unique(), on="location_id", how="semi")
    of_category = known.select("category", "location_id").unique()
    carried = skus.join(of_category.select("category").unique(), on="category", how="semi")
    elsewhere = skus.join(carried, on="sku_id", how="anti")
    key = ("sku_id", "location_id")
    pairs = pl.concat(
        [
            carried.join(of_category, on="category").select(key),
            elsewhere.join(places.select("location_id"), how="cross").select(key),
        ]
    )
    placed = pairs.join(skus, on="sku_id").join(places, on="location_id", suffix="_of_place")
    texts = [
        (pl.col(name) if name in placed.columns else pl.lit("")).cast(pl.String).fill_null("").alias(name)
        for name in known.columns
    ]
    return placed.select(texts).sort(key)


def _with(shop: Shop, added: pl.DataFrame) -> Shop:
    """The shop with these series, of which nothing is known."""
    state, count = shop.state, added.height
    none = np.zeros(count)
    return replace(
        shop,
        state=SeriesState(
            series=pl.concat([state.series, added]),
            evidence=_joined(state.evidence, none),
            recent=_joined(state.recent, none),
            history_days=np.concatenate([state.history_days, np.zeros(count, dtype=np.int64)]),
            in_stock_share=np.concatenate([state.in_stock_share, none]),
        ),
        # Rates of new products are not looked at.
        rate=Rate(
            mean=np.concatenate([shop.rate.mean, np.ones(count)]),
            variation=np.concatenate([shop.rate.variation, np.ones(count)]),
        ),
    )


def _joined(evidence: Evidence, none: Floats) -> Evidence:
    return Evidence(units=np.concatenate([evidence.units, none]), exposure=np.concatenate([evidence.exposure, none]))
