"""Which version of a page was read last, so that it is only sent again when it has changed."""

from __future__ import annotations

import httpx

from ingestion.sources.crawl_state import CrawlState
from ingestion.sources.http import Page

_HEADERS = {"etag": "If-None-Match", "last_modified": "If-Modified-Since"}


class PageVersion:
    """The version of the page that a source begins with."""

    def __init__(self, source: str, state: CrawlState) -> None:
        self._source = source
        self._state = state
        self._read: tuple[str, dict[str, str]] | None = None

    def headers(self, url: httpx.URL) -> dict[str, str]:
        """Headers that ask for the page only if it is another than the one settled last."""
        kept = self._state.get("page", self._source, str(url))
        return {header: kept[name] for name, header in _HEADERS.items() if kept.get(name)}

    def note(self, url: httpx.URL, page: Page) -> None:
        """The version that was just read; it counts once it is settled."""
        version = {"etag": page.etag, "last_modified": page.last_modified}
        self._read = str(url), {name: value for name, value in version.items() if value}

    def forget(self) -> None:
        """Whatever was read before does not count."""
        self._read = None

    def settle(self) -> None:
        """The posts of the version that was read are stored."""
        if self._read is not None:
            url, version = self._read
            self._state.put("page", self._source, url, value=version)
