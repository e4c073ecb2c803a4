"""The rules: which post of a group of like texts is the first, and which posts are spam, for what reason."""

from __future__ import annotations

import numpy as np
import polars as pl

LINK_SHOP, REPEATED_PROMO, FLOOD = "link_shop", "repeated_promo", "flood"
BURST, TEMPLATE, PACE = "burst", "template", "pace"
REASONS = {
    LINK_SHOP: "a link, a word of selling and little else",
    REPEATED_PROMO: "one text of selling posted three times or more",
    FLOOD: "one author posting one text three times within a week, or five times without dates",
    BURST: "eight authors or more posting one text within six hours, other than by sharing it",
    TEMPLATE: "one author posting one text with a word changed five times within a day",
    PACE: "one author posting thirty times within an hour",
}
"""Reasons for the spam mark; the first that holds is given. One text: the same, or nearly the same."""

_FEWEST_WORDS = 4
"""Shorter texts ("love it", "très bien") are written by many independently: copies only where the author is one."""
_FEWEST_POSTS = 3
_FEWEST_UNDATED = 5
_DENSE_WORDS = 12
"""Words to one word of selling, at most: long posts name discounts and outlets in passing."""
_LONGEST_ADVERT_WORDS = 80
"""Longer texts with links and prices are guides and lists of sales that people share."""
_WEEK = 7 * 86_400_000_000
_BURST_AUTHORS = 8
_BURST_SPAN = 6 * 3_600_000_000


def short(words: pl.Expr) -> pl.Expr:
    """Whether a text is too short to be a copy of another author's."""
    return words < _FEWEST_WORDS


def mark_groups(posts: pl.DataFrame) -> pl.DataFrame:
    """`row`, `first` (row of the group's earliest post, its own for that one) and `reason`, one row a post.

    `posts` holds every post of each group that it holds: row, post_id, author, at (microseconds, null without a date),
    group, words, cues, linked, repost, flag (from `pace`, as a reason). Posts without a date come after those with one,
    and ids decide between equals.
    """
    ordered = posts.sort("at", "post_id", nulls_last=True)
    burst = _bursts(ordered)
    long, own = ~short(pl.col("words")), ["group", "author"]
    undated = pl.col("at").is_null()
    reason = (
        pl.when(pl.col("linked") & (pl.col("cues") >= 1) & _dense())
        .then(pl.lit(LINK_SHOP))
        .when(long & (pl.len().over("group") >= _FEWEST_POSTS) & (pl.col("cues") >= 1))
        .then(pl.lit(REPEATED_PROMO))
        .when(long & _within_a_week().over(own) | long & undated & (undated.sum().over(own) >= _FEWEST_UNDATED))
        .then(pl.lit(FLOOD))
        .when(long & pl.col("row").is_in(burst))
        .then(pl.lit(BURST))
        .otherwise(pl.col("flag"))
    )
    return ordered.select("row", pl.col("row").first().over("group").alias("first"), reason.alias("reason"))


def _dense() -> pl.Expr:
    """Whether a text is short, and selling is most of what it says."""
    return (pl.col("words") <= _DENSE_WORDS * pl.col("cues")) & (pl.col("words") <= _LONGEST_ADVERT_WORDS)


def _within_a_week() -> pl.Expr:
    """Whether the post is one of three in a row within seven days, rows being in order of time."""
    at = pl.col("at")
    one_of_three = [(at.shift(-after) - at.shift(before)) <= _WEEK for before, after in ((0, 2), (1, 1), (2, 0))]
    return pl.any_horizontal(one_of_three).fill_null(value=False)


def _bursts(ordered: pl.DataFrame) -> list[int]:
    """Rows of the posts that are part of a burst; posts in order of time."""
    told = ordered.filter(~pl.col("repost") & pl.col("at").is_not_null())
    told = told.filter(pl.col("author").n_unique().over("group") >= _BURST_AUTHORS)
    found: list[int] = []
    for _, group in told.group_by("group"):
        rows, at = group["row"].to_numpy(), group["at"].to_numpy()
        authors = group["author"].to_numpy()
        ends = np.searchsorted(at, at + _BURST_SPAN, side="right")
        inside = np.zeros(len(rows), bool)
        for start, end in enumerate(ends):
            if end - start >= _BURST_AUTHORS and len(np.unique(authors[start:end])) >= _BURST_AUTHORS:
                inside[start:end] = True
        found += rows[inside].tolist()
    return found
