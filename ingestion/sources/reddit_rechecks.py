"""Whether entries held for long are still on Reddit: some in each run, those first that were asked of longest ago.

An entry is asked of again once half of `recheck_days` has gone since it was last there, so that as many runs as fit
into the other half share the work. Texts are not read again: out of their threads, names in them could not be told.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from praw import Reddit
from praw.exceptions import PRAWException
from prawcore.exceptions import PrawcoreException

from ingestion.errors import SourceUnavailableError
from ingestion.settings import RedditSourceSettings
from ingestion.sources.crawl import Crawl
from ingestion.sources.held_entries import CheckedEntry
from ingestion.sources.reddit_entries import is_gone
from ingestion.sources.source import RejectedPost

_AT_ONCE = 100
"""Entries that Reddit tells of in one answer."""
_NOT_TO_THE_END = "Whether held entries are still there was not asked to the end"


class RedditRecheck:
    """Asks of held entries of one source in bounded portions."""

    def __init__(self, source: str, settings: RedditSourceSettings, crawl: Crawl) -> None:
        self._source = source
        self._settings = settings
        self._crawl = crawl
        self.checked: list[CheckedEntry] = []
        """Entries that the last reading learnt of."""
        self.note = ""
        """What it did not; empty where there is none. No personal data."""

    def taken_back(
        self, reddit: Reddit, given: Sequence[CheckedEntry], numbers: Iterator[int]
    ) -> Iterator[RejectedPost]:
        """Entries that are held and were taken back, of those whose turn it is.

        `given`: what this reading has seen. `numbers`: of the entries given out. A Reddit that fails ends it, and the
        next run asks again.
        """
        self.checked.clear()
        self.note = ""
        seen = {one.source_id for one in given}
        # Reddit says nothing of entries that it has no more, nor perhaps on a bad day: one that is there tells these
        # two apart.
        control = given[-1].source_id if given else ""
        turn, passed = self._due()
        due = [one for one in turn if one.source_id not in seen]
        size = _AT_ONCE - bool(control)
        try:
            for start in range(0, len(due), size):
                portion = due[start : start + size]
                told = self._told(reddit, [*([control] if control else []), *(one.source_id for one in portion)])
                if not told:
                    self.note = "Reddit told nothing of entries that are held: they are asked of again."
                    break
                self.checked += portion
                for one in portion:
                    if one.source_id not in told or is_gone(told[one.source_id]):
                        yield RejectedPost(
                            row=next(numbers), column="", reason="taken back", withdrawn_id=one.source_id
                        )
        except SourceUnavailableError as error:
            self.note = f"{_NOT_TO_THE_END}: {error.reason}"
        except (PrawcoreException, PRAWException) as error:
            # Its own text may hold the request with its credentials.
            self.note = f"{_NOT_TO_THE_END}: {type(error).__name__}."
        self._say_what_is_late(known=passed + len(turn) - len(due) + len(self.checked))

    def _told(self, reddit: Reddit, fullnames: list[str]) -> dict[str, Any]:
        return {entry.fullname: entry for entry in reddit.info(fullnames=fullnames)}

    def _due(self) -> tuple[list[CheckedEntry], int]:
        """Entries whose turn it is, and how many were passed over that were sealed under another key."""
        seal, held, now = self._crawl.seal, self._crawl.held, self._crawl.clock.now()
        most, passed = self._settings.recheck_requests * (_AT_ONCE - 1), 0
        if seal is None or held is None or not most:
            return [], 0
        found: list[CheckedEntry] = []
        for sealed in held.due(self._source, now - timedelta(days=self._settings.recheck_days) / 2):
            if id := seal.opened(sealed):
                found.append(CheckedEntry(source_id=id, sealed=sealed, at=now))
            else:
                passed += 1
            if len(found) == most:
                break
        return found, passed

    def _say_what_is_late(self, *, known: int) -> None:
        held, now = self._crawl.held, self._crawl.clock.now()
        if held is None or not self._settings.recheck_requests:
            return
        days = self._settings.recheck_days
        late = held.count(self._source, now - timedelta(days=days)) - known
        if late > 0 and not self.note:
            self.note = f"{late:,} held entries were not asked of for {days} days: raise recheck_requests."
