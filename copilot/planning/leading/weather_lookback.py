"""Past mornings forecast without and with the weather that was expected on them: whether it enters from now on.

On each morning held apart, a week apart, the response is what the days before it teach, and the weather of its week is
what forecasts issued before it said: the weather that came is not looked at. Compared are days of a category in a city,
which is what weather moves; mornings are the groups of the paired test, as one sky is over all series of a week.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

from copilot.planning.arrays import Flags, Floats, group_codes, group_row_sums
from copilot.planning.demand_model import MODEL_NAME as GAMMA_POISSON
from copilot.planning.demand_model import DemandModel, daily_means, rates_of, state_of
from copilot.planning.drivers import Drivers
from copilot.planning.leading.decisions import Decision, Held, decide
from copilot.planning.leading.response import poisson_deviance
from copilot.planning.leading.sky import Climate, climate_of, sky_expected, sky_seen
from copilot.planning.leading.weather_response import WeatherResponse, cells_of, fit_weather
from copilot.planning.lessons import recovered
from copilot.planning.series import DemandPanel

WEATHER_AHEAD = "weather_ahead"
_AHEAD_DAYS = 7
_MORNINGS = 10
_MOST_SERIES = 3_000
_LEAST_KNOWN = 0.2
"""Share of days ahead with a forecast, below which a morning tells nothing of forecasts."""


@dataclass(frozen=True, kw_only=True)
class Outlook:
    """What is known of weather: the tables in their contracts' columns, and the locations."""

    weather: pl.DataFrame
    forecasts: pl.DataFrame
    locations: pl.DataFrame


def learn_weather(
    panel: DemandPanel, drivers: Drivers, model: DemandModel, outlook: Outlook
) -> tuple[Decision | None, WeatherResponse | None]:
    """Whether weather forecasts enter, and what all days teach of weather; None each where the tables have none."""
    response = response_before(panel, drivers, model, outlook)
    if response is None:
        return None, None
    if outlook.forecasts.is_empty():
        return None, response
    few = panel.rows(_sampled(len(panel.units)))
    held = [_held(few, drivers, model, outlook, morning) for morning in _mornings(panel)]
    parts = np.array([part for part in held if part is not None], dtype=np.float64).reshape(-1, 6).T
    units, without, with_them, wanted, off_without, off_with = parts
    total = max(float(wanted.sum()), 1e-9)
    weighed = Held(
        units=units,
        without=without,
        with_them=with_them,
        wape_without=float(off_without.sum()) / total,
        wape_with=float(off_with.sum()) / total,
    )
    return decide(WEATHER_AHEAD, GAMMA_POISSON, weighed), response


def climate_on(outlook: Outlook, morning: date) -> Climate | None:
    """The climate as known on the morning."""
    return climate_of(outlook.weather, outlook.locations, outlook.forecasts, morning)


def response_before(
    panel: DemandPanel, drivers: Drivers, model: DemandModel, outlook: Outlook
) -> WeatherResponse | None:
    """What the panel's days teach of weather; None where too little is known of theirs."""
    climate = climate_on(outlook, panel.before)
    if climate is None:
        return None
    sky = sky_seen(outlook.weather, climate, since=panel.start, before=panel.before)
    return fit_weather(cells_of(panel, drivers, model, climate), sky)


def _mornings(panel: DemandPanel) -> Iterator[date]:
    for number in range(_MORNINGS):
        yield panel.before - timedelta(days=_AHEAD_DAYS * (number + 1))


def _sampled(count: int) -> Flags:
    """Some of the series, spread evenly."""
    chosen = np.zeros(count, dtype=np.bool_)
    chosen[:: max(1, -(-count // _MOST_SERIES))] = True
    return chosen


def _held(
    panel: DemandPanel, drivers: Drivers, model: DemandModel, outlook: Outlook, morning: date
) -> tuple[float, ...] | None:
    """Units forecast, deviance without and with, units wanted, units off without and with; None where the morning
    cannot be forecast."""
    if (morning - panel.start).days < _AHEAD_DAYS * 8:
        return None
    past = panel.until(morning)
    climate = climate_on(outlook, morning)
    response = response_before(past, drivers, model, outlook)
    if climate is None or response is None:
        return None
    expected = sky_expected(outlook.forecasts, climate, morning=morning, days=_AHEAD_DAYS)
    if float(expected.known[:-1].mean()) < _LEAST_KNOWN:
        return None
    rate = rates_of(state_of(past, drivers, model), model)
    base = daily_means(past.series, rate.mean, model, drivers, morning, _AHEAD_DAYS)
    ahead = slice(past.days, past.days + _AHEAD_DAYS)
    k = model.calibration.spread.heterogeneity(base, rate.variation[:, None])
    wanted, weight = recovered(panel.units[:, ahead], panel.availability[:, ahead], panel.censored[:, ahead], base, k)
    factors = np.exp(response.logs(past.series, climate, expected))
    places = past.series.select("category", "kind").with_columns(place=pl.Series(climate.codes(past.series)))
    codes, cells = group_codes(places, "category", "kind", "place")
    return _compared(*(group_row_sums(codes, days * weight, cells) for days in (wanted, base, base * factors)))


def _compared(wanted: Floats, base: Floats, mean: Floats) -> tuple[float, ...]:
    used = base > 0.0
    return (
        float(base.sum()),
        float(poisson_deviance(wanted[used], base[used]).sum()),
        float(poisson_deviance(wanted[used], mean[used]).sum()),
        float(wanted.sum()),
        float(np.abs(wanted - base).sum()),
        float(np.abs(wanted - mean).sum()),
    )
