"""Analogues kept in the lake, and read from it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import polars as pl

from copilot.planning.launches.records import ANALOGUES_SCHEMA, ANALOGUES_TABLE
from ingestion.errors import TableMissingError
from ingestion.lake import Lake


def keeper(lake: Lake, as_of: date) -> Callable[[pl.DataFrame], int]:
    """What puts analogues in place of those of the same morning, and returns the table's version."""
    return lambda rows: lake.replace_day(ANALOGUES_TABLE, rows, as_of=as_of)


def read_analogues(lake: Lake, *, as_of: date) -> pl.DataFrame:
    """Analogues found on that morning, in `ANALOGUES_SCHEMA`; no rows where there are none."""
    try:
        found = lake.scan(ANALOGUES_TABLE).filter(pl.col("as_of") == as_of).collect()
    except TableMissingError:
        return ANALOGUES_SCHEMA.to_frame()
    return found.select(ANALOGUES_SCHEMA.names())
