"""How far demand spreads about corrected forecasts, by segment: learnt on mornings that the correction had not seen.

The variance of demand with mean m is dispersion x m + rate variance x m^2, for a day and for the sum over a lead time
alike. Two conditions give the two numbers: the interval from 10 % to 90 % covers 80 % of days, and 80 % of sums.
Segments with few forecasts take those of all. Both are then widened a little.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from copilot.planning.arrays import Flags, Floats, Integers, group_sums
from copilot.planning.calibration import INTERVAL, Spread, coverage, heterogeneity
from copilot.planning.segments import SEGMENTS

_ROUNDS = 5
_STEPS = 14
_LEAST_FORECASTS = 300
_MOST_FORECASTS = 20_000
_EXCESS = (0.001, 60.0)
_DRIFT = (0.0005, 3.0)
_WIDENING = 1.2
"""On all variance beyond the Poisson's: a week to come is odder than the few that were held, by what three weeks of
real sales in stock told."""
_ALL = len(SEGMENTS)


@dataclass(frozen=True, kw_only=True)
class Errors:
    """Forecasts of one held morning beside what was then seen; matrices are (series, days)."""

    mean: Floats
    variation: Floats
    """(series,)."""
    units: Floats
    full: Flags
    """Days that are compared."""
    segment: Integers
    """(series,): position in `SEGMENTS`."""
    product: Integers
    """(series,)."""


@dataclass(frozen=True, kw_only=True)
class Spreads:
    """Spread of each segment, in the order of `SEGMENTS`."""

    of: tuple[Spread, ...]

    def rows(self, segment: Integers, variation: Floats) -> tuple[Floats, Floats, Floats]:
        """dispersion, rate variance and common variance of each series, (series,)."""
        dispersion = np.array([spread.dispersion for spread in self.of])[segment]
        drift = np.array([spread.drift for spread in self.of])[segment]
        common = np.array([spread.common_variance for spread in self.of])[segment]
        return dispersion, variation + drift, np.minimum(common, variation + drift)


@dataclass(frozen=True, kw_only=True)
class _Forecasts:
    """All (forecasts,)."""

    mean: Floats
    variation: Floats
    seen: Floats

    def coverage(self, dispersion: float, drift: float) -> float:
        k = heterogeneity(self.mean, dispersion, self.variation + drift)
        return coverage(self.seen, self.mean, k)


def spreads_of(errors: Sequence[Errors]) -> Spreads:
    """Spreads that the held mornings teach."""
    segments = np.concatenate([each.segment for each in errors])
    everything = _spread(errors, np.ones(len(segments), dtype=np.bool_))
    return Spreads(
        of=tuple(
            _spread(errors, segments == code) if int((segments == code).sum()) >= _LEAST_FORECASTS else everything
            for code in range(_ALL)
        )
    )


def _spread(errors: Sequence[Errors], chosen: Flags) -> Spread:
    days, sums = _days(errors, chosen), _sums(errors, chosen)
    dispersion, drift = 2.0, 0.05
    wanted = INTERVAL[1] - INTERVAL[0]
    for _ in range(_ROUNDS):
        low, high = np.log(_EXCESS)
        for _ in range(_STEPS):
            middle = (low + high) / 2.0
            narrow = days.coverage(1.0 + float(np.exp(middle)), drift) < wanted
            low, high = (middle, high) if narrow else (low, middle)
        dispersion = 1.0 + float(np.exp((low + high) / 2.0))
        low, high = np.log(_DRIFT)
        for _ in range(_STEPS):
            middle = (low + high) / 2.0
            narrow = sums.coverage(dispersion, float(np.exp(middle))) < wanted
            low, high = (middle, high) if narrow else (low, middle)
        drift = float(np.exp((low + high) / 2.0))
    common = _common(errors, chosen, dispersion, drift)
    dispersion, drift = 1.0 + _WIDENING * (dispersion - 1.0), _WIDENING * drift
    return Spread(dispersion=dispersion, drift=drift, factor=1.0, common_variance=common)


def _days(errors: Sequence[Errors], chosen: Flags) -> _Forecasts:
    parts = []
    for each, own in _split(errors, chosen):
        used = each.full & own[:, None]
        variation = np.broadcast_to(each.variation[:, None], used.shape)
        parts.append((each.mean[used], variation[used], each.units[used]))
    return _thinned(parts)


def _sums(errors: Sequence[Errors], chosen: Flags) -> _Forecasts:
    parts = []
    for each, own in _split(errors, chosen):
        mean, seen = ((values * each.full).sum(axis=1)[own] for values in (each.mean, each.units))
        any_day = mean > 0.0
        parts.append((mean[any_day], each.variation[own][any_day], seen[any_day]))
    return _thinned(parts)


def _split(errors: Sequence[Errors], chosen: Flags) -> list[tuple[Errors, Flags]]:
    first, found = 0, []
    for each in errors:
        found.append((each, chosen[first : first + len(each.segment)]))
        first += len(each.segment)
    return found


def _thinned(parts: Sequence[tuple[Floats, Floats, Floats]]) -> _Forecasts:
    mean, variation, seen = (np.concatenate(columns).astype(np.float64) for columns in zip(*parts, strict=True))
    step = max(1, -(-len(mean) // _MOST_FORECASTS))
    return _Forecasts(mean=mean[::step], variation=variation[::step], seen=seen[::step])


def _common(errors: Sequence[Errors], chosen: Flags, dispersion: float, drift: float) -> float:
    """Part of the rate variance that series of a product share, by the method of moments as in `calibration`."""
    above, room = 0.0, 0.0
    for each, own in _split(errors, chosen):
        product, groups = each.product[own], int(each.product.max(initial=-1)) + 1
        mean, seen = ((values * each.full).sum(axis=1, dtype=np.float64)[own] for values in (each.mean, each.units))
        independent = dispersion * mean + (each.variation[own] + drift) * mean**2
        residual, total, alone, squares = (
            group_sums(product, values, groups) for values in (seen - mean, mean, independent, mean**2)
        )
        above += float((residual**2 - alone).sum())
        room += float((total**2 - squares).sum())
    return float(np.clip(above / room if room > 1e-9 else 0.0, 0.0, drift))
