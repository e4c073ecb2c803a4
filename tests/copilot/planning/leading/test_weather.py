"""Weather of the days before a morning, by city, against what was usual in the weeks before."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import polars as pl
import pytest

from copilot.planning.leading.weather import weather_regressors
from tests.copilot.planning.shop import day, table

SERIES = pl.DataFrame({"location_id": ["A", "B", "C"]})
PLACES = table(
    "locations",
    [{"location_id": "A", "city": "Lyon"}, {"location_id": "B", "city": "Rome"}, {"location_id": "C", "city": None}],
)


def rows(city: str, since: int, until: int, degrees: float, **changed: float) -> list[dict[str, object]]:
    return [
        {
            "date": day(number),
            "city": city,
            "temperature_c": changed.get(f"d{number}", degrees),
            "rain_mm": float(number),
        }
        for number in range(since, until)
    ]


def test_warmth_counts_against_the_four_weeks_before() -> None:
    weather = table("weather", [*rows("Lyon", -30, 10, 12.0, d5=19.0), *rows("Rome", -30, 10, 25.0)])
    warmth, rain = weather_regressors(weather, PLACES, SERIES, since=day(0), before=day(10))
    assert (warmth.name, rain.name) == ("weather_warmth", "weather_rain")
    assert warmth.values.shape == (3, 10)
    assert warmth.on(day(5))[0] == pytest.approx(7.0)
    assert warmth.on(day(6))[0] == pytest.approx(-7.0 / 28.0)
    assert warmth.on(day(5))[1] == pytest.approx(0.0)
    assert np.isnan(warmth.on(day(5))[2])
    assert rain.on(day(5))[:2].tolist() == [5.0, 5.0]
    assert not warmth.known_ahead
    assert rain.before(day(8), 3)[0] == pytest.approx(6.0)


def test_days_from_the_morning_on_change_nothing() -> None:
    known, changed = (
        weather_regressors(
            table("weather", [*rows("Lyon", -30, 8, 12.0), *rows("Lyon", 8, 20, degrees)]),
            PLACES,
            SERIES,
            since=day(0),
            before=day(8),
        )
        for degrees in (12.0, 40.0)
    )
    for one, other in zip(known, changed, strict=True):
        assert np.array_equal(one.values, other.values, equal_nan=True)


def test_a_day_without_weather_is_unknown_and_no_city_gives_nothing() -> None:
    weather = table("weather", [row for row in rows("Lyon", -30, 10, 12.0) if row["date"] != day(4)])
    warmth, _ = weather_regressors(weather, PLACES, SERIES, since=day(0), before=day(10))
    assert np.isnan(warmth.on(day(4))[0])
    assert warmth.on(day(5))[0] == pytest.approx(0.0)
    elsewhere = table("weather", rows("Oslo", -30, 10, 2.0))
    assert weather_regressors(elsewhere, PLACES, SERIES, since=day(0), before=day(10)) == ()
    nothing = table("weather", [])
    since = day(0)
    assert weather_regressors(nothing, PLACES, SERIES, since=since, before=since + timedelta(days=3)) == ()
