"""The sources that the settings name, opened."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from ingestion.errors import IngestionError, SourceContentError
from ingestion.records import RawPost
from ingestion.settings import (
    FeedSettings,
    FileSettings,
    JsonApiSettings,
    PostSettings,
    SourceSettings,
)
from ingestion.sources.crawl import Crawl
from ingestion.sources.crawled import CrawledSource
from ingestion.sources.feeds import FeedSource
from ingestion.sources.files import FileSource
from ingestion.sources.json_api import JsonApiSource
from ingestion.sources.json_mapping import load_json_mapping
from ingestion.sources.mapping import load_post_mapping
from ingestion.sources.reddit import RedditSource
from ingestion.sources.source import RejectedPost, Source, Watermark


@dataclass(frozen=True, kw_only=True)
class NamedSource:
    """A source under the name that the settings give it, with what they say of its posts."""

    name: str
    inner: Source
    language: str = ""
    market: str = ""
    product_id: str = ""

    @property
    def stream(self) -> str:
        """The inner source's, and another one where what is said of its posts changes."""
        told = f"{self.language}|{self.market}|{self.product_id}"
        mark = f"+{hashlib.sha256(told.encode()).hexdigest()[:8]}" if told != "||" else ""
        return f"{self.inner.stream}{mark}"

    @property
    def note(self) -> str:
        """See `CrawledSource`."""
        return self.inner.note if isinstance(self.inner, CrawledSource) else ""

    @property
    def is_unchanged(self) -> bool:
        """See `CrawledSource`."""
        return isinstance(self.inner, CrawledSource) and self.inner.is_unchanged

    def settle(self) -> None:
        """See `CrawledSource`."""
        if isinstance(self.inner, CrawledSource):
            self.inner.settle()

    def posts(self, after: Watermark | None = None) -> Iterator[RawPost | RejectedPost]:
        """The inner source's posts, named. What a post says itself goes before what the settings say of all."""
        inner_after = replace(after, stream=self.inner.stream) if after is not None else None
        try:
            for item in self.inner.posts(inner_after):
                yield item if isinstance(item, RejectedPost) else self._named(item)
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
            language=post.language or self.language,
            market=post.market or self.market,
            product_id=post.product_id or self.product_id,
        )


def open_source(
    name: str, one: SourceSettings, settings: PostSettings, crawl: Crawl, *, home: Path, environment: Mapping[str, str]
) -> list[NamedSource]:
    """A configured source, in the parts that are read one by one: several where it has several feeds.

    `home`: where relative paths start. `environment`: where the secrets of mapping files are looked up. Raises
    `SourceRefusedError`, `MappingError` and `ReadError`.
    """
    inner = _inner(name, one, settings, crawl, home, environment)
    constants = {"language": one.language, "market": one.market, "product_id": one.product_id}
    return [NamedSource(name=name, inner=part, **constants) for part in inner]


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
