"""Small retailers whose products are written about: rises of terms drawn at random, half of which move demand.

Range, prices, weather, supply and counts are the demo's; two dozen terms that a few SKUs are about each rise once, on a
day of the second to the last quarter of two years. Mentions come as they would be counted: an author a post, as many a
day as the term's curve says, beside posts on anything else. Of the posts nothing else is made.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from copilot.planning.drivers import Drivers
from copilot.planning.forecast import PanelReader
from copilot.planning.leading.rises import KnownRise, linked_rises
from copilot.planning.series import DemandPanel
from copilot.settings import PlanningSettings, SignalSettings
from copilot.signals.lexicon import load_lexicon
from copilot.signals.past import find_past_rises
from copilot.signals.products import ProductLinks
from copilot.signals.records import MENTIONS_SCHEMA
from ingestion.demo.climate import build_weather, weather_frame
from ingestion.demo.demand import build_demand
from ingestion.demo.movements import join
from ingestion.demo.network import build_network, locations_frame
from ingestion.demo.occasions import calendar_frame
from ingestion.demo.pricing import build_pricing
from ingestion.demo.styles import Range, build_range, products_frame, skus_frame
from ingestion.demo.supply import Supply
from ingestion.demo.trends import Trend, mention_ratio
from ingestion.demo.truth import Rise
from ingestion.lake import Lake
from ingestion.warehouse import Warehouse

END = date(2026, 11, 2)
_STORES, _PRODUCTS, _DAYS = 6, 40, 728
_TERMS, _FEWEST_SKUS, _MOST_SKUS = 24, 4, 40
_FIRST_RISE, _LAST_RISE = 150, 690
_POSTS_A_DAY = 60
"""On anything else."""


@dataclass(frozen=True, kw_only=True)
class Retailer:
    """One retailer with what it was made from."""

    panel: DemandPanel
    drivers: Drivers
    known: tuple[KnownRise, ...]
    """Rises that the detector called, on whatever."""
    rises: tuple[Rise, ...]
    """The truth."""
    locations: pl.DataFrame
    weather: pl.DataFrame


def small_retailer(seed: int) -> Retailer:
    """The retailer of that seed: 6 stores, 40 styles, 2 years."""
    start = END - timedelta(days=_DAYS)
    range_ = build_range(_PRODUCTS, seed=seed, end=END - timedelta(days=1))
    trends = tuple(_trends(range_, start, seed))
    mentions, volumes = _posts(trends, start, seed)
    with tempfile.TemporaryDirectory() as folder:
        lake = Lake(Path(folder))
        for name, frame in _tables(range_, trends, start, seed):
            lake.append(name, frame)
        warehouse = Warehouse(lake)
        reader = PanelReader(warehouse, END, PlanningSettings())
        panel = reader.panel([sku for piece in reader.pieces for sku in piece])
        weather = warehouse.weather(start, END)
    lives = find_past_rises(mentions, volumes, END, SignalSettings(), mornings=_DAYS - 98)
    links = ProductLinks(reader.catalogue, mentions, load_lexicon())
    return Retailer(
        panel=panel,
        drivers=reader.drivers,
        known=linked_rises(lives, links, reader.catalogue),
        rises=tuple(trend.rise for trend in trends if trend.rise is not None),
        locations=reader.locations,
        weather=weather,
    )


def _trends(range_: Range, start: date, seed: int) -> Iterator[Trend]:
    chance = np.random.default_rng([seed, 11])
    linked = {term: skus for term, skus in _linked(range_) if _FEWEST_SKUS <= len(skus) <= _MOST_SKUS}
    terms = chance.permutation(sorted(linked))[:_TERMS].tolist()
    for number, term_id in enumerate(terms):
        starts_on = start + timedelta(days=int(chance.integers(_FIRST_RISE, _LAST_RISE)))
        products = tuple(dict.fromkeys(range_.styles[range_.skus[sku].style].product_id for sku in linked[term_id]))
        rise = Rise(
            term_id=term_id,
            starts_on=starts_on,
            ends_on=starts_on + timedelta(days=7 * int(chance.integers(5, 10)) - 1),
            peak_ratio=float(chance.uniform(4.5, 7.0)),
            lift=float(chance.uniform(0.4, 1.0)) if number % 2 else None,
            lift_delay_days=int(chance.integers(2, 8)),
            product_ids=products,
            sku_ids=tuple(range_.skus[sku].sku_id for sku in linked[term_id]),
        )
        yield Trend(
            term_id=term_id,
            weekly_authors=float(chance.uniform(8.0, 14.0)),
            includes="",
            product_ids=products,
            rise=rise,
        )


def _linked(range_: Range) -> Iterator[tuple[str, list[int]]]:
    """Positions of the SKUs that each term of one attribute is about."""
    for term_id, term in load_lexicon().terms.items():
        if len(term.attributes) != 1 or "|" in term.attributes[0]:
            continue
        kind, _, value = term.attributes[0].partition(":")
        found = []
        for number, sku in enumerate(range_.skus):
            style = range_.styles[sku.style]
            has = {
                "colour": (sku.colour,),
                "category": (style.category.name,),
                "material": (style.material,),
                "attribute": style.attributes,
            }
            if value in has.get(kind, ()):
                found.append(number)
        yield term_id, found


def _tables(range_: Range, trends: tuple[Trend, ...], start: date, seed: int) -> Iterator[tuple[str, pl.DataFrame]]:
    network = build_network(_STORES)
    pricing = build_pricing(range_, start=start, days=_DAYS, seed=seed)
    cities = tuple(sorted({place.city for place in network if place.city} | {"Paris"}))
    weather = build_weather(cities, start=start, days=_DAYS, seed=seed)
    model = build_demand(network, range_, pricing=pricing, weather=weather, trends=trends, start=start, seed=seed)
    movements = join(list(Supply(model, range_, network, pricing.paid).run()))
    yield "products", products_frame(range_)
    yield "skus", skus_frame(range_)
    yield "locations", locations_frame(network)
    yield "sales", movements.sales
    yield "stock", movements.stock
    yield "prices", pricing.prices
    yield "promotions", pricing.promotions
    yield "calendar", calendar_frame(start, END + timedelta(days=180))
    yield "weather", weather_frame(weather, start=start)


def _posts(trends: tuple[Trend, ...], start: date, seed: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Mentions (MENTIONS_SCHEMA) and volumes, as `count_days` takes them."""
    chance = np.random.default_rng([seed, 13])
    parts = []
    others = chance.poisson(_POSTS_A_DAY, _DAYS)
    for term_id, counts in [("", others), *((trend.term_id, _authors(trend, start, chance)) for trend in trends)]:
        days = np.repeat(np.arange(_DAYS), counts)
        parts.append(pl.DataFrame({"term_id": [term_id] * len(days), "day": days}))
    empty = {"source": "forum", "language": "en", "market": "", "product_id": "", "thread": ""}
    posts = (
        pl.concat(parts)
        .with_row_index("number")
        .with_columns(
            post_id=pl.format("p{}", "number"),
            author=pl.format("a{}", "number"),
            date=pl.lit(start) + pl.duration(days="day"),
            **{name: pl.lit(value) for name, value in empty.items()},
        )
    )
    said = posts.filter(pl.col("term_id") != "").select(MENTIONS_SCHEMA.names()).cast(MENTIONS_SCHEMA)
    return said, posts.select("post_id", "author", "date", "source", "market", "thread")


def _authors(trend: Trend, start: date, chance: np.random.Generator) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    ratio = mention_ratio(trend, start=start, days=_DAYS)
    return chance.poisson(trend.weekly_authors / 7.0 * ratio)
