"""Reddit as a source of posts: submissions and comments of some subreddits, through praw.

Reddit's API needs an approved application, and gives about the last thousand entries of a listing: run it often enough,
or import an export. Nothing of Reddit is kept but the posts.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from praw import Reddit
from praw.exceptions import PRAWException
from prawcore.exceptions import PrawcoreException

from ingestion.errors import SourceError
from ingestion.records import RawPost
from ingestion.settings import RedditSettings
from ingestion.sources.source import RejectedPost, Watermark

_OVERLAP = timedelta(days=2)
"""How far before the newest post a run reads again: for what was edited, and what a listing showed late."""
_GONE = ("[deleted]", "[removed]")


class RedditSource:
    """Newest submissions and comments of the configured subreddits."""

    def __init__(self, settings: RedditSettings) -> None:
        """Raises `SourceError` where the settings lack what Reddit needs."""
        if not settings.client_id or settings.client_secret is None or not settings.subreddits:
            raise SourceError(
                "reddit",
                "is not configured",
                "Set posts.reddit.client_id, client_secret and subreddits (REASSORT_POSTS__REDDIT__CLIENT_ID, ...).",
            )
        self._settings = settings

    @property
    def name(self) -> str:
        """`reddit`."""
        return "reddit"

    @property
    def stream(self) -> str:
        """The subreddits, sorted."""
        return "r/" + "+".join(sorted(self._settings.subreddits, key=str.casefold))

    def posts(self, after: Watermark | None = None) -> Iterator[RawPost | RejectedPost]:
        """Entries newer than those seen, and again those of the two days before. Raises `SourceError`."""
        newest = after.last_published_at if after is not None else None
        since = newest - _OVERLAP if newest is not None else None
        reddit = self._client()
        try:
            for name in self._settings.subreddits:
                subreddit = reddit.subreddit(name)
                yield from _read(subreddit.new(limit=None), since)
                yield from _read(subreddit.comments(limit=None), since)
        except (PrawcoreException, PRAWException) as error:
            # The error's own text may hold the request with its credentials.
            raise SourceError(
                "reddit", f"did not deliver ({type(error).__name__})", "Check the credentials and try again later."
            ) from None

    def _client(self) -> Reddit:
        secret = self._settings.client_secret
        return Reddit(
            client_id=self._settings.client_id,
            client_secret=secret.get_secret_value() if secret is not None else None,
            user_agent=self._settings.user_agent,
            reddit_url=self._settings.url,
            oauth_url=self._settings.oauth_url,
            check_for_updates=False,
        )


def _read(entries: Iterator[Any], since: datetime | None) -> Iterator[RawPost | RejectedPost]:
    """Entries of one listing, newest first, down to `since`."""
    for number, entry in enumerate(entries, start=1):
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
            source="reddit",
            source_id=entry.fullname,
            kind="social",
            author=str(entry.author) if entry.author is not None else "",
            text=text,
            title="" if text == title else title,
            published_at=published_at,
            thread=entry.fullname if title else entry.link_id,
        )
