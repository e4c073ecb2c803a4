"""Posts as rows of the lake's table `posts`, and back: what is stored was pseudonymised before."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from ingestion.records import POSTS_SCHEMA, Post


def posts_to_frame(posts: Sequence[Post]) -> pl.DataFrame:
    """One row a post, in `POSTS_SCHEMA`."""
    columns = {name: [getattr(post, name) for post in posts] for name in POSTS_SCHEMA if name != "personal_data"}
    kinds = [list(post.personal_data) for post in posts]
    return pl.DataFrame({**columns, "personal_data": kinds}, schema=POSTS_SCHEMA)


def posts_from_frame(frame: pl.DataFrame) -> list[Post]:
    """One post a row of a frame that has the columns of `POSTS_SCHEMA`."""
    rows = frame.select(POSTS_SCHEMA.names()).iter_rows(named=True)
    return [Post(**{**row, "personal_data": tuple(row["personal_data"] or ())}) for row in rows]


def shown_text(title: str, text: str) -> str:
    """Title and text as one: what is read, searched and quoted."""
    return f"{title}\n{text}" if title else text
