"""Distinct authors by term, market and week: the counts that detection tests, beside the volume of the sources.

Weeks are the seven days before `as_of`, the seven before those, and so on: week 0 ends on the eve of `as_of`. Authors
count once a week however much they write, so that a flood from few accounts is few, and not at all in a week in which
they flood a term.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ingestion.lake import Lake

Floats = NDArray[np.float64]
ALL_MARKETS = ""
FLOOD_POSTS_A_WEEK = 10
"""Posts of one author on one term from which on nothing that the author writes that week is counted."""
_UNSAID_AUTHORS = 0.5
DAYS = 7
GAP_WEEKS = 2
"""Weeks 0 and 1 are not in the baseline: a rise that is found today may have begun in the week before."""
BASELINE_WEEKS = 12
YEAR_WEEKS = 52
MINIMUM_BASELINE_WEEKS = 4
HISTORY_WEEKS = YEAR_WEEKS + GAP_WEEKS + BASELINE_WEEKS
"""Weeks that one morning's expectation looks back on."""


@dataclass(frozen=True, kw_only=True)
class WeeklyCounts:
    """Counts of `n` series (a term in a market) over `k` weeks, newest first."""

    as_of: date
    series: pl.DataFrame
    """`n` rows: term_id, market (empty: all markets)."""
    authors: Floats
    """(n, k): distinct authors that said the term."""
    exposure: Floats
    """(n, k): authors expected from the volume of the sources alone, up to a factor for each series."""
    covered: NDArray[np.bool_]
    """(n, k): whether any source had posts in the market in that week."""

    def shifted(self, weeks: int) -> WeeklyCounts:
        """The same counts as they were `weeks` weeks before."""
        return WeeklyCounts(
            as_of=self.as_of - timedelta(days=DAYS * weeks),
            series=self.series,
            authors=self.authors[:, weeks:],
            exposure=self.exposure[:, weeks:],
            covered=self.covered[:, weeks:],
        )


def count_weeks(
    mentions: pl.DataFrame, volumes: pl.DataFrame, as_of: date, *, weeks: int, apart: Collection[str] = ()
) -> WeeklyCounts:
    """Count the mentions (MENTIONS_SCHEMA) of the `weeks` weeks before `as_of`.

    `volumes` has a row for each post without spam and duplicates: post_id, author, date, source, market. Undated rows
    count nowhere. A source counts once it has posts in four of the twelve baseline weeks: before that nobody knows what
    is usual in it.

    The exposure of a term in a week is the sum over sources of the authors who say it, for each author of the source
    who does not, in the baseline, times the authors who do not in that week (indirect standardisation): when a source
    grows, so does what is expected of it, but not when it grows by the term itself.

    `apart` are terms known to rise. Their posts are left out of the volume and of the counts of other terms: what is
    said of denim in posts about the camel coat is no rise of denim, and no growth of the source.
    """
    if apart:
        of_apart = mentions.filter(pl.col("term_id").is_in(list(apart)))
        volumes = volumes.join(of_apart, on="post_id", how="anti")
        mentions = pl.concat([mentions.join(of_apart, on="post_id", how="anti"), of_apart])
    volume = _volumes(_in_weeks(volumes, as_of, weeks))
    volume = volume.join(_known_sources(volume), on=["market", "source"], how="semi")
    streams = volume.select("market", "source").unique().sort("market", "source").with_row_index("stream")
    said = _by_market(_without_floods(_in_weeks(mentions, as_of, weeks))).join(streams, on=["market", "source"])
    series = said.select("term_id", "market").unique().sort("term_id", "market").with_row_index("row")
    said = said.join(series, on=["term_id", "market"])
    volumes_by_stream = _matrix(volume.join(streams, on=["market", "source"]), "stream", streams.height, weeks)
    exposure, covered = _exposure(said, volumes_by_stream, series, streams, apart=apart)
    return WeeklyCounts(
        as_of=as_of,
        series=series.drop("row"),
        authors=_matrix(_distinct(said, "row"), "row", series.height, weeks),
        exposure=exposure,
        covered=covered,
    )


def read_volumes(lake: Lake, as_of: date, *, weeks: int) -> pl.DataFrame:
    """post_id, author, date, source, market of every countable post in the `weeks` weeks before `as_of`."""
    day = pl.col("published_at").dt.date()
    return (
        lake.scan("posts")
        .filter(~pl.col("spam"), pl.col("duplicate_of") == "")
        .filter(day < as_of, day >= as_of - timedelta(days=DAYS * weeks))
        .select("post_id", "author", day.alias("date"), "source", "market")
        .collect()
    )


def _in_weeks(frame: pl.DataFrame, as_of: date, weeks: int) -> pl.DataFrame:
    start = as_of - timedelta(days=DAYS * weeks)
    age_days = (pl.lit(as_of) - pl.col("date")).dt.total_days() - 1
    return frame.filter(pl.col("date") < as_of, pl.col("date") >= start).with_columns(week=age_days // DAYS)


def _without_floods(said: pl.DataFrame) -> pl.DataFrame:
    """Mentions without those by authors who flood a term in that week: shops and bots are not customers."""
    posts = said.group_by("author", "week", "term_id").len()
    floods = posts.filter(pl.col("len") >= FLOOD_POSTS_A_WEEK).select("author", "week").unique()
    return said.join(floods, on=["author", "week"], how="anti")


def _by_market(frame: pl.DataFrame) -> pl.DataFrame:
    """Each row once for all markets and, where its market is known, once for that."""
    everywhere = frame.with_columns(market=pl.lit(ALL_MARKETS))
    return pl.concat([everywhere, frame.filter(pl.col("market") != ALL_MARKETS)])


def _volumes(posts: pl.DataFrame) -> pl.DataFrame:
    """market, source, week -> authors: distinct authors of any post."""
    return _distinct(_by_market(posts), "market", "source")


def _distinct(frame: pl.DataFrame, *by: str) -> pl.DataFrame:
    return frame.group_by(*by, "week").agg(authors=pl.col("author").n_unique())


def _known_sources(volume: pl.DataFrame) -> pl.DataFrame:
    baseline = volume.filter(pl.col("week").is_between(GAP_WEEKS, GAP_WEEKS + BASELINE_WEEKS - 1))
    return baseline.group_by("market", "source").len().filter(pl.col("len") >= MINIMUM_BASELINE_WEEKS)


def _matrix(cells: pl.DataFrame, row: str, rows: int, weeks: int) -> Floats:
    matrix = np.zeros((rows, weeks))
    matrix[cells[row].to_numpy(), cells["week"].to_numpy()] = cells["authors"].to_numpy()
    return matrix


def _exposure(
    said: pl.DataFrame, volumes: Floats, series: pl.DataFrame, streams: pl.DataFrame, *, apart: Collection[str]
) -> tuple[Floats, NDArray[np.bool_]]:
    """Exposure and cover of each series, (rows of series, weeks) both, from the volumes of the streams."""
    weeks = volumes.shape[1]
    pairs = series.join(streams, on="market").with_row_index("pair")
    cells = _distinct(said.join(pairs.select("row", "stream", "pair"), on=["row", "stream"]), "pair")
    own = _matrix(cells, "pair", pairs.height, weeks)
    # Posts of terms set apart are not in the volume: nothing is left to take out.
    inside = (~pairs["term_id"].is_in(list(apart))).to_numpy().astype(float)
    volume = volumes[pairs["stream"].to_numpy()]
    others = np.maximum(volume - own * inside[:, None], 0.0)
    baseline = slice(GAP_WEEKS, GAP_WEEKS + BASELINE_WEEKS)
    base, row = others[:, baseline].sum(axis=1), pairs["row"].to_numpy()
    total = np.bincount(row, weights=base, minlength=series.height)
    # Some of an author in every baseline, spread by volume, so that a term never said before has an expectation.
    usual = own[:, baseline].sum(axis=1) + _UNSAID_AUTHORS * base / np.maximum(total[row], 1.0)
    exposure, covered = np.zeros((series.height, weeks)), np.zeros((series.height, weeks), dtype=bool)
    np.add.at(exposure, row, (usual / np.maximum(base, 1.0))[:, None] * others)
    np.logical_or.at(covered, row, volume > 0)
    return exposure, covered
