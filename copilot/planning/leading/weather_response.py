"""What weather does to demand: by degree above usual for each category, by wet day for each kind of location.

Demand of a category at a place on a day is expected at what the base model's multipliers let expect of it, times

    exp(b[category] x degrees above usual + g[kind of location] x how much wetter than usual)

Only differences within four weeks count: each category, kind and place is held to what it sold in all of them (a
Poisson likelihood given the total), so that the season, a trend or a launch cannot pass for weather. The coefficients
are the mode under normal priors, a category's around that of all; their errors are clustered by week, as the weather of
a week is one piece of evidence wherever it was seen (Liang and Zeger 1986, Longitudinal data analysis using generalized
linear models, Biometrika 73). Forecasts use each coefficient half an error nearer to 0.

A category that gains 3 % a degree, give or take 1 %, is forecast 7.8 % up under three degrees above usual:

    >>> round(float(np.expm1(careful(np.array(0.03), np.array(0.01)) * 3.0)), 3)
    0.078
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from copilot.planning.arrays import Floats, Integers, codes_of, group_codes, group_row_sums
from copilot.planning.demand_model import DemandModel
from copilot.planning.drivers import Drivers
from copilot.planning.leading.sky import Climate, Sky
from copilot.planning.series import DemandPanel

LEAST_WEEKS = 8
_BLOCK_DAYS, _WEEK = 28, 7
_ALL_WARMTH_SD, _OWN_WARMTH_SD, _WETNESS_SD = 0.05, 0.03, 0.5
_ERRORS_LESS = 0.5
_SURE_ERRORS = 1.645
_MOST_LOG = 0.7
_STEPS, _STEADY = 12, 1e-6


@dataclass(frozen=True, kw_only=True)
class WeatherResponse:
    """The coefficients; the last of each is for what is not in its keys."""

    categories: tuple[str, ...]
    warmth: Floats
    """(categories + 1,): logarithm of demand a degree Celsius."""
    warmth_error: Floats
    kinds: tuple[str, ...]
    wetness: Floats
    """(kinds + 1,): logarithm of demand of a day wet all through against a dry one."""
    wetness_error: Floats
    coldest: float
    """Fewest degrees above usual that were seen on a day, below 0."""
    warmest: float

    def moves(self, category: str) -> bool:
        """Whether it is sure (19 to 1) that warmth moves the category."""
        row = self._category(category)
        return bool(abs(self.warmth[row]) > _SURE_ERRORS * self.warmth_error[row])

    def rain_moves(self, kind: str) -> bool:
        """The same of rain and a kind of location."""
        row = self._kind(kind)
        return bool(abs(self.wetness[row]) > _SURE_ERRORS * self.wetness_error[row])

    def logs(self, series: pl.DataFrame, climate: Climate, sky: Sky) -> Floats:
        """Logarithm of what the means are multiplied by, (series, days)."""
        place = climate.codes(series)
        warmth = careful(self.warmth, self.warmth_error)[codes_of(series["category"], self.categories)]
        wetness = careful(self.wetness, self.wetness_error)[codes_of(series["kind"], self.kinds)]
        logs = warmth[:, None] * sky.warmth[place] + wetness[:, None] * sky.wetness[place]
        return np.asarray(np.clip(logs, -_MOST_LOG, _MOST_LOG), dtype=np.float64)

    def _category(self, category: str) -> int:
        return self.categories.index(category) if category in self.categories else -1

    def _kind(self, kind: str) -> int:
        return self.kinds.index(kind) if kind in self.kinds else -1


@dataclass(frozen=True, kw_only=True)
class Cells:
    """Categories at places of one kind, by day; arrays are (cells, days)."""

    labels: pl.DataFrame
    """(cells,): category, kind, place."""
    units: Floats
    expected: Floats
    """As the base model's multipliers have it, where demand could be seen."""

    def until(self, days: int) -> Cells:
        """The first days."""
        return Cells(labels=self.labels, units=self.units[:, :days], expected=self.expected[:, :days])


def careful(effect: Floats, error: Floats) -> Floats:
    """Half an error nearer to 0."""
    nearer: Floats = np.sign(effect) * np.maximum(np.abs(effect) - _ERRORS_LESS * error, 0.0)
    return nearer


def cells_of(panel: DemandPanel, drivers: Drivers, model: DemandModel, climate: Climate) -> Cells:
    """What sold in the panel by category, kind and place of the climate; days that sold out are left out."""
    expected = model.effects.multipliers(panel.series, drivers, panel.start, panel.days) * panel.availability
    expected *= ~panel.censored
    units = panel.units * ~panel.censored
    rate = units.sum(axis=1, dtype=np.float64) / np.maximum(expected.sum(axis=1, dtype=np.float64), 1e-9)
    labels = panel.series.select("category", "kind").with_columns(place=pl.Series(climate.codes(panel.series)))
    code, count = group_codes(labels, "category", "kind", "place")
    first = labels.with_columns(cell=pl.Series(code)).unique("cell", keep="first").sort("cell").drop("cell")
    found = Cells(
        labels=first,
        units=group_row_sums(code, units, count),
        expected=group_row_sums(code, expected * rate[:, None].astype(np.float32), count),
    )
    placed = np.flatnonzero((first["place"] >= 0).to_numpy())
    return Cells(labels=first[placed], units=found.units[placed], expected=found.expected[placed])


def fit_weather(cells: Cells, sky: Sky) -> WeatherResponse | None:
    """The response that the cells' days teach under the sky of the same days; None for fewer than eight weeks of it."""
    blocks = cells.units.shape[1] // _BLOCK_DAYS
    last = cells.units.shape[1] - blocks * _BLOCK_DAYS
    used = slice(last, None)
    place = cells.labels["place"].to_numpy()
    if sky.known[:, used].max(axis=0, initial=0.0).sum() < LEAST_WEEKS * _WEEK or not len(place):
        return None
    known = sky.known[place][:, used] > 0.0
    days = _Days(
        units=cells.units[:, used] * known,
        flat=cells.expected[:, used] * known,
        warmth=sky.warmth[place][:, used],
        wetness=sky.wetness[place][:, used],
    )
    categories = tuple(cells.labels["category"].unique().sort().to_list())
    kinds = tuple(cells.labels["kind"].unique().sort().to_list())
    category, kind = codes_of(cells.labels["category"], categories), codes_of(cells.labels["kind"], kinds)
    alike, alike_error = _fitted(days, np.zeros_like(category), kind, centre=0.0, sd=_ALL_WARMTH_SD)
    own, own_error = _fitted(days, category, kind, centre=float(alike[0]), sd=_OWN_WARMTH_SD)
    seen = sky.warmth[:-1][sky.known[:-1] > 0.0]
    return WeatherResponse(
        categories=categories,
        warmth=np.append(own[: len(categories)], alike[0]),
        warmth_error=np.append(own_error[: len(categories)], alike_error[0]),
        kinds=kinds,
        wetness=np.append(own[len(categories) :], 0.0),
        wetness_error=np.append(own_error[len(categories) :], _WETNESS_SD),
        coldest=float(seen.min(initial=0.0)),
        warmest=float(seen.max(initial=0.0)),
    )


@dataclass(frozen=True, kw_only=True)
class _Days:
    """(cells, days), whole blocks of them."""

    units: Floats
    flat: Floats
    warmth: Floats
    wetness: Floats


def _fitted(days: _Days, category: Integers, kind: Integers, *, centre: float, sd: float) -> tuple[Floats, Floats]:
    """Coefficients of the categories, then of the kinds, and their errors."""
    warm, wet = int(category.max()) + 1, int(kind.max()) + 1
    prior_mean = np.concatenate([np.full(warm, centre), np.zeros(wet)])
    precision = np.concatenate([np.full(warm, sd**-2), np.full(wet, _WETNESS_SD**-2)])
    fitted = prior_mean.copy()
    spread: Floats = np.diag(1.0 / precision)
    scores: Floats = np.zeros((warm + wet, 1))
    for _ in range(_STEPS):
        logs = fitted[category][:, None] * days.warmth + fitted[warm + kind][:, None] * days.wetness
        mean = days.flat * np.exp(np.clip(logs, -3.0, 3.0))
        mean *= _of_blocks(days.units) / np.maximum(_of_blocks(mean), 1e-9)
        centred = [each - _of_blocks(mean * each) / np.maximum(_of_blocks(mean), 1e-9)
                   for each in (days.warmth, days.wetness)]  # fmt: skip
        seen = mean > 0.0
        excess = float((((days.units - mean) ** 2)[seen] / mean[seen]).mean()) if seen.any() else 1.0
        dispersion = max(1.0, excess)
        curvature = _curvature(mean, centred, category, kind, warm, wet) / dispersion + np.diag(precision)
        spread = np.linalg.inv(curvature)
        scores = _scores(days.units - mean, centred, category, kind, warm, wet) / dispersion
        step = np.clip(spread @ (scores.sum(axis=1) - precision * (fitted - prior_mean)), -0.5, 0.5)
        fitted = fitted + step
        if float(np.abs(step).max()) < _STEADY:
            break
    weeks = scores.shape[1]
    meat = scores @ scores.T * weeks / max(weeks - 1, 1)
    # The prior's own doubt is added, as little data leaves its weight untold.
    error = np.sqrt(np.diag(spread @ (meat + np.diag(precision)) @ spread))
    return fitted, error


def _of_blocks(values: Floats) -> Floats:
    """Sum of each block of four weeks, on each of its days."""
    rows, days = values.shape
    sums = values.reshape(rows, -1, _BLOCK_DAYS).sum(axis=2, keepdims=True)
    spread: Floats = np.broadcast_to(sums, (rows, days // _BLOCK_DAYS, _BLOCK_DAYS)).reshape(rows, days)
    return spread


def _curvature(
    mean: Floats, centred: Sequence[Floats], category: Integers, kind: Integers, warm: int, wet: int
) -> Floats:
    """(coefficients, coefficients)."""
    found = np.zeros((warm + wet, warm + wet))
    warmth, wetness = centred
    np.add.at(found, (category, category), (mean * warmth**2).sum(axis=1))
    np.add.at(found, (warm + kind, warm + kind), (mean * wetness**2).sum(axis=1))
    both = (mean * warmth * wetness).sum(axis=1)
    np.add.at(found, (category, warm + kind), both)
    np.add.at(found, (warm + kind, category), both)
    return found


def _scores(
    wrong: Floats, centred: Sequence[Floats], category: Integers, kind: Integers, warm: int, wet: int
) -> Floats:
    """(coefficients, weeks)."""
    by_day = np.concatenate(
        [
            group_row_sums(category, wrong * centred[0], warm),
            group_row_sums(kind, wrong * centred[1], wet),
        ]
    )
    weekly: Floats = by_day.reshape(len(by_day), -1, _WEEK).sum(axis=2)
    return weekly
