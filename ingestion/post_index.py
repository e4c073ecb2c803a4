"""Posts as documents of the index, and the index brought in line with the lake."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from ingestion.index_comparison import POSTS, REVISION, index_gaps, revision
from ingestion.index_state import is_in_line, record_in_line
from ingestion.lake import Lake
from ingestion.progress import Progress, silent
from ingestion.pseudonymise.stand_ins import as_words
from ingestion.pseudonymise.stored import posts_from_frame, shown_text
from ingestion.records import Post, sentiment_of
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
    "sentiment": "keyword",
    "spam": "bool",
    "duplicate": "bool",
}
"""Payload fields of a post that searches filter by."""

_BATCH = 1000


@dataclass(frozen=True, kw_only=True)
class SyncReport:
    """What bringing the index in line took."""

    indexed: int
    """Posts that the index lacked or had otherwise."""
    removed: int
    """Documents whose post the lake no longer has."""


def post_schema(encoder: Encoder) -> Schema:
    """Schema of the index of posts for vectors of an encoder."""
    return Schema(dimensions=encoder.dimensions, fields=POST_INDEX_FIELDS, encoder=encoder.fingerprint)


def post_document(post: Post, vector: Vector) -> Document:
    """The post as the index keeps it: title and text to search and quote, the rest to filter by and to show."""
    return Document(
        id=post.post_id,
        text=shown_text(post.title, post.text),
        vector=vector,
        payload={
            "source": post.source,
            "kind": post.kind,
            "language": post.language,
            "market": post.market,
            "product_id": post.product_id,
            "author": post.author,
            "thread": post.thread,
            "published_at": post.published_at,
            "rating": post.rating,
            "sentiment": sentiment_of(post.rating),
            "spam": post.spam,
            "duplicate": post.duplicate_of != "",
            REVISION: revision(post.content_hash, post.duplicate_of, spam=post.spam),
        },
    )


def index_posts(posts: pl.DataFrame, store: DocumentStore, encoder: Encoder, *, progress: Progress = silent) -> int:
    """Keep rows of the table `posts`; return how many. Doing it again changes nothing.

    A column `vector`, of lists of fixed size, gives the vectors that are known; rows without one are embedded.
    """
    done = 0
    for batch in posts.iter_slices(_BATCH):
        records = posts_from_frame(batch)
        vectors = _vectors(batch, records, encoder)
        store.upsert([post_document(post, vector) for post, vector in zip(records, vectors, strict=True)])
        done += batch.height
        progress("index", done, posts.height)
    return done


def ensure_in_line(lake: Lake, store: DocumentStore, encoder: Encoder, *, progress: Progress = silent) -> SyncReport:
    """`sync_index`, passed over where it is known to find nothing."""
    if is_in_line(lake, store):
        return SyncReport(indexed=0, removed=0)
    return sync_index(lake, store, encoder, progress=progress)


def sync_index(lake: Lake, store: DocumentStore, encoder: Encoder, *, progress: Progress = silent) -> SyncReport:
    """Index what the lake has and the index lacks or has otherwise, and remove what the lake no longer has.

    Heals a run that ended between the two, and fills an index that is new.
    """
    indexed = removed = 0
    for gap in index_gaps(lake, store):
        if gap.left_over:
            store.delete(gap.left_over)
            removed += len(gap.left_over)
        wanted = sorted((*gap.missing, *gap.outdated))
        for start in range(0, len(wanted), _BATCH):
            rows = lake.scan(POSTS).filter(pl.col("post_id").is_in(wanted[start : start + _BATCH])).collect()
            indexed += index_posts(rows, store, encoder)
            progress("index", start + rows.height, len(wanted))
    record_in_line(lake, store)
    return SyncReport(indexed=indexed, removed=removed)


def _vectors(rows: pl.DataFrame, posts: Sequence[Post], encoder: Encoder) -> list[Vector]:
    """A vector a post: the one given, or else that of what it says."""
    given = rows["vector"].to_list() if "vector" in rows.columns else [None] * len(posts)
    without = [post for post, vector in zip(posts, given, strict=True) if vector is None]
    made = iter(encoder.encode([meaning(post) for post in without]) if without else ())
    return [next(made) if vector is None else np.asarray(vector, dtype=np.float32) for vector in given]


def meaning(post: Post) -> str:
    """The text that a post's vector is made of: stand-ins as plain words."""
    return as_words(shown_text(post.title, post.text))
