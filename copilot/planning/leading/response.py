"""What the forecast of a product gains while a term that it is linked to rises, learnt from past rises.

A forecast lives on past sales, and so learns of a rise some days after the posts that tell of it; and it takes a rise
that it has learnt of for the new level. On a morning `age` days after the first of a rise, demand for the linked
products `ahead` days on is expected at the base model's mean times

    exp(gain x exp(-age / shown_days) x exp(-(age + ahead) / lasting_days))

where the first factor fades as sales show the rise by themselves, and the second as the rise dies down. The gain
maximises the Poisson likelihood of what was wanted of the products of past rises, with a normal prior around 0, and
with the common ratio of all other products in the same week taken out. What is used is its lower end: the gain less one
standard error over rises, clustered by rise as weeks of one rise are no independent evidence (Liang and Zeger 1986,
Longitudinal data analysis using generalized linear models, Biometrika 73). So a retailer with few rises, or with rises
that differ in what they do, leans on them little; and never below 0. The two times are those of a small grid under
which past rises are likeliest.

For a gain of 0.8, 8 and 30 days: five days into a rise, the next day's demand is expected at 1.42 times the base.

    >>> round(float(SignalResponse(gain=0.8, shown_days=8.0, lasting_days=30.0).factor(5.0, 1.0)), 2)
    1.42
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import product

import numpy as np
import polars as pl

from copilot.planning.arrays import Floats
from copilot.planning.leading.lookback import Looks
from copilot.planning.leading.rises import KnownRise

LEAST_RISES = 3
_SHOWN_DAYS, _LASTING_DAYS = (4.0, 8.0, 16.0), (15.0, 30.0, 60.0)
_PRIOR_PRECISION = 3.0
_MOST_LOG_GAIN = 1.5
_STEPS = 25
_STEADY = 1e-6


@dataclass(frozen=True, kw_only=True)
class SignalResponse:
    """Gain of forecasts of linked products, as the module says."""

    gain: float
    """On the log scale, before any fading; at least 0."""
    shown_days: float
    lasting_days: float

    def factor(self, age: Floats | float, ahead: Floats | float) -> Floats:
        """What the base model's mean is multiplied by."""
        fading = np.exp(-np.asarray(age) / self.shown_days - (np.asarray(age) + ahead) / self.lasting_days)
        return np.asarray(np.exp(self.gain * fading), dtype=np.float64)

    def factors(self, series: pl.DataFrame, rises: Sequence[KnownRise], morning: date, days: int) -> Floats | None:
        """Factor of each of the `days` days from the morning on, (series, days); None where no rise is about any.

        Of several rises about a series the one that gives most counts.
        """
        found: Floats | None = None
        for rise in rises:
            moved = rise.moves(series) if rise.is_known(morning) else None
            if moved is None or not moved.any():
                continue
            own = self.factor(float((morning - rise.first_day).days), np.arange(days, dtype=np.float64))
            found = np.ones((series.height, days)) if found is None else found
            found[moved] = np.maximum(found[moved], own)
        return found


def fit_response(looks: Looks) -> SignalResponse | None:
    """The response that the looks teach; None where they are of fewer than three rises."""
    if len(np.unique(looks.rise)) < LEAST_RISES:
        return None
    fitted = [_fitted(looks, shown, lasting) for shown, lasting in product(_SHOWN_DAYS, _LASTING_DAYS)]
    return min(fitted, key=lambda each: each[0])[1]


def poisson_deviance(wanted: Floats, mean: Floats) -> Floats:
    """Twice the log-likelihood lost against a perfect forecast, of each; `mean` above 0."""
    ratio = np.log(np.maximum(wanted, 1e-12) / mean)
    deviance: Floats = 2.0 * (np.where(wanted > 0.0, wanted * ratio, 0.0) - (wanted - mean))
    return deviance


def _fitted(looks: Looks, shown: float, lasting: float) -> tuple[float, SignalResponse]:
    """Deviance with the prior's, and the response with these times."""
    used = (looks.base > 0.0) & (looks.common > 0.0)
    x = np.exp(-looks.age / shown - (looks.age + looks.ahead) / lasting)[used]
    y, offset, rise = looks.wanted[used], (looks.base * looks.common)[used], looks.rise[used]
    gain, dispersion = 0.0, 1.0
    for _ in range(_STEPS):
        mean = offset * np.exp(np.clip(gain * x, -_MOST_LOG_GAIN, _MOST_LOG_GAIN))
        dispersion = max(1.0, float(np.mean((y - mean) ** 2 / mean)))
        slope = float((x * (y - mean)).sum()) / dispersion - _PRIOR_PRECISION * gain
        curvature = float((x * x * mean).sum()) / dispersion + _PRIOR_PRECISION
        step = float(np.clip(slope / curvature, -0.5, 0.5))
        gain += step
        if abs(step) < _STEADY:
            break
    mean = offset * np.exp(np.clip(gain * x, -_MOST_LOG_GAIN, _MOST_LOG_GAIN))
    scores = np.array([float((x * (y - mean))[rise == one].sum()) for one in np.unique(rise)]) / dispersion
    curvature = float((x * x * mean).sum()) / dispersion + _PRIOR_PRECISION
    error = float(np.sqrt((scores**2).sum() * len(scores) / (len(scores) - 1))) / curvature
    lost = float(poisson_deviance(y, mean).sum())
    return lost, SignalResponse(gain=max(0.0, gain - error), shown_days=shown, lasting_days=lasting)
