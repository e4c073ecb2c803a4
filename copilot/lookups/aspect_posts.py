"""Posts read for what they say of aspects: which of them, by what model, and quotes of them."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date
from functools import partial
from weakref import WeakKeyDictionary

import polars as pl

from copilot.evidence import Quote
from copilot.lookups.context import Context
from copilot.lookups.glossing import GLOSSED, gloss
from copilot.lookups.index import PostIndex
from copilot.settings import AspectSettings
from copilot.signals.aspects.loading import load_reader, reads_english_alone
from copilot.signals.aspects.reading import PlacedFinding, PostReader, PostText
from copilot.signals.aspects.records import Aspect, Polarity
from copilot.signals.posts import is_order_like
from vectorstore.encoder import HASH_MODEL, PACKAGED_MODEL, Encoder, load_encoder
from vectorstore.settings import IndexSettings

_LONGEST_QUOTE = 200
_READERS: WeakKeyDictionary[PostIndex, PostReader] = WeakKeyDictionary()
_MAKING = threading.Lock()


@dataclass(frozen=True, kw_only=True)
class ReadPost:
    """A post that was read, and what it says."""

    post: Mapping[str, object]
    said: tuple[PlacedFinding, ...]

    def speaks(self, aspect: Aspect, polarity: Polarity | None = None) -> bool:
        """Whether a clause of it speaks of the aspect, in that way."""
        return any(one.finding.aspect == aspect and polarity in (None, one.finding.polarity) for one in self.said)


def sampled(
    sides: tuple[pl.DataFrame, pl.DataFrame], settings: AspectSettings, *, seed: int
) -> tuple[list[pl.DataFrame], list[str]]:
    """The newest post of each author that can be read, half as many as allowed on either side or what the other leaves;
    and what was left out."""
    notes: list[str] = []
    readable = list(sides)
    if reads_english_alone(settings):
        readable = [side.filter(pl.col("language").is_in(["en", *GLOSSED])) for side in sides]
        notes += ["languages_not_read"] if any(map(_fewer, readable, sides)) else []
    single = [
        side.sort("day", "post_id", descending=[True, False]).unique("author", keep="first", maintain_order=True)
        for side in readable
    ]
    half = settings.posts_read // 2
    room = [max(half, settings.posts_read - min(other.height, half)) for other in reversed(single)]
    kept = [
        side if side.height <= most else side.sort("post_id").sample(most, seed=seed)
        for side, most in zip(single, room, strict=True)
    ]
    notes += ["aspects_sampled"] if any(map(_fewer, kept, single)) else []
    return kept, notes


def _fewer(kept: pl.DataFrame, all_of_them: pl.DataFrame) -> bool:
    return kept.height < all_of_them.height


def read_posts(context: Context, side: pl.DataFrame) -> list[ReadPost]:
    """The posts with what they say, by id."""
    lake = context.workspace.lake
    posts = lake.scan("posts").filter(pl.col("post_id").is_in(side["post_id"].implode()))
    text = pl.when(pl.col("title") == "").then("text").otherwise(pl.col("title") + "\n" + pl.col("text"))
    columns = ("post_id", "source", "author", "language", "content_hash")
    rows = posts.select(*columns, text=text, day=pl.col("published_at").dt.date()).collect().sort("post_id")
    texts = [
        PostText(post_id=post_id, content_hash=digest, language=language, text=said)
        for post_id, digest, language, said in rows.select("post_id", "content_hash", "language", "text").iter_rows()
    ]
    said = _reader_of(context).read(texts)
    return [ReadPost(post=post, said=there) for post, there in zip(rows.iter_rows(named=True), said, strict=True)]


def _reader_of(context: Context) -> PostReader:
    """One reader for an index, whose encoder it shares."""
    with _MAKING:
        if context.index not in _READERS:
            settings = context.workspace.settings.signals.aspects
            english = reads_english_alone(settings)
            _READERS[context.index] = PostReader(
                load_reader(settings, partial(_default_encoder, context)),
                partial(gloss, lexicon=context.lexicon) if english else _as_written,
            )
        return _READERS[context.index]


def _as_written(text: str, language: str) -> str:
    return text


def _default_encoder(context: Context) -> Encoder:
    workspace = context.workspace
    if workspace.settings.index.encoder in (PACKAGED_MODEL, HASH_MODEL):
        return context.index.encoder()
    return load_encoder(IndexSettings(encoder=PACKAGED_MODEL), workspace.models_path)


def quotes_of(posts: Sequence[ReadPost], wanted: Set[Aspect], limit: int) -> list[Quote]:
    """Clauses that judge one of the aspects: complaints first, the surest first, one an author."""
    told = [
        (one.finding.polarity != "negative", -one.finding.surety, str(read.post["post_id"]), read, one)
        for read in posts
        for one in read.said
        if one.finding.aspect in wanted and one.finding.polarity != "neutral"
    ]
    quotes: dict[object, Quote] = {}
    for _, _, post_id, read, one in sorted(told, key=lambda found: found[:3]):
        text = str(read.post["text"])[one.start : one.end]
        if len(quotes) == limit or read.post["author"] in quotes or is_order_like(text):
            continue
        day = read.post["day"]
        quotes[read.post["author"]] = Quote(
            post_id=post_id,
            source=str(read.post["source"]),
            language=str(read.post["language"]),
            author=str(read.post["author"]),
            published_on=day if isinstance(day, date) else None,
            text=text if len(text) <= _LONGEST_QUOTE else f"{text[: _LONGEST_QUOTE - 1].rsplit(' ', 1)[0]}…",
        )
    return list(quotes.values())
