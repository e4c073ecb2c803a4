"""A source read batch by batch: what is new goes on, what came before is counted, what is no post is listed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

import pyarrow as pa

from ingestion.clean import in_utc
from ingestion.post_batches import NamedPost, encodable, raw_batch
from ingestion.post_digests import PostDigests
from ingestion.post_rejects import RejectsList
from ingestion.progress import Progress, silent
from ingestion.pseudonymise.known_names import with_known_names
from ingestion.pseudonymise.pseudonyms import Pseudonyms
from ingestion.records import RawPost
from ingestion.sources.source import RejectedPost, Source, Watermark

_REJECTS_SHOWN = 20


@dataclass(kw_only=True)
class PostReading:
    """One run over one source, and what it has counted so far."""

    source: Source
    after: Watermark | None
    """How far the run before came."""
    pseudonyms: Pseudonyms
    digests: PostDigests
    rejects: RejectsList
    progress: Progress = silent
    read: int = 0
    merged: int = 0
    """Posts whose id came before in this run; the first one counts, so that the same input is stored once."""
    known: int = 0
    """Posts that are known as they are."""
    rejected: int = 0
    first_rejects: list[RejectedPost] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    """Ids of the posts read."""
    withdrawn: set[str] = field(default_factory=set)
    """Ids of posts that were taken back at the source."""
    newest: tuple[datetime, str] | None = None
    """Date and id of the newest post."""

    def batches(self, size: int) -> Iterator[pa.Table]:
        """Posts that are new or not as they were, in `RAW_POSTS_SCHEMA`; `size`: rows read for each batch."""
        for items in _taken(self.source.posts(self.after), size):
            self.read += len(items)
            self.progress("ingest", self.read, 0)
            posts = [encodable(item) for item in self._without_rejects(items)]
            unknown = self._unknown(posts)
            if unknown:
                yield raw_batch(unknown)

    def watermark(self) -> Watermark:
        """The newest post of this run and of the one before."""
        last_at, last_id = self.newest or (None, "")
        stream, read = self.source.stream, self.read
        if self.after is not None:
            before = self.after.last_published_at
            if before is not None:
                last_at, last_id = max((before, self.after.last_post_id), self.newest or (before, ""))
            stream, read = self.after.stream, self.read or self.after.read
        return Watermark(
            source=self.source.name, stream=stream, last_published_at=last_at, last_post_id=last_id, read=read
        )

    def _without_rejects(self, items: Iterable[RawPost | RejectedPost]) -> Iterator[RawPost]:
        for item in items:
            if isinstance(item, RawPost):
                yield item
                continue
            self.rejected += 1
            self.rejects.add(item)
            if item.withdrawn_id:
                self.withdrawn.add(self.pseudonyms.post_id(self.source.name, item.withdrawn_id))
            if len(self.first_rejects) < _REJECTS_SHOWN:
                self.first_rejects.append(item)

    def _unknown(self, posts: list[RawPost]) -> list[NamedPost]:
        """Posts to prepare. Names are taken from the whole batch, known posts too, so that they are always the same."""
        ids: list[str] = []
        named: list[NamedPost] = []
        for raw, names in with_known_names(posts):
            post_id = self.pseudonyms.post_id(raw.source, raw.source_id)
            if post_id in self.seen:
                self.merged += 1
                continue
            self._note(raw, post_id)
            ids.append(post_id)
            named.append(NamedPost(raw=raw, names=names, source_digest=self.digests.digest(raw, names)))
        unknown = self.digests.unknown(ids, named)
        self.known += len(named) - len(unknown)
        return unknown

    def _note(self, raw: RawPost, post_id: str) -> None:
        self.seen.add(post_id)
        moment = in_utc(raw.published_at)
        if moment is not None and (self.newest is None or (moment, post_id) > self.newest):
            self.newest = moment, post_id


def _taken(items: Iterable[RawPost | RejectedPost], size: int) -> Iterator[list[RawPost | RejectedPost]]:
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch
