"""What a series sells before it has told much itself: the prior of its rate, from the series it resembles.

The rate of a series is Gamma with mean m_i and shape a. The mean is that of its category and kind of location, times a
factor each of product, colour of the product, size within the category, and location; each factor is the ratio of
units to expected units over all series that share it, shrunk to 1 by pseudo-counts, fitted in turn. The shape, which
says how much series differ from their prior, maximises the negative binomial likelihood of all series: empirical Bayes
(Robbins 1956; Johnson, Kemp & Kotz 2005, 5.4).
"""

from __future__ import annotations

import numpy as np
import polars as pl
import scipy as sp

from copilot.planning.arrays import Floats, Integers, group_codes, group_sums

_FACTORS = (
    ("product_id",),
    ("product_id", "colour"),
    ("category", "size"),
    ("location_id",),
    ("location_id", "category"),
)
_FACTOR_PRIOR_UNITS = 5.0
_ROUNDS = 4
_SHAPES = np.geomspace(0.3, 60.0, 16)


def prior_means(series: pl.DataFrame, units: Floats, exposure: Floats) -> Floats:
    """Prior mean of the rate of each series, (series,), from the evidence of all: units seen over exposure.

    `units` and `exposure` are (series,), weighted as the caller likes. Positive even where nothing ever sold.
    """
    everything = (units.sum() + 0.5) / (exposure.sum() + 100.0)
    group, groups = group_codes(series, "category", "kind")
    prior = _FACTOR_PRIOR_UNITS
    base = (group_sums(group, units, groups) + prior) / (group_sums(group, exposure, groups) + prior / everything)
    mean: Floats = base[group]
    factors = [(*group_codes(series, *columns), columns) for columns in _FACTORS]
    for _ in range(_ROUNDS):
        for codes, count, _ in factors:
            mean = mean * _factor(codes, count, units, mean * exposure)[codes]
    return mean


def prior_shape(mean: Floats, units: Floats, exposure: Floats) -> float:
    """Shape of the rates about their prior means: likeliest of a grid from 0.3 (wildly different) to 60 (all alike)."""
    expected = mean * exposure
    used = expected > 1e-6
    if int(used.sum()) < 2:
        return 2.0
    y, m = units[used], expected[used]
    scores = [
        float(
            np.sum(
                sp.special.gammaln(y + a) - sp.special.gammaln(a) + a * np.log(a / (a + m)) + y * np.log(m / (a + m))
            )
        )
        for a in _SHAPES
    ]
    return float(_SHAPES[int(np.argmax(scores))])


def _factor(codes: Integers, count: int, units: Floats, expected: Floats) -> Floats:
    return (group_sums(codes, units, count) + _FACTOR_PRIOR_UNITS) / (
        group_sums(codes, expected, count) + _FACTOR_PRIOR_UNITS
    )
