"""Authors who usually lead: they said earlier risen terms before the others did.

In each past rise the authors of its first four weeks are put in the order of their first post; the first quarter of
them were early. By chance an author of n posts is early where at least one of them is among the E posts of those days,
of N in the four weeks:

    p = 1 - C(N - E, n) / C(N, n)

so that who writes much is not taken for one who leads. An author who was early in k rises leads where k or more of them
would be chance, P(X >= k) for X the number of rises that came true at those p (Poisson binomial), so seldom that the
false ones among all that lead are held to the false discovery rate (Benjamini-Hochberg over the authors of three
rises or more). Rises that begin within two weeks of one another, and those that one post says, count once for an
author: who wrote in that fortnight alone was early in all of them by one chance.

After the leading signals of influential accounts in David, Bellot, Le Corff and Lehericy (2022), HERMES: hybrid
error-corrector model with inclusion of external signals for non-stationary fashion time series; what leads is learnt
here from our own counts, as no number of followers is known.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
import polars as pl
import scipy as sp

from copilot.settings import SignalSettings
from copilot.signals.mentions import MENTIONS
from copilot.signals.past import PastRise, read_past_rises
from copilot.signals.significance import q_values
from copilot.signals.weeks import ALL_MARKETS, BASELINE_WEEKS, DAYS, Floats, Integers
from ingestion.lake import Lake

EARLY_SHARE = 0.25
FIRST_DAYS = 28
LEAST_RISES = 3
LEAST_AUTHORS = 10
"""Authors of three rises or more from which on something is said of who leads."""
_APART_DAYS = 14
_BASELINE_DAYS = DAYS * BASELINE_WEEKS


@dataclass(frozen=True, kw_only=True)
class Usual:
    """Who said terms in twelve weeks that end four weeks ago: each author once a term."""

    leading: int
    """Of them, by authors who lead."""
    leading_authors: int
    """How many these are."""
    all: int

    @property
    def share(self) -> float:
        """Share of authors who lead."""
        return self.leading / self.all


@dataclass(frozen=True, kw_only=True)
class LeaderHistory:
    """What past rises tell of who leads."""

    enough: bool
    """Whether enough authors took part in enough rises to tell."""
    leading: frozenset[str] = field(default_factory=frozenset, repr=False)
    """Pseudonyms; never shown."""
    usual: Mapping[str, Usual] = field(default_factory=dict)
    """By market; all markets too."""


@dataclass(frozen=True, kw_only=True)
class Past:
    """What is known of earlier rises on one morning."""

    rises: Sequence[PastRise]
    leaders: LeaderHistory


def read_past(lake: Lake, as_of: date, settings: SignalSettings) -> Past:
    """Past rises as kept, and who led in them; none of either where none were kept."""
    rises = read_past_rises(lake, as_of)
    if not rises:
        return Past(rises=(), leaders=LeaderHistory(enough=False))
    mentions = lake.scan(MENTIONS).filter(pl.col("date") < as_of).collect()
    rate = settings.false_discovery_rate
    return Past(rises=rises, leaders=find_leaders(mentions, rises, as_of, false_discovery_rate=rate))


def find_leaders(
    mentions: pl.DataFrame, rises: Sequence[PastRise], before: date, *, false_discovery_rate: float
) -> LeaderHistory:
    """Who leads, by the rises whose first four weeks were over `before` a day. `mentions` is MENTIONS_SCHEMA."""
    over = sorted(
        (rise for rise in rises if rise.first_day + timedelta(days=FIRST_DAYS) <= before),
        key=lambda rise: (rise.first_day, rise.term_id),
    )
    occasions = _occasions(over)
    if len(set(occasions)) < LEAST_RISES:
        return LeaderHistory(enough=False)
    took_part = pl.concat([_took_part(mentions, rise, at) for rise, at in zip(over, occasions, strict=True)])
    once = took_part.unique(["author", "post_id"], keep="first", maintain_order=True).unique(
        ["author", "occasion"], keep="first", maintain_order=True
    )
    tried = once.filter(pl.len().over("author") >= LEAST_RISES).sort("author", "occasion")
    authors = tried["author"].unique(maintain_order=True)
    if len(authors) < LEAST_AUTHORS:
        return LeaderHistory(enough=False)
    found = q_values(_chances(tried)) <= false_discovery_rate
    leading = frozenset(authors.filter(pl.Series(found)))
    return LeaderHistory(enough=True, leading=leading, usual=_usual(mentions, leading, before))


def _occasions(rises: Sequence[PastRise]) -> list[int]:
    """A number for each of the rises, in order of their first day: the same for those within two weeks of its first."""
    numbers: list[int] = []
    start = date.min
    for rise in rises:
        apart = (rise.first_day - start).days >= _APART_DAYS
        start = rise.first_day if apart else start
        numbers.append((numbers[-1] if numbers else -1) + apart)
    return numbers


def _took_part(mentions: pl.DataFrame, rise: PastRise, occasion: int) -> pl.DataFrame:
    """author, post_id (the first), early, by_chance, occasion of everyone in the first four weeks of a rise."""
    until = rise.first_day + timedelta(days=FIRST_DAYS)
    said = mentions.filter(pl.col("term_id") == rise.term_id, pl.col("date") >= rise.first_day, pl.col("date") < until)
    authors = (
        said.sort("date", "post_id")
        .group_by("author", maintain_order=True)
        .agg(pl.col("post_id").first(), pl.col("date").first(), posts=pl.len())
    )
    # Of those of one day nobody was before the others: all are early, or none.
    early = (pl.col("date").rank("max") / pl.len()) <= EARLY_SHARE
    authors = authors.with_columns(early=early)
    last = authors.filter("early")["date"].max()
    first_posts = said.filter(pl.col("date") <= last).height if last else 0
    by_chance = _meets(authors["posts"].to_numpy(), first_posts, said.height)
    return authors.select("author", "post_id", "early", by_chance=pl.Series(by_chance), occasion=pl.lit(occasion))


def _meets(posts: Integers, early: int, everything: int) -> Floats:
    """Chance that at least one of so many posts is among the early ones of everything."""
    late = everything - early
    missed = sp.special.gammaln(late + 1.0) - sp.special.gammaln(np.maximum(late - posts, 0) + 1.0)
    of = sp.special.gammaln(everything + 1.0) - sp.special.gammaln(everything - posts + 1.0)
    return np.where(posts > late, 1.0, -np.expm1(missed - of))


def _chances(tried: pl.DataFrame) -> Floats:
    """P(X >= early rises) of each author, in order; rows are sorted by author."""
    author = tried["author"].rank("dense").to_numpy().astype(np.int64) - 1
    place = tried.select(pl.int_range(pl.len()).over("author")).to_series().to_numpy()
    by_chance = np.zeros((author.max() + 1, place.max() + 1))
    by_chance[author, place] = tried["by_chance"].to_numpy()
    early = np.bincount(author, weights=tried["early"].to_numpy())
    return poisson_binomial_tail(by_chance, early.astype(np.int64))


def poisson_binomial_tail(chances: Floats, count: Integers) -> Floats:
    """(n,): P(X >= count) of each row, X the number that comes true of (n, k) independent `chances`.

    >>> poisson_binomial_tail(np.array([[0.5, 0.5, 0.2]]), np.array([2])).round(2).tolist()
    [0.4]
    """
    exactly = np.zeros((len(chances), chances.shape[1] + 1))
    exactly[:, 0] = 1.0
    for chance in chances.T[:, :, None]:
        exactly[:, 1:] = exactly[:, 1:] * (1.0 - chance) + exactly[:, :-1] * chance
        exactly[:, :1] *= 1.0 - chance
    tail: Floats = np.where(np.arange(exactly.shape[1]) >= count[:, None], exactly, 0.0).sum(axis=1)
    return np.minimum(tail, 1.0)


def _usual(mentions: pl.DataFrame, leaders: frozenset[str], before: date) -> dict[str, Usual]:
    until = before - timedelta(days=FIRST_DAYS)
    days = pl.col("date").is_between(until - timedelta(days=_BASELINE_DAYS), until, closed="left")
    said = (
        mentions.filter(days)
        .select("market", "author", "term_id")
        .with_columns(leads=pl.col("author").is_in(list(leaders)))
    )
    everywhere = said.with_columns(market=pl.lit(ALL_MARKETS))
    counts = pl.concat([everywhere, said.filter(pl.col("market") != ALL_MARKETS)]).unique().group_by("market")
    led = pl.col("author").filter("leads")
    return {
        market: Usual(leading=leading, leading_authors=authors, all=count)
        for market, leading, authors, count in counts.agg(
            led.len().alias("leading"), led.n_unique().alias("authors"), pl.len().alias("all")
        ).iter_rows()
    }
