"""Mentions: which post says which term. Only posts not yet counted are read; the result equals a full recount."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import polars as pl

from copilot.signals.lexicon import Lexicon, load_lexicon
from copilot.signals.records import COUNTED_SCHEMA, MENTIONS_SCHEMA
from ingestion.lake import Lake
from ingestion.progress import Progress, silent

MENTIONS = "mentions"
COUNTED = "counted_posts"
_STATE = ("author", "published_at", "source", "language", "market", "product_id", "spam", "duplicate_of")
_COLUMNS = ("post_id", "title", "text", "content_hash", *_STATE)
_BATCH = 50_000
_MOST_ERASED = 2_000
"""Changed posts up to which their mentions are erased by id; beyond, all mentions are counted again."""


@dataclass(frozen=True, kw_only=True)
class MentionReport:
    """What an update of the mentions did."""

    counted: int
    """Posts read, because they were new or had changed."""
    mentions: int
    """Mentions found in them."""
    removed: int
    """Posts that are gone, or had changed, and whose old mentions went."""


def find_mentions(posts: pl.DataFrame, lexicon: Lexicon | None = None) -> pl.DataFrame:
    """Mentions in posts (columns of POSTS_SCHEMA): MENTIONS_SCHEMA, one row a post and term.

    Spam and duplicates are left out. `date` is the day in UTC, null for a post without a date.
    """
    lexicon = lexicon or load_lexicon()
    kept = posts.filter(~pl.col("spam"), pl.col("duplicate_of") == "")
    texts = kept.select(text=pl.col("title") + "\n" + pl.col("text"))["text"].to_list()
    found = [lexicon.find(text, language) for text, language in zip(texts, kept["language"], strict=True)]
    rows = kept.select(
        "post_id",
        pl.Series("term_id", found, dtype=pl.List(pl.String())),
        "author",
        pl.col("published_at").dt.date().alias("date"),
        "source",
        "language",
        "market",
        "product_id",
    )
    return rows.explode("term_id", empty_as_null=False).select(MENTIONS_SCHEMA.names()).cast(MENTIONS_SCHEMA)


def update_mentions(lake: Lake, lexicon: Lexicon | None = None, *, progress: Progress = silent) -> MentionReport:
    """Bring the tables `mentions` and `counted_posts` up to the posts in the lake.

    A post is read when it is new, or differs from what was counted, or was counted with another lexicon; mentions of
    posts that are gone are erased. Killed at any point and run again, the tables come out the same: a post is marked as
    counted only after its mentions are written. Raises `TableMissingError` where no post was ever ingested.
    """
    lexicon = lexicon or load_lexicon()
    states = _states(lake, lexicon)
    if not lake.exists(COUNTED):
        lake.append(COUNTED, pl.DataFrame(schema=COUNTED_SCHEMA))
    if not lake.exists(MENTIONS):
        lake.append(MENTIONS, pl.DataFrame(schema=MENTIONS_SCHEMA))
    same = states.join(lake.read(COUNTED), on=COUNTED_SCHEMA.names(), how="semi")
    removed = _erase_stale(lake, same)
    if removed > _MOST_ERASED:
        same = same.clear()
    pending = states.join(same, on="post_id", how="anti")
    found = 0
    for start in range(0, pending.height, _BATCH):
        progress("mentions", start, pending.height)
        found += _count(lake, pending.slice(start, _BATCH), lexicon)
    return MentionReport(counted=pending.height, mentions=found, removed=removed)


def _states(lake: Lake, lexicon: Lexicon) -> pl.DataFrame:
    """COUNTED_SCHEMA as it is when every post of the lake is counted."""
    parts = [pl.col(name).cast(pl.String).fill_null("") for name in _STATE]
    told = pl.concat_str([pl.lit(lexicon.digest), *parts], separator="\x1f")
    frame = lake.scan("posts").select("post_id", "content_hash", state=told).collect()
    hashed = [hashlib.blake2b(state.encode(), digest_size=16).hexdigest() for state in frame["state"]]
    return frame.with_columns(pl.Series("state", hashed, dtype=pl.String))


def _count(lake: Lake, batch: pl.DataFrame, lexicon: Lexicon) -> int:
    wanted = pl.col("post_id").is_in(batch["post_id"].implode())
    mentions = find_mentions(lake.scan("posts").filter(wanted).select(_COLUMNS).collect(), lexicon)
    # What a run that was killed left of these posts is erased by now: nothing is there to merge with.
    lake.append(MENTIONS, mentions)
    lake.append(COUNTED, batch)
    return mentions.height


def _erase_stale(lake: Lake, same: pl.DataFrame) -> int:
    """Erase mentions and marks of posts that are gone or differ; return how many posts those are.

    Mentions go before marks: a mark whose state is old is stale at the next run too.
    """
    said = lake.scan(MENTIONS).select("post_id").unique().collect()
    marked = lake.read(COUNTED, columns=["post_id"])
    stale = pl.concat([said, marked]).unique().join(same, on="post_id", how="anti")["post_id"].to_list()
    if not stale:
        return 0
    listed = ", ".join("'" + post_id.replace("'", "''") + "'" for post_id in stale)
    which = "true" if len(stale) > _MOST_ERASED else f"post_id IN ({listed})"
    lake.erase(MENTIONS, which)
    lake.erase(COUNTED, which)
    return len(stale)
