"""Submissions and comments as Reddit gives them, and the posts that they are."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from ingestion.records import RawPost
from ingestion.sources.source import RejectedPost

_GONE = ("[deleted]", "[removed]")


def is_gone(entry: Any) -> bool:
    """Whether it was taken back: by who wrote it, whose account is gone, or by a moderator."""
    return entry.author is None or _text(entry) in _GONE


def published_at(entry: Any) -> datetime:
    """When it was written, in UTC."""
    return datetime.fromtimestamp(entry.created_utc, tz=UTC)


def item_of(entry: Any, source: str, number: int) -> RawPost | RejectedPost:
    """The entry as a post, unless it was taken back or has no text. A title alone is a post."""
    title, text = getattr(entry, "title", ""), _text(entry)
    if is_gone(entry) or not text.strip():
        withdrawn = entry.fullname if is_gone(entry) else ""
        return RejectedPost(row=number, column="", reason="removed or without text", withdrawn_id=withdrawn)
    return RawPost(
        source=source,
        source_id=entry.fullname,
        kind="social",
        author=str(entry.author),
        text=text,
        title="" if text == title else title,
        published_at=published_at(entry),
        thread=entry.fullname if title else entry.link_id,
    )


def _text(entry: Any) -> str:
    title = getattr(entry, "title", "")
    body: str = entry.selftext if title else entry.body
    return title if title and not body.strip() else body
