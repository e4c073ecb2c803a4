"""What past reductions and events of a category did, apart: how far the next one may lie from what the model says.

Every run of days under a reduction (of a product in a country) or with an event (in a country) is an episode: units U
against the units F that the model expects of the same days without it. Its effect is ln((U + 1/2) / (F + 1/2)) over
the share taken off, or over 1. Episodes lie about the fitted effect by chance, of variance 1 / (U + 1/2), and of
themselves; what is left of their squared distances when chance is taken off, together with two episodes' worth of a
prior, is the variance of the next one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from copilot.planning.arrays import Flags, Floats, Integers, codes_of, group_codes, group_row_sums
from copilot.planning.explanation.morning import Morning
from copilot.planning.series import DemandPanel

_PRIOR_EPISODES = 2.0
_PRIOR_SD = {"reduction": 0.5, "event": 0.25}
_LEAST_UNITS = 3.0


@dataclass(frozen=True, kw_only=True)
class Past:
    """Episodes of one lever in one category."""

    episodes: int
    deviation: float
    """Standard deviation of the next episode's effect about the fitted one: of the logarithm of demand, by share taken
    off for a reduction, whole for an event."""


def past_reductions(morning: Morning, panel: DemandPanel) -> Past:
    """Episodes of the panel's products under a reduction."""
    drivers = morning.reader.drivers
    columns = drivers.columns(panel.start, panel.days)
    level = drivers.discount[drivers.discount_rows(panel.series), columns]
    groups, count = group_codes(panel.series, "product_id", "country")
    effects = morning.model.effects
    logs = effects.discount[codes_of(panel.series["category"], effects.categories), None] * level
    return _past(morning, panel, level, logs, groups, count, kind="reduction")


def past_events(morning: Morning, panel: DemandPanel, name: str) -> Past:
    """Episodes of the panel's series with the event."""
    drivers, effects = morning.reader.drivers, morning.model.effects
    happens = drivers.event_days[:, drivers.columns(panel.start, panel.days), drivers.events.index(name)]
    country = codes_of(panel.series["country"], drivers.countries)
    level = (happens[country] & (country >= 0)[:, None]).astype(np.float32)
    kind = codes_of(panel.series["kind"], effects.kinds)
    logs = level * np.log(effects.event[kind, drivers.events.index(name)])[:, None]
    groups, count = group_codes(panel.series, "country", "kind")
    return _past(morning, panel, level, logs, groups, count, kind="event")


def _past(
    morning: Morning, panel: DemandPanel, level: Floats, logs: Floats, groups: Integers, count: int, *, kind: str
) -> Past:
    drivers = morning.reader.drivers
    expected = morning.model.effects.multipliers(panel.series, drivers, panel.start, panel.days) * panel.availability
    used = ~panel.censored
    usual = (panel.units * used).sum(axis=1) / np.maximum((expected * used).sum(axis=1), 1e-9)
    expected = expected * usual[:, None]
    units, fitted = (group_row_sums(groups, values * used, count) for values in (panel.units, expected))
    flat = group_row_sums(groups, expected * used * np.exp(-logs), count)
    weighed = group_row_sums(groups, expected * used * level, count) / np.maximum(fitted, 1e-9)
    apart = [
        _apart(units[row, days].sum(), fitted[row, days].sum(), flat[row, days].sum(), weighed[row, days].mean())
        for row in range(count)
        for days in _runs(weighed[row] > 1e-6)
    ]
    counted = [one for one in apart if one is not None]
    total = _PRIOR_EPISODES * _PRIOR_SD[kind] ** 2 + sum(counted)
    return Past(episodes=len(counted), deviation=float(np.sqrt(total / (_PRIOR_EPISODES + len(counted)))))


def _apart(units: float, fitted: float, flat: float, level: float) -> float | None:
    """Squared distance of an episode's effect from the fitted one beyond chance; None where too little was expected."""
    if flat < _LEAST_UNITS:
        return None
    distance = np.log((units + 0.5) / (fitted + 0.5)) / level
    return float(max(distance**2 - 1.0 / (units + 0.5) / level**2, 0.0))


def _runs(happens: Flags) -> list[slice]:
    """Runs of true days, (days,)."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], happens, [False]]).astype(np.int8)))
    return [slice(int(first), int(last)) for first, last in edges.reshape(-1, 2)]
