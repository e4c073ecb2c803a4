"""Weather against what is usual of the day, by place: as it was, and as it was expected on a morning.

Usual is the city's own year: a mean and one wave through the year where a year of it is known, else the mean of the
last four weeks. A day is wet by w = rain / (rain + 3 mm): 0 when dry, a half at 3 mm, and no more than 1 however much
falls. A place without a city of its own, such as a web shop, has the mean of its country's cities.

What is expected of a day ahead is the newest forecast issued before the morning, drawn towards usual by how right
forecasts of that many days ahead were: s = sum(seen x said) / (sum(said^2) + prior), both against usual. Where none was
issued, usual is expected. Weather seen on a day is never taken for what was known of it before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

from copilot.planning.arrays import Floats, Integers, codes_of

MOST_AHEAD_DAYS = 15
"""Days ahead beyond which no weather forecast is believed."""
_HALF_WET_MM = 3.0
_YEAR_DAYS, _MONTH_DAYS = 365, 28
_SKILL_PRIOR_DAYS = 20.0


@dataclass(frozen=True, kw_only=True)
class Climate:
    """What is usual in each city, and how far forecasts of it may be believed, from what was known on a morning."""

    cities: tuple[str, ...]
    country_of: Mapping[str, str]
    """City -> country."""
    temperature: Floats
    """(cities, 3): mean, cosine and sine of the year, degrees Celsius."""
    wetness: Floats
    """(cities,)."""
    warmth_skill: Floats
    wetness_skill: Floats
    """(days ahead,): share of a forecast difference from usual that comes, 0 to 1, one day ahead first."""

    @property
    def places(self) -> tuple[str, ...]:
        """Cities, then countries."""
        return (*self.cities, *sorted(set(self.country_of.values())))

    def codes(self, series: pl.DataFrame) -> Integers:
        """Place of each series (country and, where there is one, city): its city, else its country, else -1."""
        named = series["city"].fill_null("") if "city" in series.columns else pl.repeat("", series.height, eager=True)
        city = codes_of(named, self.places[: len(self.cities)])
        country = codes_of(series["country"], self.places[len(self.cities) :])
        return np.where(city >= 0, city, np.where(country >= 0, country + len(self.cities), -1))


@dataclass(frozen=True, kw_only=True)
class Sky:
    """Differences from usual of the days from `start` on, (places + 1, days); 0 where unknown, as in the last row."""

    start: date
    warmth: Floats
    """Degrees Celsius."""
    wetness: Floats
    known: Floats
    """Share of the place's cities whose weather is known."""

    def window(self, first: date, days: int) -> Sky:
        """The same on some of the days. Raises ValueError where they reach out of it."""
        at = (first - self.start).days
        if at < 0 or at + days > self.warmth.shape[1]:
            raise ValueError(f"days {first} + {days} are outside {self.start} + {self.warmth.shape[1]}")
        cut = slice(at, at + days)
        return Sky(start=first, warmth=self.warmth[:, cut], wetness=self.wetness[:, cut], known=self.known[:, cut])


def wetness_of(rain_mm: Floats) -> Floats:
    """How wet days are, 0 to 1."""
    wet: Floats = rain_mm / (rain_mm + _HALF_WET_MM)
    return wet


def climate_of(
    weather: pl.DataFrame, locations: pl.DataFrame, forecasts: pl.DataFrame, morning: date
) -> Climate | None:
    """The climate as known on the morning; None where no location's city has weather of four weeks.

    All three are in their contracts' columns and may reach beyond the morning: those rows are not looked at.
    """
    known = weather.filter(pl.col("date") < morning).join(
        locations.select("city", "country").drop_nulls().unique("city"), on="city"
    )
    long_enough = known.filter(pl.len().over("city") >= _MONTH_DAYS).sort("city", "date")
    if long_enough.is_empty():
        return None
    by_city = long_enough.partition_by("city", maintain_order=True)
    cities = tuple(str(rows["city"][0]) for rows in by_city)
    found = Climate(
        cities=cities,
        country_of={str(rows["city"][0]): str(rows["country"][0]) for rows in by_city},
        temperature=np.array([_usual(rows) for rows in by_city]),
        wetness=np.array([float(wetness_of(rows["rain_mm"].to_numpy()).mean()) for rows in by_city]),
        warmth_skill=np.zeros(MOST_AHEAD_DAYS),
        wetness_skill=np.zeros(MOST_AHEAD_DAYS),
    )
    said = forecasts.filter(pl.col("issued_on") < morning, pl.col("date") < morning)
    both = said.join(known.select("date", "city", seen_c="temperature_c", seen_mm="rain_mm"), on=["date", "city"])
    if both.is_empty():
        return found
    warmth, wetness = _skills(_differences(found, both), both, found)
    return Climate(**{**vars(found), "warmth_skill": warmth, "wetness_skill": wetness})


def sky_seen(weather: pl.DataFrame, climate: Climate, *, since: date, before: date) -> Sky:
    """Weather of `since <= day < before` as it was."""
    rows = weather.filter(pl.col("date") >= since, pl.col("date") < before, pl.col("city").is_in(climate.cities))
    warmth, wetness = _differences(climate, rows)
    return _placed(climate, rows, warmth, wetness, since=since, days=(before - since).days)


def sky_expected(forecasts: pl.DataFrame, climate: Climate, *, morning: date, days: int) -> Sky:
    """Weather of the `days` days from the morning on as expected on it."""
    ahead = (pl.col("date") - pl.col("issued_on")).dt.total_days()
    rows = (
        forecasts.filter(
            pl.col("issued_on") < morning,
            pl.col("date") >= morning,
            pl.col("date") < morning + timedelta(days=days),
            pl.col("city").is_in(climate.cities),
            ahead <= MOST_AHEAD_DAYS,
        )
        .sort("issued_on")
        .unique(["date", "city"], keep="last", maintain_order=True)
        .with_columns(ahead=ahead)
    )
    warmth, wetness = _differences(climate, rows)
    lead = rows["ahead"].to_numpy() - 1
    believed = climate.warmth_skill[lead] * warmth, climate.wetness_skill[lead] * wetness
    return _placed(climate, rows, *believed, since=morning, days=days)


def _usual(rows: pl.DataFrame) -> Floats:
    """Mean, cosine and sine of one city's temperature, (3,)."""
    temperature = rows["temperature_c"].to_numpy()
    if rows.height < _YEAR_DAYS:
        return np.array([temperature[-_MONTH_DAYS:].mean(), 0.0, 0.0])
    waves = _waves(rows["date"])
    fitted: Floats = np.linalg.lstsq(waves, temperature, rcond=None)[0]
    return fitted


def _waves(dates: pl.Series) -> Floats:
    """(days, 3)."""
    angle = 2.0 * np.pi * dates.dt.ordinal_day().to_numpy() / 365.25
    return np.stack([np.ones(len(angle)), np.cos(angle), np.sin(angle)], axis=1)


def _differences(climate: Climate, rows: pl.DataFrame) -> tuple[Floats, Floats]:
    """Warmth and wetness of each row against what is usual, (rows,)."""
    code = codes_of(rows["city"], climate.cities)
    usual = (_waves(rows["date"]) * climate.temperature[code]).sum(axis=1)
    wet = wetness_of(rows["rain_mm"].to_numpy()) - climate.wetness[code]
    return rows["temperature_c"].to_numpy() - usual, wet


def _skills(said: tuple[Floats, Floats], both: pl.DataFrame, climate: Climate) -> tuple[Floats, Floats]:
    """(days ahead,) each: of a difference from usual that was said, the share that came."""
    seen = _differences(climate, both.with_columns(temperature_c="seen_c", rain_mm="seen_mm"))
    lead = (both["date"] - both["issued_on"]).dt.total_days().to_numpy() - 1
    used = (lead >= 0) & (lead < MOST_AHEAD_DAYS)
    found = []
    for was, forecast in zip(seen, said, strict=True):
        prior = _SKILL_PRIOR_DAYS * float(np.var(was))
        together, alone = (
            np.bincount(lead[used], weights=(one * forecast)[used], minlength=MOST_AHEAD_DAYS)
            for one in (was, forecast)
        )
        found.append(np.clip(together / np.maximum(alone + prior, 1e-9), 0.0, 1.0))
    return found[0], found[1]


def _placed(climate: Climate, rows: pl.DataFrame, warmth: Floats, wetness: Floats, *, since: date, days: int) -> Sky:
    """Cities' rows as a sky of all places."""
    city = codes_of(rows["city"], climate.cities)
    column = (rows["date"] - since).dt.total_days().to_numpy()
    tables = []
    for values in (warmth, wetness, np.ones(len(city))):
        table = np.zeros((len(climate.cities), days))
        table[city, column] = values
        tables.append(table)
    countries = climate.places[len(climate.cities) :]
    own = np.array([[climate.country_of[city] == country for city in climate.cities] for country in countries])
    found = [np.concatenate([table, own @ table, np.zeros((1, days))]) for table in tables]
    share = found[2].copy()
    for values in found:
        values[len(climate.cities) : -1] /= np.maximum(share[len(climate.cities) : -1], 1.0)
    found[2][len(climate.cities) : -1] = share[len(climate.cities) : -1] / own.sum(axis=1, keepdims=True)
    return Sky(start=since, warmth=found[0], wetness=found[1], known=found[2])
