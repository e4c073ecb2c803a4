"""Which terms rise, and what is behind one."""

from __future__ import annotations

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
    "top_author_share": "share",
    "p_value": "share",
}
"""Figures of a signal."""
_RISING = ("emerging", "rising", "peaking")


def rising_terms(context: Context, *, market: str = "", limit: int = 10, language: Language = "en") -> Evidence:
    """Terms that more authors use than expected, gravest first; `market` is a country, empty: all markets together.

    Terms that are fading are left out, and so are those with fewer authors than the floor. Notes: `nothing_rises`,
    `stale_signals` when they were computed on an earlier morning, `cut`. Raises `NoDataError` where none were computed.
    """
    signals, notes = newest_signals(context)
    floor = context.workspace.settings.signals.minimum_authors
    rising = signals.filter(
        pl.col("market") == market, pl.col("stage").is_in(list(_RISING)), pl.col("authors") >= floor
    ).sort(pl.col("severity").neg(), pl.col("ratio").neg(), "term_id")
    named = with_terms(context, rising, language)
    shown = named.head(limit)
    notes += ["nothing_rises"] if rising.is_empty() else []
    bars = [shown[column].to_list() for column in ("term", "authors", "expected_authors")]
    chart = charts.terms_bars(*bars, language=language)
    return make_evidence(
        "signal",
        as_of=context.as_of,
        sources=context.versions("signals", "mentions", "posts"),
        rows=to_rows(shown, SIGNAL_UNITS, dates=("first_seen_on",)),
        totals=to_figures({"terms": named.height}, {"terms": "terms"}),
        row_count=named.height,
        charts=[chart] if shown.height else [],
        notes=[*notes, *(["cut"] if named.height > limit else [])],
    )


def newest_signals(context: Context) -> tuple[pl.DataFrame, list[str]]:
    """Signals of the newest morning that they were looked for, perhaps none, and the notes on that.

    Raises `NoDataError` where they never were.
    """
    day = context.derived("signal_runs", command="signals")["as_of"][0]
    try:
        signals = context.workspace.lake.scan("signals").filter(pl.col("as_of") == day).collect()
    except TableMissingError:
        signals = SIGNALS_SCHEMA.to_frame()
    return signals, ["stale_signals"] if day < context.as_of else []


def with_terms(context: Context, frame: pl.DataFrame, language: Language) -> pl.DataFrame:
    """The frame with `term`: how its `term_id` is called; ids that the lexicon no longer has are left as they are."""
    terms = context.lexicon.terms
    labels = {id: context.lexicon.label(id, language) if id in terms else id for id in frame["term_id"].unique()}
    named = pl.col("term_id").replace_strict(labels, return_dtype=pl.String) if labels else pl.col("term_id")
    return frame.with_columns(term=named)
