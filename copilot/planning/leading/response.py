"""What the forecast of a product gains while a term that it is linked to rises, learnt from past rises.

A forecast lives on past sales: it learns of a rise some days after sales show it, as a few days of one product are
chance for all that it knows, and then takes the rise for the new level. A signal says that a rise of these few days is
one, and that it will die down. On a morning `age` days after the first of the rise, demand for the linked products
`ahead` days on is expected at the base model's mean times

    exp(rising x recent x exp(-(age / 10)^2 - ahead / 30)
        - falling x settled x min(max((age - 12) / 7, 0), 1) x (1 + ahead / 14) / 2)

where `recent` and `settled` are what sales show of the rise by then (`evidence`): without a trace in sales a signal
changes nothing, so that terms which move nothing do no harm. Both coefficients maximise the Poisson likelihood of what
was wanted of the products of past rises, with normal priors around 0, and with the common ratio of all other products
in the same week taken out. What is used of each is half a standard error less, at least 0, clustered by rise, as
weeks of one rise are no independent evidence (Liang and Zeger 1986, Longitudinal data analysis using generalized linear
models, Biometrika 73): a retailer with few rises, or with rises that differ in what they do, leans on them less.

The times were chosen on made-up retailers (seeds 1 to 6 of `benchmarks/signal_retailer.py`), half of whose rises move
nothing. Anticipating a rise before sales show it was tried and left out: it took next to nothing from the error where
rises move demand, and added a third to it where they do not.

For coefficients of 1 and 0.1, five days into a rise of which sales show 0.3, the next day is expected at 1.25 times:

    >>> response = SignalResponse(rising=1.0, falling=0.1)
    >>> round(float(response.factor(Shown(recent=0.3, settled=0.1), 5.0, 1.0)), 2)
    1.25
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from copilot.planning.arrays import Floats
from copilot.planning.leading.evidence import Shown
from copilot.planning.leading.lookback import Looks
from copilot.planning.leading.rises import KnownRise

LEAST_RISES = 3
_SHOWN_DAYS, _FADING_DAYS = 10.0, 30.0
_HOLDS_DAYS, _TURNS_DAYS, _AHEAD_DAYS, _MOST_AHEAD_DAYS = 12.0, 7.0, 14.0, 28.0
_PRIOR_PRECISION = 3.0
_ERRORS_LESS = 0.5
_MOST_LOG = 1.5
_STEPS = 25
_STEADY = 1e-6


@dataclass(frozen=True, kw_only=True)
class SignalResponse:
    """Response of forecasts of linked products, as the module says; both at least 0."""

    rising: float
    falling: float

    def factor(self, shown: Shown, age: float, ahead: Floats | float) -> Floats:
        """What the base model's mean is multiplied by, in the shape of `ahead`."""
        features = _features(shown.recent, shown.settled, age, ahead)
        logs = features @ np.array([self.rising, self.falling])
        return np.asarray(np.exp(np.clip(logs, -_MOST_LOG, _MOST_LOG)), dtype=np.float64)

    def factors(
        self,
        series: pl.DataFrame,
        rises: Sequence[KnownRise],
        shown: Sequence[Shown],
        morning: date,
        days: int,
    ) -> Floats | None:
        """Factor of each of the `days` days from the morning on, (series, days); None where no rise is about any.

        `shown` is what sales show of each rise. Of several rises about a series the one that changes most counts.
        """
        found: Floats | None = None
        for rise, seen in zip(rises, shown, strict=True):
            moved = rise.moves(series) if rise.is_known(morning) else None
            if moved is None or not moved.any():
                continue
            own = self.factor(seen, float((morning - rise.first_day).days), np.arange(days, dtype=np.float64))
            found = np.ones((series.height, days)) if found is None else found
            more = np.abs(np.log(own)) > np.abs(np.log(found[moved]))
            found[moved] = np.where(more, own, found[moved])
        return found


def factors_of(response: SignalResponse, looks: Looks) -> Floats:
    """What the means of the looks are multiplied by, (looks,)."""
    logs = _of_looks(looks) @ np.array([response.rising, response.falling])
    return np.asarray(np.exp(np.clip(logs, -_MOST_LOG, _MOST_LOG)), dtype=np.float64)


def fit_response(looks: Looks) -> SignalResponse | None:
    """The response that the looks teach; None where they are of fewer than three rises."""
    if len(np.unique(looks.rise)) < LEAST_RISES:
        return None
    used = looks.rows((looks.base > 0.0) & (looks.common > 0.0))
    x, offset = _of_looks(used), used.base * used.common
    prior = _PRIOR_PRECISION * np.eye(2)
    fitted, dispersion, curvature = np.zeros(2), 1.0, prior
    for _ in range(_STEPS):
        mean = offset * np.exp(np.clip(x @ fitted, -_MOST_LOG, _MOST_LOG))
        dispersion = max(1.0, float(np.mean((used.wanted - mean) ** 2 / mean)))
        curvature = (x.T * mean) @ x / dispersion + prior
        step = np.clip(np.linalg.solve(curvature, x.T @ (used.wanted - mean) / dispersion - prior @ fitted), -0.5, 0.5)
        fitted = fitted + step
        if float(np.abs(step).max()) < _STEADY:
            break
    mean = offset * np.exp(np.clip(x @ fitted, -_MOST_LOG, _MOST_LOG))
    rises = np.unique(used.rise)
    scores = [x[used.rise == one].T @ (used.wanted - mean)[used.rise == one] / dispersion for one in rises]
    meat = np.sum([np.outer(score, score) for score in scores], axis=0) * len(rises) / max(len(rises) - 1, 1)
    spread = np.linalg.inv(curvature)
    error = np.sqrt(np.diag(spread @ meat @ spread))
    rising, falling = (float(value) for value in np.maximum(fitted - _ERRORS_LESS * error, 0.0))
    return SignalResponse(rising=rising, falling=falling)


def poisson_deviance(wanted: Floats, mean: Floats) -> Floats:
    """Twice the log-likelihood lost against a perfect forecast, of each; `mean` above 0."""
    ratio = np.log(np.maximum(wanted, 1e-12) / mean)
    deviance: Floats = 2.0 * (np.where(wanted > 0.0, wanted * ratio, 0.0) - (wanted - mean))
    return deviance


def _of_looks(looks: Looks) -> Floats:
    return _features(looks.recent, looks.settled, looks.age, looks.ahead)


def _features(recent: Floats | float, settled: Floats | float, age: Floats | float, ahead: Floats | float) -> Floats:
    """What the two coefficients multiply, (..., 2)."""
    rising = recent * np.exp(-((np.asarray(age) / _SHOWN_DAYS) ** 2) - np.asarray(ahead) / _FADING_DAYS)
    over = np.clip((np.asarray(age) - _HOLDS_DAYS) / _TURNS_DAYS, 0.0, 1.0)
    falling = -settled * over * (1.0 + np.minimum(ahead, _MOST_AHEAD_DAYS) / _AHEAD_DAYS) / 2.0
    return np.stack(np.broadcast_arrays(rising, falling), axis=-1)
