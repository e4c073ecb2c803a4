"""What two terms share: posts that say both."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from copilot.signals.counting import DailyCounts
from copilot.signals.weeks import ALL_MARKETS, BASELINE_WEEKS, DAYS, GAP_WEEKS

Integers = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class _Said:
    posts: Integers
    ages: Integers


class Overlap:
    """Finds the authors of a series whose posts say a rising term too. What is read once serves every morning."""

    def __init__(self, counts: DailyCounts) -> None:
        self._series = counts.series
        self._by_term, self._none = counts.said.partition_by("term_id", as_dict=True), counts.said.clear()
        self._read: dict[int, _Said] = {}
        self._posts: dict[str, Integers] = {}

    def with_rising(self, row: int, rising: Iterable[int], *, back: int, days: int) -> tuple[int, float]:
        """Authors of a series in the `days` days before a morning that a rising term has too; their usual share."""
        term_id = self._series["term_id"][row]
        others = {self._series["term_id"][int(other)] for other in rising} - {term_id}
        if not others:
            return 0, 0.0
        said = self._said(row)
        recent = (said.ages >= back) & (said.ages < back + days)
        first = back + DAYS * GAP_WEEKS
        baseline = (said.ages >= first) & (said.ages < first + DAYS * BASELINE_WEEKS)
        posts = np.concatenate([self._posts_of(other) for other in sorted(others)])
        both = np.isin(said.posts, posts) & (recent | baseline)
        usual = (both & baseline).sum() / max(int(baseline.sum()), 1)
        return int((both & recent).sum()), float(usual)

    def _said(self, row: int) -> _Said:
        if row not in self._read:
            term_id, market = self._series.row(row)
            frame = self._of_term(term_id)
            frame = frame if market == ALL_MARKETS else frame.filter(pl.col("market") == market)
            self._read[row] = _Said(posts=frame["post"].to_numpy(), ages=frame["age"].to_numpy())
        return self._read[row]

    def _of_term(self, term_id: str) -> pl.DataFrame:
        return self._by_term.get((term_id,), self._none)

    def _posts_of(self, term_id: str) -> Integers:
        if term_id not in self._posts:
            self._posts[term_id] = self._of_term(term_id)["post"].to_numpy()
        return self._posts[term_id]
