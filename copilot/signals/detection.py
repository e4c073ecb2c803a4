"""Which terms are said by more authors than expected, with the false ones among them held to a known share.

Each morning each series (a term in a market) that is not rising already is tested once: the p-value of its last one to
fourteen days (`scan`) against its expectation (`expectation`). It begins to rise when that is under the morning's
level, its ratio over the minimum ratio, and its authors over the k-anonymity floor. One rise, from its first morning to
its last, is one discovery.

The error rate that is held is the false discovery rate over all terms and all mornings: of the rises that begin, the
share that are none, E[V] / E[R]. The level of each test is spent from a budget that discoveries refill (generalised
alpha-investing; Foster and Stine 2008, Alpha-investing, J. R. Stat. Soc. B 70; Ramdas, Yang, Wainwright and Jordan
2017, Online control of the false discovery rate with decaying memory, NeurIPS): with rate a, m series said at all in
the weeks looked back on, and R rises begun in the 90 mornings before,

    level = a (1/3 + R) / 90 w / (sum of w over the m),  w = (b + 0.1) / (b + 1), b authors in a usual week

so that the levels of all tests add up to a times the rises begun, plus a third of a for each 90 mornings: at most that
many false ones are expected, however the terms depend on one another, as expectations add up. Where nothing ever rises
that is one false rise in 2,700 mornings at a rate of 10 %. Rare terms get less, as little could be found in them. All
markets together and single markets have a budget each. Terms said too little to be tested take part: a rare term is
tested once it has been said often enough, which is when it bursts, and to divide by those alone would be to choose the
tests by their outcome.

A term whose authors are those of another rising term (all of a `camel coat` are of a `coat` too, in posts that say
both) is tested again without the posts that it shares, and against an expectation without its usual share of them.

A rise goes on while the last seven days stay above the middle between what was expected before it began and the minimum
ratio, for at most eight weeks: otherwise it would become its own baseline, and end in the middle. Where there is no
year of history it is three weeks, because what goes on longer may be the season.

What one morning knows of earlier ones is made anew each time from the counts of the `REPLAYED` mornings before it, so
that nothing depends on which mornings were asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from copilot.settings import SignalSettings
from copilot.signals.counting import DailyCounts, count_days
from copilot.signals.detector import DETECTION_DAYS, REPLAYED, Detector
from copilot.signals.weeks import DAYS, HISTORY_WEEKS

__all__ = ["DETECTION_DAYS", "REPLAYED", "Detector", "Rises", "detect", "find_rises"]


@dataclass(frozen=True, kw_only=True)
class Rises:
    """What one morning's search found."""

    series: pl.DataFrame
    """As `detect` returns them."""
    begun: pl.DataFrame
    """Rises that began on the mornings replayed: term_id, market, began_on (the morning), first_day (of the rise)."""


def find_rises(
    mentions: pl.DataFrame,
    volumes: pl.DataFrame,
    as_of: date,
    settings: SignalSettings,
    *,
    mornings: int = REPLAYED,
) -> Rises:
    """`detect` on the mentions (MENTIONS_SCHEMA) and volumes (see `count_days`)."""
    return detect(
        count_days(mentions, volumes, as_of, days=DAYS * HISTORY_WEEKS + mornings), settings, mornings=mornings
    )


def detect(counts: DailyCounts, settings: SignalSettings, *, mornings: int = REPLAYED) -> Rises:
    """Test every series of `counts` on each of the last `mornings` mornings, oldest first.

    `series` has a row a series, in the order of `counts.series`, as on the last morning: term_id, market, authors (of
    the last seven days), authors_before (of the seven before), expected_authors, upper_authors, ratio, growth, p_value,
    q_value, known, tested, raised, days_up (days since the rise began; 0: none).

    `expected_authors` of a rise is what was expected before it began; `q_value` is the smallest false discovery rate at
    which it would have begun on its surest morning. `upper_authors` is the count of a week from which on its p-value
    alone would be under the false discovery rate. Series that are not tested have p and q of 1; `known` says whether
    anything can be expected of them.
    """
    detector = Detector(counts, settings)
    return Rises(series=detector.replay(mornings), begun=detector.begun())
