"""The demo retailer as a whole: its tables, its posts, and the truth that they were made from."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cached_property

import polars as pl

from ingestion.demo.climate import build_weather, weather_frame
from ingestion.demo.demand import build_demand
from ingestion.demo.movements import Movements, join
from ingestion.demo.network import build_network, locations_frame
from ingestion.demo.occasions import calendar_frame
from ingestion.demo.outlook import weather_forecasts_frame
from ingestion.demo.posts import Posts, write_posts
from ingestion.demo.pricing import build_pricing
from ingestion.demo.size import DemoSize
from ingestion.demo.styles import build_range, products_frame, skus_frame
from ingestion.demo.supply import Supply
from ingestion.demo.trends import build_trends
from ingestion.demo.truth import Truth
from ingestion.records import RawPost

_IN_ONE_FRAME_CELLS = 30_000_000
_CALENDAR_AHEAD_DAYS = 180


class Demo:
    """A fashion retailer that does not exist. The same size, seed and end give the same rows and posts."""

    def __init__(self, size: DemoSize, *, seed: int, end: date) -> None:
        self.size = size
        self.seed = seed
        self.end = end
        self.start = end - timedelta(days=size.days - 1)
        self._network = build_network(size.stores)
        self._range = build_range(size.products, seed=seed, end=end)
        self._trends = build_trends(self._range, end=end)
        self._pricing = build_pricing(self._range, start=self.start, days=size.days, seed=seed)
        cities = tuple(sorted({place.city for place in self._network if place.city} | {"Paris"}))
        self._weather = build_weather(cities, start=self.start, days=size.days, seed=seed)
        self._model = build_demand(
            self._network,
            self._range,
            pricing=self._pricing,
            weather=self._weather,
            trends=self._trends,
            start=self.start,
            seed=seed,
        )

    def tables(self) -> Iterator[tuple[str, pl.DataFrame]]:
        """Every retail table by name, parents first, in the contract's schema.

        Up to about the full size each table is one frame. Beyond it sales, stock and inbound come as several frames of
        four weeks each, so that memory stays bounded.
        """
        yield "products", products_frame(self._range)
        yield "skus", skus_frame(self._range)
        yield "locations", locations_frame(self._network)
        for movements in [self._movements] if self._fits_in_one else self._supply().run():
            yield "sales", movements.sales
            yield "stock", movements.stock
            yield "inbound", movements.inbound
        yield "prices", self._pricing.prices
        yield "promotions", self._pricing.promotions
        yield "calendar", calendar_frame(self.start, self.end + timedelta(days=_CALENDAR_AHEAD_DAYS))
        yield "weather", weather_frame(self._weather, start=self.start)
        yield "weather_forecasts", weather_forecasts_frame(self._weather, start=self.start, seed=self.seed)

    def raw_posts(self) -> Iterator[RawPost]:
        """Posts and reviews in order of time. Personal data: pseudonymise before anything is stored."""
        yield from self._posts.posts

    @cached_property
    def truth(self) -> Truth:
        """What all of it was made from. Holds personal data in plain: keep it in memory."""
        first = self.end - timedelta(days=self.size.post_days - 1)
        rises = [trend.rise for trend in self._trends if trend.rise is not None]
        floods = [trend.flood for trend in self._trends if trend.flood is not None]
        return Truth(
            rises=tuple(sorted((r for r in rises if r.starts_on >= first), key=lambda rise: rise.starts_on)),
            seasonals=tuple(trend.season for trend in self._trends if trend.season is not None),
            floods=tuple(flood for flood in floods if flood.starts_on >= first),
            declines=tuple(trend.decline for trend in self._trends if trend.decline is not None),
            posts=self._posts.truth,
            demand=self._model.frame,
            stock_outs=self._stock_outs,
            quality_drop=self._posts.quality_drop,
        )

    @property
    def _fits_in_one(self) -> bool:
        return len(self._model.series) * self.size.days <= _IN_ONE_FRAME_CELLS

    def _supply(self) -> Supply:
        return Supply(self._model, self._range, self._network, self._pricing.paid)

    @cached_property
    def _movements(self) -> Movements:
        return join(list(self._supply().run()))

    @cached_property
    def _posts(self) -> Posts:
        return write_posts(self.size, self._range, self._trends, seed=self.seed, end=self.end)

    def _stock_outs(self) -> pl.DataFrame:
        if self._fits_in_one:
            return self._movements.stock_outs
        return pl.concat([movements.stock_outs for movements in self._supply().run()])


def build_demo(size: DemoSize, seed: int = 7, end: date = date(2026, 11, 1)) -> Demo:
    """The demo retailer with sales and posts up to and including `end`. Tables and posts are made when asked for."""
    return Demo(size, seed=seed, end=end)
