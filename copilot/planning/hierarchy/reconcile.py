"""Forecasts of several levels made to agree: weighted least squares with a variance for each forecast.

Base forecasts b of the series and y of upper nodes, with variances, become the means x of the series that minimise

    sum_i (x_i - b_i)^2 / v_i + sum_g (sum of x over g - y_g)^2 / w_g

which is the minimum-trace reconciliation with a diagonal covariance (Wickramasuriya, Athanasopoulos & Hyndman, Optimal
forecast reconciliation for hierarchical and grouped time series, JASA 114, 2019, 804-819). Levels cross, so there is
no tree to sweep: with x = b + sqrt(v) u the normal equations (I + V S'W S V) u = V S'W (y - S b) are solved by
conjugate gradients, each step one summing and one spreading of every level, linear in the series. What comes out below
0 is set to 0 and the rest solved again. Sums of the means agree on all levels, the ones without a forecast too.

Two series of 10 with variance 4 each, whose sum is forecast as 26 with variance 2, become 12.4 each:

>>> total = UpperForecast(codes=np.array([0, 0]), mean=np.array([26.0]), variance=np.array([2.0]))
>>> reconciled(np.array([10.0, 10.0]), np.array([4.0, 4.0]), [total]).round(6).tolist()
[12.4, 12.4]
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from copilot.planning.arrays import Floats, Integers, group_sums

_STEPS = 60
_TOLERANCE = 1e-8
_NEGATIVE_ROUNDS = 5


@dataclass(frozen=True, kw_only=True)
class UpperForecast:
    """Base forecasts of the nodes of a level."""

    codes: Integers
    """(series,): node of each series."""
    mean: Floats
    """(nodes,)."""
    variance: Floats
    """(nodes,): of the forecast's error; positive."""

    def sums(self, values: Floats) -> Floats:
        """Sums by node, (nodes,), of values (series,)."""
        return group_sums(self.codes, values, len(self.mean))


def reconciled(mean: Floats, variance: Floats, upper: Sequence[UpperForecast]) -> Floats:
    """Means of the series, (series,), at least 0. `mean` and `variance` (series,) are those of their own forecasts."""
    free = np.ones(len(mean), dtype=np.bool_)
    found = mean
    for _ in range(_NEGATIVE_ROUNDS):
        base = np.where(free, mean, 0.0)
        found = base + _correction(base, np.where(free, np.sqrt(variance), 0.0), upper)
        below = free & (found < 0.0)
        if not below.any():
            break
        free &= ~below
    return np.maximum(found, 0.0)


def _correction(base: Floats, deviation: Floats, upper: Sequence[UpperForecast]) -> Floats:
    """What is added to the base means, (series,)."""

    def pulled(errors: Sequence[Floats]) -> Floats:
        total = np.zeros(len(base))
        for each, error in zip(upper, errors, strict=True):
            total += (error / each.variance)[each.codes]
        return deviation * total

    def applied(u: Floats) -> Floats:
        values = deviation * u
        return u + pulled([each.sums(values) for each in upper])

    wanted = pulled([each.mean - each.sums(base) for each in upper])
    return deviation * _solved(applied, wanted)


def _solved(applied: Callable[[Floats], Floats], wanted: Floats) -> Floats:
    """u with applied(u) = wanted, by conjugate gradients (Hestenes & Stiefel 1952)."""
    u = np.zeros(len(wanted))
    rest = wanted.copy()
    direction = rest.copy()
    size = float(rest @ rest)
    enough = _TOLERANCE**2 * max(size, 1e-300)
    for _ in range(_STEPS):
        if size <= enough:
            break
        image = applied(direction)
        step = size / float(direction @ image)
        u += step * direction
        rest -= step * image
        new = float(rest @ rest)
        direction = rest + (new / size) * direction
        size = new
    return u
