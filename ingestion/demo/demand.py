"""True demand by day and series (location x SKU): a product of factors, then counts that scatter more than Poisson's.

mean = base(series) x season, noise, price and lift (variant, country) x footfall (location) x warmth (city)
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from ingestion.demo.chance import generator
from ingestion.demo.climate import Weather
from ingestion.demo.footfall import footfall
from ingestion.demo.network import COUNTRIES, Location
from ingestion.demo.pricing import Pricing
from ingestion.demo.styles import Range
from ingestion.demo.trends import Trend, lift_factor

BLOCK_DAYS = 28
_STYLE_UNITS_A_DAY = 1.25
"""Units of the average style in the average store on the average day."""
_SCATTER_SHAPE = 4.0
_WEB_CLIMATE = "Paris"

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Series:
    """The series sold, as positions: one entry for each location x SKU that it carries."""

    location: Ints
    sku: Ints
    style: Ints
    variant: Ints
    country: Ints
    base: Floats
    """Mean units a day before season and everything else."""

    def __len__(self) -> int:
        return len(self.sku)


@dataclass(frozen=True, kw_only=True)
class DemandModel:
    """Everything that demand depends on; draws it block by block, the same at every call."""

    start: date
    days: int
    seed: int
    series: Series
    season: Floats
    """(days, styles): the season alone, as a planner knows it."""
    variant_factor: Floats
    """(days, variants, countries)."""
    location_factor: Floats
    """(days, locations)."""
    anomaly_c: Floats
    """(days, cities)."""
    warmth: Floats
    """(styles,): change of log demand by degree."""
    variant_style: Ints
    """(variants,)."""
    location_country: Ints
    """(locations,)."""
    location_city: Ints
    """(locations,): whose weather counts."""
    location_ids: tuple[str, ...]
    sku_ids: tuple[str, ...]

    @property
    def blocks(self) -> int:
        """How many blocks of `BLOCK_DAYS` the period has."""
        return -(-self.days // BLOCK_DAYS)

    def block(self, number: int) -> tuple[int, npt.NDArray[np.int32]]:
        """First day of a block and (days, series) units wanted."""
        first = number * BLOCK_DAYS
        until = min(first + BLOCK_DAYS, self.days)
        chance = generator(self.seed, "demand", number)
        units = np.empty((until - first, len(self.series)), dtype=np.int32)
        for day in range(first, until):
            mean = self.mean(day)
            scatter = chance.standard_gamma(_SCATTER_SHAPE, len(mean)) / _SCATTER_SHAPE
            units[day - first] = chance.poisson(mean * scatter)
        return first, units

    def mean(self, day: int) -> Floats:
        """(series,): mean demand of a day, in units."""
        warmth = np.exp(np.outer(self.warmth, self.anomaly_c[day]))[self.variant_style]
        factor = self.variant_factor[day][:, self.location_country] * warmth[:, self.location_city]
        factor *= self.location_factor[day]
        mean: Floats = self.series.base * factor[self.series.variant, self.series.location]
        return mean

    def frame(self, since: date, before: date) -> pl.DataFrame:
        """Demand from `since` until before `before`: date, location_id, sku_id, units; no zero rows."""
        first, until = max((since - self.start).days, 0), min((before - self.start).days, self.days)
        parts = [self._empty()]
        for number in range(first // BLOCK_DAYS, -(-until // BLOCK_DAYS) if until > first else 0):
            begins, units = self.block(number)
            day, index = np.nonzero(units)
            kept = (day + begins >= first) & (day + begins < until)
            day, index = day[kept], index[kept]
            parts.append(
                pl.DataFrame(
                    {
                        "date": np.datetime64(self.start) + (day + begins).astype("timedelta64[D]"),
                        "location_id": pl.Series(self.location_ids, dtype=pl.String).gather(
                            self.series.location[index]
                        ),
                        "sku_id": pl.Series(self.sku_ids, dtype=pl.String).gather(self.series.sku[index]),
                        "units": units[day, index].astype(np.int64),
                    }
                )
            )
        return pl.concat(parts)

    def _empty(self) -> pl.DataFrame:
        return pl.DataFrame(schema={"date": pl.Date, "location_id": pl.String, "sku_id": pl.String, "units": pl.Int64})


def build_demand(
    network: tuple[Location, ...],
    range_: Range,
    *,
    pricing: Pricing,
    weather: Weather,
    trends: tuple[Trend, ...],
    start: date,
    seed: int,
) -> DemandModel:
    """Demand of every location but the warehouse from `start` on, for as many days as there are prices."""
    days = len(pricing.list_price)
    season = season_by_day(range_, start=start, days=days)
    selling = tuple(place for place in network if place.kind != "warehouse")
    return DemandModel(
        start=start,
        days=days,
        seed=seed,
        series=_series(selling, range_, seed),
        season=season,
        variant_factor=_variant_factor(range_, season, pricing, trends, start=start, seed=seed),
        location_factor=footfall(selling, weather, start=start, days=days),
        anomaly_c=weather.anomaly_c,
        warmth=np.array([style.category.warmth / 10 for style in range_.styles]),
        variant_style=np.array([number for number, _ in range_.variants]),
        location_country=np.array([COUNTRIES.index(place.country) for place in selling]),
        location_city=np.array([weather.cities.index(place.city or _WEB_CLIMATE) for place in selling]),
        location_ids=tuple(place.location_id for place in selling),
        sku_ids=tuple(sku.sku_id for sku in range_.skus),
    )


def season_by_day(range_: Range, *, start: date, days: int) -> Floats:
    """(days, styles): demand of the season relative to the mean of the year; presents lift December."""
    dates = [start + timedelta(days=day) for day in range(days)]
    day_of_year = np.array([day.timetuple().tm_yday for day in dates])[:, None]
    peak = np.array([style.category.peak_day for style in range_.styles])
    swing = np.array([style.category.swing for style in range_.styles])
    wave = np.exp(swing * np.cos(2 * np.pi * (day_of_year - peak) / 365.25)) / np.i0(swing)
    presents = np.array([day.month == 12 and 6 <= day.day <= 24 for day in dates])[:, None]
    result: Floats = wave * np.where(presents, 1.35, 1.0)
    return result


def _series(selling: tuple[Location, ...], range_: Range, seed: int) -> Series:
    chance = generator(seed, "assortment")
    columns: dict[str, list[Any]] = {name: [] for name in ("location", "sku", "base")}
    style_of, variant_of = (np.array([getattr(sku, name) for sku in range_.skus]) for name in ("style", "variant"))
    share = np.array([sku.share for sku in range_.skus])
    popularity = np.array([style.popularity for style in range_.styles])
    for number, place in enumerate(selling):
        carried = _carried(place, number, range_, chance.random(len(range_.styles)))
        taste = chance.lognormal(0, 0.35, len(range_.variants))
        base = _STYLE_UNITS_A_DAY * place.size * popularity[style_of] * share * taste[variant_of]
        chosen = np.flatnonzero(carried[style_of])
        columns["location"].append(np.full(len(chosen), number))
        columns["sku"].append(chosen)
        columns["base"].append(base[chosen])
    location, sku = np.concatenate(columns["location"]), np.concatenate(columns["sku"])
    country = np.array([COUNTRIES.index(place.country) for place in selling])
    return Series(
        location=location,
        sku=sku,
        style=style_of[sku],
        variant=variant_of[sku],
        country=country[location],
        base=np.concatenate(columns["base"]),
    )


def _carried(place: Location, number: int, range_: Range, chance: Floats) -> npt.NDArray[np.bool_]:
    """(styles,): what a location carries. The web shop has all, larger stores more, favourites are everywhere."""
    if place.kind == "web":
        return np.array([style.stores is None for style in range_.styles])
    wanted = np.array([0.5 + 0.3 * place.size + 0.15 * style.popularity for style in range_.styles])
    limits = np.array([number < style.stores if style.stores is not None else True for style in range_.styles])
    named = np.array([style.stores is not None for style in range_.styles])
    carried: npt.NDArray[np.bool_] = ((chance < wanted) | named) & limits
    return carried


def _variant_factor(
    range_: Range, season: Floats, pricing: Pricing, trends: tuple[Trend, ...], *, start: date, seed: int
) -> Floats:
    days = len(season)
    style = np.array([number for number, _ in range_.variants])
    elasticity = np.array([range_.styles[number].category.elasticity for number in style])
    launched = np.array([(range_.styles[number].launched_on - start).days for number in style])
    chance = generator(seed, "taste")
    weeks = -(-days // 7)
    drift = np.cumsum(chance.normal(0, 0.10, (weeks, len(style))), axis=0)
    drift -= 0.9 * np.linspace(0, 1, weeks)[:, None] * drift[-1]
    noise = np.repeat(np.exp(drift * 0.5 + chance.normal(0, 0.08, drift.shape)), 7, axis=0)[:days]
    own = season[:, style] * noise * (np.arange(days)[:, None] >= launched)
    for trend in trends:
        if trend.rise is not None and trend.rise.lift is not None:
            linked = {sku.variant for sku in range_.skus if sku.sku_id in set(trend.rise.sku_ids)}
            own[:, sorted(linked)] *= lift_factor(trend.rise, start=start, days=days)[:, None]
    cheaper = (1 - pricing.discount[:, style, :]) ** -elasticity[:, None]
    dearer = (pricing.list_price[:, style, :] / pricing.list_price[:1, style, :]) ** -elasticity[:, None]
    result: Floats = own[:, :, None] * cheaper * dearer
    return result
