"""What an erasure did, and what was proved of it. Holds no personal data: places, kinds and counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from ingestion.privacy.traces import TraceKind

PlaceKind = Literal["table", "index", "briefs", "threads", "files", "signals", "suppression"]


@dataclass(frozen=True, kw_only=True)
class Place:
    """One place that was searched, and what became of what was found there."""

    kind: PlaceKind
    name: str
    """Table, folder or file."""
    searched: int
    """Rows, documents, briefs, threads or files looked through."""
    removed: int
    rewritten: int
    note: str = ""
    """What a reader should know: history gone, made anew, ..."""


@dataclass(frozen=True, kw_only=True)
class Remaining:
    """A trace that is still there."""

    place: str
    kinds: tuple[TraceKind, ...]


@dataclass(frozen=True, kw_only=True)
class Proof:
    """What the search through all bytes found after the erasure."""

    files: int
    """Files read, in the forms that they store: compressed columns and blobs unpacked."""
    bytes_read: int
    documents: int
    """Documents of the index read one by one."""
    remaining: tuple[Remaining, ...]
    """Empty: no trace is left."""
    unproved: tuple[str, ...]
    """Places that could be changed but not read byte by byte: servers and object stores."""


@dataclass(frozen=True, kw_only=True)
class ErasureReport:
    """One erasure, from the request to the proof."""

    request: Literal["forget", "sweep"]
    source: str
    """Only in this source; empty: everywhere."""
    on: date
    posts_removed: int
    posts_rewritten: int
    """Posts of others that mentioned the person."""
    undated_posts: int
    """Posts without a date, whose age nobody knows: a sweep leaves them."""
    places: tuple[Place, ...]
    proof: Proof | None
    """None: a dry run, which changes nothing."""

    @property
    def complete(self) -> bool:
        """Whether nothing is left."""
        return self.proof is not None and not self.proof.remaining
