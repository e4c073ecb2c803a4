"""Raw posts for tests, made of invented people."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache

from ingestion.pseudonymise.keys import PseudonymKey
from ingestion.pseudonymise.posts import Pseudonymiser
from ingestion.records import PostKind, RawPost

KEY = PseudonymKey(secret=bytes(range(32)))
LANGUAGES = ("en", "fr", "it", "de", "es")


@cache
def pseudonymiser() -> Pseudonymiser:
    """One with a key for tests."""
    return Pseudonymiser(KEY, languages=LANGUAGES)


def raw_post(
    *,
    text: str = "A lovely warm coat",
    source_id: str = "1",
    source: str = "web",
    kind: PostKind = "review",
    author: str = "sophie_style",
    title: str = "",
    day: int = 1,
    language: str = "",
    thread: str = "",
) -> RawPost:
    """A raw post of January 2026."""
    return RawPost(
        source=source,
        source_id=source_id,
        kind=kind,
        author=author,
        text=text,
        title=title,
        published_at=datetime(2026, 1, day, 12, tzinfo=UTC),
        language=language,
        thread=thread,
    )
