"""The tables about posts and the index, compared post by post: what a crash, a lost folder or a hand in the files left.

Runs that are cut off are mended by the next one. These checks look at everything, whatever is known to be in line.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import polars as pl

from ingestion.index_comparison import index_gap
from ingestion.lake import Lake
from ingestion.post_digests import TABLE as DIGESTS
from ingestion.post_index import sync_index
from ingestion.post_table import SIGNATURES, PostTable, unsettled
from ingestion.post_table import TABLE as POSTS
from ingestion.progress import Progress, silent
from vectorstore.encoder import Encoder
from vectorstore.store import DocumentStore

DifferenceKind = Literal["doubled", "missing", "outdated", "left_over", "unknown_original"]

_SHOWN = 5
_ERASED_AT_ONCE = 1000


@dataclass(frozen=True, kw_only=True)
class PostDifference:
    """One way in which what is kept about posts does not fit the posts."""

    place: str
    """`index`, or a table of the lake."""
    kind: DifferenceKind
    """What the place has of the posts counted: one twice, not at all, otherwise than the lake's table `posts`, although
    the post is gone, or a first post of a copy that is gone."""
    count: int
    examples: tuple[str, ...]
    """The first ids: pseudonyms."""

    def summary(self) -> str:
        """One line for people."""
        return f"{self.place}: posts that are {_SAID[self.kind]}: {self.count:,}, as {', '.join(self.examples)}."


_SAID: dict[DifferenceKind, str] = {
    "doubled": "there twice",
    "missing": "missing",
    "outdated": "there as they no longer are",
    "left_over": "there although they are gone",
    "unknown_original": "marked as copies of one that is gone",
}


def check_posts(lake: Lake, store: DocumentStore | None) -> list[PostDifference]:
    """Every difference between the posts, what is kept about them and the index, None where there is none yet; changes
    nothing.
    """
    gap = index_gap(lake, store)
    found = [
        _difference("index", "missing", gap.missing),
        _difference("index", "outdated", gap.outdated),
        _difference("index", "left_over", gap.left_over),
        *(_table_differences(lake) if lake.exists(POSTS) else ()),
    ]
    return [difference for difference in found if difference.count]


def repair_posts(lake: Lake, store: DocumentStore, encoder: Encoder, *, progress: Progress = silent) -> None:
    """Mend what `check_posts` finds. Nothing is lost: what was prepared from a post is made from it again."""
    if lake.exists(POSTS):
        _unify(lake)
        if _lost_originals(lake):
            # Marks are made anew for all posts where nothing is known that they were made from.
            _erase(lake, SIGNATURES, _ids(lake, SIGNATURES))
        PostTable(lake)
        _erase(lake, DIGESTS, _left_over(lake, DIGESTS))
    sync_index(lake, store, encoder, progress=progress)


def _table_differences(lake: Lake) -> Iterator[PostDifference]:
    yield _difference(POSTS, "doubled", _doubled(lake))
    yield _difference(POSTS, "unknown_original", _lost_originals(lake))
    yield _difference(POSTS, "outdated", unsettled(lake))
    posts = lake.scan(POSTS).select("post_id", "content_hash")
    made = lake.scan(SIGNATURES).select("post_id", "content_hash") if lake.exists(SIGNATURES) else posts.clear()
    yield _difference(SIGNATURES, "missing", _sorted(posts.join(made, on="post_id", how="anti")))
    both = posts.join(made, on="post_id", suffix="_made")
    yield _difference(
        SIGNATURES, "outdated", _sorted(both.filter(pl.col("content_hash") != pl.col("content_hash_made")))
    )
    for table in (SIGNATURES, DIGESTS):
        yield _difference(table, "left_over", _left_over(lake, table))


def _difference(place: str, kind: DifferenceKind, ids: Sequence[str]) -> PostDifference:
    return PostDifference(place=place, kind=kind, count=len(ids), examples=tuple(ids[:_SHOWN]))


def _doubled(lake: Lake) -> list[str]:
    return _sorted(lake.scan(POSTS).filter(pl.col("post_id").is_duplicated()).select(pl.col("post_id").unique()))


def _lost_originals(lake: Lake) -> list[str]:
    copies = lake.scan(POSTS).filter(pl.col("duplicate_of") != "").select("post_id", "duplicate_of")
    return _sorted(copies.join(lake.scan(POSTS), left_on="duplicate_of", right_on="post_id", how="anti"))


def _left_over(lake: Lake, table: str) -> list[str]:
    if not lake.exists(table):
        return []
    return _sorted(lake.scan(table).join(lake.scan(POSTS), on="post_id", how="anti"))


def _ids(lake: Lake, table: str) -> list[str]:
    return _sorted(lake.scan(table)) if lake.exists(table) else []


def _sorted(rows: pl.LazyFrame) -> list[str]:
    return rows.select(pl.col("post_id").sort()).collect()["post_id"].to_list()


def _unify(lake: Lake) -> None:
    """One row a post: rows of one id that differ tell of one post at two times, and nothing says which is older."""
    doubled = _doubled(lake)
    if doubled:
        rows = lake.scan(POSTS).filter(pl.col("post_id").is_in(doubled)).collect()
        lake.replace_where(POSTS, "post_id", doubled, rows.unique("post_id", keep="first", maintain_order=True))


def _erase(lake: Lake, table: str, ids: Sequence[str]) -> None:
    for start in range(0, len(ids), _ERASED_AT_ONCE):
        listed = ", ".join(f"'{id}'" for id in ids[start : start + _ERASED_AT_ONCE])
        lake.erase(table, f"post_id IN ({listed})")
