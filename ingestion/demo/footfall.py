"""How many customers come: weekdays, closed days, run-ups, rain."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from ingestion.demo.climate import Weather
from ingestion.demo.network import Location
from ingestion.demo.occasions import public_holidays

_WEEKDAYS = {
    "FR": (0.70, 0.80, 0.95, 0.90, 1.15, 1.75, 0.75),
    "IT": (0.65, 0.80, 0.85, 0.90, 1.15, 1.65, 1.00),
    "GB": (0.75, 0.80, 0.85, 0.95, 1.10, 1.55, 1.00),
    "DE": (0.90, 0.95, 0.95, 1.05, 1.25, 1.90, 0.00),
}
"""Monday to Sunday. German shops are closed on Sundays."""
_WEB_WEEKDAYS = (1.10, 1.02, 0.98, 0.95, 0.88, 0.90, 1.17)
_CLOSED = {"01-01", "12-25"}
_CLOSED_IN = {"FR": {"05-01"}, "IT": {"05-01"}, "GB": set[str](), "DE": set[str]()}
_HOLIDAY_FOOTFALL = 0.6
_WET_FROM_MM = 3.0


def footfall(selling: tuple[Location, ...], weather: Weather, *, start: date, days: int) -> npt.NDArray[np.float64]:
    """(days, locations): customers relative to the average day of that location."""
    holidays = public_holidays(start, start + timedelta(days=days))
    dates = [start + timedelta(days=day) for day in range(days)]
    table = np.empty((days, len(selling)))
    wettest = weather.rain_mm.mean(axis=1) > _WET_FROM_MM
    for number, place in enumerate(selling):
        if place.kind == "web":
            table[:, number] = [_WEB_WEEKDAYS[day.weekday()] for day in dates]
            table[:, number] *= np.where(wettest, 1.12, 1.0)
            continue
        table[:, number] = [_open(place.country, day) * _on_holiday(place.country, day, holidays) for day in dates]
        rain = weather.rain_mm[:, weather.cities.index(place.city)]
        table[:, number] *= np.where(rain > _WET_FROM_MM, 0.86, 1.0)
    return table


def _open(country: str, day: date) -> float:
    month_day = day.isoformat()[5:]
    if month_day in _CLOSED or month_day in _CLOSED_IN[country]:
        return 0.0
    return _WEEKDAYS[country][day.weekday()]


def _on_holiday(country: str, day: date, holidays: dict[tuple[str, date], str]) -> float:
    if (country, day) not in holidays:
        return 1.0
    return 0.0 if country == "DE" else _HOLIDAY_FOOTFALL
