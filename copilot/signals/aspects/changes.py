"""Shares of authors before and after, and whether they differ by more than chance.

Each author counts once on either side, so the sides are two binomial samples. The difference of the shares has
Newcombe's interval (1998, method 10, from Wilson's for each share); whether it is one is asked of Fisher's exact test,
and over all aspects of a question the false discovery rate is held by Benjamini and Hochberg.

>>> change = change_of(Counted(said=20, of=100), Counted(said=10, of=200))
>>> round(change.difference, 3), round(change.low, 3), round(change.high, 3), round(change.p_value, 5)
(0.15, 0.074, 0.242, 0.00013)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, lgamma, sqrt

import numpy as np

from copilot.signals.significance import q_values

_Z = 1.959963984540054
_AS_LIKELY = 1.0 + 1e-7


@dataclass(frozen=True, kw_only=True)
class Counted:
    """Authors who say something, of all on that side."""

    said: int
    of: int

    @property
    def share(self) -> float:
        """0 where there is nobody."""
        return self.said / self.of if self.of else 0.0


@dataclass(frozen=True, kw_only=True)
class Change:
    """From before to after."""

    difference: float
    """Of the shares."""
    low: float
    """End of the 95 % interval of the difference."""
    high: float
    p_value: float
    """Two-sided."""


def change_of(after: Counted, before: Counted) -> Change:
    """How the share changed. Both sides need an author: raises `ValueError`."""
    if not after.of or not before.of:
        raise ValueError("A change needs authors on both sides.")
    difference = after.share - before.share
    (after_low, after_high), (before_low, before_high) = wilson(after), wilson(before)
    return Change(
        difference=difference,
        low=difference - sqrt((after.share - after_low) ** 2 + (before_high - before.share) ** 2),
        high=difference + sqrt((after_high - after.share) ** 2 + (before.share - before_low) ** 2),
        p_value=fisher(after, before),
    )


def are_changes(changes: Sequence[Change], *, false_discovery_rate: float) -> list[bool]:
    """Which of the changes are called so, at that rate of false ones among those called."""
    if not changes:
        return []
    told = q_values(np.array([change.p_value for change in changes])) <= false_discovery_rate
    return [bool(one) for one in told]


def wilson(counted: Counted) -> tuple[float, float]:
    """The 95 % interval of a share.

    >>> tuple(round(end, 3) for end in wilson(Counted(said=20, of=100)))
    (0.133, 0.289)
    """
    of, share = counted.of, counted.share
    middle = share + _Z**2 / (2 * of)
    half = _Z * sqrt(share * (1.0 - share) / of + _Z**2 / (4 * of**2))
    return (middle - half) / (1 + _Z**2 / of), (middle + half) / (1 + _Z**2 / of)


def fisher(after: Counted, before: Counted) -> float:
    """Probability of a table as unlikely as this or more so, both margins given, where nothing changed."""
    said, everyone = after.said + before.said, after.of + before.of
    whole = _log_choose(everyone, said)
    chances = [
        exp(_log_choose(after.of, here) + _log_choose(before.of, said - here) - whole)
        for here in range(max(0, said - before.of), min(said, after.of) + 1)
    ]
    own = chances[after.said - max(0, said - before.of)]
    return min(1.0, sum(chance for chance in chances if chance <= own * _AS_LIKELY))


def _log_choose(of: int, chosen: int) -> float:
    return lgamma(of + 1) - lgamma(chosen + 1) - lgamma(of - chosen + 1)
