"""A feed as a source of posts: RSS or Atom, page after page where it has several."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from zoneinfo import ZoneInfo

import httpx

from ingestion.errors import SourceContentError, SourceRefusedError
from ingestion.records import RawPost
from ingestion.settings import FeedSettings
from ingestion.sources.addresses import shown
from ingestion.sources.crawl import Crawl
from ingestion.sources.feed_entries import FeedError, FeedPage, read_feed
from ingestion.sources.http import Page, PoliteClient
from ingestion.sources.paging import Paging, is_all_older, read_since
from ingestion.sources.source import RejectedPost, Watermark
from ingestion.sources.versions import PageVersion

_ACCEPT = "application/atom+xml, application/rss+xml, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.1"


class FeedSource:
    """The entries of one feed, newest first as feeds list them."""

    def __init__(self, name: str, url: str, settings: FeedSettings, crawl: Crawl) -> None:
        """`url`: one of those in the settings."""
        self.name = name
        self.note = ""
        self.is_unchanged = False
        self._url = url
        self._settings = settings
        self._crawl = crawl
        self._version = PageVersion(name, crawl.state)

    @property
    def stream(self) -> str:
        """The feed, by a hash: its address may name a person."""
        told = f"{self._url}\n{self._settings.post_kind}\n{self._settings.zone}"
        return f"feed-{hashlib.sha256(told.encode()).hexdigest()[:16]}"

    def posts(self, after: Watermark | None = None) -> Iterator[RawPost | RejectedPost]:
        """Every entry of the first page, and of further pages down to what was read before. Raises `SourceError`."""
        self.note, self.is_unchanged = "", False
        self._version.forget()
        since = read_since(after, self._crawl.clock.now())
        paging = Paging(self._crawl.pages(self._settings.pages))
        number, start = 1, httpx.URL(self._url)
        with PoliteClient(self.name, self._url, self._settings, self._crawl) as client:
            # A version read before is only of use where its posts were kept.
            known = self._version.headers(start) if after is not None else {}
            page = client.get(start, headers={"Accept": _ACCEPT, **known})
            while not page.is_unchanged:
                found = self._read(page, number)
                if number == 1 and found.is_whole:
                    self._version.note(start, page)
                posts = [item for item in found.posts if isinstance(item, RawPost)]
                if not paging.is_new([post.source_id for post in posts]):
                    break
                yield from found.posts
                number += len(found.posts)
                dates = [post.published_at for post in posts]
                if not found.next_url or is_all_older(dates, since) or not paging.may_go_on():
                    break
                page = client.get(self._next(page, found.next_url), headers={"Accept": _ACCEPT})
        self.is_unchanged = page.is_unchanged
        self.note = paging.note

    def settle(self) -> None:
        """The version just read is asked for by name from now on."""
        self._version.settle()

    def _read(self, page: Page, first: int) -> FeedPage:
        try:
            return read_feed(
                page.text,
                source=self.name,
                kind=self._settings.post_kind,
                zone=ZoneInfo(self._settings.zone),
                first=first,
            )
        except FeedError:
            what = f" but {page.media_type}" if page.media_type else ""
            raise SourceContentError(
                self.name, f"{shown(page.url)} is no RSS or Atom feed{what}", "Look at its address in a browser."
            ) from None

    def _next(self, page: Page, url: str) -> httpx.URL:
        try:
            return page.url.join(url)
        except httpx.InvalidURL:
            raise SourceRefusedError(
                self.name, f"{shown(page.url)} names a next page that is no address", "Set the source's `pages = 1`."
            ) from None
