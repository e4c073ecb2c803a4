"""What else finds rises: a z-score on counts, Kleinberg's bursts, topics over time; and what an oracle could do."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from copilot.signals.counting import DailyCounts
from copilot.signals.weeks import DAYS, Flags, Floats

Rival = Callable[[DailyCounts, float], Flags]
"""Counts and a threshold -> (n, days): whether a term is called on the morning after each day, oldest first."""
_WEEKS = 12
_LEAST_AUTHORS = 5
_ORACLE_RUNS = 400
_ORACLE_DAYS = 200


def z_score(counts: DailyCounts, threshold: float) -> Flags:
    """Authors of seven days against mean and standard deviation of the twelve weeks before them."""
    week = _of_days(_daily(counts), DAYS)
    before = np.stack([_later(week, DAYS * weeks) for weeks in range(1, _WEEKS + 1)])
    called: Flags = (week - before.mean(axis=0)) / np.maximum(before.std(axis=0), 1.0) > threshold
    return called & (week >= _LEAST_AUTHORS)


def kleinberg(counts: DailyCounts, threshold: float) -> Flags:
    """Kleinberg's (2003) two-state automaton on each day's posts of the term among all, as far as known that day.

    The burst state has twice the usual share; `threshold` is what it costs to enter it.
    """
    said, total = _daily(counts), np.diff(counts.volume.sum(axis=0))[::-1]
    share = np.clip(np.cumsum(said, axis=1) / np.maximum(np.cumsum(total), 1.0), 1e-6, 0.45)
    usual = np.concatenate([share[:, :1], share[:, :-1]], axis=1)
    rest = np.maximum(total - said, 0.0)
    low = -(said * np.log(usual) + rest * np.log1p(-usual))
    high = -(said * np.log(2 * usual) + rest * np.log1p(-2 * usual))
    cost_low, cost_high = np.zeros(len(said)), np.full(len(said), threshold)
    called = np.zeros(said.shape, dtype=np.bool_)
    for day in range(said.shape[1]):
        cost_low, cost_high = (
            np.minimum(cost_low, cost_high) + low[:, day],
            np.minimum(cost_low + threshold, cost_high) + high[:, day],
        )
        called[:, day] = cost_high < cost_low
    return called & (_of_days(said, DAYS) >= _LEAST_AUTHORS)


def topics_over_time(counts: DailyCounts, threshold: float) -> Flags:
    """Each term's share of the posts of the last seven days against its share until then, as such charts are read."""
    said, total = _daily(counts), np.diff(counts.volume.sum(axis=0))[::-1]
    week = _of_days(said, DAYS) / np.maximum(_of_days(total[None, :], DAYS), 1.0)
    until = _later(np.cumsum(said, axis=1), DAYS) / np.maximum(_later(np.cumsum(total)[None, :], DAYS), 1.0)
    called: Flags = week > threshold * np.maximum(until, 1e-6)
    return called & (_of_days(said, DAYS) >= _LEAST_AUTHORS)


RIVALS: Mapping[str, tuple[Rival, tuple[float, ...]]] = {
    "z_score": (z_score, (1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 5.0, 6.0, 8.0)),
    "kleinberg": (kleinberg, (1.0, 2.0, 3.0, 5.0, 7.0, 10.0, 14.0, 20.0)),
    "topics_over_time": (topics_over_time, (1.25, 1.5, 1.75, 2.0, 2.25, 2.5, 3.0, 4.0)),
}
"""Name -> the rival and the thresholds to choose from."""


def first_days(called: Flags) -> list[tuple[int, int]]:
    """(series, day) on which a term is called after a fortnight without."""
    found = []
    for row in np.flatnonzero(called.any(axis=1)):
        days = np.flatnonzero(called[row])
        begins = np.concatenate([[True], np.diff(days) > 2 * DAYS])
        found += [(int(row), int(day)) for day in days[begins]]
    return found


def oracle_delay(usual: float, ratio: float, *, level: float, seed: int = 0) -> float:
    """Median days that a CUSUM needs which knows the usual level and the ratio, at that level a day.

    Page's (1954) cumulative sum of log likelihood ratios of Poisson counts, with the threshold log(1 / level).
    """
    chance = np.random.default_rng(seed)
    counts = chance.poisson(usual * ratio, (_ORACLE_RUNS, _ORACLE_DAYS))
    gain = counts * np.log(ratio) - usual * (ratio - 1.0)
    total, delay = np.zeros(_ORACLE_RUNS), np.full(_ORACLE_RUNS, np.inf)
    for day in range(_ORACLE_DAYS):
        total = np.maximum(total, 0.0) + gain[:, day]
        delay = np.where(np.isinf(delay) & (total >= -np.log(level)), day + 1.0, delay)
    return float(np.median(delay))


def _daily(counts: DailyCounts) -> Floats:
    """(n, days): authors a day, oldest first."""
    daily = np.zeros((counts.series.height, counts.days))
    np.add.at(daily, counts.pair_series, np.diff(counts.own, axis=1))
    return daily[:, ::-1]


def _of_days(daily: Floats, days: int) -> Floats:
    """Sums of the last `days` days at each day."""
    total = np.cumsum(daily, axis=1)
    summed: Floats = total - _later(total, days)
    return summed


def _later(parts: Floats, days: int) -> Floats:
    """The columns moved `days` days on, from 0."""
    moved = np.zeros_like(parts)
    moved[:, days:] = parts[:, :-days]
    return moved
