"""Which terms are said by more authors than expected, with the false ones among them held to a known share.

A count is compared with its expectation (`expectation`) by a negative binomial (`significance`), and is a rise when
its q-value is under the false discovery rate, its ratio over the minimum ratio, and its authors over the k-anonymity
floor.

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

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

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
from copilot.signals.significance import q_values, upper_count, upper_tail

LONGEST_RUN_WEEKS = 8
LONGEST_RUN_UNKNOWN_SEASON_WEEKS = 3
DETECTION_WEEKS = HISTORY_WEEKS + LONGEST_RUN_WEEKS
"""Weeks of counts that make full use of the history there is."""
_MOST_APART = 30


@dataclass(frozen=True, kw_only=True)
class Rises:
    """What one morning's search found."""

    series: pl.DataFrame
    """As `detect_all` returns them."""
    apart: tuple[str, ...]
    """Terms that rise over all markets, surest first."""


@dataclass(frozen=True, kw_only=True)
class _Setting:
    """What every test of a morning shares."""

    settings: SignalSettings
    everywhere: NDArray[np.bool_]
    """(n,): series over all markets."""
    apart: NDArray[np.bool_]
    """(n,): series of terms set apart."""


@dataclass(frozen=True, kw_only=True)
class _Week:
    """Test of one week: of week 0 of `counts`."""

    counts: WeeklyCounts
    expected: Floats
    dispersion: Floats
    known: NDArray[np.bool_]
    season_known: NDArray[np.bool_]
    tested: NDArray[np.bool_]
    p_values: Floats
    q_values: Floats
    raised: NDArray[np.bool_]


def find_rises(mentions: pl.DataFrame, volumes: pl.DataFrame, as_of: date, settings: SignalSettings) -> Rises:
    """`detect_all` on the mentions, each rise net of the surer ones.

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
            return Rises(series=found, apart=tuple(apart))
        apart.append(further.sort("p_value", "term_id")["term_id"][0])


def detect_all(counts: WeeklyCounts, settings: SignalSettings, *, apart: Collection[str] = ()) -> pl.DataFrame:
    """Test week 0 of every series of `counts` at once.

    Returns a row a series, in the order of `counts.series`: term_id, market, authors, authors_before (of the week
    before), expected_authors, upper_authors, ratio, growth, p_value, q_value, known, tested, raised, weeks_up (weeks
    before this one that the rise goes back). The q-values of terms not in `apart` are over these terms alone.

    `upper_authors` is the count from which on the p-value would be under the false discovery rate. Series that are not
    tested have p and q of 1; `known` says whether anything can be expected of them.
    """
    return detect_weeks(counts, settings, weeks=1, apart=apart)[0]


def detect_weeks(
    counts: WeeklyCounts, settings: SignalSettings, *, weeks: int, apart: Collection[str] = ()
) -> list[pl.DataFrame]:
    """`detect_all` for each of the last `weeks` weeks, newest first."""
    setting = _Setting(
        settings=settings,
        everywhere=(counts.series["market"] == ALL_MARKETS).to_numpy(),
        apart=counts.series["term_id"].is_in(list(apart)).to_numpy(),
    )
    last = counts.authors.shape[1] - GAP_WEEKS
    afresh = [_afresh(counts.shifted(back), setting) for back in range(min(weeks + LONGEST_RUN_WEEKS, last - 1))]
    return [
        _in_run(afresh[back], afresh[back + 1 : back + 1 + LONGEST_RUN_WEEKS], setting)
        for back in range(min(weeks, len(afresh)))
    ]


def _afresh(counts: WeeklyCounts, setting: _Setting) -> _Week:
    """Test against the expectation from the weeks before."""
    expectation = expect(counts)
    return _test(
        counts,
        setting,
        expected=expectation.authors,
        dispersion=expectation.dispersion,
        known=expectation.known,
        season_known=expectation.season_known,
    )


def _test(
    counts: WeeklyCounts,
    setting: _Setting,
    *,
    expected: Floats,
    dispersion: Floats,
    known: NDArray[np.bool_],
    season_known: NDArray[np.bool_],
) -> _Week:
    settings = setting.settings
    authors = counts.authors[:, 0]
    said = authors + counts.authors[:, GAP_WEEKS : GAP_WEEKS + BASELINE_WEEKS].sum(axis=1)
    tested = known & (said >= settings.minimum_authors)
    p_values = np.where(tested, upper_tail(authors, expected, dispersion), 1.0)
    found = _q_by_family(p_values, tested, setting.everywhere)
    if setting.apart.any():
        rest = _q_by_family(p_values, tested & ~setting.apart, setting.everywhere)
        found = np.where(setting.apart, found, rest)
    enough = (authors >= settings.minimum_authors) & (authors >= settings.minimum_ratio * expected)
    return _Week(
        counts=counts,
        expected=expected,
        dispersion=dispersion,
        known=known,
        season_known=season_known,
        tested=tested,
        p_values=p_values,
        q_values=found,
        raised=tested & enough & (found <= settings.false_discovery_rate),
    )


def _q_by_family(p_values: Floats, tested: NDArray[np.bool_], everywhere: NDArray[np.bool_]) -> Floats:
    found = np.ones(len(p_values))
    for family, any_dependence in ((everywhere & tested, False), (~everywhere & tested, True)):
        found[family] = q_values(p_values[family], any_dependence=any_dependence)
    return found


def _in_run(week: _Week, earlier: Sequence[_Week], setting: _Setting) -> pl.DataFrame:
    """The week tested again, where a run of raised weeks leads to it, against what was expected before the run.

    `earlier` are the weeks before it, newest first. A run goes on while the authors stay at the minimum ratio over what
    it began from.
    """
    settings = setting.settings
    rate, dispersion = np.full(len(week.expected), np.inf), week.dispersion
    weeks_up = np.zeros(len(week.expected), dtype=np.int64)
    for back in range(len(earlier), 0, -1):
        then = earlier[back - 1]
        authors, exposure = then.counts.authors[:, 0], np.maximum(then.counts.exposure[:, 0], 1e-9)
        goes_on = authors >= np.maximum(settings.minimum_ratio * rate * exposure, settings.minimum_authors)
        begins = ~goes_on & then.raised & (then.season_known | (back <= LONGEST_RUN_UNKNOWN_SEASON_WEEKS))
        rate = np.where(goes_on, rate, np.where(begins, then.expected / exposure, np.inf))
        dispersion = np.where(begins, then.dispersion, np.where(goes_on, dispersion, week.dispersion))
        weeks_up = np.where(goes_on, weeks_up, np.where(begins, back, 0))
    before = rate * np.maximum(week.counts.exposure[:, 0], 1e-9)
    lower = before < week.expected
    found = _test(
        week.counts,
        setting,
        expected=np.where(lower, before, week.expected),
        dispersion=np.where(lower, dispersion, week.dispersion),
        known=week.known,
        season_known=week.season_known,
    )
    return _frame(found, weeks_up, settings.false_discovery_rate)


def _frame(found: _Week, weeks_up: NDArray[np.int64], level: float) -> pl.DataFrame:
    authors, before = found.counts.authors[:, 0], found.counts.authors[:, 1]
    return found.counts.series.with_columns(
        authors=pl.Series(authors.astype(np.int64)),
        authors_before=pl.Series(before.astype(np.int64)),
        expected_authors=pl.Series(found.expected),
        upper_authors=pl.Series(upper_count(found.expected, found.dispersion, level)),
        ratio=pl.Series(authors / np.maximum(found.expected, 1e-9)),
        growth=pl.Series((authors - before) / np.maximum(before, 1.0)),
        p_value=pl.Series(found.p_values),
        q_value=pl.Series(found.q_values),
        known=pl.Series(found.known),
        tested=pl.Series(found.tested),
        raised=pl.Series(found.raised),
        weeks_up=pl.Series(np.where(found.raised, weeks_up, 0)),
    )
