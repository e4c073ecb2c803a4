"""The demo's weather forecasts against the weather that came."""

from __future__ import annotations

from datetime import date

import polars as pl

from ingestion.demo.climate import build_weather, weather_frame
from ingestion.demo.outlook import AHEAD_DAYS, weather_forecasts_frame

START, DAYS, SEED = date(2026, 1, 1), 200, 7
CITIES = ("Lyon", "Paris")
WEATHER = build_weather(CITIES, start=START, days=DAYS, seed=SEED)


def test_forecasts_are_less_right_the_farther_ahead() -> None:
    said = weather_forecasts_frame(WEATHER, start=START, seed=SEED)
    both = said.join(weather_frame(WEATHER, start=START), on=["date", "city"], suffix="_seen")
    ahead = (pl.col("date") - pl.col("issued_on")).dt.total_days()
    errors = both.group_by(ahead.alias("ahead")).agg(
        degrees=(pl.col("temperature_c") - pl.col("temperature_c_seen")).std(),
        right=(pl.col("rain_mm") == pl.col("rain_mm_seen")).mean(),
    )
    errors = errors.sort("ahead")
    assert errors["ahead"].to_list() == list(range(1, AHEAD_DAYS + 1))
    assert 0.5 < errors["degrees"][0] < errors["degrees"][4] < errors["degrees"][9] < 2.5
    assert errors["right"][0] > 0.9 > errors["right"][9]


def test_the_last_evening_forecasts_days_that_have_not_come() -> None:
    said = weather_forecasts_frame(WEATHER, start=START, seed=SEED)
    last = said.filter(pl.col("issued_on") == pl.col("issued_on").max())
    assert last.height == AHEAD_DAYS * len(CITIES)
    assert not set(last["date"]) & set(weather_frame(WEATHER, start=START)["date"])
