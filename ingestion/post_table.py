"""The lake's tables `posts` and `post_signatures`: posts with their marks, and what marks are made from.

New posts are written with their marks. Marks that they move of posts that were there are noted in `moved_marks` and
written to `posts` together, at the end of a run: one by one, each batch would write much of the table anew. What marks
are made from follows in `post_signatures`; what a run that was cut off left out is made up at the next start.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from ingestion.lake import Lake
from ingestion.post_marks import FEATURES_SCHEMA, MADE_BY, KnownPosts, Room, mark_features
from ingestion.pseudonymise.stored import posts_to_frame
from ingestion.records import POSTS_SCHEMA, Post

TABLE = "posts"
SIGNATURES = "post_signatures"
SIGNATURES_SCHEMA = pl.Schema({**FEATURES_SCHEMA, "content_hash": pl.String(), "made_by": pl.String()})
"""Columns of the lake table `post_signatures`. Key: `post_id`. `content_hash` is that of the post it was made from,
`made_by` how it was made. Made from pseudonymised text without stand-ins; `forget_posts` takes rows out."""
MOVED = "moved_marks"
MOVED_SCHEMA = pl.Schema(
    {"post_id": pl.String(), "duplicate_of": pl.String(), "spam": pl.Boolean(), "batch": pl.Int64()}
)
"""Columns of the lake table `moved_marks`: marks that are to be written to `posts`; of one post those of the last batch
count. Empty between two runs."""
_MARKS = ("post_id", "duplicate_of", "spam")

_STATE = ("post_id", "author", "published_at", "content_hash", "duplicate_of", "spam")
_HEALED_AT_ONCE = 10_000
_ERASED_AT_ONCE = 1000
_SETTLED_AT_ONCE = 20_000


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
    """Rows of the table that were written, in `POSTS_SCHEMA`: new and changed posts."""


class PostTable:
    """Writes posts to the lake, each batch in one commit, and keeps duplicate and spam marks right over all history.

    Opening it reads no text but of posts whose signatures are missing or were made otherwise.
    """

    def __init__(self, lake: Lake) -> None:
        self._lake = lake
        self._known = KnownPosts(Room(None if "://" in lake.url else Path(lake.url)))
        self._moved: set[str] = set()
        self._batch = 0
        self.healed = POSTS_SCHEMA.to_frame()
        """Rows of `posts` that were written on opening: their marks did not fit the posts that are there."""
        if lake.exists(TABLE):
            self._open()

    def store(self, posts: Sequence[Post]) -> Stored:
        """Write the posts that are new or changed. Doing it again changes nothing."""
        batch = posts_to_frame(posts).unique("post_id", keep="first", maintain_order=True)
        batch = batch.filter(~pl.Series(self._known.were_given(batch["post_id"]), dtype=pl.Boolean()))
        is_new, is_same = self._known.compare(batch)
        fresh = batch.filter(~pl.Series(is_same, dtype=pl.Boolean()))
        features = mark_features(fresh)
        marks = self._known.put(_with_features(fresh, features)).drop("spam_reason")
        rows = fresh.update(marks, on="post_id", how="left").select(POSTS_SCHEMA.names())
        if not rows.is_empty():
            self._lake.merge(TABLE, rows, key=["post_id"])
        # Of a post that is noted already, what was noted counts at the next start: so its new marks are noted too.
        noted_now = ~pl.col("post_id").is_in(_ids(fresh)) | pl.col("post_id").is_in(list(self._moved))
        self._note_moved(marks.filter(noted_now))
        # Last: a post without a signature is looked at again at the next start, and so are the marks that it moves.
        self._keep(features, fresh)
        self._known.note_given(batch["post_id"])
        new, same = int(is_new.sum()), int(is_same.sum())
        return Stored(
            new=new, changed=batch.height - new - same, unchanged=same, merged=len(posts) - batch.height, rows=rows
        )

    def settle(self) -> Iterator[pl.DataFrame]:
        """Write the marks that posts moved since the last time; give the rows of `posts` that were written, some
        thousands at a time, for the index.
        """
        moved = sorted(self._moved)
        for start in range(0, len(moved), _SETTLED_AT_ONCE):
            marks = self._known.marks(moved[start : start + _SETTLED_AT_ONCE])
            yield self._written(marks.drop("spam_reason"))
        self._settled()

    def marks(self, post_ids: set[str]) -> pl.DataFrame:
        """duplicate_of, spam and spam_reason of some posts."""
        ids = sorted(post_ids)
        parts = [ids[start : start + _SETTLED_AT_ONCE] for start in range(0, len(ids), _SETTLED_AT_ONCE)]
        return pl.concat(self._known.marks(part).drop("post_id") for part in parts or [[]])

    def forget(self, post_ids: Collection[str]) -> pl.DataFrame:
        """Take posts out of what marks are made from, older versions of the table included, and bring the marks of the
        others in line. Returns the rows of `posts` that were written, for the index. The posts themselves are erased by
        whoever asks for it, before or after."""
        rows = self._written(self._known.forget(post_ids).drop("spam_reason"))
        _erase_signatures(self._lake, post_ids)
        return rows

    def _open(self) -> None:
        written = self._lake.read(TABLE, columns=_STATE)
        posts = written.update(_noted(self._lake), on="post_id", how="left")
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
        right = posts.update(pl.concat(moved).drop("spam_reason"), on="post_id", how="left")
        marks = right.select(_MARKS).join(written, on="post_id", suffix="_was")
        differ = (pl.col("duplicate_of") != pl.col("duplicate_of_was")) | (pl.col("spam") != pl.col("spam_was"))
        self.healed = self._written(marks.filter(differ).select(_MARKS))
        self._settled()
        _erase_signatures(self._lake, gone)

    def _texts(self, post_ids: pl.Series) -> Iterator[pl.DataFrame]:
        for ids in post_ids.to_frame().iter_slices(_HEALED_AT_ONCE):
            yield self._lake.scan(TABLE).join(ids.lazy(), on="post_id", how="semi").select(*_STATE, "text").collect()

    def _written(self, marks: pl.DataFrame) -> pl.DataFrame:
        """Rows of the table that the marks are of, written with them."""
        if marks.is_empty():
            return POSTS_SCHEMA.to_frame()
        there = self._lake.scan(TABLE).select(POSTS_SCHEMA.names()).filter(pl.col("post_id").is_in(_ids(marks)))
        rows = there.collect().update(marks, on="post_id", how="left").select(POSTS_SCHEMA.names())
        if not rows.is_empty():
            self._lake.merge(TABLE, rows, key=["post_id"])
        return rows

    def _note_moved(self, marks: pl.DataFrame) -> None:
        """Keep marks of posts that are in the table, to be written there later."""
        if marks.is_empty():
            return
        self._batch += 1
        self._lake.append(MOVED, marks.select(*_MARKS, batch=pl.lit(self._batch, pl.Int64())))
        self._moved.update(marks["post_id"])

    def _settled(self) -> None:
        self._moved.clear()
        if self._lake.exists(MOVED) and self._lake.rows(MOVED):
            self._lake.replace_all(MOVED, MOVED_SCHEMA.to_frame())

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


def unsettled(lake: Lake) -> list[str]:
    """Posts whose marks a run that was cut off left to be written, sorted."""
    return sorted(set(_noted(lake)["post_id"]))


def _noted(lake: Lake) -> pl.DataFrame:
    """The last marks noted of each post."""
    noted = lake.read(MOVED) if lake.exists(MOVED) else MOVED_SCHEMA.to_frame()
    return noted.sort("batch").unique("post_id", keep="last", maintain_order=True).select(_MARKS)


def _ids(rows: pl.DataFrame) -> pl.Series:
    return rows["post_id"].implode()


def _with_features(posts: pl.DataFrame, features: pl.DataFrame) -> pl.DataFrame:
    return posts.select(_STATE).with_columns(features.drop("post_id"))


def _erase_signatures(lake: Lake, post_ids: Collection[str]) -> None:
    if not lake.exists(SIGNATURES):
        return
    ids = list(post_ids)
    for start in range(0, len(ids), _ERASED_AT_ONCE):
        listed = ", ".join(f"'{id}'" for id in ids[start : start + _ERASED_AT_ONCE])
        lake.erase(SIGNATURES, f"post_id IN ({listed})")
