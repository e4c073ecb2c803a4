"""One run of crawling: what its sources share, so that a host they have in common is asked gently by all of them."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TypeVar

import httpx
from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt

from ingestion.clean import in_utc
from ingestion.errors import SourcePausedError, SourceUnavailableError
from ingestion.settings import CrawlSettings
from ingestion.sources.addresses import Resolve, resolve_host
from ingestion.sources.breaker import Breaker
from ingestion.sources.clock import Clock
from ingestion.sources.crawl_state import CrawlState
from ingestion.sources.held_entries import HeldEntries
from ingestion.sources.proxies import proxy_of
from ingestion.sources.sealing import Seal

_Answer = TypeVar("_Answer")
_FIRST_WAIT_S = 1.0


class Crawl:
    """Rate, retries and circuit breaker of every host that a run asks."""

    def __init__(
        self,
        settings: CrawlSettings,
        state: CrawlState,
        clock: Clock,
        *,
        seed: int = 0,
        ignore_pauses: bool = False,
        resolve: Resolve = resolve_host,
        environment: Mapping[str, str] | None = None,
        seal: Seal | None = None,
        held: HeldEntries | None = None,
        save: Callable[[], None] = lambda: None,
    ) -> None:
        """`seed`: of the random part of waits. `ignore_pauses`: hosts on pause are tried at once. `environment`: where
        proxies are looked up that the settings do not name. `seal`: of ids kept between runs; None: none are kept.
        `held`: entries of earlier runs, to be asked of again; None: none are. `save`: makes what `state` holds outlast
        this process.
        """
        self.settings = settings
        self.state = state
        self.clock = clock
        self.resolve = resolve
        self.seal = seal
        self.held = held
        self.save = save
        self._environment = dict(environment or {})
        self._random = random.Random(seed)
        self._ignore_pauses = ignore_pauses
        self._free_at: dict[str, datetime] = {}

    def call(self, source: str, host: str, once: Callable[[], _Answer], *, is_proof: bool = True) -> _Answer:
        """What `once` gives, tried again with growing random waits where it raises `SourceUnavailableError`.

        `host`: with its port. `is_proof`: whether an answer shows that the host is well; a robots.txt or a token does
        not. Raises `SourcePausedError` where the host is on pause, and what the last try raised; that failure is
        counted.
        """
        breaker = self._breaker(host)
        now = self.clock.now()
        if breaker.is_open(now) and breaker.open_until is not None and not self._ignore_pauses:
            raise SourcePausedError(source, host, breaker.open_until)
        tries = 1 if breaker.open_until is not None else self.settings.tries
        retrying = Retrying(
            sleep=self.clock.sleep,
            stop=stop_after_attempt(tries),
            wait=self._wait_s,
            retry=retry_if_exception(self._is_worth_waiting),
            reraise=True,
        )
        try:
            answer = retrying(once)
        except SourceUnavailableError as error:
            failed = breaker.failed(self.clock.now(), self.settings, retry_after_s=error.retry_after_s)
            self._keep(host, failed)
            error.paused_until = failed.open_until
            raise
        if is_proof:
            self._keep(host, Breaker())
        return answer

    def proxy(self, url: httpx.URL) -> str:
        """URL of the proxy that the page is to be asked through; empty: none."""
        return self.settings.proxy or proxy_of(url, self._environment)

    def pages(self, configured: int) -> int:
        """Pages that a source may read in one run; `configured` 0: as many as any."""
        return min(configured or self.settings.pages, self.settings.pages)

    def take_turn(self, host: str, interval_s: float) -> None:
        """Wait until the host may be asked again, and keep it free for `interval_s` seconds from then."""
        interval_s = max(interval_s, self.settings.interval_s)
        wait_s = self.wait_s(host)
        if wait_s > 0:
            self.clock.sleep(wait_s)
        self.hold(host, interval_s)

    def wait_s(self, host: str) -> float:
        """Seconds until the host may be asked again."""
        free_at = self._free_at.get(host)
        return (free_at - self.clock.now()).total_seconds() if free_at is not None else 0.0

    def hold(self, host: str, seconds: float) -> None:
        """Leave the host alone for so long from now."""
        free_at = self.clock.now() + timedelta(seconds=seconds)
        self._free_at[host] = max(free_at, self._free_at.get(host, free_at))

    def _is_worth_waiting(self, error: BaseException) -> bool:
        if not isinstance(error, SourceUnavailableError):
            return False
        return error.retry_after_s is None or error.retry_after_s <= self.settings.longest_wait_s

    def _wait_s(self, state: RetryCallState) -> float:
        """What the host asked for, or a random time up to a bound that doubles."""
        error = state.outcome.exception() if state.outcome is not None else None
        bound = min(self.settings.longest_wait_s, _FIRST_WAIT_S * 2**state.attempt_number)
        asked = getattr(error, "retry_after_s", None) or 0.0
        return float(asked) + self._random.uniform(0.0, bound) if asked else self._random.uniform(bound / 2, bound)

    def _breaker(self, host: str) -> Breaker:
        kept = self.state.get("breaker", host)
        if not kept:
            return Breaker()
        until = kept.get("open_until")
        return Breaker(failures=int(kept["failures"]), open_until=datetime.fromisoformat(until) if until else None)

    def _keep(self, host: str, breaker: Breaker) -> None:
        value = {"failures": str(breaker.failures)} if breaker.failures else {}
        if breaker.open_until is not None:
            value["open_until"] = breaker.open_until.isoformat()
        self.state.put("breaker", host, value=value)


def retry_after_s(value: str, now: datetime) -> float | None:
    """Seconds that a Retry-After header asks to wait: a number of seconds, or a date. None where it says nothing."""
    text = value.strip()
    if text.isascii() and text.isdigit() and len(text) < 10:
        return float(text)
    try:
        moment = in_utc(parsedate_to_datetime(text))
    except ValueError:
        return None
    return max(0.0, (moment - now).total_seconds()) if moment is not None else None
