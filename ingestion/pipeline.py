"""How data enters, each way readable from top to bottom: posts from their sources, retail tables from files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path

import polars as pl

from ingestion.lake import Lake
from ingestion.post_index import index_posts, sync_index
from ingestion.post_preparation import PostPreparation
from ingestion.post_rejects import write_rejected_posts
from ingestion.post_table import PostTable
from ingestion.progress import Progress, silent
from ingestion.pseudonymise.posts import Pseudonymiser
from ingestion.records import Post, RawPost
from ingestion.retail.importing import import_table
from ingestion.settings import PostSettings
from ingestion.sources.source import RejectedPost, Source, Watermark
from vectorstore.encoder import Encoder
from vectorstore.store import DocumentStore

__all__ = ["WATERMARKS_SCHEMA", "IngestReport", "import_table", "ingest_posts", "read_watermark"]

WATERMARKS = "watermarks"
WATERMARKS_SCHEMA = pl.Schema(
    {
        "source": pl.String(),
        "stream": pl.String(),
        "last_published_at": pl.Datetime("us", "UTC"),
        "last_post_id": pl.String(),
        "read": pl.Int64(),
    }
)
"""Columns of the lake table `watermarks`: the fields of `Watermark`. Key: source, stream."""

_REJECTS_SHOWN = 20


@dataclass(frozen=True, kw_only=True)
class IngestReport:
    """What became of what a source gave: `read == new + changed + unchanged + merged + rejected`, always."""

    source: str
    read: int
    new: int
    changed: int
    """Posts known with other content, brought up to date."""
    unchanged: int
    merged: int
    """Posts whose id came before in the same run: the first one counts."""
    rejected: int
    duplicates: int
    """Of the posts read: copies of an earlier post, of any source."""
    spam: int
    """Of the posts read: marked as spam."""
    spam_reasons: Mapping[str, int]
    languages: Mapping[str, int]
    """Posts read by language, most frequent first."""
    personal_data: Mapping[str, int]
    """Posts read by kind of personal data replaced in them, most frequent first."""
    indexed: int
    """Documents written to the index, those included that an earlier run left out."""
    rejects: tuple[RejectedPost, ...]
    """The first rejected rows."""
    rejects_path: Path | None
    """The list of all rejected rows; None where there are none or no path was given."""
    already_read: bool
    """Whether the source had nothing new since a run that came to its end: such a file is not read again."""

    def summary(self) -> str:
        """One line for people."""
        if self.already_read and not self.read:
            return f"{self.source}: nothing new since it was read before."
        where = f" ({self.rejects_path.name})" if self.rejects_path else ""
        text = (
            f"{self.source}: {self.read:,} read, {self.new:,} new, {self.changed:,} changed,"
            f" {self.unchanged:,} unchanged, {self.merged:,} merged, {self.rejected:,} rejected{where};"
            f" {self.duplicates:,} duplicates and"
            f" {self.spam:,} spam marked."
        )
        if self.rejects:
            first = self.rejects[0]
            column = f' column "{first.column}",' if first.column else ""
            text += f" First rejected: row {first.row},{column} {first.reason}."
        return text


def ingest_posts(
    source: Source,
    *,
    lake: Lake,
    store: DocumentStore,
    encoder: Encoder,
    pseudonymiser: Pseudonymiser,
    settings: PostSettings,
    progress: Progress = silent,
    rejects_path: Path | None = None,
) -> IngestReport:
    """Bring the posts of a source into the lake and the index, pseudonymised.

    Batch by batch: read, clean, pseudonymise, lake, embed, index; the watermark last. Only new and changed posts are
    stored and embedded. A run that was cut off is done again from its start to the same result, and what it left out of
    the index is added first. Raises what the source, the lake and the store raise.
    """
    after = read_watermark(lake, source)
    healed = sync_index(lake, store, encoder, progress=progress)
    table = PostTable(lake)
    run = _Run(source=source, after=after, indexed=healed.indexed)
    with PostPreparation(pseudonymiser, workers=settings.workers) as preparation:
        for batch in _batches(source.posts(after), settings.batch_size):
            raw = run.without_rejects(batch)
            posts = preparation.prepare(raw)
            stored = table.store(posts)
            indexed = index_posts(stored.rows, store, encoder)
            run.note(posts, new=stored.new, changed=stored.changed, unchanged=stored.unchanged, merged=stored.merged)
            run.counts["indexed"] += indexed
            progress("ingest", run.counts["read"], 0)
    written = None
    if rejects_path is not None and run.counts["read"]:
        written = write_rejected_posts(rejects_path, run.rejected)
    _write_watermark(lake, run.watermark())
    return run.report(table, written)


def read_watermark(lake: Lake, source: Source) -> Watermark | None:
    """How far the source's stream was read; None where it never was, or where the posts are gone."""
    if not lake.exists(WATERMARKS) or not lake.exists("posts"):
        return None
    rows = lake.read(WATERMARKS).filter((pl.col("source") == source.name) & (pl.col("stream") == source.stream))
    return Watermark(**rows.row(0, named=True)) if rows.height else None


def _write_watermark(lake: Lake, mark: Watermark) -> None:
    row = pl.DataFrame([vars(mark)], schema=WATERMARKS_SCHEMA)
    lake.merge(WATERMARKS, row, key=["source", "stream"])


def _batches(items: Iterable[RawPost | RejectedPost], size: int) -> Iterator[list[RawPost | RejectedPost]]:
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch


@dataclass(kw_only=True)
class _Run:
    """What one run has seen so far."""

    source: Source
    after: Watermark | None
    indexed: int
    counts: Counter[str] = field(default_factory=Counter)
    languages: Counter[str] = field(default_factory=Counter)
    personal_data: Counter[str] = field(default_factory=Counter)
    rejected: list[RejectedPost] = field(default_factory=list)
    newest: tuple[datetime, str] | None = None

    def without_rejects(self, batch: list[RawPost | RejectedPost]) -> list[RawPost]:
        self.counts["read"] += len(batch)
        self.rejected += [item for item in batch if isinstance(item, RejectedPost)]
        return [item for item in batch if isinstance(item, RawPost)]

    def note(self, posts: list[Post], **counts: int) -> None:
        self.counts.update(counts)
        self.languages.update(post.language for post in posts)
        self.personal_data.update(kind for post in posts for kind in post.personal_data)
        dated = [(post.published_at, post.post_id) for post in posts if post.published_at is not None]
        self.newest = max([*dated, *([self.newest] if self.newest else [])], default=None)

    def watermark(self) -> Watermark:
        """The newest of this run and of the one before."""
        last_at, last_id = self.newest or (None, "")
        if self.after is not None and self.after.last_published_at is not None:
            last_at, last_id = max(
                (self.after.last_published_at, self.after.last_post_id),
                self.newest or (self.after.last_published_at, ""),
            )
        read = self.counts["read"] or (self.after.read if self.after is not None else 0)
        stream = self.after.stream if self.after is not None else self.source.stream
        return Watermark(
            source=self.source.name, stream=stream, last_published_at=last_at, last_post_id=last_id, read=read
        )

    def report(self, table: PostTable, rejects_path: Path | None) -> IngestReport:
        marks = table.marks(table.seen)
        reasons = Counter(reason for reason in marks["spam_reason"] if reason)
        return IngestReport(
            source=self.source.name,
            read=self.counts["read"],
            new=self.counts["new"],
            changed=self.counts["changed"],
            unchanged=self.counts["unchanged"],
            merged=self.counts["merged"],
            rejected=len(self.rejected),
            duplicates=int((marks["duplicate_of"] != "").sum()),
            spam=int(marks["spam"].sum()),
            spam_reasons=dict(reasons.most_common()),
            languages=dict(self.languages.most_common()),
            personal_data=dict(self.personal_data.most_common()),
            indexed=self.indexed + self.counts["indexed"],
            rejects=tuple(self.rejected[:_REJECTS_SHOWN]),
            rejects_path=rejects_path,
            already_read=self.after is not None,
        )
