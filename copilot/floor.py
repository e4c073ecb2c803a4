"""The k-anonymity floor: nothing is shown that fewer distinct authors are behind than `privacy.min_authors`.

Every figure, term and quote from posts that reaches a person is a piece of evidence, or a signal, and passes here: so
briefs, chat, pages, commands and the API show the same. What is hidden is hidden in one way, whether nobody is behind
it or somebody: an empty result does not tell one from the other.

A market or a period is shown only where the rest is above the floor too, or is nobody: else the whole less the part
would be a count under the floor. Growth over a week with too few authors is hidden, and what one account alone did.

Two periods that differ by a day would tell that day apart. So time is cut, from the first post on, into spans of days
that at least the floor of authors wrote in, and a period is of whole spans: any two differ by nobody or by enough. With
many posts a span is a day. What is asked of two sets of products, or on two mornings, is not compared.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import polars as pl

from copilot.evidence import Evidence, Row, make_evidence

BELOW_FLOOR = "below_author_floor"
"""Note of evidence from which something is hidden, or which nothing is behind."""

_OF_ONE_ACCOUNT = frozenset({"top_author_share"})
"""Figures about one person, never shown."""
_ROUNDING = 1e-6


@dataclass(frozen=True, kw_only=True)
class Floor:
    """Decides what may be shown."""

    min_authors: int
    """Distinct authors from which on something is shown."""

    def shows(self, authors: float) -> bool:
        """Whether so many distinct authors are enough."""
        return authors >= self.min_authors

    def shows_part(self, *, authors: float, others: float) -> bool:
        """Whether a part of something shown may be shown beside it: `others` are the authors of the rest."""
        return self.shows(authors) and (others == 0 or self.shows(others))

    def kept(self, frame: pl.DataFrame, *, column: str = "authors") -> pl.DataFrame:
        """Rows of the frame with enough authors."""
        return frame.filter(pl.col(column) >= self.min_authors)

    def signals(self, frame: pl.DataFrame, everywhere: pl.DataFrame) -> pl.DataFrame:
        """Signals (columns of `SIGNALS_SCHEMA`) that may be shown, `growth` null where the week before had too few.

        `everywhere` has, for each term_id, `all_authors`: those of the last 7 days in all markets together.
        """
        others = pl.col("all_authors") - pl.col("authors")
        before = pl.col("authors") / (1.0 + pl.col("growth"))
        return (
            self.kept(frame)
            .join(everywhere, on="term_id", how="left", maintain_order="left")
            .filter((pl.col("market") == "") | others.is_null() | (others <= 0) | (others >= self.min_authors))
            .with_columns(growth=pl.when(before >= self.min_authors - _ROUNDING).then("growth"))
            .select(frame.columns)
        )

    def whole_spans(self, posts: pl.DataFrame, since: date, before: date) -> tuple[date, date]:
        """The longest period from `since` to `before` (excluded) that cuts no span; `before <= since`: there is none.

        `posts` are all that periods may be asked of: day (null without a date), author.
        """
        for start, end in self._spans(posts):
            if start < since < end:
                since = end
            if start < before < end:
                before = start
        return since, before

    def _spans(self, posts: pl.DataFrame) -> list[tuple[date, date]]:
        """First day of each span and the day behind it. The last one takes in the days that are no span yet."""
        days = posts.drop_nulls("day").group_by("day").agg(pl.col("author").unique()).sort("day")
        spans: list[tuple[date, date]] = []
        start, authors = date.max, set[str]()
        for day, wrote in days.iter_rows():
            start = min(start, day)
            authors.update(wrote)
            if self.shows(len(authors)):
                spans.append((start, day + timedelta(days=1)))
                start, authors = date.max, set()
        return [*spans[:-1], (spans[-1][0], days["day"][-1] + timedelta(days=1))] if spans else []

    def released(self, evidence: Evidence, *, authors: float, others: float = 0) -> Evidence:
        """The evidence as it may be shown, where so many distinct `authors` are behind its totals, quotes and charts.

        Below the floor they all go, rows about terms go, and the note says so; rows about products alone, which come
        from the retailer's own tables, stay. `others` as in `shows_part`. Above it, rows with too few authors of their
        own go, and figures about one account.
        """
        if not self.shows_part(authors=authors, others=others):
            rows = [row for row in evidence.rows if not _of_posts(row)]
            left = evidence.row_count - (len(evidence.rows) - len(rows))
            hidden = replace(evidence, totals=(), quotes=(), charts=(), rows=tuple(rows), row_count=left)
            return _made_anew(hidden, [*dict.fromkeys([*evidence.notes, BELOW_FLOOR])])
        rows = [_without_one_account(row) for row in evidence.rows if self._shows_row(row)]
        lost = len(evidence.rows) - len(rows)
        shown = replace(evidence, rows=tuple(rows), row_count=evidence.row_count - lost)
        return _made_anew(shown, [*dict.fromkeys([*evidence.notes, *([BELOW_FLOOR] if lost else [])])])

    def _shows_row(self, row: Row) -> bool:
        counts = [figure.value for figure in row.figures if figure.name == "authors"]
        return all(self.shows(count) for count in counts)


def _of_posts(row: Row) -> bool:
    return any(figure.unit in ("authors", "posts") for figure in row.figures)


def _without_one_account(row: Row) -> Row:
    figures = tuple(figure for figure in row.figures if figure.name not in _OF_ONE_ACCOUNT)
    return row if len(figures) == len(row.figures) else replace(row, figures=figures)


def _made_anew(evidence: Evidence, notes: Sequence[str]) -> Evidence:
    """The evidence under the id that its content gives it."""
    return make_evidence(
        evidence.kind,
        as_of=evidence.as_of,
        sources=evidence.sources,
        rows=evidence.rows,
        totals=evidence.totals,
        dates=evidence.dates,
        quotes=evidence.quotes,
        row_count=evidence.row_count,
        charts=evidence.charts,
        notes=notes,
    )
