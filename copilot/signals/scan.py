"""How surprising the last days are: the rise may have begun on any of them.

For each number of days k of `WINDOWS` the authors S of the last k days are compared with those expected, E, by a
negative binomial tail (`significance`). The p-value of a morning is made of the smallest over k: a scan over when the
rise began (Kulldorff 2001, Prospective time periodic geographical disease surveillance using a scan statistic, J. R.
Stat. Soc. A 164).

The smallest of ten p-values is under a level more often than the level says. What counts here is how often mornings
under it begin after two weeks without one: as windows overlap, at most three times as often as the level says, from
0.05 to 40 authors a day and at levels from 1e-3 to 1e-5 (simulated over 3 million days each; the most was 3.4). Where
one error of the level is in all windows, as it is in frequent terms, it is twice. So the p-value is (2 + 3 / (3 + E))
times the smallest, with E authors expected in a week: three times for rare terms, and twice for frequent ones.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from copilot.signals.significance import upper_tail
from copilot.signals.weeks import DAYS, Floats

WINDOWS = np.array([1, 2, 3, 4, 5, 6, 7, 9, 11, 14])
LONGEST_WINDOW = int(WINDOWS[-1])
_TESTS_OF_FREQUENT = 2.0
_FREQUENT_A_WEEK = 3.0


@dataclass(frozen=True, kw_only=True)
class Scan:
    """The most surprising of the last days, for each of `n` series."""

    p_values: Floats
    """(n,)"""
    days: NDArray[np.int64]
    """(n,): days of the most surprising window."""
    authors: Floats
    """(n,): authors in it."""
    expected: Floats
    """(n,): authors expected in it."""


def multiplicity(expected_a_week: Floats) -> Floats:
    """As how many tests the windows of a morning count, with so many authors expected in a week."""
    tests: Floats = _TESTS_OF_FREQUENT + _FREQUENT_A_WEEK / (_FREQUENT_A_WEEK + expected_a_week)
    return tests


def scan(
    authors: Floats,
    expected: Floats,
    *,
    dispersion: Floats,
    most_days: NDArray[np.int64] | None = None,
) -> Scan:
    """Scan (n, 14) authors and expected authors of the last 1 to 14 days, with their (n, 14) dispersion.

    `most_days` (n,) are the longest windows allowed, at least 1.
    """
    seen, wanted = authors[:, WINDOWS - 1], np.maximum(expected[:, WINDOWS - 1], 1e-9)
    tails = np.where(seen > wanted, upper_tail(seen, wanted, dispersion[:, WINDOWS - 1]), 1.0)
    if most_days is not None:
        tails = np.where(np.maximum(most_days, 1)[:, None] >= WINDOWS, tails, 1.0)
    best = np.argmin(tails, axis=1)
    row = np.arange(len(tails))
    p_values = np.minimum(multiplicity(np.maximum(expected[:, DAYS - 1], 0.0)) * tails[row, best], 1.0)
    return Scan(p_values=p_values, days=WINDOWS[best], authors=seen[row, best], expected=wanted[row, best])
