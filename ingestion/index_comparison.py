"""Index and lake compared, post by post."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

import polars as pl

from ingestion.lake import Lake
from vectorstore.store import DocumentStore

POSTS = "posts"
REVISION = "revision"
"""Payload field that tells whether the index has a post as the lake has it."""

_COMPARED = 200_000
"""Posts compared at a time, about."""

_Pairs = Iterator[tuple[str, object]]


@dataclass(frozen=True, kw_only=True)
class IndexGap:
    """Where index and lake disagree, by post_id, sorted."""

    missing: tuple[str, ...]
    """Posts that the index lacks."""
    outdated: tuple[str, ...]
    """Posts that the index has otherwise."""
    left_over: tuple[str, ...]
    """Documents whose post the lake no longer has."""


def revision(content_hash: str, duplicate_of: str, *, spam: bool) -> str:
    """16 hex digits that change with what the index keeps of a post."""
    return hashlib.sha256(f"{content_hash} {duplicate_of} {spam}".encode()).hexdigest()[:16]


def index_gap(lake: Lake, store: DocumentStore | None) -> IndexGap:
    """Where index and lake disagree, every id of both looked at: changes nothing. `store` None: there is no index."""
    gaps = list(index_gaps(lake, store))
    return IndexGap(
        missing=tuple(chain.from_iterable(gap.missing for gap in gaps)),
        outdated=tuple(chain.from_iterable(gap.outdated for gap in gaps)),
        left_over=tuple(chain.from_iterable(gap.left_over for gap in gaps)),
    )


def index_gaps(lake: Lake, store: DocumentStore | None) -> Iterator[IndexGap]:
    """As `index_gap`, one range of ids after the other: what is held at a time does not grow with their number.

    Documents of ranges that were given may be changed meanwhile.
    """
    total = lake.rows(POSTS) if lake.exists(POSTS) else 0
    digits = 0
    while total > _COMPARED * 16**digits:
        digits += 1
    there = iter(()) if store is None else _documents(store)
    waiting: list[tuple[str, object]] = []
    for number in range(16**digits):
        prefix = f"{number:0{digits}x}" if digits else ""
        found = _taken(there, waiting, prefix)
        wanted = _wanted(lake, prefix) if total else {}
        yield IndexGap(
            missing=tuple(sorted(wanted.keys() - found.keys())),
            outdated=tuple(sorted(id for id, known in found.items() if id in wanted and wanted[id] != known)),
            left_over=tuple(sorted(found.keys() - wanted.keys())),
        )


def _documents(store: DocumentStore) -> _Pairs:
    """Every document of the index, in order of ids."""
    return ((id, payload.get(REVISION)) for batch in store.scroll() for id, payload in batch)


def _taken(documents: _Pairs, waiting: list[tuple[str, object]], prefix: str) -> dict[str, object]:
    """The next documents, as long as their ids start with the prefix; the first that does not waits for its turn."""
    found: dict[str, object] = {}
    for id, known in chain(waiting[:], documents):
        if id[: len(prefix)] > prefix:
            waiting[:] = [(id, known)]
            return found
        found[id] = known
    waiting.clear()
    return found


def _wanted(lake: Lake, prefix: str) -> dict[str, str]:
    columns = ["post_id", "content_hash", "duplicate_of", "spam"]
    rows = lake.scan(POSTS).filter(pl.col("post_id").str.starts_with(prefix)).select(columns).collect()
    return {
        post_id: revision(content_hash, duplicate_of, spam=spam)
        for post_id, content_hash, duplicate_of, spam in rows.iter_rows()
    }
