"""How far a rise has come, how grave it is, and when it began.

Severity is the nearest whole number to 1 + 9 (0.4 surprise + 0.3 size + 0.3 reach), each part 0 to 1 and never falling
with what it is made from:

    surprise   -log10(q) / 10: 1 at a q-value of 1e-10
    size       log2(ratio) / 3: 1 at eight times the expected
    reach      log10(authors) / 3: 1 at a thousand authors

>>> severity(q_value=1e-4, ratio=3.0, authors=30)
5
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, timedelta

from copilot.signals.records import Stage

_EMERGING_DAYS = 14


def severity(*, q_value: float, ratio: float, authors: int) -> int:
    """Severity of a rise, 1 (hardly worth a look) to 10."""
    surprise = _part(-math.log10(max(q_value, 1e-300)) / 10.0)
    size = _part(math.log2(max(ratio, 1.0)) / 3.0)
    reach = _part(math.log10(max(authors, 1)) / 3.0)
    return round(1.0 + 9.0 * (0.4 * surprise + 0.3 * size + 0.3 * reach))


def stage(*, authors: int, authors_before: int, age_days: int) -> Stage:
    """Stage of a rise that began `age_days` ago, from this week's authors and those of the week before.

    A change counts when it is over one standard error of the difference of two counts: fading when they fall, emerging
    in the first two weeks, then rising while they grow, and peaking when they do neither.
    """
    if is_fading(authors=authors, authors_before=authors_before):
        return "fading"
    change = _change(authors, authors_before)
    if age_days <= _EMERGING_DAYS:
        return "emerging"
    return "rising" if change > 1.0 else "peaking"


def is_fading(*, authors: float, authors_before: float) -> bool:
    """Whether this week's authors are fewer than those of the week before, by over one standard error."""
    return _change(authors, authors_before) < -1.0


def began_on(authors_by_day: Sequence[int], *, expected_a_day: float, as_of: date) -> date:
    """The day from which on the counts until `as_of` are least like chance: where a rise that still lasts began.

    `authors_by_day` are the authors of each day, newest first; at least one. The day maximises the likelihood ratio of
    n authors since then where m are expected, n log(n / m) - (n - m), over the days since which there were more than
    expected: the temporal scan statistic (Kulldorff 1997, A spatial scan statistic, Commun. Stat. 26) with the window's
    end held at `as_of`.
    """
    best, days, authors = -1.0, 1, 0
    for age, count in enumerate(authors_by_day, start=1):
        authors += count
        expected = max(expected_a_day, 1e-9) * age
        gain = authors * math.log(authors / expected) - (authors - expected) if authors > expected else 0.0
        if gain > best:
            best, days = gain, age
    return as_of - timedelta(days=days)


def _change(authors: float, authors_before: float) -> float:
    return (authors - authors_before) / math.sqrt(max(authors + authors_before, 1.0))


def _part(value: float) -> float:
    return min(max(value, 0.0), 1.0)
