"""The hash over a post's content that tells whether a post was changed since it was stored."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime

CONTENT = (
    "source", "kind", "author", "thread", "title", "text", "published_at", "language", "market", "rating", "product_id",
)  # fmt: skip
"""Fields of a post that are its content, in the order in which they are hashed."""


def content_hash(fields: Mapping[str, object]) -> str:
    """SHA-256 over the fields of `CONTENT`. A moment hashes the same in whatever form UTC is given."""
    return hashlib.sha256(repr(tuple(_plain(fields[name]) for name in CONTENT)).encode()).hexdigest()


def _plain(value: object) -> object:
    return value.astimezone(UTC) if isinstance(value, datetime) else value
