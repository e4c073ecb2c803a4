"""Which terms are said by more authors than expected, with the false ones among them held to a known share.

The p-value of a series is the probability of its authors or more under a negative binomial with the expected mean m and
dispersion a (variance m + a m^2; `expectation` says where both come from):

    P(X >= x) = I(m a / (1 + m a); x, 1 / a),  I the regularised incomplete beta function

>>> round(float(upper_tail(np.array([20.0]), np.array([8.0]), np.array([0.05]))[0]), 5)
0.00232

q-values are over all terms tested that day, in two families, because the all-market counts decide the brief and must
not pay for the many thin ones (Efron 2008, Simultaneous inference: when should hypothesis testing problems be
combined?):

    all markets    Benjamini and Hochberg (1995), Controlling the false discovery rate, J. R. Stat. Soc. B 57: terms
                   depend on one another through authors who say several, which is positive dependence, under which the
                   rate holds; the factor that arbitrary dependence costs (4.7 for 60 terms) would cost a rise its
                   first week
    one market     Benjamini and Yekutieli (2001), The control of the false discovery rate in multiple testing under
                   dependency, Ann. Stat. 29: with so few authors the expectation is least certain, and markets of one
                   term share it, so that nothing is assumed of how they depend

A series is tested when it has the k-anonymity floor of authors in baseline and current week together. That depends on
their sum alone, of which the p-value given the sum is independent, so it does not favour the false.

A rise that goes on is compared with what was expected before it began, for at most eight weeks: otherwise it would
become its own baseline, and end in the middle. Where there is no year of history it is three weeks, because what goes
on longer may be the season.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.special import betainc

from copilot.settings import SignalSettings
from copilot.signals.counting import (
    ALL_MARKETS,
    BASELINE_WEEKS,
    GAP_WEEKS,
    HISTORY_WEEKS,
    Floats,
    WeeklyCounts,
    count_weeks,
)
from copilot.signals.expectation import expect

LONGEST_RUN_WEEKS = 8
LONGEST_RUN_UNKNOWN_SEASON_WEEKS = 3
DETECTION_WEEKS = HISTORY_WEEKS + LONGEST_RUN_WEEKS
"""Weeks of counts that make full use of the history there is."""
_MOST_APART = 30


@dataclass(frozen=True, kw_only=True)
class _BeforeRise:
    """What is expected of each series from before the run of raised weeks that it is in."""

    expected: Floats
    """Infinite outside a run."""
    dispersion: Floats
    weeks_up: NDArray[np.int64]
    """Weeks that the run goes back; 0 outside one."""


@dataclass(frozen=True, kw_only=True)
class _Tested:
    """Test of week 0 of each series."""

    expected: Floats
    dispersion: Floats
    tested: NDArray[np.bool_]
    season_known: NDArray[np.bool_]
    p_values: Floats
    q_values: Floats
    raised: NDArray[np.bool_]


def find_rises(
    mentions: pl.DataFrame, volumes: pl.DataFrame, as_of: date, settings: SignalSettings
) -> tuple[pl.DataFrame, WeeklyCounts]:
    """`detect_all` on the mentions, each rise net of the stronger ones; and the counts of the last test.

    The term that rises most surely is set apart (see `count_weeks`), and the others are tested again, without its posts
    and without it in their family, until no further one rises. So a term that is said more only because it is said of a
    rising one does not rise, and sure rises do not make room for doubtful ones. Rows of terms set apart count all their
    posts.
    """
    apart: list[str] = []
    while True:
        counts = count_weeks(mentions, volumes, as_of, weeks=DETECTION_WEEKS, apart=apart)
        found = detect_all(counts, settings, apart=apart)
        further = found.filter("raised", pl.col("market") == ALL_MARKETS, ~pl.col("term_id").is_in(apart))
        if further.is_empty() or len(apart) == _MOST_APART:
            return found, counts
        apart.append(further.sort("p_value", "term_id")["term_id"][0])


def detect_all(counts: WeeklyCounts, settings: SignalSettings, *, apart: Collection[str] = ()) -> pl.DataFrame:
    """Test every series of `counts` at once.

    Returns a row a series, in the order of `counts.series`: term_id, market, authors, expected_authors, upper_authors,
    ratio, growth, p_value, q_value, tested, raised, weeks_up (weeks before this one that the rise goes back).
    The q-values of terms not in `apart` are over these terms alone.

    `upper_authors` is the count from which on the p-value would be under the false discovery rate. Series that are not
    tested have p and q of 1.
    """
    of_apart = counts.series["term_id"].is_in(list(apart)).to_numpy()
    before_rise = _before_the_rise(counts, settings, of_apart)
    found = _test(counts, settings, of_apart, before_rise)
    authors = counts.authors[:, 0]
    before = counts.authors[:, 1]
    return counts.series.with_columns(
        authors=pl.Series(authors.astype(np.int64)),
        expected_authors=pl.Series(found.expected),
        upper_authors=pl.Series(_upper(found, settings.false_discovery_rate)),
        ratio=pl.Series(authors / np.maximum(found.expected, 1e-9)),
        growth=pl.Series((authors - before) / np.maximum(before, 1.0)),
        p_value=pl.Series(found.p_values),
        q_value=pl.Series(found.q_values),
        tested=pl.Series(found.tested),
        raised=pl.Series(found.raised),
        weeks_up=pl.Series(np.where(found.raised, before_rise.weeks_up, 0)),
    )


def upper_tail(authors: Floats, expected: Floats, dispersion: Floats) -> Floats:
    """P(X >= authors), elementwise, of a negative binomial with that mean and dispersion (both above 0)."""
    share = expected * dispersion / (1.0 + expected * dispersion)
    tail: Floats = betainc(np.maximum(authors, 1.0), 1.0 / dispersion, share)
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


def _test(
    counts: WeeklyCounts,
    settings: SignalSettings,
    of_apart: NDArray[np.bool_],
    before: _BeforeRise | None = None,
) -> _Tested:
    """Test week 0 against its expectation, or against the one from before the rise where there is one."""
    expectation = expect(counts)
    expected, dispersion = expectation.authors, expectation.dispersion
    if before is not None:
        frozen = before.expected < expected
        expected = np.where(frozen, before.expected, expected)
        dispersion = np.where(frozen, before.dispersion, dispersion)
    authors = counts.authors[:, 0]
    said = authors + counts.authors[:, GAP_WEEKS : GAP_WEEKS + BASELINE_WEEKS].sum(axis=1)
    tested = expectation.known & (said >= settings.minimum_authors)
    p_values = np.where(tested, upper_tail(authors, expected, dispersion), 1.0)
    everywhere = (counts.series["market"] == ALL_MARKETS).to_numpy()
    found = _q_by_family(p_values, tested, everywhere)
    if of_apart.any():
        found = np.where(of_apart, found, _q_by_family(p_values, tested & ~of_apart, everywhere))
    enough = (authors >= settings.minimum_authors) & (authors >= settings.minimum_ratio * expected)
    return _Tested(
        expected=expected,
        dispersion=dispersion,
        tested=tested,
        season_known=expectation.season_known,
        p_values=p_values,
        q_values=found,
        raised=tested & enough & (found <= settings.false_discovery_rate),
    )


def _q_by_family(p_values: Floats, tested: NDArray[np.bool_], everywhere: NDArray[np.bool_]) -> Floats:
    found = np.ones(len(p_values))
    for family, any_dependence in ((everywhere & tested, False), (~everywhere & tested, True)):
        found[family] = q_values(p_values[family], any_dependence=any_dependence)
    return found


def _before_the_rise(counts: WeeklyCounts, settings: SignalSettings, of_apart: NDArray[np.bool_]) -> _BeforeRise:
    """What series in a run of raised weeks are expected to have now, from before the run.

    A run goes on while the authors stay at the minimum ratio over what it began from.
    """
    rate, dispersion = np.full(len(counts.authors), np.inf), np.ones(len(counts.authors))
    weeks_up = np.zeros(len(counts.authors), dtype=np.int64)
    longest = min(LONGEST_RUN_WEEKS, counts.authors.shape[1] - GAP_WEEKS - 1)
    for back in range(longest, 0, -1):
        then = counts.shifted(back)
        found = _test(then, settings, of_apart)
        authors, exposure = then.authors[:, 0], np.maximum(then.exposure[:, 0], 1e-9)
        goes_on = authors >= np.maximum(settings.minimum_ratio * rate * exposure, settings.minimum_authors)
        within = found.season_known | (back <= LONGEST_RUN_UNKNOWN_SEASON_WEEKS)
        begins = ~goes_on & found.raised & within
        rate = np.where(goes_on, rate, np.where(begins, found.expected / exposure, np.inf))
        dispersion = np.where(begins, found.dispersion, dispersion)
        weeks_up = np.where(goes_on, weeks_up, np.where(begins, back, 0))
    now = np.maximum(counts.exposure[:, 0], 1e-9)
    return _BeforeRise(expected=rate * now, dispersion=dispersion, weeks_up=weeks_up)


def _upper(found: _Tested, level: float) -> Floats:
    """Smallest count whose p-value is under `level`, by bisection."""
    low = np.zeros(len(found.expected))
    high = np.ceil(found.expected * 10.0 + 50.0)
    while np.any(high - low > 1.0):
        middle = np.floor((low + high) / 2.0)
        under = upper_tail(middle, found.expected, found.dispersion) < level
        high = np.where(under, middle, high)
        low = np.where(under, low, middle)
    return high
