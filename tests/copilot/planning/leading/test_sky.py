"""What was known of the weather on a morning: only what had been seen, and what had been forecast, before it."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from copilot.planning.leading.sky import Climate, climate_of, sky_expected, sky_seen
from tests.copilot.planning.leading.clouds import PLACES, outlook, sky
from tests.copilot.planning.shop import day, table

MORNING = day(100)


def climate(morning: int = 100, *, wrong: float = 0.0) -> Climate:
    known = outlook(wrong=wrong)
    found = climate_of(known.weather, known.locations, known.forecasts, day(morning))
    assert found is not None
    return found


def test_a_place_without_a_city_has_its_countrys_weather_and_one_elsewhere_none() -> None:
    series = pl.DataFrame({"city": ["Lyon", "", "Rome"], "country": ["FR", "FR", "IT"]})
    assert climate().places == ("Lyon", "FR")
    assert climate().codes(series).tolist() == [0, 1, -1]
    assert climate().codes(series.select("country")).tolist() == [1, 1, -1]


def test_warmth_counts_against_what_is_usual() -> None:
    known = outlook()
    seen = sky_seen(known.weather, climate(), since=day(90), before=MORNING)
    degrees, rain = (np.array(each) for each in sky())
    assert seen.warmth[0] == pytest.approx(degrees[90:100] - degrees[72:100].mean())
    wet = rain / (rain + 3.0)
    assert seen.wetness[0] == pytest.approx(wet[90:100] - wet[:100].mean())
    assert seen.warmth[1] == pytest.approx(seen.warmth[0])
    assert not seen.warmth[2].any()


def test_usual_follows_the_year_where_a_year_is_known() -> None:
    dates = [day(n) for n in range(-400, 0)]
    degrees = [12.0 + 8.0 * np.cos(2.0 * np.pi * date.timetuple().tm_yday / 365.25) for date in dates]
    rows = [
        {"date": d, "city": "Lyon", "temperature_c": t, "rain_mm": 0.0} for d, t in zip(dates, degrees, strict=True)
    ]
    weather = table("weather", rows)
    found = climate_of(weather, PLACES, table("weather_forecasts", []), day(0))
    assert found is not None
    assert found.temperature[0] == pytest.approx([12.0, 8.0, 0.0], abs=1e-6)
    assert np.abs(sky_seen(weather, found, since=day(-100), before=day(0)).warmth).max() < 1e-6


def test_a_morning_knows_nothing_that_was_seen_or_forecast_later() -> None:
    known = outlook()
    hotter = pl.col("temperature_c") + 9.0
    later_weather = known.weather.with_columns(
        pl.when(pl.col("date") >= MORNING).then(hotter).otherwise(pl.col("temperature_c")).alias("temperature_c")
    )
    later_forecasts = known.forecasts.with_columns(
        pl.when(pl.col("issued_on") >= MORNING).then(hotter).otherwise(pl.col("temperature_c")).alias("temperature_c")
    )
    one, other = (
        climate_of(*tables, MORNING)
        for tables in ((known.weather, PLACES, known.forecasts), (later_weather, PLACES, later_forecasts))
    )
    assert one is not None
    assert other is not None
    assert np.array_equal(one.temperature, other.temperature)
    assert np.array_equal(one.warmth_skill, other.warmth_skill)
    before = sky_expected(known.forecasts, one, morning=MORNING, days=7)
    after = sky_expected(later_forecasts, other, morning=MORNING, days=7)
    assert np.array_equal(before.warmth, after.warmth)
    assert np.abs(before.warmth[0]).max() > 1.0


def test_the_newest_forecast_of_a_day_counts_and_days_without_one_are_usual() -> None:
    known = outlook()
    expected = sky_expected(known.forecasts, climate(), morning=MORNING, days=10)
    degrees = np.array(sky()[0])[100:107] - climate().temperature[0, 0]
    lead = np.arange(7)
    assert expected.warmth[0, :7] == pytest.approx(climate().warmth_skill[lead] * degrees)
    assert not expected.warmth[0, 7:].any()
    assert expected.known[0].tolist() == [1.0] * 7 + [0.0] * 3
    stale = known.forecasts.filter(pl.col("issued_on") < day(97))
    assert sky_expected(stale, climate(), morning=MORNING, days=10).known[0].sum() == 4


def test_forecasts_that_were_wrong_are_believed_less() -> None:
    right, wrong = climate().warmth_skill[0], climate(wrong=6.0).warmth_skill[0]
    assert 0.75 < right <= 1.0
    assert wrong < 0.4


def test_too_little_weather_is_no_climate() -> None:
    known = outlook()
    assert climate_of(known.weather, known.locations, known.forecasts, day(20)) is None
    elsewhere = known.locations.with_columns(city=pl.lit("Rome"))
    assert climate_of(known.weather, elsewhere, known.forecasts, MORNING) is None


def test_days_out_of_the_sky_are_refused() -> None:
    seen = sky_seen(outlook().weather, climate(), since=day(90), before=MORNING)
    assert seen.window(day(95), 3).warmth.shape == (3, 3)
    with pytest.raises(ValueError, match="are outside"):
        seen.window(day(95), 9)
