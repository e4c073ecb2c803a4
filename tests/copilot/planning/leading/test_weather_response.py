"""What weather does to demand, learnt from past days, kept, and let into forecasts where past mornings gained by it."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from copilot.planning.demand_model import fit_model
from copilot.planning.leading.decisions import Decision, Reason, newest_decisions, write_decisions
from copilot.planning.leading.known import leading_on
from copilot.planning.leading.weather_keeping import newest_weather, write_weather
from copilot.planning.leading.weather_lookback import WEATHER_AHEAD, learn_weather, response_before
from copilot.planning.leading.weather_response import WeatherResponse
from copilot.settings import SignalSettings
from ingestion.lake import Lake
from ingestion.warehouse import Warehouse
from tests.copilot.planning.leading.clouds import DAYS, outlook, shop, sky
from tests.copilot.planning.shop import MONDAY, day, no_drivers

DRIVERS = no_drivers(MONDAY, DAYS + 14)
SERIES = pl.DataFrame({"category": ["dress"], "kind": ["store"], "city": ["Lyon"], "country": ["FR"]})


@cache
def learnt(**changed: float) -> WeatherResponse:
    panel = shop(**changed)
    found = response_before(panel, DRIVERS, fit_model(panel, DRIVERS), outlook())
    assert found is not None
    return found


def test_what_weather_does_is_found_and_how_sure_it_is() -> None:
    found = learnt()
    assert found.warmth[0] == pytest.approx(0.06, abs=0.006)
    assert found.wetness[0] == pytest.approx(-0.5, abs=0.05)
    assert found.warmth_error[0] < 0.01
    assert found.moves("dress")
    assert found.rain_moves("store")
    assert found.coldest < -3.0 < 3.0 < found.warmest


def test_weather_that_moves_nothing_is_not_taken_for_something() -> None:
    found = learnt(warmth=0.0, wetness=0.0)
    assert not found.moves("dress")
    assert not found.rain_moves("store")
    assert abs(found.warmth[0]) < 0.005


def test_a_category_or_kind_never_seen_has_the_effect_of_all_or_none() -> None:
    found = learnt()
    assert found.moves("cape")
    assert not found.rain_moves("web")


def test_forecasts_of_weather_enter_where_past_mornings_gained_by_them() -> None:
    panel = shop()
    decision, response = learn_weather(panel, DRIVERS, fit_model(panel, DRIVERS), outlook(wrong=1.0))
    assert response is not None
    assert decision is not None
    assert (decision.regressor, decision.reason, decision.groups) == (WEATHER_AHEAD, "helps", 10)
    assert (decision.wape_with or 1.0) < 0.8 * (decision.wape_without or 0.0)


def test_forecasts_that_say_nothing_do_not_enter() -> None:
    """Nor does the weather that came, which no morning knew."""
    panel = shop()
    known = outlook()
    shuffled = known.forecasts.with_columns(pl.col("temperature_c", "rain_mm").shuffle(seed=3))
    decision, response = learn_weather(panel, DRIVERS, fit_model(panel, DRIVERS), replace(known, forecasts=shuffled))
    assert response is not None
    assert decision is not None
    assert not decision.kept


def test_without_forecasts_the_response_is_learnt_and_nothing_decided() -> None:
    panel = shop()
    model = fit_model(panel, DRIVERS)
    decision, response = learn_weather(panel, DRIVERS, model, outlook(forecasts=False))
    assert decision is None
    assert response is not None
    assert learn_weather(panel, DRIVERS, model, outlook(until=20)) == (None, None)


def workspace(folder: Path, *, kept: bool) -> tuple[Lake, Warehouse]:
    lake, known = Lake(folder), outlook()
    lake.append("weather", known.weather)
    lake.append("weather_forecasts", known.forecasts)
    lake.append("locations", known.locations)
    write_weather(lake, learnt(), day(150))
    reason: Reason = "helps" if kept else "not_sure"
    write_decisions(lake, [Decision(regressor=WEATHER_AHEAD, model="m", groups=9, reason=reason)], None, day(150))
    return lake, Warehouse(lake)


def test_what_was_learnt_is_read_back_from_its_morning_on(tmp_path: Path) -> None:
    lake, _ = workspace(tmp_path, kept=True)
    kept, found = newest_weather(lake, as_of=day(151)), learnt()
    assert kept is not None
    for name, value in vars(found).items():
        assert np.array_equal(getattr(kept, name), value), name
    assert newest_weather(lake, as_of=day(149)) is None
    assert newest_weather(Lake(tmp_path / "other"), as_of=day(151)) is None


def test_means_follow_the_forecast_where_it_was_kept(tmp_path: Path) -> None:
    lake, warehouse = workspace(tmp_path, kept=True)
    led = leading_on(lake, warehouse, SignalSettings(), day(152))
    assert led is not None
    logs = led.log_factors(SERIES, 10)[WEATHER_AHEAD][0]
    degrees, rain = (np.array(each) for each in sky())
    wanted = 0.06 * (degrees[152:159] - degrees[124:152].mean()) - 0.5 * rain[152:159] / (rain[152:159] + 3.0)
    assert np.corrcoef(logs[:7], wanted)[0, 1] > 0.99
    assert not logs[7:].any()
    factors = led.factors(SERIES, 10)
    assert factors is not None
    assert factors[0] == pytest.approx(np.exp(logs))
    elsewhere = SERIES.with_columns(city=pl.lit("Rome"), country=pl.lit("IT"))
    assert led.factors(elsewhere, 10) is None


def test_nothing_enters_where_it_was_not_kept_or_the_table_is_not_there(tmp_path: Path) -> None:
    lake, warehouse = workspace(tmp_path / "not-kept", kept=False)
    assert newest_decisions(lake, as_of=day(152)).height == 1
    assert leading_on(lake, warehouse, SignalSettings(), day(152)) is None
    assert Warehouse(Lake(tmp_path / "old")).weather_forecasts(day(0), day(9)).is_empty()
