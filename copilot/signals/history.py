"""The weeks of terms, observed beside expected: what a chart of a signal shows."""

from __future__ import annotations

from datetime import date

import polars as pl

from copilot.settings import SignalSettings
from copilot.signals.counting import count_days, read_volumes
from copilot.signals.detector import REPLAYED, WEEKS_SCHEMA, Detector
from copilot.signals.mentions import MENTIONS
from copilot.signals.weeks import DAYS, HISTORY_WEEKS
from ingestion.lake import Lake

__all__ = ["HISTORY_SCHEMA", "history_of", "weekly_histories"]

HISTORY_SCHEMA = WEEKS_SCHEMA


def weekly_histories(
    lake: Lake, as_of: date, weeks: int = 52, *, settings: SignalSettings | None = None
) -> pl.DataFrame:
    """Observed and expected authors in the `weeks` weeks before `as_of`, oldest first: term_id, market, HISTORY_SCHEMA.

    One pass gives every term in every market. `week_ending` is the last day of a week; `upper` is the count from which
    on the week's p-value is under the false discovery rate. Both are null where there was too little before to expect
    anything. While a term rises they are what they were before it rose. Weeks without any post in the market are left
    out. Raises `TableMissingError` where no mentions were ever counted.
    """
    settings = settings or SignalSettings()
    mentions = lake.scan(MENTIONS).filter(pl.col("date") < as_of).collect()
    replayed = max(REPLAYED, DAYS * weeks)
    volumes = read_volumes(lake, as_of, days=DAYS * HISTORY_WEEKS + replayed)
    counts = count_days(mentions, volumes, as_of, days=DAYS * HISTORY_WEEKS + replayed)
    series = counts.series.select("term_id", "market").with_row_index("row")
    if series.is_empty():
        return series.drop("row").join(HISTORY_SCHEMA.to_frame(), how="cross")
    found = Detector(counts, settings).weeks(mornings=replayed, weeks=weeks)
    return series.join(found, on="row").drop("row").sort("term_id", "market", "week_ending")


def history_of(histories: pl.DataFrame, term_id: str, market: str = "") -> pl.DataFrame:
    """One term's weeks in one market, HISTORY_SCHEMA; empty where it was never said there."""
    return histories.filter(pl.col("term_id") == term_id, pl.col("market") == market).select(HISTORY_SCHEMA.names())
