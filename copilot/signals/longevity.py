"""How long a rise will go on, learnt from the past rises of the same workspace.

A rise goes on while it stays above the middle between what was expected before it and the smallest ratio of a signal.
Its risk of ending on a day is taken as constant within each week of its age, and of a rise that is fading, within
each week from now on, as what fades ends soon whatever its age. For week k, in which the past rises were looked at
for e_k days and d_k of them ended, the risk has a gamma posterior

    risk_k ~ Gamma(a + d_k, b + e_k),   a = 1/2,   b = a x 35 days, of fading ones a x 14 days

so that before any past rise is seen one in 35 ends on a day, and one in 14 of those that fade: declared, not learnt.
The chance of going on for more than t days is the mean over the posterior, a product over the weeks k that these days
lie in, t_k of them in each:

    S(t) = product of ((b + e_k) / (b + e_k + t_k)) ^ (a + d_k)

the Kaplan-Meier estimate with a beta-like prior in continuous time (Susarla and Van Ryzin 1976, Nonparametric
Bayesian estimation of survival curves from incomplete observations, J. Am. Stat. Assoc. 71; here piecewise
exponential). The estimate is the median, the interval from the tenth to the ninetieth of a hundred. With fewer than
three past rises that were seen to end, there is not enough evidence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from copilot.signals.past import PastRise
from copilot.signals.weeks import DAYS, Floats

LEAST_ENDED = 3
LONGEST_DAYS = 182
"""Nothing is said beyond."""
_WEEKS = 40
_PRIOR_ENDS = 0.5
_PRIOR_DAYS, _PRIOR_DAYS_FADING = 35.0, 14.0


@dataclass(frozen=True, kw_only=True)
class Longevity:
    """How many more days a rise will go on."""

    days: int
    """As likely more as fewer."""
    low_days: int
    high_days: int
    """Ends of the 80 % interval; 182 stands for so many or more."""
    past_rises: int
    """That it is learnt from."""
    ended: int
    """Of them, seen to end."""


def estimate_longevity(past: Sequence[PastRise], *, age_days: int, fading: bool) -> Longevity | None:
    """Days that a rise of that age goes on for; None without enough evidence."""
    ended = sum(rise.ended_on is not None for rise in past)
    if ended < LEAST_ENDED:
        return None
    ends, exposed = _of_fading(past) if fading else _of_ages(past)
    prior = _PRIOR_DAYS_FADING if fading else _PRIOR_DAYS
    goes_on = _survival(ends, exposed, start=0 if fading else age_days, prior_days=prior)
    low, middle, high = (int(np.argmax(goes_on <= share)) + 1 if goes_on[-1] <= share else LONGEST_DAYS
                         for share in (0.9, 0.5, 0.1))  # fmt: skip
    return Longevity(days=middle, low_days=low, high_days=high, past_rises=len(past), ended=ended)


def _of_ages(past: Sequence[PastRise]) -> tuple[Floats, Floats]:
    """Ends and days looked at, (weeks,), by age."""
    ends, exposed = np.zeros(_WEEKS), np.zeros(_WEEKS)
    for rise in past:
        _add(ends, exposed, days=rise.days, ended=rise.ended_on is not None, weight=1.0)
    return ends, exposed


def _of_fading(past: Sequence[PastRise]) -> tuple[Floats, Floats]:
    """The same by time since a morning of fading; the mornings of one rise weigh one together."""
    ends, exposed = np.zeros(_WEEKS), np.zeros(_WEEKS)
    for rise in past:
        until = rise.ended_on or rise.seen_until
        for morning in rise.fading_on:
            weight = 1.0 / len(rise.fading_on)
            _add(ends, exposed, days=(until - morning).days, ended=rise.ended_on is not None, weight=weight)
    return ends, exposed


def _add(ends: Floats, exposed: Floats, *, days: int, ended: bool, weight: float) -> None:
    """Add one rise of so many days, from 1 on: an end on day d is one of the day before."""
    starts = DAYS * np.arange(_WEEKS)
    exposed += weight * np.clip(days - starts, 0, DAYS)
    if ended:
        ends[min(max(days - 1, 0) // DAYS, _WEEKS - 1)] += weight


def _survival(ends: Floats, exposed: Floats, *, start: int, prior_days: float) -> Floats:
    """(LONGEST_DAYS,): probability of going on for 1, 2, ... more days."""
    week = np.minimum((start + np.arange(LONGEST_DAYS)) // DAYS, _WEEKS - 1)
    inside = np.zeros((LONGEST_DAYS, _WEEKS))
    inside[np.arange(LONGEST_DAYS), week] = 1.0
    days = np.cumsum(inside, axis=0)
    known = _PRIOR_ENDS * prior_days + exposed
    survival: Floats = np.prod((known / (known + days)) ** (_PRIOR_ENDS + ends), axis=1)
    return survival
