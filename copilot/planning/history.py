"""What each series told by the end of its past, in sums: small enough to keep for all series, whole panels are not.

Sums over the last days say what sold, on how much of the time demand could be seen, and how much of it the shared
multipliers let expect; sums of groups are the sums of their series.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, timedelta

import numpy as np
import polars as pl

from copilot.planning.arrays import Floats, Integers
from copilot.planning.demand_model import DemandModel
from copilot.planning.drivers import Drivers
from copilot.planning.series import DemandPanel

WINDOWS_DAYS = (1, 3, 7, 14, 28, 56)
_WEEKS = 4
_LEAST_SEEN = 0.3
"""Share of a day below which its sales say too little of the whole day's."""


@dataclass(frozen=True, kw_only=True)
class Regressor:
    """Something by day that may move demand, such as weather or how much is said of a product."""

    name: str
    start: date
    values: Floats
    """(series, days) in the order of the panel that it goes with; not a number where unknown."""
    known_ahead: bool
    """True: `values` reach over the days to forecast. False: only the days before a morning are known on it."""
    windows_days: tuple[int, ...] = (7, 28)
    """Days before a morning whose mean counts."""

    def on(self, day: date) -> Floats:
        """Values of the day, (series,)."""
        return self.values[:, (day - self.start).days]

    def before(self, morning: date, days: int) -> Floats:
        """Mean over the `days` days before the morning, (series,)."""
        last = (morning - self.start).days
        mean: Floats = self.values[:, max(0, last - days) : last].mean(axis=1)
        return mean


@dataclass(frozen=True, kw_only=True)
class History:
    """Sums of each series over the last days of its panel; arrays are (series, ...)."""

    units: Floats
    """(series, windows): units sold over `WINDOWS_DAYS`."""
    seen: Floats
    """(series, windows): days on which demand could be seen."""
    exposure: Floats
    """(series, windows): the same times the shared multipliers."""
    full_units: Floats
    """(series, windows): units sold on days in stock throughout."""
    full_days: Floats
    """(series, windows): how many these were."""
    full_exposure: Floats
    """(series, windows): their shared multipliers."""
    weekday_units: Floats
    """(series, 7): over the last four weeks, Monday first."""
    weekday_seen: Floats
    """(series, 7)."""
    weekday_full_units: Floats
    """(series, 7): the same on days in stock throughout."""
    weekday_full_days: Floats
    """(series, 7)."""
    last_week: Floats
    """(series, 7): units of the last such weekday, for a whole day."""
    shape: Floats
    """(series, 5): share of full days without a sale, deviation and highest of the last 28, median of 14, last day."""
    discount: Floats
    """(series, 2): share taken off, mean of the last 28 days and last day."""

    def rows(self, rows: slice | Integers) -> History:
        """The same of some series."""
        return History(**{field.name: getattr(self, field.name)[rows] for field in fields(self)})


def history_of(past: DemandPanel, drivers: Drivers, model: DemandModel) -> History:
    """Sums at the end of the panel, under the multipliers of the model."""
    days = min(past.days, WINDOWS_DAYS[-1])
    units, seen = past.units[:, -days:], past.availability[:, -days:]
    first = past.before - timedelta(days=days)
    multipliers = model.effects.multipliers(past.series, drivers, first, days)
    full = past.full[:, -days:].astype(np.float32)
    full_units = units * full
    whole_days = units / np.maximum(seen, _LEAST_SEEN)
    weekdays = (np.arange(days) + first.weekday()) % 7
    last_month = slice(max(0, days - 7 * _WEEKS), days)
    by_day = [np.flatnonzero(weekdays == day) for day in range(7)]
    return History(
        units=_windows(units),
        seen=_windows(seen),
        exposure=_windows(multipliers * seen),
        full_units=_windows(full_units),
        full_days=_windows(full),
        full_exposure=_windows(multipliers * full),
        weekday_units=_sums(units, by_day),
        weekday_seen=_sums(seen, by_day),
        weekday_full_units=_sums(full_units, by_day),
        weekday_full_days=_sums(full, by_day),
        last_week=np.stack(
            [whole_days[:, own[-1]] if len(own) else np.zeros(len(units), np.float32) for own in by_day], axis=1
        ),
        shape=_shape(units[:, last_month], seen[:, last_month], whole_days[:, last_month]),
        discount=_discounts(past.series, drivers, past.before),
    )


def joined_histories(parts: Sequence[History]) -> History:
    """The histories of several panels as one, in their order."""
    return History(
        **{field.name: np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(History)}
    )


def _windows(values: Floats) -> Floats:
    return np.stack([values[:, -days:].sum(axis=1, dtype=np.float32) for days in WINDOWS_DAYS], axis=1)


def _sums(values: Floats, by_day: Sequence[Integers]) -> Floats:
    return np.stack([values[:, own[-_WEEKS:]].sum(axis=1, dtype=np.float32) for own in by_day], axis=1)


def _shape(units: Floats, seen: Floats, whole_days: Floats) -> Floats:
    full = seen > 1.0 - 1e-6
    idle = ((units == 0) & full).sum(axis=1) / np.maximum(full.sum(axis=1), 1)
    columns = (
        idle,
        whole_days.std(axis=1),
        whole_days.max(axis=1),
        np.median(whole_days[:, -14:], axis=1),
        whole_days[:, -1],
    )
    return np.stack(columns, axis=1).astype(np.float32)


def _discounts(series: pl.DataFrame, drivers: Drivers, morning: date) -> Floats:
    days = min((morning - drivers.start).days, 28)
    share = drivers.discount[:, drivers.columns(morning - timedelta(days=days), days)]
    table = np.stack([share.mean(axis=1), share[:, -1]], axis=1).astype(np.float32)
    return table[drivers.discount_rows(series)]
