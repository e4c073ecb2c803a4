"""What an erasure did and what was proved of it (places, kinds, counts: no personal data), and what an export holds."""

from __future__ import annotations

from collections.abc import Mapping
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
    """Places that could be changed but not read byte by byte (servers, object stores), and files that store something
    which cannot be unpacked."""


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


@dataclass(frozen=True, kw_only=True)
class Held:
    """Something that is held: where, and what."""

    place: str
    """Table, brief, or the state file."""
    content: Mapping[str, object]


@dataclass(frozen=True, kw_only=True)
class AuthorExport:
    """Everything held on one author. Personal data: goes to the author, or to who answers for the processing."""

    on: date
    source: str
    pseudonyms: tuple[str, ...]
    """What stands for the author in everything below."""
    suppressed: bool
    """Whether the author asked to be forgotten: a keyed digest is kept for that, and nothing else."""
    posts: tuple[Mapping[str, object], ...]
    """The author's posts, as stored."""
    rows: tuple[Held, ...]
    """Rows about them in other tables: terms found, and so on."""
    mentioned_by_others: tuple[Held, ...]
    """Source and day of posts of others that mention the author; their words are theirs."""
    quoted: tuple[Held, ...]
    """Quotes in briefs and in chat threads."""
    index_documents: int
    """Copies of the posts in the search index, with a vector each."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing is held but, perhaps, the digest that keeps the author out."""
        return not (self.posts or self.rows or self.mentioned_by_others or self.quoted or self.index_documents)
