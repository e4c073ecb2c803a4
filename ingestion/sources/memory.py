"""Posts that are in memory already: the demo retailer's, and the fake for tests."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from ingestion.records import RawPost
from ingestion.sources.source import RejectedPost, Watermark


@dataclass(frozen=True, kw_only=True)
class MemorySource:
    """Posts under one source name. Once read to its end, a stream gives nothing."""

    name: str
    stream: str
    """What tells these posts from others of that name: equal streams hold equal posts."""
    entries: Iterable[RawPost | RejectedPost] = field(repr=False)

    def posts(self, after: Watermark | None = None) -> Iterator[RawPost | RejectedPost]:
        """Every post; none where the stream was read to its end before."""
        if after is None or after.stream != self.stream:
            yield from self.entries
