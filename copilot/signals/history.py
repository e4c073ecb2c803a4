"""A term's weeks, observed beside expected: what a chart of a signal shows."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from copilot.settings import SignalSettings
from copilot.signals.counting import DAYS, count_weeks, read_volumes
from copilot.signals.detection import DETECTION_WEEKS, detect_weeks, find_rises
from copilot.signals.mentions import MENTIONS
from ingestion.lake import Lake

HISTORY_SCHEMA = pl.Schema(
    {"week_ending": pl.Date(), "authors": pl.Int64(), "expected": pl.Float64(), "upper": pl.Float64()}
)


def weekly_history(
    lake: Lake, term_id: str, as_of: date, market: str = "", weeks: int = 52, *, settings: SignalSettings | None = None
) -> pl.DataFrame:
    """Observed and expected authors of a term in the `weeks` weeks before `as_of`, oldest first: HISTORY_SCHEMA.

    `week_ending` is the last day of a week; `upper` is the count from which on the week's p-value is under the false
    discovery rate. Both are null where there was too little before to expect anything. Weeks without any post in the
    market are left out; empty where the term was never said there. Raises `TableMissingError` where no mentions were
    ever counted.
    """
    settings = settings or SignalSettings()
    span = weeks + DETECTION_WEEKS
    mentions = lake.scan(MENTIONS).filter(pl.col("date") < as_of).collect()
    volumes = read_volumes(lake, as_of, weeks=span)
    # The term's own rise is no growth of the sources, at whatever week it was.
    apart = {*find_rises(mentions, volumes, as_of, settings).apart, term_id}
    counts = count_weeks(mentions, volumes, as_of, weeks=span, apart=apart)
    rows = counts.series.with_row_index("row").filter(pl.col("term_id") == term_id, pl.col("market") == market)
    if rows.is_empty():
        return HISTORY_SCHEMA.to_frame()
    row = rows["row"][0]
    tested = detect_weeks(counts, settings, weeks=weeks, apart=apart)
    found = pl.concat([frame.slice(row, 1) for frame in tested])
    return (
        found.with_columns(
            week_ending=pl.Series([as_of - timedelta(days=1 + DAYS * back) for back in range(found.height)]),
            covered=pl.Series(counts.covered[row, : found.height]),
            expected=pl.when("known").then("expected_authors"),
            upper=pl.when("known").then("upper_authors"),
        )
        .filter("covered")
        .select(HISTORY_SCHEMA.names())
        .reverse()
    )
