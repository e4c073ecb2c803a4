"""What a source of posts promises."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from ingestion.records import RawPost


@dataclass(frozen=True, kw_only=True)
class Watermark:
    """How far a source was read by a run that came to its end."""

    source: str
    stream: str
    """Which of the source's streams; see `Source.stream`."""
    last_published_at: datetime | None
    """Newest date seen; None where the stream has no dates."""
    last_post_id: str
    """`post_id` of the newest post seen: a pseudonym. Empty where the stream gave none."""
    read: int
    """Rows read by that run."""


@dataclass(frozen=True, kw_only=True)
class RejectedPost:
    """A row that is no post. Holds no value of the row, which may be personal: the source still has the row."""

    row: int
    """Number of the row in its file, the header counted; the number of the entry for a source without rows."""
    column: str
    """Column of the source; empty: the row as a whole."""
    reason: str
    withdrawn_id: str = field(default="", repr=False)
    """Id within the source of a post that was taken back there; empty: it is no post."""


class Source(Protocol):
    """Something that posts come from: a file, or a service's API."""

    @property
    def name(self) -> str:
        """Name that its posts carry, and that their ids are unique within."""

    @property
    def stream(self) -> str:
        """What is read of the source, as one thing to resume: the content and mapping of a file, the channels of a
        service. The same stream is given its watermark back at the next run; another one starts anew."""

    def posts(self, after: Watermark | None = None) -> Iterator[RawPost | RejectedPost]:
        """What the stream has that a run which left `after` may not have seen; everything where it is None.

        May give posts that were seen: they are recognised by id and content. Raises `SourceError` or `ReadError`.
        """
