"""Distinct authors by term, market and day: the counts that detection tests, beside the volume of the sources.

An author counts for a term on the first day of saying it, and again when seven days have passed since, so that the
counts of the last seven days are different people. Of one thread two authors count in four weeks, and nobody counts in
a week of flooding a term: neither one author nor one thread can make a rise, and posts beyond are no volume either.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from copilot.signals.weeks import (
    ALL_MARKETS,
    BASELINE_WEEKS,
    DAYS,
    GAP_WEEKS,
    HISTORY_WEEKS,
    MINIMUM_BASELINE_WEEKS,
    Floats,
    WeeklyCounts,
)
from ingestion.lake import Lake

FLOOD_POSTS_A_WEEK = 10
"""Posts of one author on one term from which on nothing that the author writes that week is counted."""
THREAD_AUTHORS = 2
"""Authors of one thread that count for a term in four weeks."""
_THREAD_WEEKS = 4
_UNSAID_AUTHORS = 0.5
_UNSEEN_AUTHORS = 0.5
_EPOCH = date(1970, 1, 5)
_BASELINE = slice(GAP_WEEKS, GAP_WEEKS + BASELINE_WEEKS)


@dataclass(frozen=True, kw_only=True)
class Usual:
    """What was usual on each of `t` mornings."""

    weekly: WeeklyCounts
    """t x n rows, one morning after the other: up to 66 weeks."""
    share: Floats
    """(t, p): of each pair, authors expected for each author of the source who does not say the term, up to a factor;
    0 where the source is not known yet."""


@dataclass(frozen=True, kw_only=True)
class Recent:
    """The last 1, 2, ... days of `n` series on one morning."""

    authors: Floats
    """(n, windows)"""
    exposure: Floats
    """(n, windows): authors expected from the volume of the sources alone, up to a factor for each series."""
    noise: Floats
    """(n, windows): what the chance in the volume of these days adds to the dispersion of the count."""


@dataclass(frozen=True, kw_only=True)
class DailyCounts:
    """Counts of `n` series (a term in a market) by day, of which `p` pairs of a series and a source.

    Columns are ages in days: 0 is the eve of `as_of`.
    """

    as_of: date
    series: pl.DataFrame
    """`n` rows: term_id, market (empty: all markets), in this order."""
    pair_series: NDArray[np.int64]
    """(p,): row of the series, ascending; every series has a pair."""
    pair_stream: NDArray[np.int64]
    """(p,): row of the source in its market."""
    own: Floats
    """(p, days + 1): authors younger than each age, in all."""
    volume: Floats
    """(streams, days + 1): authors of any post younger than each age, in all."""
    said: pl.DataFrame
    """What was counted: term_id, market, post (a number), age."""

    @property
    def days(self) -> int:
        """Days counted."""
        return int(self.own.shape[1]) - 1

    @cached_property
    def _first_pairs(self) -> NDArray[np.int64]:
        return np.searchsorted(self.pair_series, np.arange(self.series.height))

    def usual_on(self, backs: Sequence[int]) -> Usual:
        """What was usual on the mornings that many days before `as_of`.

        The exposure of a term is the sum over sources of the authors who say it, for each author of the source who
        does not, in the baseline, times the authors who do not in that time (indirect standardisation): when a source
        grows, so does what is expected of it, but not when it grows by the term itself. A source counts once it has
        posts in four of the twelve baseline weeks, and no more in the two weeks after them than in these: before that
        nobody knows what is usual in it.
        """
        weeks = min(HISTORY_WEEKS, -(-self.days // DAYS))
        edges = np.minimum(np.array(backs)[:, None] + DAYS * np.arange(weeks + 1), self.days)
        volume = np.diff(self.volume[:, edges], axis=2)
        before, since = volume[:, :, _BASELINE], volume[:, :, :GAP_WEEKS]
        known = ((before > 0).sum(axis=2) >= MINIMUM_BASELINE_WEEKS) & (since.sum(axis=2) <= before.sum(axis=2))
        in_known = known[self.pair_stream][:, :, None]
        of_source = volume[self.pair_stream] * in_known
        own = np.diff(self.own[:, edges], axis=2) * in_known
        others = np.maximum(of_source - own, 0.0)
        share = self._share(own, others)
        series = self.series if len(backs) == 1 else pl.concat([self.series] * len(backs))
        weekly = WeeklyCounts(
            as_of=self.as_of - timedelta(days=backs[0]),
            series=series,
            authors=_stacked(self._sum(own)),
            exposure=_stacked(self._sum(share[:, :, None] * others)),
            covered=_stacked(self._sum((of_source > 0).astype(float))) > 0,
        )
        return Usual(weekly=weekly, share=share.T)

    def recent_on(self, back: int, share: Floats, *, windows: int, excess: Floats | None = None) -> Recent:
        """The last 1 to `windows` days on the morning `back` days before `as_of`, with shares (p,) as in `Usual`.

        `excess` (n,) is the share of each series' recent authors who are there because it rises: they are no growth of
        the source.

        The volume of a few days is chance too: with o authors who do not say the term, those who do are negative
        binomial with mean (o + 1/2) times the usual odds and dispersion 1 / (o + 1/2).
        """
        in_known, share = share[:, None] > 0, share[:, None]
        days = back + np.arange(1, windows + 1)
        own = (self.own[:, days] - self.own[:, back : back + 1]) * in_known
        volume = (self.volume[:, days] - self.volume[:, back : back + 1])[self.pair_stream] * in_known
        if excess is not None and excess.any():
            surplus = excess[self.pair_series][:, None] * own
            volume += surplus - self._by_stream(surplus)
        others = np.maximum(volume - own, 0.0) + _UNSEEN_AUTHORS * in_known
        exposure = self._sum(share * others)
        noise = self._sum(share**2 * others) / np.maximum(exposure, 1e-9) ** 2
        return Recent(authors=self._sum(own), exposure=exposure, noise=noise)

    def _share(self, own: Floats, others: Floats) -> Floats:
        """(p, t): authors who say the term for each who does not, in the baseline."""
        base = others[:, :, _BASELINE].sum(axis=2)
        total = self._sum(base)[self.pair_series]
        # Some of an author in every baseline, spread by volume, so that a term never said before has an expectation.
        usual = own[:, :, _BASELINE].sum(axis=2) + _UNSAID_AUTHORS * base / np.maximum(total, 1.0)
        share: Floats = usual / np.maximum(base, 1.0)
        return share

    def _by_stream(self, pairs: Floats) -> Floats:
        """Pairs (p, ...) summed to sources, for each pair that of its source."""
        streams = np.zeros((len(self.volume), pairs.shape[1]))
        np.add.at(streams, self.pair_stream, pairs)
        of_pairs: Floats = streams[self.pair_stream]
        return of_pairs

    def _sum(self, pairs: Floats) -> Floats:
        """Pairs (p, ...) summed to series (n, ...)."""
        if not len(pairs):
            return np.zeros((0, *pairs.shape[1:]))
        summed: Floats = np.add.reduceat(pairs, self._first_pairs, axis=0)
        return summed


def _stacked(parts: Floats) -> Floats:
    """(n, t, ...) as (t x n, ...)."""
    stacked: Floats = np.swapaxes(parts, 0, 1).reshape(-1, *parts.shape[2:])
    return stacked


def count_days(mentions: pl.DataFrame, volumes: pl.DataFrame, as_of: date, *, days: int) -> DailyCounts:
    """Count the mentions (MENTIONS_SCHEMA) of the `days` days before `as_of`.

    `volumes` has a row for each post without spam and duplicates: post_id, author, date, source, market, and thread
    where it is known. Undated rows count nowhere, and neither do mentions in posts that `volumes` lacks.
    """
    posts = _aged(volumes, as_of, days).with_row_index("post")
    if "thread" not in posts.columns:
        posts = posts.with_columns(thread=pl.lit(""))
    said = _aged(mentions, as_of, days).join(posts.select("post_id", "post", "thread"), on="post_id")
    first = _first_said(_without_floods(said))
    counted = _of_threads(first)
    # A thread on one thing brings its source no more of others.
    posts = posts.join(first.join(counted, on=["post", "term_id"], how="anti"), on="post", how="anti")
    volume = _by_market(posts.select("market", "source", "author", "age"))
    volume = volume.group_by("market", "source", "age").agg(count=pl.col("author").n_unique())
    streams = volume.select("market", "source").unique().sort("market", "source").with_row_index("stream")
    cells = _by_market(counted.select("term_id", "market", "source", "age"))
    cells = cells.join(streams, on=["market", "source"]).group_by("term_id", "market", "stream", "age").len("count")
    series = cells.select("term_id", "market").unique().sort("term_id", "market").with_row_index("row")
    cells = cells.join(series, on=["term_id", "market"])
    pairs = cells.select("row", "stream").unique().sort("row", "stream").with_row_index("pair")
    # A source that never said a term is in its exposure only where the term is expected, which is in none of them.
    return DailyCounts(
        as_of=as_of,
        series=series.drop("row"),
        pair_series=pairs["row"].to_numpy().astype(np.int64),
        pair_stream=pairs["stream"].to_numpy().astype(np.int64),
        own=_running(cells.join(pairs, on=["row", "stream"]), "pair", pairs.height, days),
        volume=_running(volume.join(streams, on=["market", "source"]), "stream", streams.height, days),
        said=counted.select("term_id", "market", "post", "age"),
    )


def read_volumes(lake: Lake, as_of: date, *, days: int) -> pl.DataFrame:
    """post_id, author, date, source, market, thread of every countable post in the `days` days before `as_of`."""
    day = pl.col("published_at").dt.date()
    return (
        lake.scan("posts")
        .filter(~pl.col("spam"), pl.col("duplicate_of") == "")
        .filter(day < as_of, day >= as_of - timedelta(days=days))
        .select("post_id", "author", day.alias("date"), "source", "market", "thread")
        .collect()
    )


def _aged(frame: pl.DataFrame, as_of: date, days: int) -> pl.DataFrame:
    start = as_of - timedelta(days=days)
    age = (pl.lit(as_of) - pl.col("date")).dt.total_days() - 1
    # Weeks of the calendar, so that what floods and threads are does not change from one morning to the next.
    week = (pl.col("date") - pl.lit(_EPOCH)).dt.total_days() // DAYS
    return frame.filter(pl.col("date") < as_of, pl.col("date") >= start).with_columns(age=age, week=week)


def _without_floods(said: pl.DataFrame) -> pl.DataFrame:
    """Mentions without those by authors who flood a term in that week: shops and bots are not customers."""
    posts = said.group_by("author", "week", "term_id").len()
    floods = posts.filter(pl.col("len") >= FLOOD_POSTS_A_WEEK).select("author", "week").unique()
    return said.join(floods, on=["author", "week"], how="anti")


def _first_said(said: pl.DataFrame) -> pl.DataFrame:
    """Of an author's mentions of a term the first, and each that comes seven days or more after one that counts."""
    once = said.sort("term_id", "author", "age", "post", descending=[False, False, True, False]).unique(
        ["term_id", "author", "age"], keep="first", maintain_order=True
    )
    ranked = once.with_columns(rank=pl.int_range(pl.len()).over("term_id", "author"))
    age, rank = ranked["age"].to_numpy(), ranked["rank"].to_numpy()
    counts = rank == 0
    last = age.copy()
    order = np.argsort(rank, kind="stable")
    for rows in np.split(order, np.searchsorted(rank[order], np.arange(1, rank.max(initial=0) + 1))):
        later = rows[rank[rows] > 0]
        before = last[later - 1]
        counts[later] = before - age[later] >= DAYS
        last[later] = np.where(counts[later], age[later], before)
    return ranked.filter(pl.Series(counts)).drop("rank")


def _of_threads(said: pl.DataFrame) -> pl.DataFrame:
    """Mentions without those that come later in a thread than the authors that count of it."""
    month = pl.col("week") // _THREAD_WEEKS
    thread = [pl.col("term_id"), pl.col("source"), pl.col("thread"), month]
    place = pl.int_range(pl.len()).over(thread, order_by=[-pl.col("age"), pl.col("post")])
    return said.filter((pl.col("thread") == "") | (place < THREAD_AUTHORS))


def _by_market(frame: pl.DataFrame) -> pl.DataFrame:
    """Each row once for all markets and, where its market is known, once for that."""
    everywhere = frame.with_columns(market=pl.lit(ALL_MARKETS))
    return pl.concat([everywhere, frame.filter(pl.col("market") != ALL_MARKETS)])


def _running(cells: pl.DataFrame, row: str, rows: int, days: int) -> Floats:
    """(rows, days + 1): running totals of `count` over ages, from 0."""
    totals = np.zeros((rows, days + 1))
    totals[cells[row].to_numpy(), cells["age"].to_numpy() + 1] = cells["count"].to_numpy()
    return np.cumsum(totals, axis=1, out=totals)
