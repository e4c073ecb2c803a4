"""An HTTP API that answers JSON as a source of posts, as its mapping file describes it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx

from ingestion.errors import SourceContentError, SourceRefusedError
from ingestion.records import RawPost
from ingestion.settings import JsonApiSettings
from ingestion.sources.addresses import shown
from ingestion.sources.crawl import Crawl
from ingestion.sources.http import Page, PoliteClient
from ingestion.sources.json_mapping import JsonApiMapping
from ingestion.sources.paging import Paging, is_all_older, read_since
from ingestion.sources.rows import RowReader
from ingestion.sources.source import RejectedPost, Watermark
from ingestion.sources.versions import PageVersion

_MISSING = object()


@dataclass(frozen=True, kw_only=True)
class _Read:
    """What was read so far."""

    pages: int
    entries: int
    last: int
    """Entries of the last page."""


class JsonApiSource:
    """The entries of one API."""

    def __init__(
        self,
        name: str,
        mapping: JsonApiMapping,
        settings: JsonApiSettings,
        crawl: Crawl,
        *,
        environment: Mapping[str, str],
    ) -> None:
        """`environment`: where the mapping's secrets are looked up. Raises `MappingError` where one is not set."""
        self.name = name
        self.note = ""
        self.is_unchanged = False
        self._mapping = mapping
        self._settings = settings
        self._crawl = crawl
        self._headers, self._params = mapping.secrets(environment, where=str(settings.map))
        self._version = PageVersion(name, crawl.state)

    @property
    def stream(self) -> str:
        """The API and its mapping, by a hash."""
        return f"json-{hashlib.sha256(self._mapping.model_dump_json().encode()).hexdigest()[:16]}"

    def posts(self, after: Watermark | None = None) -> Iterator[RawPost | RejectedPost]:
        """The entries, from the newest known on where the mapping says how to ask for that. Raises `SourceError`."""
        self.note, self.is_unchanged = "", False
        self._version.forget()
        since = read_since(after, self._crawl.clock.now())
        paging, reader = Paging(self._crawl.pages(self._settings.pages)), RowReader(self._mapping.posts)
        number, turn, start = 0, 0, self._first(since)
        url = start
        with PoliteClient(self.name, self._mapping.url, self._settings, self._crawl) as client:
            known = self._version.headers(start) if after is not None else {}
            page = self._get(client, start, known)
            if self._first_page_tells_all(since):
                self._version.note(start, page)
            while not page.is_unchanged:
                content = self._content(page)
                entries = self._entries(content, page)
                found = [self._post(entry, reader, number + place) for place, entry in enumerate(entries, start=1)]
                posts = [item for item in found if isinstance(item, RawPost)]
                if not paging.is_new([post.source_id for post in posts]):
                    break
                yield from found
                number, turn = number + len(entries), turn + 1
                if self._mapping.newest_first and is_all_older([post.published_at for post in posts], since):
                    break
                following = self._next(client, url, page, content, _Read(pages=turn, entries=number, last=len(entries)))
                if following is None or not paging.may_go_on():
                    break
                url = following
                page = self._get(client, url, {})
        self.is_unchanged = page.is_unchanged
        self.note = paging.note

    def settle(self) -> None:
        """The version just read is asked for by name from now on."""
        self._version.settle()

    def _get(self, client: PoliteClient, url: httpx.URL, known: Mapping[str, str]) -> Page:
        headers = {**self._mapping.headers, "Accept": "application/json", **known}
        return client.get(url, headers=headers, secrets=self._headers)

    def _first_page_tells_all(self, since: datetime | None) -> bool:
        """Whether nothing is new where the first page is not. With `since` it is another page at every run."""
        by_date = self._mapping.since is not None and since is not None
        return not by_date and (self._mapping.newest_first or self._mapping.paging.by == "none")

    def _first(self, since: datetime | None) -> httpx.URL:
        mapping = self._mapping
        asked = {name: _plain(value) for name, value in mapping.params.items()}
        if mapping.paging.size_param:
            asked[mapping.paging.size_param] = str(mapping.paging.size)
        if mapping.paging.by == "page":
            asked[mapping.paging.param] = str(mapping.paging.start)
        elif mapping.paging.by == "offset":
            asked[mapping.paging.param] = "0"
        if mapping.since is not None and since is not None:
            asked[mapping.since.param] = _since(since, mapping.since.format)
        return httpx.URL(mapping.url).copy_merge_params({**asked, **self._params})

    def _next(self, client: PoliteClient, url: httpx.URL, page: Page, content: object, read: _Read) -> httpx.URL | None:
        """The page after `page`, which was asked for at `url`; None: there is none."""
        paging = self._mapping.paging
        if paging.has_more and not _at(content, paging.has_more, default=False):
            return None
        if paging.by == "link":
            return self._followed(client, page, page.next_url)
        if paging.by == "cursor":
            cursor = _at(content, paging.cursor, default="")
            text = str(cursor) if isinstance(cursor, str | int) else ""
            if text.startswith(("http://", "https://", "/")):
                return self._followed(client, page, text)
            return url.copy_set_param(paging.param, text) if text and paging.param else None
        if paging.by == "none" or read.last == 0 or read.last < paging.size:
            return None
        at = paging.start + read.pages if paging.by == "page" else read.entries
        return url.copy_set_param(paging.param, str(at))

    def _followed(self, client: PoliteClient, page: Page, address: str) -> httpx.URL | None:
        if not address:
            return None
        try:
            url = page.url.join(address)
        except httpx.InvalidURL:
            problem = f"{shown(page.url)} names a next page that is no address"
            raise SourceRefusedError(self.name, problem, f"Check `paging` in {self._settings.map}.") from None
        return url.copy_merge_params(self._params) if self._params and client.is_own(url) else url

    def _content(self, page: Page) -> object:
        try:
            content: object = json.loads(page.text)
        except (ValueError, RecursionError):
            what = f" but {page.media_type}" if "json" not in page.media_type and page.media_type else ""
            raise SourceContentError(
                self.name, f"{shown(page.url)} is no valid JSON{what}", f"Check `url` in {self._settings.map}."
            ) from None
        return content

    def _entries(self, content: object, page: Page) -> list[object]:
        path = self._mapping.items
        found = _at(content, path, default=_MISSING) if path else content
        if not isinstance(found, list):
            held = f"; it has {', '.join(map(repr, list(content)[:12]))}" if isinstance(content, dict) else ""
            problem = f"{shown(page.url)} has no list at {path!r}{held}"
            raise SourceContentError(self.name, problem, f"Correct `items` in {self._settings.map}.")
        return found

    def _post(self, entry: object, reader: RowReader, number: int) -> RawPost | RejectedPost:
        if not isinstance(entry, dict):
            return RejectedPost(row=number, column="", reason="is no JSON object")
        columns = self._mapping.posts.columns.named()
        return reader.read({path: _at(entry, path, default=None) for path in columns}, number)


def _at(content: object, path: str, *, default: object) -> Any:
    """What is at a dotted path: keys of objects, numbers of list entries (`0` is the first)."""
    found: Any = content
    if isinstance(found, dict) and path in found:
        return found[path]
    for part in path.split("."):
        if isinstance(found, dict) and part in found:
            found = found[part]
        elif isinstance(found, list) and part.isdigit() and int(part) < len(found):
            found = found[int(part)]
        else:
            return default
    return found


def _plain(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _since(moment: datetime, form: str) -> str:
    if form == "iso":
        return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
    if form in ("epoch", "epoch_ms"):
        return str(int(moment.timestamp()) * (1000 if form == "epoch_ms" else 1))
    return moment.strftime(form)
