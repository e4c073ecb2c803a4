"""Reddit as a source of posts: submissions and comments of some subreddits, through praw.

Reddit's API needs an approved application, and gives about the last thousand entries of a listing: run it often enough,
or import an export. Nothing of Reddit is kept but the posts.

A run goes back to two days before the newest post known, by date. Reddit can also list what came `before` an entry's
id, but that id would have to be kept beside the data, where it names its author to anyone who looks it up; and where
that entry was deleted since, the listing is empty.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
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
from ingestion.sources.paging import read_since
from ingestion.sources.source import RejectedPost, Watermark

_GONE = ("[deleted]", "[removed]")
_BUSY = (408, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524)
_REFUSALS = (401, 403, 404)
_LEAST_INTERVAL_S = 0.6
"""Reddit allows a hundred requests a minute."""


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

    @property
    def stream(self) -> str:
        """The subreddits, sorted."""
        return "r/" + "+".join(sorted(self._settings.subreddits, key=str.casefold))

    def posts(self, after: Watermark | None = None) -> Iterator[RawPost | RejectedPost]:
        """Entries newer than those seen, and again those of the two days before. Raises `SourceError`."""
        since = read_since(after, self._crawl.clock.now())
        settings, number = self._settings, 0
        try:
            with self._client() as reddit:
                for name in settings.subreddits:
                    subreddit = reddit.subreddit(name)
                    for listing, limit in (
                        (subreddit.new, settings.submissions),
                        (subreddit.comments, settings.comments),
                    ):
                        if limit:
                            for item in _read(listing(limit=limit), since, self.name, number):
                                number += 1
                                yield item
        except SourceError:
            raise
        except (PrawcoreException, PRAWException) as error:
            # The error's own text may hold the request with its credentials.
            raise _refused(self.name, f"did not deliver ({type(error).__name__})") from None

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


def _read(entries: Iterator[Any], since: datetime | None, source: str, read: int) -> Iterator[RawPost | RejectedPost]:
    """Entries of one listing, newest first, down to `since`; `read` entries came before."""
    for number, entry in enumerate(entries, start=read + 1):
        published_at = datetime.fromtimestamp(entry.created_utc, tz=UTC)
        if since is not None and published_at < since:
            return
        title = getattr(entry, "title", "")
        body = entry.selftext if title else entry.body
        text = title if not body.strip() or body in _GONE else body
        if not text.strip() or text in _GONE:
            yield RejectedPost(row=number, column="", reason="removed or without text")
            continue
        yield RawPost(
            source=source,
            source_id=entry.fullname,
            kind="social",
            author=str(entry.author) if entry.author is not None else "",
            text=text,
            title="" if text == title else title,
            published_at=published_at,
            thread=entry.fullname if title else entry.link_id,
        )
