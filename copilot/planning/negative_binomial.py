"""The negative binomial of demand, by its mean m and heterogeneity k: variance = m + k m^2. k = 0 is the Poisson.

With shape r = 1 / k and p = r / (r + m), P(D <= x) = I_p(r, x + 1), the regularised incomplete beta function, and
because j P(D = j) = m P(D' = j - 1) with D' of shape r + 1 and the same p,

    E[min(D, x)] = m P(D' <= x - 2) + x P(D >= x)
    E[D | D >= x] = m P(D' >= x - 1) / P(D >= x)

Sources: Johnson, Kemp & Kotz, Univariate Discrete Distributions (3rd ed. 2005), 5.1-5.6; for the loss function,
Zipkin, Foundations of Inventory Management (2000), C.2.3.

With mean 4 and shape 2 (k = 0.5), three units run out with probability 0.46 and sell 2.22 on average.

>>> round(float(probability_above(3, mean=4.0, heterogeneity=0.5)), 4)
0.4609
>>> round(float(expected_minimum(3, mean=4.0, heterogeneity=0.5)), 4)
2.2222
>>> float(quantile(0.9, mean=4.0, heterogeneity=0.5))
9.0
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import scipy as sp

from copilot.planning.arrays import Floats

_SMALLEST = 1e-6
"""Heterogeneity below which the distribution is no longer told from the Poisson."""


def probability_above(x: npt.ArrayLike, *, mean: npt.ArrayLike, heterogeneity: npt.ArrayLike) -> Floats:
    """P(D > x) for whole x; arguments broadcast. 1 for negative x."""
    level, m, r, q = _parameters(x, mean, heterogeneity)
    return np.where(level < 0, 1.0, sp.special.betainc(np.maximum(level, 0.0) + 1.0, r, q)) * ((m > 0) | (level < 0))


def probability_of(x: npt.ArrayLike, *, mean: npt.ArrayLike, heterogeneity: npt.ArrayLike) -> Floats:
    """P(D = x), at real x >= 0 by the gamma function; arguments broadcast."""
    level, m, r, q = _parameters(x, mean, heterogeneity)
    log = sp.special.gammaln(level + r) - sp.special.gammaln(r) - sp.special.gammaln(level + 1) + r * np.log1p(-q)
    log = log + sp.special.xlogy(level, q)
    return np.where(m > 0, np.exp(log), np.equal(level, 0.0))


def quantile(level: npt.ArrayLike, *, mean: npt.ArrayLike, heterogeneity: npt.ArrayLike) -> Floats:
    """Smallest whole x with P(D <= x) >= level, for levels in (0, 1); arguments broadcast."""

    share, m, r, q = _parameters(level, mean, heterogeneity)
    found: Floats = np.where(m > 0, sp.stats.nbinom.ppf(share, r, 1.0 - q), 0.0)
    return found


def expected_minimum(x: npt.ArrayLike, *, mean: npt.ArrayLike, heterogeneity: npt.ArrayLike) -> Floats:
    """E[min(D, x)] for whole x >= 0: units sold out of x. Arguments broadcast."""
    level, m, r, q = _parameters(x, mean, heterogeneity)
    below = np.where(level >= 2, sp.special.betainc(r + 1.0, np.maximum(level - 1.0, 1.0), 1.0 - q), 0.0)
    at_least = np.where(level >= 1, sp.special.betainc(np.maximum(level, 1.0), r, q), 1.0)
    return np.where(m > 0, m * below + level * at_least, 0.0)


def expected_given_at_least(x: npt.ArrayLike, *, mean: npt.ArrayLike, heterogeneity: npt.ArrayLike) -> Floats:
    """E[D | D >= x] for whole x >= 0: what was wanted on a day that sold out after x. Never below x."""
    level, m, r, q = _parameters(x, mean, heterogeneity)
    above = np.where(level >= 2, sp.special.betainc(np.maximum(level - 1.0, 1.0), r + 1.0, q), 1.0)
    at_least = np.where(level >= 1, sp.special.betainc(np.maximum(level, 1.0), r, q), 1.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        expected = m * above / at_least
    return np.where(at_least > 1e-250, np.maximum(expected, level), level)


def _parameters(
    x: npt.ArrayLike, mean: npt.ArrayLike, heterogeneity: npt.ArrayLike
) -> tuple[Floats, Floats, Floats, Floats]:
    """x, m, r and q = 1 - p as equally shaped arrays; q by itself, since p rounds to 1 where means are tiny."""
    given = (np.asarray(value, dtype=np.float64) for value in (x, mean, heterogeneity))
    level, m, k = np.broadcast_arrays(*given)
    k = np.maximum(k, _SMALLEST)
    return level, m, 1.0 / k, k * m / (1.0 + k * m)
