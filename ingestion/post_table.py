"""The lake's tables `posts` and `post_signatures`: posts with their marks, and what marks are made from.

A post and the marks that it moves are one commit of `posts`, so that marks always fit the posts that are there. What
they are made from follows in `post_signatures`; what a run that was cut off left out is made up at the next start.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from ingestion.lake import Lake
from ingestion.post_marks import FEATURES_SCHEMA, MADE_BY, MARKS_SCHEMA, KnownPosts, mark_features
from ingestion.pseudonymise.stored import posts_to_frame
from ingestion.records import POSTS_SCHEMA, Post

TABLE = "posts"
SIGNATURES = "post_signatures"
SIGNATURES_SCHEMA = pl.Schema({**FEATURES_SCHEMA, "content_hash": pl.String(), "made_by": pl.String()})
"""Columns of the lake table `post_signatures`. Key: `post_id`. `content_hash` is that of the post it was made from,
`made_by` how it was made. Made from pseudonymised text without stand-ins; `forget_posts` takes rows out."""

_STATE = ("post_id", "author", "published_at", "content_hash", "duplicate_of", "spam")
_HEALED_AT_ONCE = 10_000
_ERASED_AT_ONCE = 1000


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
    """Writes posts to the lake, each batch in one commit, and keeps duplicate and spam marks right over all history.

    Opening it reads no text but of posts whose signatures are missing or were made otherwise.
    """

    def __init__(self, lake: Lake) -> None:
        self._lake = lake
        self._known = KnownPosts()
        self._seen: set[str] = set()
        self.healed = POSTS_SCHEMA.to_frame()
        """Rows of `posts` that were written on opening: their marks did not fit the posts that are there."""
        if lake.exists(TABLE):
            self._open()

    def store(self, posts: Sequence[Post]) -> Stored:
        """Write the posts that are new or changed. Doing it again changes nothing."""
        unseen = [post for post in posts if post.post_id not in self._seen]
        batch = posts_to_frame(unseen).unique("post_id", keep="first", maintain_order=True)
        is_new, is_same = self._known.compare(batch)
        fresh = batch.filter(~pl.Series(is_same, dtype=pl.Boolean()))
        features = mark_features(fresh)
        rows = self._rows(fresh, self._known.put(_with_features(fresh, features)))
        if not rows.is_empty():
            self._lake.merge(TABLE, rows, key=["post_id"])
        self._keep(features, fresh)
        self._seen.update(batch["post_id"])
        new, same = int(is_new.sum()), int(is_same.sum())
        return Stored(
            new=new, changed=batch.height - new - same, unchanged=same, merged=len(posts) - batch.height, rows=rows
        )

    def marks(self, post_ids: set[str]) -> pl.DataFrame:
        """duplicate_of, spam and spam_reason of some posts."""
        return self._known.marks(post_ids).drop("post_id")

    @property
    def seen(self) -> set[str]:
        """Ids of the posts given so far."""
        return self._seen

    def forget(self, post_ids: Collection[str]) -> pl.DataFrame:
        """Take posts out of what marks are made from, older versions of the table included, and bring the marks of the
        others in line. Returns the rows of `posts` that were written, for the index. The posts themselves are erased by
        whoever asks for it, before or after."""
        moved = self._known.forget(post_ids)
        rows = self._rows(POSTS_SCHEMA.to_frame(), moved)
        if not rows.is_empty():
            self._lake.merge(TABLE, rows, key=["post_id"])
        _erase_signatures(self._lake, post_ids)
        return rows

    def _open(self) -> None:
        posts = self._lake.read(TABLE, columns=_STATE)
        kept = SIGNATURES_SCHEMA.to_frame()
        if self._lake.exists(SIGNATURES):
            kept = self._lake.read(SIGNATURES)
        made = kept.filter(pl.col("made_by") == MADE_BY).drop("made_by")
        known = posts.join(made, on=["post_id", "content_hash"], how="inner")
        missing = posts.join(made, on=["post_id", "content_hash"], how="anti")["post_id"]
        gone = kept.join(posts, on="post_id", how="anti")["post_id"]
        moved = [self._known.load(known, marks_fit=gone.is_empty())]
        for texts in self._texts(missing):
            features = mark_features(texts)
            moved.append(self._known.put(_with_features(texts, features)))
            self._keep(features, texts)
        marks = pl.concat(moved).unique("post_id", keep="last").join(posts, on="post_id", suffix="_was")
        differ = (pl.col("duplicate_of") != pl.col("duplicate_of_was")) | (pl.col("spam") != pl.col("spam_was"))
        self.healed = self._rows(POSTS_SCHEMA.to_frame(), marks.filter(differ).select(MARKS_SCHEMA.names()))
        if not self.healed.is_empty():
            self._lake.merge(TABLE, self.healed, key=["post_id"])
        _erase_signatures(self._lake, gone)

    def _texts(self, post_ids: pl.Series) -> Iterator[pl.DataFrame]:
        for ids in post_ids.to_frame().iter_slices(_HEALED_AT_ONCE):
            yield self._lake.scan(TABLE).join(ids.lazy(), on="post_id", how="semi").select(*_STATE, "text").collect()

    def _rows(self, fresh: pl.DataFrame, marks: pl.DataFrame) -> pl.DataFrame:
        """The fresh rows, and the rows of the table that other marks are of, all with their marks."""
        ids = marks.join(fresh, on="post_id", how="anti").select("post_id")
        rows = fresh
        if not ids.is_empty():
            there = self._lake.scan(TABLE).join(ids.lazy(), on="post_id", how="semi").select(fresh.columns).collect()
            rows = pl.concat([fresh, there])
        return rows.update(marks.drop("spam_reason"), on="post_id", how="left").select(POSTS_SCHEMA.names())

    def _keep(self, features: pl.DataFrame, posts: pl.DataFrame) -> None:
        if features.is_empty():
            return
        rows = features.with_columns(posts["content_hash"], pl.lit(MADE_BY).alias("made_by"))
        self._lake.merge(SIGNATURES, rows.select(SIGNATURES_SCHEMA.names()), key=["post_id"])


def forget_posts(lake: Lake, post_ids: Collection[str]) -> pl.DataFrame:
    """`PostTable.forget` for a lake that no ingestion has open. Returns the rows of `posts` whose marks it moved."""
    if not lake.exists(TABLE):
        _erase_signatures(lake, post_ids)
        return POSTS_SCHEMA.to_frame()
    table = PostTable(lake)
    moved = table.forget(post_ids)
    return pl.concat([table.healed.join(moved, on="post_id", how="anti"), moved])


def _with_features(posts: pl.DataFrame, features: pl.DataFrame) -> pl.DataFrame:
    return posts.select(_STATE).with_columns(features.drop("post_id"))


def _erase_signatures(lake: Lake, post_ids: Collection[str]) -> None:
    if not lake.exists(SIGNATURES):
        return
    ids = list(post_ids)
    for start in range(0, len(ids), _ERASED_AT_ONCE):
        listed = ", ".join(f"'{id}'" for id in ids[start : start + _ERASED_AT_ONCE])
        lake.erase(SIGNATURES, f"post_id IN ({listed})")
