"""Other weather than expected: what the response learnt from past days makes of it, and when it says nothing."""

from __future__ import annotations

from datetime import date
from typing import Final

import numpy as np
import polars as pl

from copilot.planning.arrays import Floats, codes_of
from copilot.planning.explanation.morning import Morning
from copilot.planning.leading.sky import Climate, Sky, sky_expected, wetness_of
from copilot.planning.scenarios.levers import Refusal, Weather

WARMTH, RAIN = "warmth", "rain"
_WARMER_BY: Final = 0.5
"""Degrees beyond the warmest or coldest day seen that are still the same."""


def weather_logs(series: pl.DataFrame, lever: Weather, *, errors: bool = False) -> dict[str, Floats]:
    """Logarithm of what the days' means are multiplied by, (series, days), by part; their standard errors instead.

    The lever must not be one that is refused.
    """
    response, expected = lever.response, lever.expected
    if response is None or lever.climate is None or expected is None:
        return {}
    place = lever.climate.codes(series)
    category, kind = codes_of(series["category"], response.categories), codes_of(series["kind"], response.kinds)
    known = (place >= 0)[:, None]
    found: dict[str, Floats] = {}
    if lever.degrees:
        effect = (response.warmth_error if errors else response.warmth)[category]
        degrees = abs(lever.degrees) if errors else lever.degrees
        found[WARMTH] = np.broadcast_to((effect * degrees)[:, None] * known, expected.warmth[place].shape)
    if lever.rain_mm is not None:
        effect = (response.wetness_error if errors else response.wetness)[kind]
        usual = np.append(lever.climate.wetness, _of_countries(lever.climate))
        change = (wetness_of(np.array(lever.rain_mm)) - usual[place])[:, None] - expected.wetness[place]
        found[RAIN] = effect[:, None] * (np.abs(change) if errors else change) * known
    return found


def weather_refusal(series: pl.DataFrame, lever: Weather) -> Refusal | None:
    """Why history has no answer for the series; None: it has."""
    response = lever.response
    if not lever.degrees and lever.rain_mm is None:
        return Refusal(code="weather_unclear", about=lever.said)
    if response is None or lever.climate is None or lever.expected is None:
        return Refusal(code="weather_not_in_model", about=lever.said)
    place = np.unique(lever.climate.codes(series))
    if not (place >= 0).any():
        return Refusal(code="weather_elsewhere", about=lever.said)
    own = lever.expected.warmth[place[place >= 0]] + lever.degrees
    if lever.degrees and (
        float(own.max()) > response.warmest + _WARMER_BY or float(own.min()) < response.coldest - _WARMER_BY
    ):
        return Refusal(code="weather_unseen", about=lever.said)
    by_warmth = lever.degrees and any(map(response.moves, series["category"].unique()))
    by_rain = lever.rain_mm is not None and any(map(response.rain_moves, series["kind"].unique()))
    return None if by_warmth or by_rain else Refusal(code="weather_no_effect", about=lever.said)


def expected_sky(morning: Morning, climate: Climate, first: date, days: int) -> Sky:
    """Weather of those days as the forecasts of the morning have it: what was forecast of it where that entered, else
    what is usual."""
    leading = None if morning.boosted is None else morning.boosted.leading
    if leading is not None and leading.outlook is not None and leading.weather_response is not None:
        reach = (first - morning.as_of).days + days
        return sky_expected(leading.outlook.forecasts, climate, morning=morning.as_of, days=reach).window(first, days)
    none = np.zeros((len(climate.places) + 1, days))
    return Sky(start=first, warmth=none, wetness=none, known=none)


def _of_countries(climate: Climate) -> Floats:
    """Usual wetness of each country, (countries,)."""
    countries = climate.places[len(climate.cities) :]
    own = [[climate.country_of[city] == country for city in climate.cities] for country in countries]
    return np.array([climate.wetness[rows].mean() for rows in own])
