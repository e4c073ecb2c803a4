"""How many authors to expect of each term this week, from its own past and the volume of the sources.

For series i and week w (0 is the week before `as_of`), with A the distinct authors and E the exposure (what the volume
of the sources alone leads to expect, see `counting`), the twelve weeks 2 to 13 are the baseline:

    A[i, w] ~ NB(mean m[i, w], dispersion a[i]),  variance m + a m^2
    log m[i, w] = log E[i, w] + level[i] + growth[i] * x[w]

and the expectation of week 0 is the largest of three, so that a rise has to beat each of them:

    flat       the mean of the baseline, newer weeks weighing more
    growth     the fitted growth carried on to week 0: a slow ramp stays what is expected, a jump does not
    season     the mean of the baseline times what the same weeks did a year ago: authors of weeks 51 to 53 over those
               of weeks 54 to 65, net of volume, shrunk towards 1; or as many as there were then, net of volume. Only
               where these were more than chance has (a p-value of 2 % against the weeks before them): a season that
               is looked for in every term raises what is expected of all. Week 1 has a season of its own

The level drifts as a random walk with a step of variance q a week, so that with m authors a week a week weighs
1 - sqrt(q m) times the one after it in the steady state of its Kalman filter: half in four weeks at five authors a day,
all twelve weeks alike where a term is rare.

Dispersion falls with the authors of a week m as k (a + c / (m + 3)), as the share of what more say wavers less. Only
k, 1 or more, is estimated, over terms without a burst in their baseline: a few that rose would else decide how much all
are doubted. Single terms differ from that by hardly more than chance, and are drawn to it.

Growth has a normal prior around 0, so that a few counts make no slope: a narrow one where a year of history tells the
season, as what is left is drift, of which a third goes on. Growth counts only as far as it exceeds half its standard
error, season half, and neither downwards: a term that falls and stops falling does not rise. In one market
the prior is around the growth that the term has over all markets, and the season is at least that of all: a thin one
has the summer that the others have. Baseline weeks far above the fit are cut back before the last fit, so that a past
burst neither hides the next one nor makes a slope.

After Farrington, Andrews, Beale and Catchpole (1996), A statistical algorithm for the early detection of outbreaks of
infectious disease, J. R. Stat. Soc. A 159, and Noufaily et al. (2013), An improved algorithm for outbreak detection in
multiple surveillance systems, Stat. Med. 32: quasi-Poisson regression with trend and season, past outbreaks weighted
down, negative binomial thresholds. Shrinkage and the largest of three are ours.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from copilot.signals.counting import DailyCounts
from copilot.signals.significance import upper_tail
from copilot.signals.weeks import (
    ALL_MARKETS,
    BASELINE_WEEKS,
    DAYS,
    GAP_WEEKS,
    MINIMUM_BASELINE_WEEKS,
    YEAR_WEEKS,
    Flags,
    Floats,
    Integers,
    WeeklyCounts,
)

_GROWTH_PRIOR_SD = 0.06
"""A week, where the season is not known; one that triples in a quarter grows by 0.085 a week."""
_DRIFT_PRIOR_SD = 0.0155
"""A week, of what grows beyond a known season: of slopes fitted to twelve weeks of posts a third goes on."""
_MOST_GROWTH = 0.2
_GROWTH_DOUBTED_ERRORS = 0.5
_PRIOR_AUTHORS = 0.5
_DRIFT_OF_AUTHORS = 0.0007
"""q: variance of a week's drift."""
_MOST_FORGOTTEN = 0.2
"""Of a week's weight, by the next."""
_NEAR_WEIGHT = 1.2
"""Of the days before a span, beside the newest week of the baseline."""
_LOWERED_FROM = 60.0
"""Weighted authors of the baseline from which on few authors in the days before a span lower what is expected in it."""
_SEASON_LEVEL = 0.02
_SEASON_DISPERSION = 0.05
_SEASON_DOUBTED_ERRORS = 0.5
_SEASON_PRIOR_AUTHORS = 3.0
_MOST_SEASON = 5.0
_CUT_AT_SD = 2.58
_STEPS = 6
_FITS = 3
_LEAST_DISPERSION = 0.01
_LEAST_DAILY_DISPERSION = 0.01
_USUAL_DISPERSION = 0.1
"""Of counts that are not cut back as bursts."""
_STEADY_DISPERSION = 0.003
"""a: of a term however frequent."""
_RARE_DISPERSION = 0.15
"""c: times the authors of a week, what a rarer term has more."""
_RARE_AUTHORS = 3.0
_POOL_PRIOR_WEIGHT = 4.0
"""How surely k is 1 before any count: as surely as eleven terms of five authors a day tell."""
_OWN_DISPERSION_SD = 2.0
"""How far the dispersion of one term lies from that of terms as frequent, in such dispersions."""
_LEAST_OF_USUAL = 0.5


@dataclass(frozen=True, kw_only=True)
class Expectation:
    """What is expected of each of `n` series in the days before a morning."""

    rate: Floats
    """(n,): expected distinct authors for each of exposure."""
    before: Floats
    """(n,): the rate of the week before that of week 0, over it: its season is another."""
    dispersion: Floats
    """(n,): of the count around its true mean, and of the mean around its estimate, together."""
    known: Flags
    """(n,): whether there is enough of a baseline to expect anything."""
    season_known: Flags
    """(n,): whether there is a year of history to know the season from."""
    authors: Floats
    """(n,): weighted authors of the baseline."""
    exposure: Floats
    """(n,): weighted exposure of the baseline; authors over exposure is the flat expectation."""


@dataclass(frozen=True, kw_only=True)
class _Fit:
    level: Floats
    growth: Floats
    growth_error: Floats
    """(n,): standard error of growth."""
    centre: Floats
    """(n,): x at which level is the log of the mean."""
    usual: Floats
    """(n, weeks): counts with bursts cut back."""
    fitted: Floats
    """(n, weeks)"""


def expect(counts: WeeklyCounts, whole: Integers, *, mornings: int = 1) -> Expectation:
    """Expectation of week 0 of `counts`, which has at least the baseline's weeks; a year more adds the season.

    `whole` (n,) is, for a series of one market, the row of its term over all markets, and -1 for the others. Several
    mornings may be stacked, each with all series.
    """
    baseline = slice(GAP_WEEKS, GAP_WEEKS + BASELINE_WEEKS)
    covered = counts.covered[:, baseline].astype(float)
    exposure = counts.exposure[:, baseline]
    x = -np.arange(GAP_WEEKS, GAP_WEEKS + covered.shape[1], dtype=float)
    authors, exposure = counts.authors[:, baseline] * covered, exposure * covered
    season, again, season_known = _season(counts, whole)
    season_before, again_before, _ = _season(counts, whole, earlier=1)
    growth_sd = np.where(season_known, _DRIFT_PRIOR_SD, _GROWTH_PRIOR_SD)
    fit = _robust_fit(authors, exposure, x, np.zeros(len(authors)), growth_sd)
    if (whole >= 0).any():
        of_whole = np.where(whole < 0, 0.0, np.maximum(fit.growth[whole], 0.0))
        fit = _robust_fit(authors, exposure, x, of_whole, growth_sd)
    # What rose in its baseline would make the doubt about all others larger for a quarter of a year.
    steady = ~(fit.usual < authors).any(axis=1)
    weights = _weights(fit.usual, covered)
    of_level, of_exposure = ((part * weights).sum(axis=1) + _PRIOR_AUTHORS for part in (fit.usual, exposure))
    flat = of_level / of_exposure
    growth = np.maximum(fit.growth - _GROWTH_DOUBTED_ERRORS * fit.growth_error, 0.0)
    grown = np.where(growth > 0, np.exp(fit.level - growth * fit.centre), 0.0)
    uncertain = ((fit.usual * weights**2).sum(axis=1) + _PRIOR_AUTHORS) / of_level**2
    rate = np.maximum.reduce([flat, grown, flat * season, again])
    return Expectation(
        rate=rate,
        before=np.maximum.reduce([flat, grown, flat * season_before, again_before]) / rate,
        dispersion=_dispersion(fit, covered, steady & (whole < 0), mornings) + uncertain,
        season_known=season_known,
        known=(covered.sum(axis=1) >= MINIMUM_BASELINE_WEEKS) & counts.covered[:, 0],
        authors=of_level,
        exposure=of_exposure,
    )


def _weights(authors: Floats, covered: Floats) -> Floats:
    """(n, weeks): what each week of the baseline weighs, newest first."""
    weekly = authors.sum(axis=1) / np.maximum(covered.sum(axis=1), 1.0)
    forgotten = np.minimum(np.sqrt(_DRIFT_OF_AUTHORS * weekly), _MOST_FORGOTTEN)
    weights: Floats = (1.0 - forgotten)[:, None] ** np.arange(authors.shape[1])
    return weights


def with_season_of_each(exposure: Floats, before: Floats) -> Floats:
    """(n, days): the authors expected in the last 1, 2, ... days, those before the last week at that week's own rate.

    `exposure` is what is expected at the rate of week 0, `before` (n,) as in `Expectation`. With one rate for all of
    them the end of a season would look like a rise: what it still had in these days would not be expected any more.
    """
    week = exposure[:, [DAYS - 1]]
    expected: Floats = np.where(
        np.arange(exposure.shape[1]) < DAYS, exposure, week + (exposure - week) * before[:, None]
    )
    return expected


def drift(usual_authors: Floats, usual_exposure: Floats, authors: Floats, exposure: Floats) -> Floats:
    """(n, days): what the days before each of the last 1, 2, ... days do to the level expected in these.

    The baseline ends two weeks ago, as a rise may be that old. Where it is younger, the days before it are usual ones,
    and tell how far the level has drifted. `usual_authors` and `usual_exposure` (n,) are the weighted ones of the
    baseline, `authors` and `exposure` (n, days) those of the last days, in the same unit.
    """
    before, volume = (part[:, -1:] - part for part in (authors, exposure))
    level, weight = usual_authors[:, None], usual_exposure[:, None]
    drifted = (1.0 + _NEAR_WEIGHT * before / level) / (1.0 + _NEAR_WEIGHT * volume / weight)
    lowered: Floats = np.where(level < _LOWERED_FROM, np.maximum(drifted, 1.0), drifted)
    return lowered


def _rate(authors: Floats, exposure: Floats) -> Floats:
    """Authors per exposure, pulled to 1 by half an author."""
    rate: Floats = (authors.sum(axis=1) + _PRIOR_AUTHORS) / (exposure.sum(axis=1) + _PRIOR_AUTHORS)
    return rate


def all_markets(series: pl.DataFrame) -> Integers:
    """(n,): for a series of one market the row of its term over all markets; -1 for the others."""
    rows = series.with_row_index("row")
    everywhere = rows.filter(pl.col("market") == ALL_MARKETS).select("term_id", whole=pl.col("row").cast(pl.Int64))
    of_market = pl.when(pl.col("market") != ALL_MARKETS).then("whole").otherwise(None)
    found = rows.join(everywhere, on="term_id", how="left", maintain_order="left").select(of_market.fill_null(-1))
    rows_of_whole: Integers = found.to_series().to_numpy()
    return rows_of_whole


def _robust_fit(authors: Floats, exposure: Floats, x: Floats, prior_growth: Floats, growth_sd: Floats) -> _Fit:
    usual = authors
    for _ in range(_FITS):
        fit = _fit(usual, exposure, x, prior_growth, growth_sd)
        sd = np.sqrt(fit.fitted + _USUAL_DISPERSION * fit.fitted**2 + _PRIOR_AUTHORS)
        usual = np.minimum(authors, fit.fitted + _CUT_AT_SD * sd)
    return _fit(usual, exposure, x, prior_growth, growth_sd)


def _fit(authors: Floats, exposure: Floats, x: Floats, prior_growth: Floats, growth_sd: Floats) -> _Fit:
    """Level and growth of each series by Newton's method, all series at once: the posterior mode."""
    certain_growth = 1.0 / growth_sd**2
    weight = exposure + _PRIOR_AUTHORS / BASELINE_WEEKS * (exposure > 0)
    centre = (weight @ x) / np.maximum(weight.sum(axis=1), 1e-9)
    apart = x[None, :] - centre[:, None]
    level, growth = np.log(_rate(authors, exposure)), np.zeros(len(authors))
    for _ in range(_STEPS):
        fitted = exposure * np.exp(level[:, None] + growth[:, None] * apart)
        certain = 1.0 / (1.0 + _LEAST_DISPERSION * fitted)
        missed = (authors - fitted) * certain
        own = _PRIOR_AUTHORS * np.exp(level)
        slope_level = missed.sum(axis=1) + _PRIOR_AUTHORS - own
        slope_growth = (missed * apart).sum(axis=1) - (growth - prior_growth) * certain_growth
        bend = fitted * certain
        bend_level = bend.sum(axis=1) + own
        bend_both = (bend * apart).sum(axis=1)
        bend_growth = (bend * apart**2).sum(axis=1) + certain_growth
        scale = bend_level * bend_growth - bend_both**2
        level = level + np.clip((bend_growth * slope_level - bend_both * slope_growth) / scale, -1.0, 1.0)
        step = (bend_level * slope_growth - bend_both * slope_level) / scale
        growth = np.clip(growth + np.clip(step, -0.1, 0.1), -_MOST_GROWTH, _MOST_GROWTH)
    fitted = exposure * np.exp(level[:, None] + growth[:, None] * apart)
    return _Fit(
        level=level,
        growth=growth,
        growth_error=np.sqrt(bend_level / scale),
        centre=centre,
        usual=authors,
        fitted=fitted,
    )


def _season(counts: WeeklyCounts, whole: Integers, *, earlier: int = 0) -> tuple[Floats, Floats, Flags]:
    """What the same weeks of last year were to the twelve before them, net of volume, and authors per exposure in them.

    They are those around week 0, or so many weeks `earlier`. 1 and 0 where there was no such year, or nothing beyond
    chance in it. The third is whether there was the whole year.
    """
    last = slice(YEAR_WEEKS + GAP_WEEKS, YEAR_WEEKS + GAP_WEEKS + BASELINE_WEEKS)
    same = slice(YEAR_WEEKS - 1 + earlier, YEAR_WEEKS + 2 + earlier)
    n = len(counts.authors)
    if counts.authors.shape[1] < last.stop:
        return np.ones(n), np.zeros(n), np.zeros(n, dtype=bool)
    exposure = counts.exposure[:, same].sum(axis=1)
    expected = exposure * _rate(counts.authors[:, last], counts.exposure[:, last])
    found = counts.authors[:, same].sum(axis=1)
    there = np.all(counts.covered[:, same], axis=1)
    weeks = counts.covered[:, last].sum(axis=1)
    chance = upper_tail(found, np.maximum(expected, 1e-9), np.full(n, _SEASON_DISPERSION))
    sure = there & (weeks >= MINIMUM_BASELINE_WEEKS) & (chance <= _SEASON_LEVEL)
    doubted = np.exp(-_SEASON_DOUBTED_ERRORS / np.sqrt(found + _SEASON_PRIOR_AUTHORS))
    drawn = (found + _SEASON_PRIOR_AUTHORS) / (expected + _SEASON_PRIOR_AUTHORS) * doubted
    ratio = np.where(sure, np.clip(drawn, 1.0, _MOST_SEASON), 1.0)
    again = np.where(sure, np.maximum(found - np.sqrt(found), 0.0) / (exposure + _PRIOR_AUTHORS), 0.0)
    of_whole = np.where(whole < 0, 1.0, ratio[whole])
    known: Flags = there & (weeks == BASELINE_WEEKS)
    return np.maximum(ratio, of_whole), again, known


def _dispersion(fit: _Fit, covered: Floats, pooled: Flags, mornings: int) -> Floats:
    """Over-dispersion of each series, by moments over its baseline, drawn to that of terms as frequent as it is.

    k is estimated on the `pooled` (n,) of each morning.
    """
    weeks = np.maximum(covered.sum(axis=1), 3.0)
    free = 1.0 - 2.0 / weeks
    excess = (((fit.usual - fit.fitted) ** 2 - fit.fitted * free[:, None]) * covered).sum(axis=1)
    square = (fit.fitted**2 * covered).sum(axis=1)
    weekly = (fit.fitted * covered).sum(axis=1) / weeks
    declared = _STEADY_DISPERSION + _RARE_DISPERSION / (weekly + _RARE_AUTHORS)
    # The moment estimate of one series has variance 2 / (weeks m^2): its weight.
    weight = square / 2.0
    found, certain = (
        np.where(pooled, part, 0.0).reshape(mornings, -1).sum(axis=1) + _POOL_PRIOR_WEIGHT
        for part in (declared * excess / 2.0, declared**2 * weight)
    )
    factor = np.maximum(found / certain, 1.0)
    usual = declared * np.repeat(factor, len(declared) // mornings)
    prior = 1.0 / (_OWN_DISPERSION_SD * usual) ** 2
    drawn = (excess / 2.0 + prior * usual) / (weight + prior)
    held: Floats = np.maximum(drawn, _LEAST_OF_USUAL * usual)
    return held


def daily_dispersion(counts: DailyCounts) -> float:
    """Over-dispersion of single days beyond that of weeks, pooled over terms in all markets, by moments.

    The variance of a day's authors around the volume's share is m + (a + d) m^2, where a is the dispersion of weeks.
    """
    windows = DAYS * (GAP_WEEKS + BASELINE_WEEKS)
    if counts.days < windows or counts.series.is_empty():
        return _LEAST_DAILY_DISPERSION
    recent = counts.recent_on(0, counts.usual_on([0]).share[0], windows=windows)
    everywhere = (counts.series["market"] == ALL_MARKETS).to_numpy()
    authors, exposure = (
        np.diff(part[everywhere], axis=1, prepend=0.0)[:, DAYS * GAP_WEEKS :]
        for part in (recent.authors, recent.exposure)
    )
    if not authors.sum():
        return _LEAST_DAILY_DISPERSION
    rate = _rate(authors, exposure)[:, None]
    fitted = rate * exposure
    weekly, weekly_fitted = (part.reshape(len(part), -1, DAYS).sum(axis=2) for part in (authors, fitted))
    of_days = ((authors - fitted) ** 2 - fitted).sum() / max((fitted**2).sum(), 1e-9)
    of_weeks = ((weekly - weekly_fitted) ** 2 - weekly_fitted).sum() / max((weekly_fitted**2).sum(), 1e-9)
    return max(float(of_days - max(of_weeks, 0.0)), _LEAST_DAILY_DISPERSION)
