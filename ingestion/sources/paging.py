"""Reading page after page, and when to stop: at what was read before, at a limit, or where pages go in circles."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from ingestion.sources.source import Watermark

OVERLAP = timedelta(days=2)
"""How far before the newest post a run reads again: for what was edited, and what was listed late."""


class Paging:
    """What was seen of one listing. `note` says why it was left before its end; empty where it was not."""

    def __init__(self, limit: int) -> None:
        self.note = ""
        self._limit = limit
        self._pages = 0
        self._seen: set[str] = set()

    def is_new(self, ids: Sequence[str]) -> bool:
        """Count a page with the entries `ids`; False where it brought none that was not on a page before."""
        self._pages += 1
        fresh = set(ids) - self._seen
        if ids and not fresh and self._pages > 1:
            self.note = f"page {self._pages} brought nothing new: its pages go in circles"
            return False
        self._seen |= fresh
        return True

    def may_go_on(self) -> bool:
        """Whether one more page may be read."""
        if self._pages >= self._limit:
            self.note = f"stopped after {self._pages} pages, as configured"
            return False
        return True


def read_since(after: Watermark | None, now: datetime) -> datetime | None:
    """From when on a run that comes after `after` reads; None: everything. A post dated in the future moves nothing."""
    if after is None or after.last_published_at is None:
        return None
    return min(after.last_published_at, now) - OVERLAP


def is_all_older(dates: Sequence[datetime | None], since: datetime | None) -> bool:
    """Whether a page of a newest-first listing ends what a run has to read."""
    dated = [date for date in dates if date is not None]
    return since is not None and bool(dated) and max(dated) < since
