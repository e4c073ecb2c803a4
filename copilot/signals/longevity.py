"""How long a rise will go on, learnt from the past rises of the same workspace.

A rise goes on while it stays above the middle between what was expected before it and the smallest ratio of a signal.
The days T of its life are log-normal, log T ~ N(m, s^2), but of one rise in twenty, which is none and is over after
ten days on average. Before any past rise is seen, log T lies around 30 days, m ~ N(log 30, 1), and every s from 0.1 to
1.6 is as likely on a log scale: declared, not learnt. A past rise that ended counts by the chance of ending on its day,
one that was lost sight of by the chance of lasting until then; posterior weights w of (m, s) follow, on a grid. Of a
rise that has lasted for t days

    P(T > t + x | T > t) = sum w S(t + x) / sum w S(t),   S(d) = 0.95 P(log T > log d) + 0.05 exp(-d / 10)

(Gelman et al. 2013, Bayesian Data Analysis, chapters 3 and 7). Few past rises that were alike give an interval as wide
as few numbers tell, as Student's t does, and many give one as wide as they differ.

Whether it fades this morning tells when it ends, too. With n_k the weeks of past lives that lay k weeks before their
end, and d_k those of them that faded (mornings, by sevens), the chance of fading k weeks before the end is

    h_k = (d_k + a h) / (n_k + a),   a = 3,   h that of all weeks together

and P(T = t + x) is weighted by h_k of its week where the rise fades, by 1 - h_k where it does not (Bayes' rule). The
estimate is the median, the interval from the tenth to the ninetieth of a hundred, to the nearest day. With fewer than
three past rises that were seen to end, there is not enough evidence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import scipy as sp

from copilot.signals.past import PastRise
from copilot.signals.weeks import DAYS, Floats

LEAST_ENDED = 3
LONGEST_DAYS = 182
"""Nothing is said beyond."""
_AROUND_DAYS, _SHORTEST_DAYS, _FARTHEST_DAYS = 30.0, 4.0, 400.0
_LEAST_SPREAD, _MOST_SPREAD = 0.1, 1.6
_MIDDLES, _SPREADS = 48, 16
_NONE_SHARE, _NONE_DAYS = 0.05, 10.0
_LEAST_CHANCE = 1e-300
_PRIOR_WEEKS = 3.0
_PRIOR_FADING = 0.3
_LOW, _MIDDLE, _HIGH = 0.9, 0.5, 0.1


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
    lasts = _lasts(age_days + np.arange(LONGEST_DAYS + 1.0)) @ _weights(past)
    ends_on, later = -np.diff(lasts), float(lasts[-1])
    shows = _shows(past, fading=fading)
    ends_on = ends_on * shows[np.arange(1, LONGEST_DAYS + 1) // DAYS]
    goes_on = 1.0 - np.cumsum(ends_on) / (ends_on.sum() + later * shows[-1])
    low = int(np.argmin(np.abs(np.concatenate([[1.0], goes_on[:-1]]) - _LOW))) + 1
    middle, high = (int(np.argmin(np.abs(goes_on - share))) + 1 for share in (_MIDDLE, _HIGH))
    return Longevity(days=max(middle, low), low_days=low, high_days=max(high, low), past_rises=len(past), ended=ended)


@cache
def _grid() -> tuple[Floats, Floats]:
    """m and s of each point."""
    middles = np.linspace(np.log(_SHORTEST_DAYS), np.log(_FARTHEST_DAYS), _MIDDLES)
    middle, spread = np.meshgrid(middles, np.geomspace(_LEAST_SPREAD, _MOST_SPREAD, _SPREADS), indexing="ij")
    return middle.ravel(), spread.ravel()


def _lasts(days: Floats) -> Floats:
    """(days, points): chance of lasting for more than so many days."""
    middle, spread = _grid()
    days = np.maximum(days, 0.5)[:, None]
    chance: Floats = sp.special.ndtr((middle - np.log(days)) / spread)
    return (1.0 - _NONE_SHARE) * chance + _NONE_SHARE * np.exp(-days / _NONE_DAYS)


def _weights(past: Sequence[PastRise]) -> Floats:
    """(points,): posterior weight of each, up to a factor."""
    middle, _ = _grid()
    days = np.array([rise.days for rise in past], dtype=np.float64)
    ended = np.array([rise.ended_on is not None for rise in past])[:, None]
    chance = np.where(ended, _lasts(days - 0.5) - _lasts(days + 0.5), _lasts(days))
    log_weight = np.log(np.maximum(chance, _LEAST_CHANCE)).sum(axis=0) - (middle - np.log(_AROUND_DAYS)) ** 2 / 2.0
    weights: Floats = np.exp(log_weight - log_weight.max())
    return weights


def _shows(past: Sequence[PastRise], *, fading: bool) -> Floats:
    """(weeks,): chance that a morning so many weeks before the end fades, or that it does not."""
    weeks = LONGEST_DAYS // DAYS + 1
    lived, faded = np.zeros(weeks), np.zeros(weeks)
    for rise in past:
        if rise.ended_on is None:
            continue
        left = np.minimum(np.arange(1, rise.days) // DAYS, weeks - 1)
        left_fading = [min((rise.ended_on - morning).days // DAYS, weeks - 1) for morning in rise.fading_on]
        lived += np.bincount(left, minlength=weeks) / DAYS
        faded += np.bincount(np.array(left_fading, dtype=np.int64), minlength=weeks) / DAYS
    usual = (faded.sum() + _PRIOR_WEEKS * _PRIOR_FADING) / (lived.sum() + _PRIOR_WEEKS)
    fades: Floats = np.clip((faded + _PRIOR_WEEKS * usual) / (lived + _PRIOR_WEEKS), 0.0, 1.0)
    return fades if fading else 1.0 - fades
