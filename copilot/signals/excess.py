"""What a rise is made of: which markets, sources and products the authors above expectation are in.

Expected authors are shared out as the authors of the twelve weeks before the rise were, so that for part k

    excess_k = max(a_k - E (n_k + a_k / (2 a)) / (n + 1/2), 0),   share_k = excess_k / (sum over all parts)

with a_k authors now, E the authors expected of all, and n_k authors a week before, added up. Half an author before is
spread as the authors of now are, so that a part that never said the term has an expectation too. Parts whose own volume
grew are not corrected for it: that is in E alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from copilot.floor import Floor
from copilot.signals.weeks import BASELINE_WEEKS, DAYS

_BEFORE_DAYS = DAYS * BASELINE_WEEKS
_UNSAID_AUTHORS = 0.5


@dataclass(frozen=True, kw_only=True)
class Part:
    """One market, source or product of a rise."""

    name: str
    authors: int
    """Distinct authors of the last seven days."""
    excess_share: float
    """Share of the authors above expectation, 0 to 1."""


def parts_of(
    said: pl.DataFrame, key: str, *, expected: float, first_day: date, as_of: date, floor: Floor
) -> tuple[Part, ...]:
    """Parts of the rise by the column `key`, largest first, as far as they may be shown beside one another.

    `said` are the mentions of one term (author, date and the key). Rows where the key is empty are a part that has no
    name, and are not returned.
    """
    week = said.filter(pl.col("date") < as_of, pl.col("date") >= as_of - timedelta(days=DAYS))
    since = first_day - timedelta(days=_BEFORE_DAYS)
    before = said.filter(pl.col("date") < first_day, pl.col("date") >= since).with_columns(
        week=(pl.col("date") - since).dt.total_days() // DAYS
    )
    now = week.group_by(key).agg(authors=pl.col("author").n_unique().cast(pl.Int64))
    usual = before.unique([key, "author", "week"]).group_by(key).agg(before=pl.len().cast(pl.Float64))
    # Sorted, so that sums are the same to the last digit each time.
    cells = now.join(usual, on=key, how="left").sort(key).with_columns(pl.col("before").fill_null(0.0))
    total, total_before = max(float(cells["authors"].sum()), 1.0), float(usual["before"].sum())
    shared = (pl.col("before") + _UNSAID_AUTHORS * pl.col("authors") / total) / (total_before + _UNSAID_AUTHORS)
    cells = cells.with_columns(excess=(pl.col("authors") - expected * shared).clip(lower_bound=0.0))
    above = float(cells["excess"].sum())
    if above <= 0.0:
        return ()
    named = cells.filter(pl.col(key) != "", pl.col("excess") > 0.0).sort(["excess", key], descending=[True, False])
    parts = [
        Part(name=row[key], authors=row["authors"], excess_share=row["excess"] / above)
        for row in named.iter_rows(named=True)
        if floor.shows(row["authors"])
    ]
    return _apart(week, key, parts, floor)


def _apart(week: pl.DataFrame, key: str, parts: Sequence[Part], floor: Floor) -> tuple[Part, ...]:
    """The largest parts that leave nobody, or enough, outside."""
    for count in range(len(parts), 0, -1):
        shown = [part.name for part in parts[:count]]
        inside = week.filter(pl.col(key).is_in(shown))["author"].n_unique()
        others = week["author"].n_unique() - inside
        if others == 0 or floor.shows(others):
            return tuple(parts[:count])
    return ()
