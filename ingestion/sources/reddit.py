"""Reddit as a source of posts: submissions and comments of some subreddits, through praw.

Reddit's API needs an approved application, and gives about the last thousand entries of a listing: run it often enough,
or import an export. Nothing of Reddit is kept but the posts.

A run asks each listing for what came after the last entry seen (`before` its id, in Reddit's words). Once a day it goes
back to two days before the newest post known instead, by date, since entries are edited and deleted; and also where the
last entry is gone, which makes Reddit's answer empty, and where more than one page is new. Then it asks of some entries
held for long whether they are still there. Ids are kept sealed with the pseudonym key: anyone could look their authors
up.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import httpx
from praw import Reddit
from praw.exceptions import PRAWException
from prawcore import Requestor
from prawcore.exceptions import PrawcoreException, RequestException

from ingestion.errors import SourceError, SourceRefusedError, SourceUnavailableError
from ingestion.records import RawPost
from ingestion.settings import RedditSettings, RedditSourceSettings
from ingestion.sources.addresses import server_of
from ingestion.sources.crawl import Crawl, retry_after_s
from ingestion.sources.held_entries import CheckedEntry
from ingestion.sources.paging import read_since
from ingestion.sources.reddit_entries import is_gone, item_of, published_at
from ingestion.sources.reddit_rechecks import RedditRecheck
from ingestion.sources.source import RejectedPost, Watermark

_BUSY = (408, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524)
_REFUSALS = (401, 403, 404)
_PAGE = 100
_READ_AGAIN = timedelta(hours=20)
"""How long a listing is read on from the last entry; then the last two days are read again."""
_LEAST_INTERVAL_S = 0.6
"""Reddit allows a hundred requests a minute."""

# At the level DEBUG they log addresses and parameters: ids of entries, which name their authors.
for _logger in ("prawcore", "urllib3.connectionpool"):
    logging.getLogger(_logger).addFilter(lambda record: record.levelno > logging.DEBUG)


class RedditSource:
    """Newest submissions and comments of the configured subreddits."""

    def __init__(self, name: str, access: RedditSettings, settings: RedditSourceSettings, crawl: Crawl) -> None:
        """Raises `SourceError` where the settings lack what Reddit needs."""
        if not access.client_id or access.client_secret is None:
            raise SourceRefusedError(
                name,
                "Reddit's credentials are not configured",
                "Set REASSORT_POSTS__REDDIT__CLIENT_ID and REASSORT_POSTS__REDDIT__CLIENT_SECRET.",
            )
        self.name = name
        self._secret = access.client_secret
        self._access = access
        self._settings = settings
        self._crawl = crawl
        self._recheck = RedditRecheck(name, settings, crawl)
        self._read_to: list[tuple[str, dict[str, str]]] = []
        self._given: list[CheckedEntry] = []

    @property
    def stream(self) -> str:
        """The subreddits, sorted."""
        return "r/" + "+".join(sorted(self._settings.subreddits, key=str.casefold))

    def posts(self, after: Watermark | None = None) -> Iterator[RawPost | RejectedPost]:
        """Entries newer than those seen, once a day again those of two days before, and which older ones are gone.
        Raises `SourceError`.
        """
        since = read_since(after, self._crawl.clock.now())
        settings, numbers = self._settings, count(1)
        self._read_to.clear()
        self._given.clear()
        try:
            with self._client() as reddit:
                for name in settings.subreddits:
                    subreddit = reddit.subreddit(name)
                    for kind, listing, limit in (
                        ("submissions", subreddit.new, settings.submissions),
                        ("comments", subreddit.comments, settings.comments),
                    ):
                        if limit:
                            for entry in self._entries(reddit, f"{name}/{kind}", listing, limit, since):
                                self._give(entry.fullname)
                                yield item_of(entry, self.name, next(numbers))
                yield from self._recheck.taken_back(reddit, self._given, numbers)
        except SourceError:
            raise
        except (PrawcoreException, PRAWException) as error:
            # The error's own text may hold the request with its credentials.
            raise _refused(self.name, f"did not deliver ({type(error).__name__})") from None

    @property
    def note(self) -> str:
        """What the last reading could not ask of; empty where that is nothing. No personal data."""
        return self._recheck.note

    def checked(self) -> list[CheckedEntry]:
        """Entries that the last reading gave, and those held that it asked of."""
        return [*self._recheck.checked, *self._given]

    def settle(self) -> None:
        """What the last reading gave is stored: the next one goes on behind it."""
        for listing, value in self._read_to:
            self._crawl.state.put("listing", self.name, listing, value=value)

    def _give(self, fullname: str) -> None:
        if (seal := self._crawl.seal) is not None:
            now = self._crawl.clock.now()
            self._given.append(CheckedEntry(source_id=fullname, sealed=seal.closed(fullname), at=now))

    def _entries(
        self, reddit: Reddit, name: str, listing: Callable[..., Iterator[Any]], limit: int, since: datetime | None
    ) -> Iterator[Any]:
        """What one listing has to be read for, newest first."""
        kept, now, seal = self._crawl.state.get("listing", self.name, name), self._crawl.clock.now(), self._crawl.seal
        last = seal.opened(kept["last"]) if seal is not None and since is not None and kept.get("last") else ""
        if last and now - datetime.fromisoformat(kept["read_again_at"]) < _READ_AGAIN:
            found = list(listing(limit=_PAGE, params={"before": last}))
            if len(found) < min(_PAGE, limit) and (found or _is_there(reddit, last)):
                yield from found
                if found and seal is not None:
                    self._read_to.append((name, {**kept, "last": seal.closed(found[0].fullname)}))
                return
        newest = ""
        for entry in listing(limit=limit):
            newest = newest or entry.fullname
            if since is not None and published_at(entry) < since:
                break
            yield entry
        if newest and seal is not None:
            self._read_to.append((name, {"last": seal.closed(newest), "read_again_at": now.isoformat()}))

    def _client(self) -> Reddit:
        return Reddit(
            client_id=self._access.client_id,
            client_secret=self._secret.get_secret_value(),
            user_agent=self._access.user_agent,
            reddit_url=self._access.url,
            oauth_url=self._access.oauth_url,
            check_for_updates=False,
            requestor_class=_PoliteRequestor,
            requestor_kwargs={"source": self.name, "crawl": self._crawl},
        )


class _PoliteRequestor(Requestor):
    """praw's requests, by the rate, retries and breaker of the crawl: praw's own wait unasked and count nothing."""

    def __init__(self, *, source: str, crawl: Crawl, **options: Any) -> None:
        super().__init__(**{**options, "timeout": crawl.settings.timeout_s})
        # requests would ask the environment by itself; here as for every other source.
        self._http.trust_env = False
        for address in map(httpx.URL, (self.reddit_url, self.oauth_url)):
            if proxy := crawl.proxy(address):
                self._http.proxies[f"{address.scheme}://{address.host}"] = proxy
        self._source = source
        self._crawl = crawl

    def request(self, *args: Any, timeout: float | None = None, **kwargs: Any) -> Any:
        """One request of praw's, waited for and tried again. Raises `SourceError`."""
        host = server_of(httpx.URL(args[1] if len(args) > 1 else kwargs["url"]))
        is_listing = args[:1] != ("post",) and args[:1] != ("POST",)
        return self._crawl.call(self._source, host, lambda: self._once(host, args, kwargs), is_proof=is_listing)

    def _once(self, host: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        self._crawl.take_turn(host, _LEAST_INTERVAL_S)
        try:
            response = super().request(*args, **kwargs)
        except RequestException as error:
            reason = type(error.original_exception).__name__
            raise SourceUnavailableError(self._source, f"{host} cannot be reached ({reason})") from None
        rate = {name: response.headers.pop(f"x-ratelimit-{name}", "") for name in ("remaining", "reset", "used")}
        reset_s = retry_after_s(rate["reset"].partition(".")[0], self._crawl.clock.now())
        if response.status_code in _BUSY:
            asked_s = retry_after_s(response.headers.get("Retry-After", ""), self._crawl.clock.now())
            wait_s = asked_s if asked_s is not None or response.status_code != 429 else reset_s
            problem = f"{host} answered HTTP {response.status_code}"
            raise SourceUnavailableError(self._source, problem, retry_after_s=wait_s)
        if response.status_code in _REFUSALS:
            # praw would ask for another token first, and ends in a KeyError over an answer that says no reason.
            raise _refused(self._source, f"answered HTTP {response.status_code}")
        if reset_s is not None and _is_used_up(rate["remaining"]):
            self._crawl.hold(host, reset_s)
        return response


def _refused(source: str, problem: str) -> SourceRefusedError:
    return SourceRefusedError(source, f"Reddit {problem}", "Check the credentials, and the names of the subreddits.")


def _is_used_up(remaining: str) -> bool:
    try:
        return float(remaining) < 1.0
    except ValueError:
        return False


def _is_there(reddit: Reddit, fullname: str) -> bool:
    """Whether the entry is still listed: what came before it cannot be asked for where it is not."""
    return any(not is_gone(entry) for entry in reddit.info(fullnames=[fullname]))
