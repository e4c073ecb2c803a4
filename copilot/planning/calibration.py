"""How fast to forget and how wide to be, learnt on rolling origins inside the history.

At each origin the model sees only earlier days and forecasts the days after it. What then sold, on days when demand
could be seen, says which memory predicts best (negative binomial likelihood), and how far demand spreads about its
forecast. Of a series that sold out all that is known is that demand was at least its sales (a tail probability in the
likelihood): leaving it out would make demand look smaller than it is. The variance of a sum with mean m is

    dispersion x m + rate variance x m^2,    rate variance = 1 / shape + drift

where `dispersion` and `drift` maximise the likelihood over a grid; a factor on `dispersion - 1` and on the rate
variance then widens or narrows forecasts so that the interval from 10 % to 90 % covers 80 %. Demand is whole units,
so an interval cannot cover exactly 80 %: coverage is that of the probability integral transform, spread evenly over
the mass of the value seen (Czado, Gneiting & Held, Predictive model assessment for count data, Biometrics 65, 2009,
1254-1261).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np

from copilot.planning.arrays import Flags, Floats, Integers, group_codes, group_sums
from copilot.planning.gamma_poisson import (
    Evidence,
    Memory,
    Rate,
    common_level,
    discounted_evidence,
    posterior_rate,
)
from copilot.planning.negative_binomial import expected_given_at_least, probability_above, probability_of
from copilot.planning.prior import prior_means, prior_shape
from copilot.planning.series import DemandPanel

INTERVAL = (0.1, 0.9)
_HORIZONS_DAYS = (7, 14)
_ORIGINS = 3
_ORIGIN_STEP_DAYS = 14
_LEAST_HISTORY_DAYS = 28
_LEAST_PAIRS = 50
_MOST_PAIRS = 30_000
_SCORED_PAIRS = 10_000
_HALF_LIVES = (14.0, 28.0, 56.0, 112.0, 224.0)
_LEVEL_HALF_LIVES = (5.0, 10.0, 20.0)
_LEVEL_PRIORS = (10.0, 40.0)
_STEADY_DAYS, _STEADY_SHARE = 56, 0.02
_MOST_SOLD_OUT = 0.1
_WIDEST = 2.0
_DISPERSIONS = np.array([1.0, 1.1, 1.25, 1.5, 2.0, 3.0, 5.0, 8.0, 13.0])
_DRIFTS = np.array([0.0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.8])


@dataclass(frozen=True, kw_only=True)
class Spread:
    """Width of forecasts."""

    dispersion: float
    """Variance over mean of demand whose rate is known; at least 1."""
    drift: float
    """Squared coefficient of variation of the rate between now and then."""
    factor: float
    """On the rate variance, for coverage; `dispersion` has it in."""
    common_variance: float
    """Part of the rate variance that series of a product share."""

    def rate_variance(self, variation: Floats) -> Floats:
        """Rate variance of forecasts whose rate has that squared coefficient of variation."""
        return self.factor * (variation + self.drift)

    def heterogeneity(self, mean: Floats, variation: Floats) -> Floats:
        """k of the negative binomial with that mean, see `negative_binomial`."""
        return heterogeneity(mean, self.dispersion, self.rate_variance(variation))


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """What rolling origins taught; `pairs` is on how many forecasts, 0 where the history is too short."""

    memory: Memory
    spread: Spread
    pairs: int


UNCALIBRATED = Calibration(
    memory=Memory(half_life_days=56.0, level_half_life_days=10.0, level_prior_units=40.0),
    spread=Spread(dispersion=1.25, drift=0.1, factor=1.0, common_variance=0.02),
    pairs=0,
)
"""For histories too short to learn from."""


@dataclass(frozen=True, kw_only=True)
class _Origin:
    """One origin: the past, and what then happened on the days seen in full; arrays are (series,) for each horizon."""

    past: DemandPanel
    past_multipliers: Floats
    future_exposure: tuple[Floats, ...]
    future_units: tuple[Floats, ...]
    sold_out: tuple[Flags, ...]


@dataclass(frozen=True, kw_only=True)
class _Pairs:
    """Forecasts and what happened; all (pairs,)."""

    mean: Floats
    variation: Floats
    seen: Floats
    at_least: Flags
    """True: demand was `seen` or more."""
    steady: Flags
    """True: seldom sold out before the origin."""
    group: Integers


def heterogeneity(mean: Floats, dispersion: Floats | float, rate_variance: Floats) -> Floats:
    """k of the negative binomial with variance dispersion x mean + rate_variance x mean^2."""
    result: Floats = (np.asarray(dispersion) - 1.0) / np.maximum(mean, 1e-9) + rate_variance
    return result


def calibrate(panel: DemandPanel, multipliers: Floats) -> Calibration:
    """Memory and spread learnt inside the panel; `multipliers` (series, days) are those of its days."""
    origins = list(_origins(panel, multipliers))
    if not origins:
        return UNCALIBRATED
    usual = UNCALIBRATED.memory
    told = [_told(origin) for origin in origins]
    slow = [replace(usual, half_life_days=half_life) for half_life in _HALF_LIVES]
    half_life = max(slow, key=lambda memory: _score(_forecasts(origins, told, memory))).half_life_days
    candidates = {memory: _forecasts(origins, told, memory) for memory in _memories(half_life)}
    memory = max(candidates, key=lambda value: _score(candidates[value]))
    pairs = candidates[memory]
    if len(pairs.mean) < _LEAST_PAIRS:
        return UNCALIBRATED
    return Calibration(memory=memory, spread=_spread(pairs), pairs=len(pairs.mean))


def coverage(seen: Floats, mean: Floats, heterogeneity: Floats, at_least: Flags | None = None) -> float:
    """Share of forecasts whose probability integral transform lies in `INTERVAL`; NaN without any. All (pairs,).

    `at_least` marks what is known from below only: its transform is spread over all that is above.
    """
    if not len(seen):
        return float("nan")
    low = 1.0 - probability_above(np.ceil(seen) - 1.0, mean=mean, heterogeneity=heterogeneity)
    high = 1.0 - probability_above(np.ceil(seen), mean=mean, heterogeneity=heterogeneity)
    if at_least is not None:
        high = np.where(at_least, 1.0, high)
    inside = np.clip(high, *INTERVAL) - np.clip(low, *INTERVAL)
    mass = high - low
    share = np.where(mass > 1e-12, inside / np.maximum(mass, 1e-12), (low > INTERVAL[0]) & (low < INTERVAL[1]))
    return float(share.mean())


def _memories(half_life: float) -> Iterator[Memory]:
    yield Memory(half_life_days=half_life, level_half_life_days=_LEVEL_HALF_LIVES[0], level_prior_units=np.inf)
    for level in _LEVEL_HALF_LIVES:
        for prior in _LEVEL_PRIORS:
            yield Memory(half_life_days=half_life, level_half_life_days=level, level_prior_units=prior)


def _origins(panel: DemandPanel, multipliers: Floats) -> Iterator[_Origin]:
    """Origins, newest first, that leave `_LEAST_HISTORY_DAYS` before them."""
    for index in range(_ORIGINS):
        day = panel.days - max(_HORIZONS_DAYS) - index * _ORIGIN_STEP_DAYS
        if day < _LEAST_HISTORY_DAYS:
            return
        followed = [_followed(panel, multipliers, slice(day, day + horizon)) for horizon in _HORIZONS_DAYS]
        exposure, units, sold_out = zip(*followed, strict=True)
        yield _Origin(
            past=panel.until(panel.start + timedelta(days=day)),
            past_multipliers=multipliers[:, :day],
            future_exposure=exposure,
            future_units=units,
            sold_out=sold_out,
        )


def _followed(panel: DemandPanel, multipliers: Floats, days: slice) -> tuple[Floats, Floats, Flags]:
    """Exposure, units, and whether the series sold out, (series,).

    From the day that sold out on every day counts in full: demand over all of them was at least what sold.
    """
    sold_out = np.cumsum(panel.censored[:, days], axis=1) > 0
    share = np.where(sold_out, 1.0, panel.availability[:, days])
    exposure = (multipliers[:, days] * share).sum(axis=1, dtype=np.float64)
    return exposure, panel.units[:, days].sum(axis=1, dtype=np.float64), sold_out[:, -1]


@dataclass(frozen=True, kw_only=True)
class _Told:
    """What one origin's past told, by half-life."""

    rates: dict[float, Rate]
    recent: dict[float, Evidence]


def _told(origin: _Origin) -> _Told:
    half_lives = (*_HALF_LIVES, *_LEVEL_HALF_LIVES)
    found = discounted_evidence(origin.past, origin.past_multipliers, half_lives_days=half_lives)
    evidence = dict(zip(half_lives, found, strict=True))
    rates = {}
    for half_life in _HALF_LIVES:
        own = evidence[half_life]
        mean = prior_means(origin.past.series, own.units, own.exposure)
        rates[half_life] = posterior_rate(own, prior_mean=mean, shape=prior_shape(mean, own.units, own.exposure))
    return _Told(rates=rates, recent={half_life: evidence[half_life] for half_life in _LEVEL_HALF_LIVES})


def _forecasts(origins: list[_Origin], told: list[_Told], memory: Memory) -> _Pairs:
    """Forecasts of every origin and horizon with that memory, beside what was seen; at most `_MOST_PAIRS`, evenly
    drawn."""
    means, variations, seen, at_least, steady, groups = [], [], [], [], [], []
    for number, (origin, past) in enumerate(zip(origins, told, strict=True)):
        series = origin.past.series
        rate = past.rates[memory.half_life_days]
        level = common_level(series, rate, past.recent[memory.level_half_life_days], memory.level_prior_units)
        product, products = group_codes(series, "product_id")
        seldom = origin.past.censored[:, -_STEADY_DAYS:].mean(axis=1) <= _STEADY_SHARE
        futures = zip(origin.future_exposure, origin.future_units, origin.sold_out, strict=True)
        for horizon, (exposure, units, sold_out) in enumerate(futures):
            used = exposure > 0.0
            means.append((rate.mean * level * exposure)[used])
            variations.append(rate.variation[used])
            seen.append(units[used])
            at_least.append(sold_out[used])
            steady.append(seldom[used])
            groups.append(product[used] + products * (number * len(_HORIZONS_DAYS) + horizon))
    return _Pairs(
        mean=np.concatenate(means),
        variation=np.concatenate(variations),
        seen=np.concatenate(seen),
        at_least=np.concatenate(at_least),
        steady=np.concatenate(steady),
        group=np.concatenate(groups),
    )


def _thinned(pairs: _Pairs, most: int) -> _Pairs:
    step = max(1, -(-len(pairs.mean) // most))
    return _Pairs(
        mean=pairs.mean[::step],
        variation=pairs.variation[::step],
        seen=pairs.seen[::step],
        at_least=pairs.at_least[::step],
        steady=pairs.steady[::step],
        group=pairs.group[::step],
    )


def _score(pairs: _Pairs) -> float:
    """Log-likelihood a pair under the best dispersion and drift of a coarse grid; -inf without pairs."""
    if not len(pairs.mean):
        return -np.inf
    return _likeliest(_thinned(pairs, _SCORED_PAIRS), _DISPERSIONS[::2], _DRIFTS[::2])[0]


def _likeliest(pairs: _Pairs, dispersions: Floats, drifts: Floats) -> tuple[float, float, float]:
    """Best mean log-likelihood over the grid, with its dispersion and drift."""
    found = []
    for dispersion in dispersions:
        for drift in drifts:
            k = heterogeneity(pairs.mean, dispersion, pairs.variation + drift)
            exactly = probability_of(pairs.seen, mean=pairs.mean, heterogeneity=k)
            above = probability_above(np.ceil(pairs.seen) - 1.0, mean=pairs.mean, heterogeneity=k)
            likelihood = np.where(pairs.at_least, above, exactly)
            found.append((float(np.log(np.maximum(likelihood, 1e-300)).mean()), float(dispersion), float(drift)))
    return max(found)


def _spread(pairs: _Pairs) -> Spread:
    kept = _thinned(pairs, _MOST_PAIRS)
    _, likeliest, drift = _likeliest(kept, _DISPERSIONS, _DRIFTS)
    factor = _covering(kept, likeliest, drift)
    dispersion = 1.0 + factor * (likeliest - 1.0)
    own = factor * (pairs.variation + drift)
    k = heterogeneity(pairs.mean, dispersion, own)
    wanted = expected_given_at_least(np.ceil(pairs.seen), mean=pairs.mean, heterogeneity=k)
    seen = np.where(pairs.at_least, wanted, pairs.seen)
    groups = int(pairs.group.max()) + 1
    residual = group_sums(pairs.group, seen - pairs.mean, groups)
    mean = group_sums(pairs.group, pairs.mean, groups)
    independent = group_sums(pairs.group, dispersion * pairs.mean + own * pairs.mean**2, groups)
    squares = group_sums(pairs.group, pairs.mean**2, groups)
    # Var(sum) = independent - common x squares + common x mean^2, solved for common by the method of moments.
    room = float((mean**2 - squares).sum())
    common = float((residual**2 - independent).sum()) / room if room > 1e-9 else 0.0
    return Spread(
        dispersion=dispersion, drift=drift, factor=factor, common_variance=float(np.clip(common, 0.0, factor * drift))
    )


def _covering(pairs: _Pairs, dispersion: float, drift: float) -> float:
    """Factor on all variance beyond the Poisson's that brings coverage closest to the interval's; 1 where few tell.

    Only series that seldom sold out before the origin tell: of the others too much is known from below only.
    """
    use = pairs.steady
    if int(use.sum()) < _LEAST_PAIRS or float(pairs.at_least[use].mean()) > _MOST_SOLD_OUT:
        return 1.0
    mean, seen, at_least = pairs.mean[use], pairs.seen[use], pairs.at_least[use]
    k = heterogeneity(mean, dispersion, pairs.variation[use] + drift)
    low, high = -np.log(_WIDEST), np.log(_WIDEST)
    for _ in range(12):
        middle = (low + high) / 2.0
        if coverage(seen, mean, np.exp(middle) * k, at_least) < INTERVAL[1] - INTERVAL[0]:
            low = middle
        else:
            high = middle
    return float(np.exp((low + high) / 2.0))
