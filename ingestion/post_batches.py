"""Raw posts as Arrow tables, and back: what is handed to the processes that prepare them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import polars as pl
import pyarrow as pa

from ingestion.clean import in_utc
from ingestion.records import RAW_POSTS_SCHEMA, RawPost

_FIELDS = [name for name in RAW_POSTS_SCHEMA if name not in ("names", "source_digest")]
_TEXTS = [name for name in _FIELDS if RAW_POSTS_SCHEMA[name] == pl.String()]
_CLEANED = ("title", "text")


@dataclass(frozen=True, kw_only=True)
class NamedPost:
    """A raw post with what is known around it."""

    raw: RawPost = field(repr=False)
    names: tuple[str, ...] = field(default=(), repr=False)
    """Names to replace in it: its author's, and those of the others in its thread."""
    source_digest: str = ""
    """What it is recognised by when it comes again as it is."""


def raw_batch(posts: Sequence[NamedPost]) -> pa.Table:
    """One row a post, in `RAW_POSTS_SCHEMA`, for `encodable` posts. Dates without a zone are taken to be in UTC."""
    columns: dict[str, list[object]] = {name: [getattr(post.raw, name) for post in posts] for name in _FIELDS}
    columns["published_at"] = [in_utc(post.raw.published_at) for post in posts]
    columns["names"] = [list(post.names) for post in posts]
    columns["source_digest"] = [post.source_digest for post in posts]
    return pl.DataFrame(columns, schema=RAW_POSTS_SCHEMA).to_arrow()


def raw_posts(batch: pa.Table) -> list[NamedPost]:
    """One raw post a row of a table in `RAW_POSTS_SCHEMA`."""
    rows = pl.DataFrame(batch).select(RAW_POSTS_SCHEMA.names()).iter_rows()
    return [
        NamedPost(raw=RawPost(**dict(zip(_FIELDS, row[:-2], strict=True))), names=tuple(row[-2]), source_digest=row[-1])
        for row in rows
    ]


def encodable(post: RawPost) -> RawPost:
    """The post without halves of surrogate pairs, which UTF-8 cannot hold: gone where cleaning would drop them, spelled
    out elsewhere, so that two ids stay two.
    """
    texts = {name: getattr(post, name) for name in _TEXTS}
    try:
        "".join(texts.values()).encode()
    except UnicodeEncodeError:
        ways = {name: "ignore" if name in _CLEANED else "backslashreplace" for name in texts}
    else:
        return post
    return replace(post, **{name: text.encode("utf-8", ways[name]).decode() for name, text in texts.items()})
