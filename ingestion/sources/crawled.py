"""What a crawled source promises beyond `Source`."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from ingestion.sources.source import Source


@runtime_checkable
class CrawledSource(Source, Protocol):
    """A source that remembers how far it was read, once its posts are stored."""

    @property
    def note(self) -> str:
        """Why the last reading ended before the source did; empty where it did not. No personal data."""

    @property
    def is_unchanged(self) -> bool:
        """Whether the last reading found nothing changed since the one before."""

    def settle(self) -> None:
        """Everything that the last reading gave is stored: the next one need not ask for it again."""
