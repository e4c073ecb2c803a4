"""Signals as they are kept in the lake: read as of a morning, written so that the same rows make no change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date

import polars as pl

from copilot.signals.records import SIGNALS_SCHEMA, Signal
from ingestion.errors import TableMissingError
from ingestion.lake import Lake

SIGNALS = "signals"
RUNS = "signal_runs"


def read_signals(lake: Lake, as_of: date) -> list[Signal]:
    """Signals of the newest morning up to `as_of` on which they were looked for, gravest first; perhaps none.

    Raises `TableMissingError` where they never were.
    """
    runs = lake.scan(RUNS).filter(pl.col("as_of") <= as_of).select(pl.col("as_of").max()).collect()
    if runs.item() is None:
        raise TableMissingError(SIGNALS)
    rows = lake.scan(SIGNALS).filter(pl.col("as_of") == runs.item()).select(SIGNALS_SCHEMA.names()).collect()
    return in_order([Signal(**row) for row in rows.iter_rows(named=True)])


def in_order(signals: Sequence[Signal]) -> list[Signal]:
    """Gravest first; all markets before one."""
    return sorted(signals, key=lambda s: (s.market != "", -s.severity, -s.ratio, s.term_id, s.market))


def to_frame(signals: Sequence[Signal]) -> pl.DataFrame:
    """SIGNALS_SCHEMA."""
    return pl.DataFrame([asdict(signal) for signal in signals], schema=SIGNALS_SCHEMA)


def write_day(lake: Lake, table: str, frame: pl.DataFrame, as_of: date) -> int:
    """Put the rows of a morning in place of those there, where they differ; return the table's version."""
    if lake.exists(table):
        there = lake.scan(table).filter(pl.col("as_of") == as_of).select(frame.columns).collect()
        if there.sort(frame.columns).equals(frame.sort(frame.columns)):
            return lake.version(table)
    return lake.replace_day(table, frame, as_of=as_of)
