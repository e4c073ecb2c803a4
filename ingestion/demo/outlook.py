"""Weather forecasts: what was said each evening of the ten days after, less and less right the farther ahead."""

from __future__ import annotations

from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl

from ingestion.demo.chance import generator
from ingestion.demo.climate import Weather
from ingestion.retail.contracts import WEATHER_FORECASTS

AHEAD_DAYS = 10
_KEPT_DAYS = 182
_ERROR_C, _ERROR_C_A_DAY = 0.6, 0.35
_RAIN_RIGHT, _RAIN_RIGHT_LOST_A_DAY = 0.95, 0.08


def weather_forecasts_frame(weather: Weather, *, start: date, seed: int) -> pl.DataFrame:
    """Table `weather_forecasts`, of the last half year up to the last evening.

    The days after the last have not happened: their anomalies fade from the last day's, and it rains as often as usual.
    """
    chance = generator(seed, "weather forecasts")
    days, cities = weather.temperature_c.shape
    first = max(0, days - _KEPT_DAYS)
    issued = np.arange(first, days)
    temperature, rain = _with_days_to_come(weather, chance)
    about = issued[:, None] + np.arange(1, AHEAD_DAYS + 1)
    shape = (len(issued), AHEAD_DAYS, cities)
    lead = np.arange(AHEAD_DAYS)[None, :, None]
    # What an evening gets wrong it gets wrong for days on end: errors add up over the days ahead.
    wrong = chance.normal(0.0, _ERROR_C_A_DAY, shape).cumsum(axis=1) + chance.normal(0.0, _ERROR_C, shape)
    right = chance.random(shape) < _RAIN_RIGHT - _RAIN_RIGHT_LOST_A_DAY * lead
    elsewhen = rain[chance.integers(0, days, shape), np.arange(cities)]
    dates = np.datetime64(start, "D") + np.arange(days + AHEAD_DAYS)
    return pl.DataFrame(
        {
            "issued_on": np.repeat(dates[issued], AHEAD_DAYS * cities),
            "date": np.repeat(dates[about].reshape(-1), cities),
            "city": list(weather.cities) * (len(issued) * AHEAD_DAYS),
            "temperature_c": np.round(temperature[about] + wrong, 1).reshape(-1),
            "rain_mm": np.round(np.where(right, rain[about], elsewhen), 1).reshape(-1),
        },
        schema=WEATHER_FORECASTS.schema,
    )


def _with_days_to_come(
    weather: Weather, chance: np.random.Generator
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Temperature and rain of all days and of the ten after, (days + 10, cities)."""
    days = len(weather.temperature_c)
    usual = weather.temperature_c - weather.anomaly_c
    # Nothing is known of the season to come but that of a year ago, or, in a short history, of the last day.
    ahead = np.array([usual[days - 365 + step] if days >= 365 else usual[-1] for step in range(AHEAD_DAYS)])
    fading = weather.anomaly_c[-1] * 0.75 ** np.arange(1, AHEAD_DAYS + 1)[:, None]
    rain = weather.rain_mm[chance.integers(0, days, AHEAD_DAYS)]
    return np.concatenate([weather.temperature_c, ahead + fading]), np.concatenate([weather.rain_mm, rain])
