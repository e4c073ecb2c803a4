"""What is known on a morning of regressors that were kept: rises with their response, weather, weather forecasts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import numpy as np
import polars as pl

from copilot.planning.arrays import Floats
from copilot.planning.history import WINDOWS_DAYS, Regressor
from copilot.planning.leading.decisions import SIGNALS, is_kept, kept_response, newest_decisions
from copilot.planning.leading.evidence import LOOKED_AT_DAYS, Shown, shown_in_sales
from copilot.planning.leading.response import SignalResponse
from copilot.planning.leading.rises import KnownRise, known_rises
from copilot.planning.leading.sky import Climate, sky_expected
from copilot.planning.leading.weather import WEATHER, weather_regressors
from copilot.planning.leading.weather_keeping import newest_weather
from copilot.planning.leading.weather_lookback import WEATHER_AHEAD, Outlook, climate_on
from copilot.planning.leading.weather_response import WeatherResponse
from copilot.settings import SignalSettings
from ingestion.lake import Lake
from ingestion.warehouse import Warehouse

_CLIMATE_DAYS, _FORECASTS_DAYS = 730, 182


@dataclass(frozen=True, kw_only=True)
class Leading:
    """Kept regressors as known on the morning of `as_of`."""

    as_of: date
    response: SignalResponse | None = None
    """None: signals do not enter."""
    rises: tuple[KnownRise, ...] = ()
    shown: tuple[Shown, ...] = ()
    """What sales show of each rise by now."""
    weather: pl.DataFrame | None = None
    """In its contract's columns; None: it does not enter."""
    locations: pl.DataFrame | None = None
    weather_response: WeatherResponse | None = None
    """None: weather forecasts do not enter."""
    outlook: Outlook | None = None
    """What is known of weather, where its forecasts enter."""

    def factors(self, series: pl.DataFrame, days: int) -> Floats | None:
        """What the base model's means are multiplied by, (series, days); None where nothing moves these series."""
        logs = self.log_factors(series, days)
        return np.asarray(np.exp(sum(logs.values())), dtype=np.float64) if logs else None

    def log_factors(self, series: pl.DataFrame, days: int) -> dict[str, Floats]:
        """Logarithms of what multiplies the means, each (series, days): `signals` for rising terms, `weather_ahead` for
        the weather forecast; without those that move none of these."""
        found: dict[str, Floats] = {}
        raised = self.signal_factors(series, days)
        if raised is not None:
            found[SIGNALS] = np.log(raised)
        if self.weather_response is not None and self.outlook is not None and self.climate is not None:
            sky = sky_expected(self.outlook.forecasts, self.climate, morning=self.as_of, days=days)
            logs = self.weather_response.logs(series, self.climate, sky)
            found |= {WEATHER_AHEAD: logs} if logs.any() else {}
        return found

    @cached_property
    def climate(self) -> Climate | None:
        """What is usual of the weather, where its forecasts enter and enough of it is known."""
        return None if self.outlook is None else climate_on(self.outlook, self.as_of)

    def signal_factors(self, series: pl.DataFrame, days: int) -> Floats | None:
        """What rising terms alone multiply the means by; None where they move none of these."""
        if self.response is None:
            return None
        return self.response.factors(series, self.rises, self.shown, self.as_of, days)

    def regressors(self, series: pl.DataFrame) -> tuple[Regressor, ...]:
        """Those that the boosted model was trained with, up to the eve of the morning."""
        if self.weather is None or self.locations is None:
            return ()
        since = self.as_of - timedelta(days=WINDOWS_DAYS[-1])
        return weather_regressors(self.weather, self.locations, series, since=since, before=self.as_of)


def weather_of(
    warehouse: Warehouse, locations: pl.DataFrame, series: pl.DataFrame, *, since: date, before: date
) -> tuple[Regressor, ...]:
    """Regressors of the warehouse's weather, as `weather_regressors`."""
    rows = warehouse.weather(since - timedelta(days=WINDOWS_DAYS[-1]), before)
    return weather_regressors(rows, locations, series, since=since, before=before)


def leading_on(
    lake: Lake, warehouse: Warehouse, settings: SignalSettings, as_of: date, *, trained_with: Sequence[str] = ()
) -> Leading | None:
    """What forecasts of that morning take in; None where nothing was kept, which costs one look at a small table.

    `trained_with` names the regressors of the boosted model that forecasts, where one does.
    """
    decisions = newest_decisions(lake, as_of=as_of)
    response = kept_response(decisions)
    with_weather = any(name.startswith(f"{WEATHER}_") for name in trained_with)
    ahead = newest_weather(lake, as_of=as_of) if is_kept(decisions, WEATHER_AHEAD) else None
    if response is None and not with_weather and ahead is None:
        return None
    found = () if response is None else known_rises(lake, warehouse, as_of, settings)
    rises = tuple(rise for rise in found if rise.is_known(as_of))
    since = as_of - timedelta(days=3 * WINDOWS_DAYS[-1])
    return Leading(
        as_of=as_of,
        response=response,
        rises=rises,
        shown=_shown(warehouse, rises, as_of),
        weather=warehouse.weather(since, as_of) if with_weather else None,
        locations=warehouse.locations() if with_weather else None,
        weather_response=ahead,
        outlook=None if ahead is None else outlook_on(warehouse, as_of),
    )


def outlook_on(warehouse: Warehouse, as_of: date, *, since: date | None = None) -> Outlook:
    """Weather since that day (default: two years) and its forecasts of the last half year, as known on the morning."""
    return Outlook(
        weather=warehouse.weather(since or as_of - timedelta(days=_CLIMATE_DAYS), as_of),
        forecasts=warehouse.weather_forecasts(as_of - timedelta(days=_FORECASTS_DAYS), as_of),
        locations=warehouse.locations(),
    )


def _shown(warehouse: Warehouse, rises: tuple[KnownRise, ...], as_of: date) -> tuple[Shown, ...]:
    if not rises:
        return ()
    return shown_in_sales(
        warehouse.daily_sales(since=as_of - timedelta(days=LOOKED_AT_DAYS), before=as_of), rises, as_of
    )
