"""What past reductions and events of a category did, apart: how far the next one may lie from what the model says.

Every run of days under a reduction (of a product in a country) or with an event (in a country) is an episode: units U
against the units F that the model expects of the same days with it, at the level of the weeks around it (U' against
F' on the days of four weeks before and after that have none of it). Its distance from the fitted effect is

    d = (ln((U + 1/2) / (F + 1/2)) - ln((U' + 1/2) / (F' + 1/2))) / share taken off, or 1 for an event

of which chance has the variance (1 / (U + 1/2) + 1 / (U' + 1/2)) / share^2. The deviation of the next one is such that
the interval from 10 % to 90 % holds four past episodes of five, chance taken off: (q / 1.28)^2 less the median of what
chance has, where q is the distance that four of five lie within. Two episodes' worth of a prior come to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from copilot.planning.arrays import Flags, Floats, Integers, codes_of, group_codes, group_row_sums
from copilot.planning.explanation.morning import Morning
from copilot.planning.series import DemandPanel

_PRIOR_EPISODES = 2.0
_PRIOR_SD = {"reduction": 0.5, "event": 0.25}
_LEAST_UNITS = 3.0
_AROUND_DAYS = 28
_HELD, _NORMAL_80 = 0.8, 1.2815515655446004


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
    apart = []
    for row in range(count):
        happens = weighed[row] > 1e-6
        for days in _runs(happens):
            around = _around(happens, days)
            if flat[row, days].sum() >= _LEAST_UNITS and fitted[row, around].sum() >= _LEAST_UNITS:
                apart.append(_apart(units[row], fitted[row], days, around, float(weighed[row, days].mean())))
    return Past(episodes=len(apart), deviation=_deviation(apart, _PRIOR_SD[kind]))


def _deviation(apart: Sequence[tuple[float, float]], prior: float) -> float:
    """Standard deviation of the next distance, from past ones and the variance that chance has in each."""
    own = 0.0
    if apart:
        distances, chance = np.abs([one for one, _ in apart]), np.median([one for _, one in apart])
        own = max(float((np.quantile(distances, _HELD) / _NORMAL_80) ** 2 - chance), 0.0)
    return float(np.sqrt((_PRIOR_EPISODES * prior**2 + len(apart) * own) / (_PRIOR_EPISODES + len(apart))))


def _apart(units: Floats, fitted: Floats, days: slice, around: Integers, level: float) -> tuple[float, float]:
    """Distance of an episode's effect from the fitted one, and the variance that chance has in it."""
    sold, usual = float(units[days].sum()) + 0.5, float(units[around].sum()) + 0.5
    distance = np.log(sold / (fitted[days].sum() + 0.5)) - np.log(usual / (fitted[around].sum() + 0.5))
    return float(distance) / level, (1.0 / sold + 1.0 / usual) / level**2


def _around(happens: Flags, days: slice) -> Integers:
    """The days of four weeks before and after a run on which nothing of it happens."""
    near = np.arange(max(0, days.start - _AROUND_DAYS), min(len(happens), days.stop + _AROUND_DAYS))
    return near[~happens[near]]


def _runs(happens: Flags) -> list[slice]:
    """Runs of true days, (days,)."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], happens, [False]]).astype(np.int8)))
    return [slice(int(first), int(last)) for first, last in edges.reshape(-1, 2)]
