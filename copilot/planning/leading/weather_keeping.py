"""What was learnt of weather, kept in the lake for forecasts and scenarios of later mornings."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

import numpy as np
import polars as pl

from copilot.planning.arrays import Floats
from copilot.planning.leading.weather_response import WeatherResponse
from ingestion.errors import TableMissingError
from ingestion.lake import Lake

WEATHER_TABLE: Final = "weather_response"
_REST = ""
WEATHER_SCHEMA = pl.Schema(
    {
        "as_of": pl.Date(),
        "effect": pl.String(),
        "of": pl.String(),
        "log_effect": pl.Float64(),
        "error": pl.Float64(),
        "coldest": pl.Float64(),
        "warmest": pl.Float64(),
    }
)
"""Lake table `weather_response`: what `reassort forecast --tournament` learnt of weather.

effect, of           `warmth` of a category, `wetness` of a kind of location; empty: of all others
log_effect           logarithm of what demand is multiplied by, a degree Celsius above usual or a day wet throughout
error                its standard error
coldest, warmest     degrees above usual of the days that it was learnt from, at the ends

Key: as_of, effect, of.
"""


def write_weather(lake: Lake, response: WeatherResponse, as_of: date) -> None:
    """Put the response in place of that of the same `as_of`."""
    rows = [
        *_rows("warmth", response.categories, response.warmth, response.warmth_error),
        *_rows("wetness", response.kinds, response.wetness, response.wetness_error),
    ]
    shared = {"as_of": as_of, "coldest": response.coldest, "warmest": response.warmest}
    lake.replace_day(
        WEATHER_TABLE, pl.DataFrame([{**row, **shared} for row in rows], schema=WEATHER_SCHEMA), as_of=as_of
    )


def newest_weather(lake: Lake, *, as_of: date) -> WeatherResponse | None:
    """The newest response of that morning or before; None where none was learnt."""
    try:
        known = lake.scan(WEATHER_TABLE).filter(pl.col("as_of") <= as_of).collect()
    except TableMissingError:
        return None
    rows = known.filter(pl.col("as_of") == pl.col("as_of").max())
    if rows.is_empty():
        return None
    categories, warmth, warmth_error = _read(rows, "warmth")
    kinds, wetness, wetness_error = _read(rows, "wetness")
    return WeatherResponse(
        categories=categories,
        warmth=warmth,
        warmth_error=warmth_error,
        kinds=kinds,
        wetness=wetness,
        wetness_error=wetness_error,
        coldest=float(rows["coldest"][0]),
        warmest=float(rows["warmest"][0]),
    )


def _rows(effect: str, keys: tuple[str, ...], values: Floats, errors: Floats) -> Iterator[dict[str, object]]:
    for of, value, error in zip((*keys, _REST), values, errors, strict=True):
        yield {"effect": effect, "of": of, "log_effect": float(value), "error": float(error)}


def _read(rows: pl.DataFrame, effect: str) -> tuple[tuple[str, ...], Floats, Floats]:
    """Keys in order, the values of each and, last, of all others, and their errors."""
    own = rows.filter(pl.col("effect") == effect).sort(pl.col("of") == _REST, "of", maintain_order=True)
    keys = tuple(own["of"].to_list()[:-1])
    return keys, np.asarray(own["log_effect"].to_numpy()), np.asarray(own["error"].to_numpy())
