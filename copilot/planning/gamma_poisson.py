"""Discounted Gamma-Poisson demand: a rate for each series, sure of itself in the measure of what it saw.

Demand of series i on day t is Poisson with mean rate_i x m_it, m being the known multipliers of `effects`. The rate is
Gamma with shape a + y_i and mean (a + y_i) / (a / prior mean + e_i), where units y_i and exposure e_i are sums over
past days of units seen and of m_it x availability, each day weighted by 2^(-age / half-life): old evidence fades, and
a series that has long been out of stock goes back to its prior. A day without stock is no exposure. A day that sold
out counts the demand expected given that it was at least what sold (EM: Dempster, Laird & Rubin 1977). The sum of
demand over a horizon is negative binomial. Source: Harvey & Fernandes, Time series models for count or qualitative
observations, JBES 7 (1989) 407-417; West & Harrison, Bayesian Forecasting and Dynamic Models (2nd ed. 1997), 10.8;
censoring as in Nahmias, Demand estimation in lost sales inventory systems, Naval Research Logistics 41 (1994)
739-757.

With prior mean 1 a day and shape 2, six units in four full days of exposure give (2 + 6) / (2 / 1 + 4) = 1.33 a day:

>>> evidence = Evidence(units=np.array([6.0]), exposure=np.array([4.0]))
>>> rate = posterior_rate(evidence, prior_mean=np.array([1.0]), shape=2.0)
>>> [round(float(x), 3) for x in (rate.mean[0], rate.variation[0])]
[1.333, 0.125]
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from copilot.planning.arrays import Floats, Integers, group_codes, group_sums
from copilot.planning.negative_binomial import expected_given_at_least
from copilot.planning.series import DemandPanel

_EM_ROUNDS = 3
_LEAST_WEIGHT = 0.02
"""Sold-out days that count less than this are taken at their sales."""
_LEVELS = (("category", "country"), ("product_id", "colour"))


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """Discounted sums of each series, both (series,)."""

    units: Floats
    exposure: Floats
    """Days of demand at multiplier 1."""


@dataclass(frozen=True, kw_only=True)
class Rate:
    """The rate of each series, units a day at multiplier 1; both (series,)."""

    mean: Floats
    variation: Floats
    """Squared coefficient of variation: 1 / shape."""


@dataclass(frozen=True, kw_only=True)
class Memory:
    """How fast evidence fades."""

    half_life_days: float
    """Of a series' own rate."""
    level_half_life_days: float
    """Of the level that products, and categories by country, have in common: many series tell it sooner than one."""
    level_prior_units: float
    """Pseudo-count that holds that level at 1; infinite: no common level."""


def discounted_evidence(
    panel: DemandPanel, multipliers: Floats, *, half_lives_days: Sequence[float], dispersion: float = 1.0
) -> list[Evidence]:
    """Evidence of each series at the end of the panel, for each half-life.

    `multipliers` (series, days) are those of the panel's days, `dispersion` the variance of a day's demand over its
    mean. Sold-out days start from the rate of all history, which counts as one day of exposure beside the evidence's
    own.
    """
    weights = np.stack([fading(panel.days, half_life) for half_life in half_lives_days], axis=1)
    seen_share = multipliers * panel.availability
    exposure = np.asarray(seen_share @ weights.astype(np.float32), dtype=np.float64)
    seen = np.asarray(panel.units @ weights.astype(np.float32), dtype=np.float64)
    total = panel.units.sum(axis=1, dtype=np.float64)
    usual = total / np.maximum(seen_share.sum(axis=1, dtype=np.float64), 1.0)
    sold_out = _sold_out_days(panel, multipliers)
    return [
        _completed(sold_out, Evidence(units=seen[:, i], exposure=exposure[:, i]), weights[:, i], usual, dispersion)
        for i in range(len(half_lives_days))
    ]


@dataclass(frozen=True, kw_only=True)
class _SoldOut:
    """Days that sold out; all (days that sold out,)."""

    row: Integers
    column: Integers
    sold: Floats
    multiplier: Floats


def _sold_out_days(panel: DemandPanel, multipliers: Floats) -> _SoldOut:
    row, column = np.nonzero(panel.censored)
    return _SoldOut(
        row=row,
        column=column,
        sold=panel.units[row, column].astype(np.float64),
        multiplier=multipliers[row, column].astype(np.float64),
    )


def _completed(all_days: _SoldOut, seen: Evidence, weights: Floats, usual: Floats, dispersion: float) -> Evidence:
    """The evidence with what sold-out days wanted beyond their sales, by expectation under the rate, in turn."""
    recent = np.flatnonzero(weights[all_days.column] > _LEAST_WEIGHT)
    row, sold, multiplier = all_days.row[recent], all_days.sold[recent], all_days.multiplier[recent]
    weight = weights[all_days.column[recent]]
    units = seen.units
    for _ in range(_EM_ROUNDS if len(row) else 0):
        mean = ((units + usual) / (seen.exposure + 1.0))[row] * multiplier
        spread = (dispersion - 1.0) / np.maximum(mean, 1e-9)
        wanted = expected_given_at_least(np.ceil(sold), mean=mean, heterogeneity=spread)
        units = seen.units + group_sums(row, weight * (wanted - sold), len(usual))
    return Evidence(units=units, exposure=seen.exposure)


def posterior_rate(evidence: Evidence, *, prior_mean: Floats, shape: float) -> Rate:
    """Gamma rate of each series given its evidence and prior."""
    mean = (shape + evidence.units) / (shape / prior_mean + evidence.exposure)
    return Rate(mean=mean, variation=1.0 / (shape + evidence.units))


def common_level(series: pl.DataFrame, rate: Rate, recent: Evidence, prior_units: float) -> Floats:
    """Factor (series,) by which the category in the country, and the product in its colour, now sell above their rates.

    `recent` is evidence that fades faster than that behind `rate`; ratios are shrunk to 1 by `prior_units`.
    """
    factor = np.ones(series.height)
    if np.isinf(prior_units):
        return factor
    for columns in _LEVELS:
        codes, groups = group_codes(series, *columns)
        factor = factor * _level(codes, groups, recent, rate.mean * factor, prior_units)[codes]
    return factor


def fading(days: int, half_life_days: float) -> Floats:
    """Weight of each day, (days,): 1 for the last, halved each half-life before."""
    return np.exp2((np.arange(days) - (days - 1)) / half_life_days)


def _level(codes: Integers, groups: int, recent: Evidence, rate: Floats, prior_units: float) -> Floats:
    return (group_sums(codes, recent.units, groups) + prior_units) / (
        group_sums(codes, rate * recent.exposure, groups) + prior_units
    )
