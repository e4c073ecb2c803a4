"""The words of posts, each post read once: what new phrases are counted from.

A row is about one post and goes with it, as its mentions do. Only the weeks that are counted are kept, and as many
before at most: the words of older mornings are read again where one is asked for.
"""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from copilot.signals.word_runs import with_words
from ingestion.lake import Lake

POST_WORDS = "post_words"
POST_WORDS_SCHEMA = pl.Schema(
    {
        "post_id": pl.String(),
        "state": pl.String(),
        "date": pl.Date(),
        "words": pl.List(pl.String()),
        "stems": pl.List(pl.String()),
    }
)
"""Lake table `post_words`: the words of posts, in order. Key: post_id.

state          the post's content hash when it was read, and how words were read then
date           the day of the post
words, stems   as of `with_words`
"""
_OF_POST = ("post_id", "state")
_STATE = pl.format("{}/1", "content_hash")
"""The number goes up when `with_words` reads otherwise: all posts are read again."""
_MOST_READ = 50_000


def read_words(lake: Lake, as_of: date, *, days: int) -> pl.DataFrame:
    """The posts of the `days` days before `as_of` without spam and duplicates: post_id, author, date, source, market,
    thread, language, words, stems.

    Posts not yet read, and those that have changed, are read, and their words kept. Raises `TableMissingError` where no
    post was ever ingested.
    """
    since, day = as_of - timedelta(days=days), pl.col("published_at").dt.date()
    posts = (
        lake.scan("posts")
        .filter(day < as_of, day >= since)
        .select(
            "post_id",
            "author",
            "source",
            "market",
            "thread",
            "language",
            "spam",
            "duplicate_of",
            state=_STATE,
            date=day,
        )
        .collect()
    )
    kept = _kept(lake)
    good = kept.join(posts, on=_OF_POST, how="semi")
    stale = kept.filter(pl.col("date") < as_of, pl.col("date") >= since).height - good.height
    counted = posts.filter(~pl.col("spam"), pl.col("duplicate_of") == "").drop("spam", "duplicate_of")
    unread = counted.join(good, on=_OF_POST, how="anti")
    new = [_read(lake, part) for part in unread.iter_slices(_MOST_READ)]
    older = kept.filter(pl.col("date") < since)
    too_many = older.height > counted.height
    if stale or too_many:
        others = pl.concat([kept.filter(pl.col("date") >= as_of), older.clear() if too_many else older])
        _rewrite(lake, pl.concat([others, good, *new]))
    elif new:
        lake.append(POST_WORDS, pl.concat(new))
    said = pl.concat([good, *new]).select(*_OF_POST, "words", "stems")
    return counted.join(said, on=_OF_POST, maintain_order="left").drop("state")


def drop_stale_words(lake: Lake) -> None:
    """Erase the words of posts that are gone or have changed, older versions included."""
    if not lake.exists(POST_WORDS):
        return
    kept = _kept(lake)
    there = (
        lake.scan("posts").select("post_id", state=_STATE).collect()
        if lake.exists("posts")
        else kept.select(_OF_POST).clear()
    )
    good = kept.join(there, on=_OF_POST, how="semi")
    if good.height < kept.height:
        _rewrite(lake, good)


def _kept(lake: Lake) -> pl.DataFrame:
    if not lake.exists(POST_WORDS):
        return POST_WORDS_SCHEMA.to_frame()
    # Two runs at once may both have read a post.
    return lake.read(POST_WORDS, columns=POST_WORDS_SCHEMA.names()).unique("post_id", keep="last", maintain_order=True)


def _read(lake: Lake, posts: pl.DataFrame) -> pl.DataFrame:
    """POST_WORDS_SCHEMA of posts whose words are not kept."""
    wanted = pl.col("post_id").is_in(posts["post_id"].implode())
    text = pl.col("title") + "\n" + pl.col("text")
    told = lake.scan("posts").filter(wanted).select("post_id", state=_STATE, text=text).collect()
    found = with_words(told).join(posts.select(*_OF_POST, "date"), on=_OF_POST)
    return found.select(POST_WORDS_SCHEMA.names())


def _rewrite(lake: Lake, rows: pl.DataFrame) -> None:
    lake.replace_all(POST_WORDS, rows)
    lake.forget_history(POST_WORDS)
