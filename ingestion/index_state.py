"""Whether the index is in line with the posts, known without a look at either: the lake's table `index_state`.

It holds the version of the posts that the index was last seen in line with, and how many documents it had then. A run
that was cut off leaves a newer version of the posts than that; an index put back from a copy has another count.
"""

from __future__ import annotations

import polars as pl

from ingestion.lake import Lake
from vectorstore.store import DocumentStore

TABLE = "index_state"
INDEX_STATE_SCHEMA = pl.Schema({"encoder": pl.String(), "posts_version": pl.Int64(), "documents": pl.Int64()})
"""Columns of the lake table `index_state`. Key: encoder, the fingerprint of the one that made the vectors."""


def is_in_line(lake: Lake, store: DocumentStore) -> bool:
    """Whether it was in line at this very version of the posts."""
    if not lake.exists("posts") or not lake.exists(TABLE):
        return False
    rows = lake.read(TABLE).filter(pl.col("encoder") == store.schema.encoder)
    return rows.select("posts_version", "documents").rows() == [(lake.version("posts"), store.count())]


def record_in_line(lake: Lake, store: DocumentStore) -> None:
    """Keep that it is in line with the posts as they are now."""
    if lake.exists("posts"):
        state = (store.schema.encoder, lake.version("posts"), store.count())
        lake.merge(TABLE, pl.DataFrame([state], schema=INDEX_STATE_SCHEMA, orient="row"), key=["encoder"])
