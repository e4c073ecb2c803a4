"""Which terms rise, and what is behind one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Literal

import polars as pl

from copilot.evidence import Evidence, Unit, make_evidence
from copilot.lookups import charts
from copilot.lookups.context import Context
from copilot.lookups.rows import to_figures, to_rows
from copilot.settings import Language
from copilot.signals.records import SIGNALS_SCHEMA
from ingestion.errors import TableMissingError

SIGNAL_UNITS: dict[str, Unit] = {
    "authors": "authors",
    "expected_authors": "authors",
    "ratio": "ratio",
    "growth": "share",
    "severity": "severity",
    "posts": "posts",
    "p_value": "share",
}
"""Figures of a signal."""
Direction = Literal["rising", "fading"]
IN_MARKET = "in_market"
"""Note that what is said is of one country alone."""
_STAGES: Mapping[Direction, tuple[str, ...]] = {"rising": ("emerging", "rising", "peaking"), "fading": ("fading",)}


def rising_terms(
    context: Context,
    *,
    market: str = "",
    direction: Direction = "rising",
    limit: int = 10,
    language: Language = "en",
) -> Evidence:
    """Terms that more authors use than expected, gravest first; `market` is a country, empty: all markets together.

    They are those that rise or stand at their peak, or those that are `fading`; terms with fewer authors than the floor
    are left out. Notes: `in_market:` with the country, `nothing_rises` or `nothing_fades`, `stale_signals` when they
    were computed on an earlier morning, `cut`. Raises `NoDataError` where none were computed.
    """
    signals, notes = newest_signals(context)
    rising = signals.filter(pl.col("market") == market, pl.col("stage").is_in(_STAGES[direction])).sort(
        pl.col("severity").neg(), pl.col("ratio").neg(), "term_id"
    )
    named = with_terms(context, rising, language)
    shown = named.head(limit)
    notes += in_market(market)
    notes += [] if rising.height else ["nothing_rises" if direction == "rising" else "nothing_fades"]
    bars = [shown[column].to_list() for column in ("term", "authors", "expected_authors")]
    chart = charts.terms_bars(*bars, language=language)
    evidence = make_evidence(
        "signal",
        as_of=context.as_of,
        sources=context.versions("signals", "mentions", "posts"),
        rows=to_rows(shown, SIGNAL_UNITS, dates=("first_seen_on",)),
        totals=to_figures({"terms": named.height}, {"terms": "terms"}),
        row_count=named.height,
        charts=[chart] if shown.height else [],
        notes=[*notes, *(["cut"] if named.height > limit else [])],
    )
    # Each row was held to the floor by itself: so many terms rise is a count of terms, not of people.
    return context.floor.released(evidence, authors=context.floor.min_authors)


def in_market(market: str) -> list[str]:
    """That note; none for all markets together."""
    return [f"{IN_MARKET}:{market}"] if market else []


def newest_signals(context: Context) -> tuple[pl.DataFrame, list[str]]:
    """Signals that may be shown of the newest morning that they were looked for, perhaps none, and the notes on that.

    Raises `NoDataError` where they never were.
    """
    day = context.derived("signal_runs", command="signals")["as_of"][0]
    try:
        signals = context.workspace.lake.scan("signals").filter(pl.col("as_of") == day).collect()
    except TableMissingError:
        signals = SIGNALS_SCHEMA.to_frame()
    return context.floor.signals(signals, _everywhere(context, day)), ["stale_signals"] if day < context.as_of else []


def _everywhere(context: Context, day: date) -> pl.DataFrame:
    """Distinct authors of each term in the 7 days before a morning, over all markets: term_id, all_authors."""
    try:
        mentions = context.workspace.lake.scan("mentions")
    except TableMissingError:
        return pl.DataFrame(schema={"term_id": pl.String, "all_authors": pl.Int64})
    week = mentions.filter(pl.col("date") < day, pl.col("date") >= day - timedelta(days=7))
    return week.group_by("term_id").agg(all_authors=pl.col("author").n_unique().cast(pl.Int64)).collect()


def with_terms(context: Context, frame: pl.DataFrame, language: Language) -> pl.DataFrame:
    """The frame with `term`: how its `term_id` is called; ids that the lexicon no longer has are left as they are."""
    terms = context.lexicon.terms
    labels = {id: context.lexicon.label(id, language) if id in terms else id for id in frame["term_id"].unique()}
    named = pl.col("term_id").replace_strict(labels, return_dtype=pl.String) if labels else pl.col("term_id")
    return frame.with_columns(term=named)
