"""How surprising a count is, and how many such surprises to believe.

The p-value of a count is the probability of it or more under a negative binomial with the expected mean m and
dispersion a (variance m + a m^2):

    P(X >= x) = I(m a / (1 + m a); x, 1 / a),  I the regularised incomplete beta function

>>> round(float(upper_tail(np.array([20.0]), np.array([8.0]), np.array([0.05]))[0]), 5)
0.00232
"""

from __future__ import annotations

import numpy as np
import scipy as sp

from copilot.signals.weeks import Floats


def upper_tail(authors: Floats, expected: Floats, dispersion: Floats) -> Floats:
    """P(X >= authors), elementwise, of a negative binomial with that mean and dispersion (both above 0)."""
    share = expected * dispersion / (1.0 + expected * dispersion)
    tail: Floats = sp.special.betainc(np.maximum(authors, 1.0), 1.0 / dispersion, share)
    return np.where(authors > 0, tail, 1.0)


def q_values(p_values: Floats, *, any_dependence: bool = False) -> Floats:
    """For each p-value the smallest false discovery rate at which it is called: Benjamini-Hochberg, or -Yekutieli.

    >>> [round(float(q), 3) for q in q_values(np.array([0.01, 0.5, 0.02, 0.03]))]
    [0.04, 0.5, 0.04, 0.04]
    """
    count = len(p_values)
    order = np.argsort(p_values, kind="stable")
    factor = float((1.0 / np.arange(1, count + 1)).sum()) if any_dependence else 1.0
    scaled = p_values[order] * factor * count / np.arange(1, count + 1)
    least = np.minimum.accumulate(scaled[::-1])[::-1]
    found = np.empty(count)
    found[order] = np.minimum(least, 1.0)
    return found


def upper_count(expected: Floats, dispersion: Floats, level: float) -> Floats:
    """Smallest count whose p-value is under `level`, elementwise, by bisection."""
    low, high = np.zeros(len(expected)), np.ceil(expected * 10.0 + 50.0)
    while np.any(high - low > 1.0):
        middle = np.floor((low + high) / 2.0)
        under = upper_tail(middle, expected, dispersion) < level
        high = np.where(under, middle, high)
        low = np.where(under, low, middle)
    return high
