"""The lake's table `posts`, kept with its marks: what is known of it while a source is read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from ingestion.lake import Lake
from ingestion.post_marks import mark_features, mark_posts
from ingestion.pseudonymise.stored import posts_to_frame
from ingestion.records import POSTS_SCHEMA, Post

TABLE = "posts"
_MARKS = ("duplicate_of", "spam", "spam_reason")


@dataclass(frozen=True, kw_only=True)
class Stored:
    """What became of one batch of posts."""

    new: int
    changed: int
    """Known posts with other content than before."""
    unchanged: int
    merged: int
    """Posts whose id came before in this run; the first one counts, so that the same input is stored once."""
    rows: pl.DataFrame
    """Rows of the table that were written, in `POSTS_SCHEMA`: new and changed posts, and known posts whose marks they
    changed."""


class PostTable:
    """Writes posts to the lake, each batch in one commit, and keeps duplicate and spam marks right over all history."""

    def __init__(self, lake: Lake) -> None:
        self._lake = lake
        self._known = _with_marks(lake.read(TABLE) if lake.exists(TABLE) else POSTS_SCHEMA.to_frame())
        self._seen: set[str] = set()

    def store(self, posts: Sequence[Post]) -> Stored:
        """Write the posts that are new or changed. Doing it again changes nothing."""
        unseen = [post for post in posts if post.post_id not in self._seen]
        batch = posts_to_frame(unseen).unique("post_id", keep="first", maintain_order=True)
        fresh, counts = self._split(batch)
        affected = self._remember(fresh)
        rows = self._rows(fresh, affected)
        if not rows.is_empty():
            self._lake.merge(TABLE, rows, key=["post_id"])
        self._seen.update(batch["post_id"])
        return Stored(merged=len(posts) - batch.height, rows=rows, **counts)

    def marks(self, post_ids: set[str]) -> pl.DataFrame:
        """duplicate_of, spam and spam_reason of some posts."""
        return self._known.filter(pl.col("post_id").is_in(list(post_ids))).select(_MARKS)

    @property
    def seen(self) -> set[str]:
        """Ids of the posts given so far."""
        return self._seen

    def _split(self, batch: pl.DataFrame) -> tuple[pl.DataFrame, dict[str, int]]:
        """Rows that the table lacks or has otherwise, and the counts of the batch."""
        known = self._known.select("post_id", pl.col("content_hash").alias("known_hash"))
        judged = batch.join(known, on="post_id", how="left", maintain_order="left").with_columns(
            pl.col("known_hash").is_null().alias("is_new"),
            (pl.col("known_hash") == pl.col("content_hash")).fill_null(value=False).alias("is_same"),
        )
        new, same = int(judged["is_new"].sum()), int(judged["is_same"].sum())
        counts = {"new": new, "changed": judged.height - new - same, "unchanged": same}
        return judged.filter(~pl.col("is_same")).select(batch.columns), counts

    def _remember(self, fresh: pl.DataFrame) -> pl.DataFrame:
        """Take the rows in, and return the known rows of every text that they have or had, with marks as they were."""
        before = self._known.filter(pl.col("post_id").is_in(fresh["post_id"].to_list()))
        others = self._known.join(before.select("post_id"), on="post_id", how="anti")
        added = _features(fresh).with_columns(duplicate_of=pl.lit(""), spam=pl.lit(value=False), spam_reason=pl.lit(""))
        self._known = pl.concat([others, added.select(others.columns)])
        keys = pl.concat([before["text_key"], added["text_key"]]).drop_nulls().unique()
        touched = pl.col("text_key").is_in(keys.to_list()) | pl.col("post_id").is_in(fresh["post_id"].to_list())
        return self._known.filter(touched)

    def _rows(self, fresh: pl.DataFrame, affected: pl.DataFrame) -> pl.DataFrame:
        """The fresh rows, and the known rows whose marks are not what they were, all with their marks."""
        marks = mark_posts(affected)
        self._known = self._known.update(marks, on="post_id", how="left")
        was = affected.select("post_id", pl.col("duplicate_of").alias("was_copy"), pl.col("spam").alias("was_spam"))
        moved = marks.join(was, on="post_id").filter(
            (pl.col("duplicate_of") != pl.col("was_copy")) | (pl.col("spam") != pl.col("was_spam"))
        )
        ids = moved.join(fresh, on="post_id", how="anti")["post_id"].to_list()
        rows = fresh
        if ids:
            there = self._lake.scan(TABLE).filter(pl.col("post_id").is_in(ids)).select(fresh.columns).collect()
            rows = pl.concat([fresh, there])
        return rows.update(marks.drop("spam_reason"), on="post_id", how="left").select(POSTS_SCHEMA.names())


def _features(posts: pl.DataFrame) -> pl.DataFrame:
    return mark_features(posts).join(posts.select("post_id", "content_hash"), on="post_id", maintain_order="left")


def _with_marks(posts: pl.DataFrame) -> pl.DataFrame:
    features = _features(posts)
    reasons = mark_posts(features).select("post_id", "spam_reason")
    stored = posts.select("post_id", "duplicate_of", "spam")
    return features.join(stored, on="post_id").join(reasons, on="post_id")
