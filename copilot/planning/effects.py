"""Multipliers of demand that many series share: weekday, time of the year, events, reductions.

Demand of series i on day t is expected at rate_i x m_it, with

    m_it = weekday[location, weekday] x season[category, day of year]
           x product of event[kind of location] x exp(b[category] x discount)

All are estimated together by iterative proportional fitting of the Poisson likelihood (Bishop, Fienberg & Holland,
Discrete Multivariate Analysis, 1975, ch. 3): each is in turn the ratio of units seen to units expected under the
others, over what could be seen. Ratios are shrunk to those of a wider group, or to 1, by pseudo-counts, so that
little data means little effect. The yearly season is a Fourier series with a ridge that grows with frequency, and is
fitted only where the history reaches over more than a year and a half: with less, it cannot be told from a trend.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import polars as pl

from copilot.planning.arrays import Flags, Floats, codes_of, group_codes, group_row_sums, group_sums
from copilot.planning.drivers import Drivers
from copilot.planning.negative_binomial import expected_given_at_least
from copilot.planning.series import DemandPanel

HARMONICS = 5
SEASON_NEEDS_DAYS = 548
_ROUNDS = 3
_WEEKDAY_PRIOR_UNITS = 40.0
_EVENT_PRIOR_DAYS = 0.25
_DISCOUNT_BINS = 25
_DISCOUNT_PRIOR_MEAN, _DISCOUNT_PRIOR_SD = 1.0, 1.0
_CATEGORY_SD = 0.5
_MOST_LOG_SEASON = 3.0


@dataclass(frozen=True, kw_only=True)
class Effects:
    """Tables of the multipliers. The last row of a table is for what is not in its keys."""

    locations: tuple[str, ...]
    weekday: Floats
    """(locations + 1, 7), Monday first; mean 1."""
    categories: tuple[str, ...]
    season: Floats
    """(categories + 1, 2 x HARMONICS): coefficients of cos and sin, on the log scale."""
    discount: Floats
    """(categories + 1,): log of demand gained per share taken off."""
    kinds: tuple[str, ...]
    event: Floats
    """(kinds + 1, events): by kind of location, in the order of the drivers' events."""

    def multipliers(self, series: pl.DataFrame, drivers: Drivers, first: date, days: int) -> Floats:
        """m_it, (series, days), of the `days` days from `first` on."""
        columns = drivers.columns(first, days)
        weekday = self.weekday[codes_of(series["location_id"], self.locations)].astype(np.float32)
        category = codes_of(series["category"], self.categories)
        season = np.exp(season_basis(drivers, columns) @ self.season.T).T.astype(np.float32)
        m: Floats = weekday[:, drivers.weekdays(columns)]
        m *= season[category]
        country, kind = codes_of(series["country"], drivers.countries), codes_of(series["kind"], self.kinds)
        m *= self._event_days(drivers, columns)[country, kind]
        rows = drivers.discount_rows(series)
        reduced = np.flatnonzero(drivers.ever_reduced(columns)[rows])
        gain = self.discount[category[reduced], None] * drivers.discount[rows[reduced], columns]
        m[reduced] *= np.exp(gain).astype(np.float32)
        return m

    def log_factors(self, series: pl.DataFrame, drivers: Drivers, first: date, days: int) -> dict[str, Floats]:
        """Logarithms of what `multipliers` multiplies, each (series, days): `weekday`, `season`, `reduction`, and
        `event:NAME` for each event of those days.
        """
        columns = drivers.columns(first, days)
        weekday = np.log(self.weekday[codes_of(series["location_id"], self.locations)])
        category = codes_of(series["category"], self.categories)
        rows = drivers.discount_rows(series)
        found = {
            "weekday": weekday[:, drivers.weekdays(columns)],
            "season": (season_basis(drivers, columns) @ self.season.T).T[category],
            "reduction": self.discount[category, None] * drivers.discount[rows, columns],
        }
        country, kind = codes_of(series["country"], drivers.countries), codes_of(series["kind"], self.kinds)
        for index in np.flatnonzero(drivers.event_days[:, columns].any(axis=(0, 1))):
            happens = drivers.event_days[country][:, columns, index] & (country >= 0)[:, None]
            found[f"event:{drivers.events[index]}"] = happens * np.log(self.event[kind, index])[:, None]
        return found

    def _event_days(self, drivers: Drivers, columns: slice) -> Floats:
        """Multiplier of events, (countries + 1, kinds + 1, days); the last country has none."""
        logs = np.einsum("cde,ke->ckd", drivers.event_days[:, columns].astype(np.float64), np.log(self.event))
        nowhere = np.zeros((1, *logs.shape[1:]))
        factors: Floats = np.exp(np.concatenate([logs, nowhere])).astype(np.float32)
        return factors


def no_effects(panel: DemandPanel, drivers: Drivers) -> Effects:
    """All multipliers 1."""
    locations = tuple(panel.series["location_id"].unique().sort().to_list())
    categories = tuple(panel.series["category"].unique().sort().to_list())
    kinds = tuple(panel.series["kind"].unique().sort().to_list())
    return Effects(
        locations=locations,
        weekday=np.ones((len(locations) + 1, 7)),
        categories=categories,
        season=np.zeros((len(categories) + 1, 2 * HARMONICS)),
        discount=np.full(len(categories) + 1, _DISCOUNT_PRIOR_MEAN),
        kinds=kinds,
        event=np.ones((len(kinds) + 1, len(drivers.events))),
    )


def fit_effects(panel: DemandPanel, drivers: Drivers) -> Effects:
    """Effects that explain the panel best, each shrunk as the module says."""
    effects = no_effects(panel, drivers)
    for _ in range(_ROUNDS):
        seen = _completed(panel, _expected(panel, drivers, effects, panel.units))
        for fit in (_with_weekday, _with_season, _with_events, _with_discount):
            effects = fit(effects, panel, drivers, seen, _expected(panel, drivers, effects, seen))
    return effects


def season_basis(drivers: Drivers, columns: slice) -> Floats:
    """(days, 2 x HARMONICS): cos and sin of each harmonic of the year."""
    angles = drivers.year_angles(columns)[:, None] * np.arange(1, HARMONICS + 1)
    return np.concatenate([np.cos(angles), np.sin(angles)], axis=1)


def _expected(panel: DemandPanel, drivers: Drivers, effects: Effects, seen: Floats) -> Floats:
    """Units expected where they could be seen, (series, days), under the mean rates that `seen` gives the series."""
    expected = effects.multipliers(panel.series, drivers, panel.start, panel.days)
    expected *= panel.availability
    rate = seen.sum(axis=1, dtype=np.float64) / np.maximum(expected.sum(axis=1, dtype=np.float64), 1e-9)
    expected *= rate[:, None].astype(np.float32)
    return expected


def _completed(panel: DemandPanel, expected: Floats) -> Floats:
    """Units with those that sold-out days wanted, (series, days); rates rise with what is added, in turn."""
    row, column = np.nonzero(panel.censored)
    sold, mean = panel.units[row, column].astype(np.float64), expected[row, column].astype(np.float64)
    total = panel.units.sum(axis=1, dtype=np.float64)
    rise = np.ones(len(total))
    wanted: Floats = sold
    for _ in range(2):
        wanted = expected_given_at_least(sold, mean=mean * rise[row], heterogeneity=0.0)
        rise = 1.0 + group_sums(row, wanted - sold, len(total)) / np.maximum(total, 1e-9)
    seen = panel.units.copy()
    seen[row, column] = wanted
    return seen


def _with_weekday(effects: Effects, panel: DemandPanel, drivers: Drivers, seen: Floats, expected: Floats) -> Effects:
    """Weekday profiles by location, shrunk to those of all locations of its country and kind."""
    weekdays = drivers.weekdays(drivers.columns(panel.start, panel.days))
    location = codes_of(panel.series["location_id"], effects.locations)
    wide, wides = group_codes(panel.series, "country", "kind")
    old = effects.weekday[location]
    by_day = np.stack([seen[:, weekdays == day].sum(axis=1, dtype=np.float64) for day in range(7)], axis=1)
    # Expected had the weekday no effect.
    flat = np.stack([expected[:, weekdays == day].sum(axis=1, dtype=np.float64) for day in range(7)], axis=1) / old
    group = _ratio(group_row_sums(wide, by_day, wides), group_row_sums(wide, flat, wides), _WEEKDAY_PRIOR_UNITS)
    places = len(effects.locations)
    flat_of_group = group_row_sums(location, flat * group[wide], places)
    wide_of = np.zeros(places, dtype=np.int64)
    wide_of[location] = wide
    fitted = group[wide_of] * _ratio(group_row_sums(location, by_day, places), flat_of_group, _WEEKDAY_PRIOR_UNITS)
    rest = _ratio(by_day.sum(axis=0), flat.sum(axis=0), _WEEKDAY_PRIOR_UNITS)
    table = np.maximum(np.concatenate([fitted, rest[None]]), 1e-3)
    return replace(effects, weekday=table / table.mean(axis=1, keepdims=True))


def _with_season(effects: Effects, panel: DemandPanel, drivers: Drivers, seen: Floats, expected: Floats) -> Effects:
    """Fourier series of the log ratio by category, with a linear trend beside it that is not kept."""
    if panel.days < SEASON_NEEDS_DAYS:
        return effects
    columns = drivers.columns(panel.start, panel.days)
    basis = season_basis(drivers, columns)
    category = codes_of(panel.series["category"], effects.categories)
    groups = len(effects.categories)
    units = group_row_sums(category, seen, groups)
    flat = group_row_sums(category, expected, groups) / np.exp(basis @ effects.season[:-1].T).T
    years = np.linspace(-0.5, 0.5, panel.days)[:, None] * panel.days / 365.25
    design = np.concatenate([np.ones_like(years), years, basis], axis=1)
    frequency = np.tile(np.arange(1, HARMONICS + 1), 2)
    precision = np.concatenate([[0.0, 4.0], frequency.astype(np.float64) ** 2])
    total = _poisson_ridge(design, units.sum(axis=0), flat.sum(axis=0), precision, np.zeros(len(precision)))
    # Categories lean on the season of all, once over: a small one takes it as its own.
    fitted = [
        _poisson_ridge(design, units[i], flat[i], precision, np.concatenate([[0.0, 0.0], total[2:]]))[2:]
        for i in range(groups)
    ]
    season = np.array([*fitted, total[2:]]).reshape(groups + 1, 2 * HARMONICS)
    highest = np.abs(season_basis(drivers, slice(0, min(366, drivers.days))) @ season.T).max(axis=0)
    return replace(effects, season=season * np.minimum(1.0, _MOST_LOG_SEASON / np.maximum(highest, 1e-9))[:, None])


def _poisson_ridge(design: Floats, units: Floats, flat: Floats, precision: Floats, centre: Floats) -> Floats:
    """Mode of Poisson(flat x exp(design @ b)) with b ~ N(centre, overdispersion / precision), by Newton's method."""
    b = centre.copy()
    used = flat > 1e-9
    if not used.any():
        return b
    x, y, log_flat = design[used], units[used], np.log(flat[used])
    spread = 1.0
    for _ in range(12):
        mean = np.exp(np.clip(log_flat + x @ b, -30.0, 30.0))
        spread = max(1.0, float(np.mean((y - mean) ** 2) / max(float(mean.mean()), 1e-9)))
        penalty = precision * spread + 1e-6
        step = np.linalg.solve((x.T * mean) @ x + np.diag(penalty), x.T @ (y - mean) - penalty * (b - centre))
        b = b + np.clip(step, -1.0, 1.0)
        if float(np.abs(step).max()) < 1e-5:
            break
    return b


def _with_events(effects: Effects, panel: DemandPanel, drivers: Drivers, seen: Floats, expected: Floats) -> Effects:
    """Ratio on the days of each event by kind of location; a quarter of an average day is the pseudo-count."""
    columns = drivers.columns(panel.start, panel.days)
    happens = drivers.event_days[:, columns]
    country = codes_of(panel.series["country"], drivers.countries)
    kind = codes_of(panel.series["kind"], effects.kinds)
    event = effects.event.copy()
    for code in range(len(effects.kinds)):
        own = (kind == code) & (country >= 0)
        units = group_row_sums(country[own], seen[own], len(drivers.countries))
        mean = group_row_sums(country[own], expected[own], len(drivers.countries))
        event[code] *= _event_ratios(happens, units, mean)
    return replace(effects, event=np.maximum(event, 1e-3))


def _event_ratios(happens: Flags, units: Floats, mean: Floats) -> Floats:
    """Ratio of each event, (events,), each under those before it; `units` and `mean` are (countries, days)."""
    ratios = np.ones(happens.shape[2])
    usual = _EVENT_PRIOR_DAYS * mean.mean(axis=1)
    for index in range(len(ratios)):
        days = happens[:, :, index]
        prior = float(usual[days.any(axis=1)].sum())
        if prior > 0.0:
            ratios[index] = (units[days].sum() + prior) / (mean[days].sum() + prior)
            mean = np.where(days, mean * ratios[index], mean)
    return ratios


def _with_discount(effects: Effects, panel: DemandPanel, drivers: Drivers, seen: Floats, expected: Floats) -> Effects:
    """Log-linear effect of the share taken off, by category, shrunk to that of all."""
    columns = drivers.columns(panel.start, panel.days)
    rows = drivers.discount_rows(panel.series)
    reduced = np.flatnonzero(drivers.ever_reduced(columns)[rows])
    if not len(reduced):
        return effects
    category = codes_of(panel.series["category"], effects.categories)[reduced]
    share = drivers.discount[rows[reduced], columns]
    bins = np.ceil(share * _DISCOUNT_BINS).astype(np.int64)
    groups, width = len(effects.categories), _DISCOUNT_BINS + 1
    cell = (category[:, None] * width + np.clip(bins, 0, _DISCOUNT_BINS)).reshape(-1)
    units = group_sums(cell, seen[reduced].reshape(-1), groups * width).reshape(groups, width)
    mean = group_sums(cell, expected[reduced].reshape(-1), groups * width).reshape(groups, width)
    cells = np.maximum(np.bincount(cell, minlength=groups * width), 1).reshape(groups, width)
    level = (group_sums(cell, share.reshape(-1), groups * width).reshape(groups, width)) / cells
    level[:, 0] = 0.0
    flat = mean / np.exp(effects.discount[:-1, None] * level)
    all_of = _slope(level, units, flat, np.array([_DISCOUNT_PRIOR_MEAN]), _DISCOUNT_PRIOR_SD, whole=True)
    own = _slope(level, units, flat, np.repeat(all_of, groups), _CATEGORY_SD, whole=False)
    return replace(effects, discount=np.clip(np.concatenate([own, all_of]), -2.0, 8.0))


def _slope(level: Floats, units: Floats, flat: Floats, prior: Floats, sd: float, *, whole: bool) -> Floats:
    """Mode of b where units ~ Poisson(flat x exp(b x level)) by row (`whole`: one b for all rows), b ~ N(prior, sd)."""
    b = prior.astype(np.float64).copy()
    for _ in range(15):
        mean = flat * np.exp(np.clip(b, -2.0, 8.0)[:, None] * level)
        slope, curvature = ((units - mean) * level).sum(axis=1), (mean * level**2).sum(axis=1)
        if whole:
            slope, curvature = slope.sum(keepdims=True), curvature.sum(keepdims=True)
        step = (slope - (b - prior) / sd**2) / (curvature + sd**-2)
        b = b + np.clip(step, -0.5, 0.5)
    return b


def _ratio(units: Floats, expected: Floats, prior: float) -> Floats:
    """Units over expected units, shrunk to 1."""
    return (units + prior) / (expected + prior)
