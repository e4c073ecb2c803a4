"""Posts that were taken back where they came from: the lake's table `withdrawn_posts`. The next sweep erases them."""

from __future__ import annotations

from collections.abc import Collection

import polars as pl

from ingestion.lake import Lake

TABLE = "withdrawn_posts"
WITHDRAWN_SCHEMA = pl.Schema({"post_id": pl.String(), "source": pl.String()})
"""Columns of the lake table `withdrawn_posts`. Key: `post_id`. Its rows go with their posts."""


def note_withdrawn(lake: Lake, source: str, *, withdrawn: Collection[str], seen: Collection[str]) -> int:
    """Note posts of a source that it no longer has, and strike out those that it has again; return how many of those
    that the lake holds are new.
    """
    noted = withdrawn_posts(lake)
    held = WITHDRAWN_SCHEMA.to_frame()
    if withdrawn and lake.exists("posts"):
        held = lake.scan("posts").select(held.columns).filter(pl.col("post_id").is_in(list(withdrawn))).collect()
    new = held.filter(pl.col("source") == source).join(noted, on="post_id", how="anti")
    left = pl.concat([noted.filter(~pl.col("post_id").is_in(list(seen))), new])
    if new.height or left.height != noted.height:
        lake.replace_all(TABLE, left.sort("post_id"))
    return new.height


def withdrawn_posts(lake: Lake) -> pl.DataFrame:
    """Posts that are to be erased, in `WITHDRAWN_SCHEMA`."""
    return lake.read(TABLE) if lake.exists(TABLE) else WITHDRAWN_SCHEMA.to_frame()
