"""Entries of a source that are held as posts, and when it last said that they are still there: `source_entries`.

A post's id says nothing of the entry that it came from, so the entry's own id is kept too: sealed with the pseudonym
key, since it names its author. Rows go with their posts, by `post_id`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, runtime_checkable

import polars as pl

from ingestion.lake import Lake
from ingestion.pseudonymise.pseudonyms import Pseudonyms

TABLE = "source_entries"
ENTRIES_SCHEMA = pl.Schema(
    {"post_id": pl.String(), "source": pl.String(), "entry": pl.String(), "checked_at": pl.Datetime("us", "UTC")}
)
"""Columns of the lake table `source_entries`; `entry` is sealed. Key: `post_id`."""


@dataclass(frozen=True, kw_only=True)
class CheckedEntry:
    """An entry of which a source has just said what became of it."""

    source_id: str = field(repr=False)
    """Its id within the source. Personal data: it names its author."""
    sealed: str
    """That id, sealed."""
    at: datetime


@runtime_checkable
class CheckingSource(Protocol):
    """A source that asks of what is held whether it is still there."""

    def checked(self) -> Sequence[CheckedEntry]:
        """What the last reading learnt of: entries that it gave, and those held that it asked of."""


class HeldEntries:
    """Entries that are held, those first that were not asked of for longest."""

    def __init__(self, lake: Lake) -> None:
        self._lake = lake

    def due(self, source: str, before: datetime) -> pl.Series:
        """Sealed ids of entries of a source last checked before a moment, the longest ago first."""
        if not self._lake.exists(TABLE):
            return pl.Series(dtype=pl.String)
        rows = self._before(source, before).sort("checked_at", "post_id")
        return rows.select("entry").collect().to_series()

    def count(self, source: str, before: datetime) -> int:
        """Entries of a source last checked before a moment."""
        if not self._lake.exists(TABLE):
            return 0
        return int(self._before(source, before).select(pl.len()).collect().item())

    def _before(self, source: str, moment: datetime) -> pl.LazyFrame:
        return self._lake.scan(TABLE).filter((pl.col("source") == source) & (pl.col("checked_at") < moment))


def note_checked(lake: Lake, pseudonyms: Pseudonyms, source: str, checked: Sequence[CheckedEntry]) -> None:
    """Keep when entries were checked whose posts are held. Of others nothing is kept: their authors may have asked to
    be forgotten.
    """
    if not checked or not lake.exists("posts"):
        return
    rows = pl.DataFrame(
        [(pseudonyms.post_id(source, one.source_id), source, one.sealed, one.at) for one in checked],
        schema=ENTRIES_SCHEMA,
        orient="row",
    )
    held = lake.scan("posts").select("post_id").filter(pl.col("post_id").is_in(rows["post_id"].implode())).collect()
    kept = rows.unique("post_id", keep="last").join(held, on="post_id", how="semi").sort("post_id")
    if kept.height:
        lake.merge(TABLE, kept, key=["post_id"])
