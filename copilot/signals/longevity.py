"""How long a rise will go on, learnt from the past rises of the same workspace.

A rise goes on while it stays above the middle between what was expected before it and the smallest ratio of a signal.
Past rises are sorted into weeks of age, and of a rise that is fading, into weeks from a morning of fading on, as what
fades ends soon whatever its age. Of n_k that reach week k, those that are lost sight of in it counted half, d_k end
in it. The chance of ending in that week has a beta posterior, with mean

    h_k = (a + d_k) / (a / p + n_k),   a = 1,   p = 1/5, of fading ones 2/5

so that before any past rise is seen one in five ends in a week, and two in five of those that fade: declared, not
learnt. The chance of going on for more than t days is a product over the weeks that these days lie in, t_k days in
each:

    S(t) = product of (1 - h_k) ^ (t_k / 7)

the actuarial life table with a beta prior (Susarla and Van Ryzin 1976, Nonparametric Bayesian estimation of survival
curves from incomplete observations, J. Am. Stat. Assoc. 71). The estimate is the median, the interval from the tenth
to the ninetieth of a hundred. With fewer than three past rises that were seen to end, there is not enough evidence.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from copilot.signals.past import PastRise
from copilot.signals.weeks import DAYS, Floats

LEAST_ENDED = 3
LONGEST_DAYS = 182
"""Nothing is said beyond."""
_WEEKS = 40
_PRIOR_ENDS = 1.0
_PRIOR_CHANCE, _PRIOR_CHANCE_FADING = 0.2, 0.4
"""Of ending in a week."""


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
    lives = _of_fading(past) if fading else [(rise.days, rise.ended_on is not None, 1.0) for rise in past]
    chance = _chances(lives, prior=_PRIOR_CHANCE_FADING if fading else _PRIOR_CHANCE)
    goes_on = _survival(chance, start=0 if fading else age_days)
    low, middle, high = (int(np.argmax(goes_on <= share)) + 1 if goes_on[-1] <= share else LONGEST_DAYS
                         for share in (0.9, 0.5, 0.1))  # fmt: skip
    return Longevity(days=middle, low_days=low, high_days=high, past_rises=len(past), ended=ended)


def _of_fading(past: Sequence[PastRise]) -> Iterator[tuple[int, bool, float]]:
    """Days since each morning of fading, whether it then ended, weight: the mornings of one rise weigh one together."""
    for rise in past:
        until = rise.ended_on or rise.seen_until
        for morning in rise.fading_on:
            yield (until - morning).days, rise.ended_on is not None, 1.0 / len(rise.fading_on)


def _chances(lives: Iterable[tuple[int, bool, float]], *, prior: float) -> Floats:
    """(weeks,): chance of ending in each week for those that reach it. A life of d days ended on the day before d."""
    ends, reached = np.zeros(_WEEKS), np.zeros(_WEEKS)
    for days, ended, weight in lives:
        last = min(max(days - 1, 0) // DAYS, _WEEKS - 1)
        reached[:last] += weight
        reached[last] += weight if ended else weight / 2.0
        ends[last] += weight if ended else 0.0
    chances: Floats = (_PRIOR_ENDS + ends) / (_PRIOR_ENDS / prior + reached)
    return chances


def _survival(chances: Floats, *, start: int) -> Floats:
    """(LONGEST_DAYS,): probability of going on for more than 1, 2, ... days from day `start` of a life on."""
    week = np.minimum((start + np.arange(LONGEST_DAYS)) // DAYS, _WEEKS - 1)
    survival: Floats = np.exp(np.cumsum(np.log(1.0 - chances[week])) / DAYS)
    return survival
