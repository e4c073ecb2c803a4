"""The sources that the settings name, opened."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from ingestion.errors import IngestionError, SourceContentError, SourceError
from ingestion.records import RawPost
from ingestion.settings import (
    FeedSettings,
    FileSettings,
    JsonApiSettings,
    PostSettings,
    SourceSettings,
)
from ingestion.sources.crawl import Crawl
from ingestion.sources.feeds import FeedSource
from ingestion.sources.files import FileSource
from ingestion.sources.held_entries import CheckedEntry
from ingestion.sources.json_api import JsonApiSource
from ingestion.sources.json_mapping import load_json_mapping
from ingestion.sources.mapping import load_post_mapping
from ingestion.sources.reddit import RedditSource
from ingestion.sources.source import RejectedPost, Source, Watermark


class NamedSource:
    """A source under the name that the settings give it, with what they say of its posts.

    Where it fails after some of its pages, what came is given all the same, and the next reading starts anew: without
    that, a page that always fails would keep out every page before it.
    """

    def __init__(self, name: str, inner: Source, says: SourceSettings, crawl: Crawl) -> None:
        self.name = name
        self.inner = inner
        self.failure: SourceError | None = None
        """Why the last reading ended before its end; None where it did not, or where it raised that."""
        self._says = says
        self._crawl = crawl

    @property
    def stream(self) -> str:
        """The inner source's, and another one where what is said of its posts changes."""
        told = f"{self._says.language}|{self._says.market}|{self._says.product_id}"
        mark = f"+{hashlib.sha256(told.encode()).hexdigest()[:8]}" if told != "||" else ""
        return f"{self.inner.stream}{mark}"

    @property
    def note(self) -> str:
        """What the last reading left out, and why; empty where that is nothing. No personal data."""
        return self.inner.note if isinstance(self.inner, FeedSource | JsonApiSource | RedditSource) else ""

    def checked(self) -> Sequence[CheckedEntry]:
        """Entries that the last reading learnt of, where the inner source can be asked of them later."""
        return self.inner.checked() if isinstance(self.inner, RedditSource) else ()

    def settle(self) -> None:
        """Everything that the last reading gave is stored, and it came to its end."""
        self._crawl.state.put("gap", self.name, self.stream, value={})
        if isinstance(self.inner, FeedSource | JsonApiSource | RedditSource):
            self.inner.settle()

    def posts(self, after: Watermark | None = None) -> Iterator[RawPost | RejectedPost]:
        """The inner source's posts, named. What a post says itself goes before what the settings say of all.

        Raises `SourceError`, `ReadError` and `MappingError` where nothing came; later `SourceError` are in `failure`.
        """
        self.failure = None
        has_gap = bool(self._crawl.state.get("gap", self.name, self.stream))
        known = replace(after, stream=self.inner.stream) if after is not None and not has_gap else None
        given = 0
        try:
            for item in self._guarded(known):
                yield item if isinstance(item, RejectedPost) else self._named(item)
                given += 1
        except SourceError as error:
            if not given:
                raise
            # Saved before the pipeline notes how far it came: what was not read lies behind that.
            self._crawl.state.put("gap", self.name, self.stream, value={"open": "1"})
            self._crawl.save()
            self.failure = error

    def _guarded(self, after: Watermark | None) -> Iterator[RawPost | RejectedPost]:
        try:
            yield from self.inner.posts(after)
        except IngestionError:
            raise
        except Exception as error:  # noqa: BLE001 - a parser's failure over one source must not stop the others
            # Its message may hold what was being read.
            raise SourceContentError(
                self.name, f"reading it failed unexpectedly ({type(error).__name__})", "Please report this."
            ) from None

    def _named(self, post: RawPost) -> RawPost:
        return replace(
            post,
            source=self.name,
            language=post.language or self._says.language,
            market=post.market or self._says.market,
            product_id=post.product_id or self._says.product_id,
        )


def open_source(
    name: str, one: SourceSettings, settings: PostSettings, crawl: Crawl, *, home: Path, environment: Mapping[str, str]
) -> list[NamedSource]:
    """A configured source, in the parts that are read one by one: several where it has several feeds.

    `home`: where relative paths start. `environment`: where the secrets of mapping files are looked up. Raises
    `SourceRefusedError`, `MappingError` and `ReadError`.
    """
    parts = _inner(name, one, settings, crawl, home, environment)
    return [NamedSource(name, part, one, crawl) for part in parts]


def _inner(
    name: str, one: SourceSettings, settings: PostSettings, crawl: Crawl, home: Path, environment: Mapping[str, str]
) -> list[Source]:
    if isinstance(one, FeedSettings):
        return [FeedSource(name, url, one, crawl) for url in one.addresses]
    if isinstance(one, JsonApiSettings):
        placed = one.model_copy(update={"map": home / one.map})
        mapping = load_json_mapping(placed.map, name)
        return [JsonApiSource(name, mapping, placed, crawl, environment=environment)]
    if isinstance(one, FileSettings):
        return [FileSource(home / one.path, load_post_mapping(home / one.map) if one.map is not None else None)]
    return [RedditSource(name, settings.reddit, one, crawl)]
