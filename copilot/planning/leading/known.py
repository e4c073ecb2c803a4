"""What is known on a morning of regressors that were kept: rises with their response, and weather."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from copilot.planning.arrays import Floats
from copilot.planning.history import WINDOWS_DAYS, Regressor
from copilot.planning.leading.decisions import kept_response, newest_decisions
from copilot.planning.leading.evidence import LOOKED_AT_DAYS, Shown, shown_in_sales
from copilot.planning.leading.response import SignalResponse
from copilot.planning.leading.rises import KnownRise, known_rises
from copilot.planning.leading.weather import WEATHER, weather_regressors
from copilot.settings import SignalSettings
from ingestion.lake import Lake
from ingestion.warehouse import Warehouse


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

    def factors(self, series: pl.DataFrame, days: int) -> Floats | None:
        """What rising terms multiply the base model's means by, (series, days); None where they move none of these."""
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
    response = kept_response(newest_decisions(lake, as_of=as_of))
    with_weather = any(name.startswith(f"{WEATHER}_") for name in trained_with)
    if response is None and not with_weather:
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
    )


def _shown(warehouse: Warehouse, rises: tuple[KnownRise, ...], as_of: date) -> tuple[Shown, ...]:
    if not rises:
        return ()
    return shown_in_sales(
        warehouse.daily_sales(since=as_of - timedelta(days=LOOKED_AT_DAYS), before=as_of), rises, as_of
    )
