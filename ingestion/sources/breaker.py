"""A circuit breaker: a host that keeps failing is left alone for a while, then tried once.

closed     requests go through; each failure in a row is counted
open       after `failures_before_pause` of them: none goes through until the pause is over
half-open  the pause is over: one request goes through; if it fails, the next pause is twice as long
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from ingestion.settings import CrawlSettings


@dataclass(frozen=True, kw_only=True)
class Breaker:
    """What is known of a host's failures."""

    failures: int = 0
    """In a row."""
    open_until: datetime | None = None
    """End of the pause; None where there was none since the last success."""

    def is_open(self, now: datetime) -> bool:
        """Whether the host is to be left alone."""
        return self.open_until is not None and now < self.open_until

    def failed(self, now: datetime, settings: CrawlSettings, *, retry_after_s: float | None = None) -> Breaker:
        """After one more failure. `retry_after_s`: what the host itself asked for, in seconds."""
        failures = self.failures + 1
        pause = 0.0
        if failures >= settings.failures_before_pause:
            doublings = min(failures - settings.failures_before_pause, 32)
            pause = settings.pause_s * 2**doublings
        if retry_after_s is not None and retry_after_s > settings.longest_wait_s:
            pause = max(pause, retry_after_s)
        pause = min(pause, settings.longest_pause_s)
        return Breaker(failures=failures, open_until=now + timedelta(seconds=pause) if pause else None)
