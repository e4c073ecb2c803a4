"""Posts as documents of the index, and the index brought in line with the lake."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from ingestion.lake import Lake
from ingestion.progress import Progress, silent
from ingestion.pseudonymise.stored import posts_from_frame
from ingestion.records import Post
from vectorstore.encoder import Encoder
from vectorstore.store import Document, DocumentStore, FieldKind, Schema, Vector

POST_INDEX_FIELDS: Mapping[str, FieldKind] = {
    "source": "keyword",
    "kind": "keyword",
    "language": "keyword",
    "market": "keyword",
    "product_id": "keyword",
    "author": "keyword",
    "published_at": "datetime",
    "rating": "float",
    "spam": "bool",
    "duplicate": "bool",
}
"""Payload fields of a post that searches filter by."""

REVISION = "revision"
"""Payload field that tells whether the index has a post as the lake has it."""

_BATCH = 1000
_STAND_INS = (
    (re.compile(r"@author_[0-9a-f]{16}"), "someone"),
    (re.compile(r"\[(email|phone)_[0-9a-f]{8}\]"), r"\1"),
)


@dataclass(frozen=True, kw_only=True)
class SyncReport:
    """What bringing the index in line took."""

    indexed: int
    """Posts that the index lacked or had otherwise."""
    removed: int
    """Documents whose post the lake no longer has."""


@dataclass(frozen=True, kw_only=True)
class IndexGap:
    """Where index and lake disagree, by post_id."""

    missing: tuple[str, ...]
    """Posts that the index lacks or has otherwise."""
    left_over: tuple[str, ...]
    """Documents whose post the lake no longer has."""


def post_schema(encoder: Encoder) -> Schema:
    """Schema of the index of posts for vectors of an encoder."""
    return Schema(dimensions=encoder.dimensions, fields=POST_INDEX_FIELDS, encoder=encoder.fingerprint)


def post_document(post: Post, vector: Vector) -> Document:
    """The post as the index keeps it: title and text to search and quote, the rest to filter by and to show."""
    return Document(
        id=post.post_id,
        text=_shown(post),
        vector=vector,
        payload={
            "source": post.source,
            "kind": post.kind,
            "language": post.language,
            "market": post.market,
            "product_id": post.product_id,
            "author": post.author,
            "published_at": post.published_at,
            "rating": post.rating,
            "spam": post.spam,
            "duplicate": post.duplicate_of != "",
            REVISION: _revision(post.content_hash, post.duplicate_of, spam=post.spam),
        },
    )


def index_posts(posts: pl.DataFrame, store: DocumentStore, encoder: Encoder, *, progress: Progress = silent) -> int:
    """Embed and keep rows of the table `posts`; return how many. Doing it again changes nothing."""
    for batch in posts.iter_slices(_BATCH):
        records = posts_from_frame(batch)
        vectors = encoder.encode([_meaning(post) for post in records])
        store.upsert([post_document(post, vector) for post, vector in zip(records, vectors, strict=True)])
        progress("index", len(records), posts.height)
    return posts.height


def index_gap(lake: Lake, store: DocumentStore) -> IndexGap:
    """Where index and lake disagree: changes nothing."""
    if not lake.exists("posts"):
        return IndexGap(missing=(), left_over=())
    there = {id: payload.get(REVISION) for batch in store.scroll() for id, payload in batch}
    state = lake.read("posts", columns=["post_id", "content_hash", "duplicate_of", "spam"])
    wanted = {
        post_id: _revision(content_hash, duplicate_of, spam=spam)
        for post_id, content_hash, duplicate_of, spam in state.iter_rows()
    }
    return IndexGap(
        missing=tuple(sorted(post_id for post_id, revision in wanted.items() if there.get(post_id) != revision)),
        left_over=tuple(sorted(there.keys() - wanted.keys())),
    )


def sync_index(lake: Lake, store: DocumentStore, encoder: Encoder, *, progress: Progress = silent) -> SyncReport:
    """Index what the lake has and the index lacks or has otherwise, and remove what the lake no longer has.

    Heals a run that ended between the two, and fills an index that is new.
    """
    gap = index_gap(lake, store)
    if gap.left_over:
        store.delete(gap.left_over)
    for start in range(0, len(gap.missing), _BATCH):
        ids = gap.missing[start : start + _BATCH]
        rows = lake.scan("posts").filter(pl.col("post_id").is_in(ids)).collect()
        index_posts(rows, store, encoder)
        progress("index", start + len(ids), len(gap.missing))
    return SyncReport(indexed=len(gap.missing), removed=len(gap.left_over))


def _shown(post: Post) -> str:
    return f"{post.title}\n{post.text}" if post.title else post.text


def _meaning(post: Post) -> str:
    """The text for the encoder: stand-ins as plain words, whose digits would drown what is said."""
    text = _shown(post)
    for pattern, word in _STAND_INS:
        text = pattern.sub(word, text)
    return text


def _revision(content_hash: str, duplicate_of: str, *, spam: bool) -> str:
    return hashlib.sha256(f"{content_hash} {duplicate_of} {spam}".encode()).hexdigest()[:16]
