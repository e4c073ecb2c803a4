"""A term's weeks, observed beside expected: what a chart of a signal shows."""

from __future__ import annotations

from datetime import date

import polars as pl

from copilot.settings import SignalSettings
from copilot.signals.counting import count_days, read_volumes
from copilot.signals.detector import REPLAYED, WEEKS_SCHEMA, Detector
from copilot.signals.mentions import MENTIONS
from copilot.signals.weeks import DAYS, HISTORY_WEEKS
from ingestion.lake import Lake

__all__ = ["HISTORY_SCHEMA", "weekly_history"]

HISTORY_SCHEMA = WEEKS_SCHEMA


def weekly_history(
    lake: Lake, term_id: str, as_of: date, market: str = "", weeks: int = 52, *, settings: SignalSettings | None = None
) -> pl.DataFrame:
    """Observed and expected authors of a term in the `weeks` weeks before `as_of`, oldest first: HISTORY_SCHEMA.

    `week_ending` is the last day of a week; `upper` is the count from which on the week's p-value is under the false
    discovery rate. Both are null where there was too little before to expect anything. While a term rises they are what
    they were before it rose. Weeks without any post in the market are left out; empty where the term was never said
    there. Raises `TableMissingError` where no mentions were ever counted.
    """
    settings = settings or SignalSettings()
    mentions = lake.scan(MENTIONS).filter(pl.col("date") < as_of).collect()
    replayed = max(REPLAYED, DAYS * weeks)
    volumes = read_volumes(lake, as_of, days=DAYS * HISTORY_WEEKS + replayed)
    counts = count_days(mentions, volumes, as_of, days=DAYS * HISTORY_WEEKS + replayed)
    rows = counts.series.with_row_index("row").filter(pl.col("term_id") == term_id, pl.col("market") == market)
    if rows.is_empty():
        return HISTORY_SCHEMA.to_frame()
    row = int(rows["row"][0])
    return Detector(counts, settings).weeks_of(row, mornings=replayed, weeks=weeks)
