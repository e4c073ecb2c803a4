"""Weather: a yearly curve by city, and days that are warmer or colder than usual for some days on end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import polars as pl

from ingestion.demo.chance import generator
from ingestion.demo.material import load
from ingestion.retail.contracts import WEATHER

_HOTTEST_DAY = 203
_PERSISTENCE = 0.75
_SURPRISE_C = 2.2
_WET_DAY_MM = 4.0


@dataclass(frozen=True, kw_only=True)
class Weather:
    """Arrays of (days, cities)."""

    cities: tuple[str, ...]
    temperature_c: npt.NDArray[np.float64]
    anomaly_c: npt.NDArray[np.float64]
    """Degrees above what is usual for the day."""
    rain_mm: npt.NDArray[np.float64]


def build_weather(cities: tuple[str, ...], *, start: date, days: int, seed: int) -> Weather:
    """Weather of each city on each day from `start` on."""
    climates = load("network")["climates"]
    chance = generator(seed, "weather")
    mean = np.array([climates[city]["mean"] for city in cities])
    swing = np.array([climates[city]["swing"] for city in cities])
    wet = np.array([climates[city]["rain"] for city in cities])
    day_of_year = (start.timetuple().tm_yday + np.arange(days)[:, None]) % 365.25
    usual = mean + swing * np.cos(2 * np.pi * (day_of_year - _HOTTEST_DAY) / 365.25)
    # Neighbours share most of their weather.
    surprise = chance.normal(0, _SURPRISE_C, (days, len(cities))) * 0.6 + chance.normal(0, _SURPRISE_C, (days, 1)) * 0.8
    anomaly = np.empty_like(surprise)
    level = surprise[0]
    for day in range(days):
        level = _PERSISTENCE * level + surprise[day]
        anomaly[day] = level
    rain = np.where(chance.random(anomaly.shape) < wet, chance.gamma(0.9, _WET_DAY_MM, anomaly.shape), 0.0)
    return Weather(
        cities=cities,
        temperature_c=np.round(usual + anomaly, 1),
        anomaly_c=anomaly,
        rain_mm=np.round(rain, 1).astype(np.float64),
    )


def weather_frame(weather: Weather, *, start: date) -> pl.DataFrame:
    """Table `weather`."""
    days = len(weather.temperature_c)
    dates = [start + timedelta(days=day) for day in range(days)]
    return pl.DataFrame(
        {
            "date": np.repeat(np.array(dates, dtype="datetime64[D]"), len(weather.cities)),
            "city": list(weather.cities) * days,
            "temperature_c": weather.temperature_c.ravel(),
            "rain_mm": weather.rain_mm.ravel(),
        },
        schema=WEATHER.schema,
    )
