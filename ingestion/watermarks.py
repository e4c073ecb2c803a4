"""How far each source was read: the lake's table `watermarks`."""

from __future__ import annotations

import polars as pl

from ingestion.lake import Lake
from ingestion.sources.source import Source, Watermark

TABLE = "watermarks"
WATERMARKS_SCHEMA = pl.Schema(
    {
        "source": pl.String(),
        "stream": pl.String(),
        "last_published_at": pl.Datetime("us", "UTC"),
        "last_post_id": pl.String(),
        "read": pl.Int64(),
    }
)
"""Columns of the lake table `watermarks`: the fields of `Watermark`. Key: source, stream."""


def read_watermark(lake: Lake, source: Source) -> Watermark | None:
    """How far the source's stream was read; None where it never was, or where the posts are gone."""
    if not lake.exists(TABLE) or not lake.exists("posts"):
        return None
    rows = lake.read(TABLE).filter((pl.col("source") == source.name) & (pl.col("stream") == source.stream))
    return Watermark(**rows.row(0, named=True)) if rows.height else None


def source_of(lake: Lake, stream: str) -> str | None:
    """The source under which a stream was read to its end, the first by name; None where it never was."""
    if not lake.exists(TABLE) or not lake.exists("posts"):
        return None
    rows = lake.read(TABLE).filter(pl.col("stream") == stream)
    first: str | None = rows["source"].min()  # type: ignore[assignment]  # of a column of strings
    return first


def write_watermark(lake: Lake, mark: Watermark) -> None:
    """Keep it in place of the one that the stream had."""
    row = pl.DataFrame([vars(mark)], schema=WATERMARKS_SCHEMA)
    lake.merge(TABLE, row, key=["source", "stream"])
