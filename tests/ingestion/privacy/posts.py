"""Posts for erasure, made by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime

from ingestion.pseudonymise.content import content_hash
from ingestion.records import Post

ANNE, BOB, CLARA = (f"author_{letter * 16}" for letter in "abc")
"""Three authors."""


def post(
    number: int,
    author: str,
    text: str,
    *,
    source: str = "forum",
    on: date | None = date(2026, 5, 4),
    duplicate_of: str = "",
) -> Post:
    """One post; its id ends in `number`."""
    published = None if on is None else datetime(on.year, on.month, on.day, 9, tzinfo=UTC)
    content = {
        "source": source,
        "kind": "social",
        "author": author,
        "thread": "",
        "title": "",
        "text": text,
        "published_at": published,
        "language": "en",
        "market": "FR",
        "rating": None,
        "product_id": "",
    }
    return Post(
        post_id=post_id(number),
        content_hash=content_hash(content),
        duplicate_of=duplicate_of,
        spam=False,
        personal_data=(),
        **content,  # type: ignore[arg-type]  # fields by name
    )


def post_id(number: int) -> str:
    """Id of the post of that number."""
    return f"00000000-0000-8000-8000-{number:012d}"
