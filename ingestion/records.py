"""Posts on their way in: raw as a source gives them, and pseudonymised as everything after sees them.

Only `ingestion.pseudonymise` makes a `Post`, and only a `Post` can be stored or indexed: holding one proves that its
text went through pseudonymisation.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

import polars as pl

PostKind = Literal["review", "social"]
Sentiment = Literal["negative", "neutral", "positive"]
"""What an author thinks, all in all."""


@dataclass(frozen=True, kw_only=True)
class RawPost:
    """One post as its source gives it. Personal data: lives in memory only, never stored, logged or sent."""

    source: str
    """Name of the source: `reviews-web`, `reddit`, ..."""
    source_id: str = field(repr=False)
    """Id within the source; may carry identity, so it is kept as a pseudonym only."""
    kind: PostKind
    author: str = field(repr=False)
    """Handle or name as given; empty where the source names none."""
    text: str = field(repr=False)
    title: str = field(default="", repr=False)
    published_at: datetime | None = None
    """With a zone. None where the source has no dates."""
    language: str = ""
    """ISO 639-1 code where the source says it; empty: detected."""
    market: str = ""
    """ISO 3166 alpha-2 country where the source says it."""
    rating: float | None = None
    """Stars, 1 to 5."""
    product_id: str = ""
    """Product that the review is on, by the retailer's id."""
    thread: str = field(default="", repr=False)
    """Conversation within the source; may carry identity, so it is kept as a pseudonym only."""


@dataclass(frozen=True, kw_only=True)
class Post:
    """One pseudonymised post, as stored, indexed and shown."""

    post_id: str
    """UUID derived from the keyed pseudonym of (source, source_id): the same post is the same id at every run."""
    source: str
    kind: PostKind
    author: str
    """Keyed pseudonym (`author_` and 16 hex digits); each post without an author has one of its own."""
    thread: str
    """Keyed pseudonym of the conversation; empty where there is none."""
    title: str
    """Pseudonymised."""
    text: str
    """Pseudonymised and cleaned."""
    published_at: datetime | None
    """In UTC."""
    language: str
    """ISO 639-1 code; `und` where undetermined."""
    market: str
    rating: float | None
    product_id: str
    content_hash: str
    """SHA-256 over the cleaned, pseudonymised content: a re-run skips what has not changed."""
    duplicate_of: str
    """post_id of the earliest post with the same text; empty for the first."""
    spam: bool
    """Marked, not dropped: kept out of counts and of search by default."""
    personal_data: tuple[str, ...]
    """Kinds of personal data that were replaced (`EMAIL_ADDRESS`, `HANDLE`, ...), sorted."""


POSTS_SCHEMA = pl.Schema(
    {
        "post_id": pl.String(),
        "source": pl.String(),
        "kind": pl.String(),
        "author": pl.String(),
        "thread": pl.String(),
        "title": pl.String(),
        "text": pl.String(),
        "published_at": pl.Datetime("us", "UTC"),
        "language": pl.String(),
        "market": pl.String(),
        "rating": pl.Float64(),
        "product_id": pl.String(),
        "content_hash": pl.String(),
        "duplicate_of": pl.String(),
        "spam": pl.Boolean(),
        "personal_data": pl.List(pl.String()),
    }
)
"""Columns of the lake table `posts`: the fields of `Post`, in order. Key: `post_id`."""

RAW_POSTS_SCHEMA = pl.Schema(
    {
        "source": pl.String(),
        "source_id": pl.String(),
        "kind": pl.String(),
        "author": pl.String(),
        "text": pl.String(),
        "title": pl.String(),
        "published_at": pl.Datetime("us", "UTC"),
        "language": pl.String(),
        "market": pl.String(),
        "rating": pl.Float64(),
        "product_id": pl.String(),
        "thread": pl.String(),
        "names": pl.List(pl.String()),
        "source_digest": pl.String(),
    }
)
"""Columns of a batch of raw posts: the fields of `RawPost`, the names known from the post's thread, and what the post
is known by when it comes again. Personal data: such a batch is handed from process to process, and never written."""

PREPARED_SCHEMA = pl.Schema({**POSTS_SCHEMA, "source_digest": pl.String()})
"""Columns of a batch of prepared posts but for `vector`, which is as long as its reader makes it."""


def sentiment_of(rating: float | None) -> Sentiment | None:
    """What 1 to 5 stars say: below 2.5 negative, above 3.5 positive. None where a post has none."""
    if rating is None:
        return None
    if rating < 2.5:
        return "negative"
    return "positive" if rating > 3.5 else "neutral"
