"""robots.txt, handled as RFC 9309 says.

found            its rules hold, for a day; its crawl-delay is kept
4xx              there are no rules: everything may be read
5xx, no answer   nothing may be read, unless rules of at most 30 days ago are known: then those hold
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from protego import Protego

from ingestion.sources.crawl_state import CrawlState

AGENT = "Reassort"
"""Name that rules are looked up by."""
FRESH_FOR = timedelta(hours=24)
USABLE_FOR = timedelta(days=30)
LARGEST = 500 * 1024
"""Bytes that are read of a robots.txt; the rest is left out."""
_LARGEST_KEPT = 1 << 16


@dataclass(frozen=True, kw_only=True)
class Rules:
    """Rules of one origin, as read at a time."""

    text: str
    read_at: datetime

    def allows(self, url: str) -> bool:
        """Whether the page may be read."""
        return bool(self._parsed.can_fetch(url, AGENT))

    def delay_s(self) -> float:
        """Seconds to leave between two requests; 0: it says nothing."""
        rate = self._parsed.request_rate(AGENT)
        by_rate = rate.seconds / rate.requests if rate is not None and rate.requests else 0.0
        return max(float(self._parsed.crawl_delay(AGENT) or 0.0), by_rate)

    def is_fresh(self, now: datetime) -> bool:
        """Whether they need not be read again."""
        return now - self.read_at < FRESH_FOR

    def is_usable(self, now: datetime) -> bool:
        """Whether they hold while newer ones cannot be read."""
        return now - self.read_at < USABLE_FOR

    @cached_property
    def _parsed(self) -> Protego:
        return Protego.parse(self.text)


def known_rules(state: CrawlState, origin: str) -> Rules | None:
    """Rules read before; None where there are none."""
    kept = state.get("robots", origin)
    return Rules(text=kept["text"], read_at=datetime.fromisoformat(kept["read_at"])) if kept else None


def keep_rules(state: CrawlState, origin: str, rules: Rules) -> None:
    """Remember rules for the next run, unless they are unusually long."""
    if len(rules.text) <= _LARGEST_KEPT:
        state.put("robots", origin, value={"text": rules.text, "read_at": rules.read_at.isoformat()})
