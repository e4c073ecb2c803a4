"""Weather of the days before a morning, by the city of each location.

Days ahead have none: the table keeps what the weather was in place of what was forecast of it, so no past morning can
show what a forecast of it is worth. Temperature counts against the mean of the four weeks before, as the season is in
the base model already.
"""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl

from copilot.planning.arrays import Floats, codes_of
from copilot.planning.history import Regressor

WEATHER = "weather"
WINDOWS_DAYS = (1, 3, 7)
_USUAL_DAYS = 28


def weather_regressors(
    weather: pl.DataFrame, locations: pl.DataFrame, series: pl.DataFrame, *, since: date, before: date
) -> tuple[Regressor, ...]:
    """`weather_warmth` (degrees Celsius above usual) and `weather_rain` (mm) of `since <= day < before`.

    `weather` and `locations` are in their contracts' columns. None where no location's city has weather. Not a number
    where a city or a day has none.
    """
    cities = tuple(weather["city"].unique().sort().to_list())
    placed = series.select("location_id").join(
        locations.select("location_id", "city"), on="location_id", how="left", maintain_order="left"
    )
    code = codes_of(placed["city"].fill_null(""), cities)
    if not (code >= 0).any():
        return ()
    temperature, rain = (
        _by_city(weather, cities, name, since - timedelta(days=_USUAL_DAYS), before)
        for name in ("temperature_c", "rain_mm")
    )
    values = {"weather_warmth": _above_usual(temperature), "weather_rain": rain[:, _USUAL_DAYS:]}
    return tuple(
        Regressor(name=name, start=since, values=of_city[code], known_ahead=False, windows_days=WINDOWS_DAYS)
        for name, of_city in values.items()
    )


def _by_city(weather: pl.DataFrame, cities: tuple[str, ...], name: str, since: date, before: date) -> Floats:
    """(cities + 1, days), not a number where unknown; the last row is for other cities."""
    table = np.full((len(cities) + 1, (before - since).days), np.nan, dtype=np.float32)
    rows = weather.filter(pl.col("date") >= since, pl.col("date") < before)
    column = rows.select((pl.col("date") - since).dt.total_days()).to_series().to_numpy()
    table[codes_of(rows["city"], cities), column] = rows[name].to_numpy()
    return table


def _above_usual(temperature: Floats) -> Floats:
    """Against the mean of the days before, (cities + 1, days)."""
    known = np.cumsum(np.nan_to_num(temperature), axis=1, dtype=np.float64)
    days = np.cumsum(~np.isnan(temperature), axis=1, dtype=np.float64)
    usual = (known[:, _USUAL_DAYS - 1 : -1] - _before(known)) / np.maximum(
        days[:, _USUAL_DAYS - 1 : -1] - _before(days), 1.0
    )
    above: Floats = (temperature[:, _USUAL_DAYS:] - usual).astype(np.float32)
    return above


def _before(running: Floats) -> Floats:
    """Running totals up to the window that ends with each day from the 28th on, less the last."""
    start = np.zeros((len(running), 1))
    whole: Floats = np.concatenate([start, running], axis=1)[:, : running.shape[1] - _USUAL_DAYS]
    return whole
