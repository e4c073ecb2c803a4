"""The signals of a morning: mentions, counts, detection, and what is kept of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import polars as pl

from copilot.settings import SignalSettings
from copilot.signals.counting import read_volumes
from copilot.signals.detection import DETECTION_DAYS, find_rises
from copilot.signals.history import history_of, weekly_histories
from copilot.signals.kept import RUNS, SIGNALS, in_order, read_signals, to_frame, write_day
from copilot.signals.lexicon import load_lexicon
from copilot.signals.mentions import MENTIONS, MentionReport, update_mentions
from copilot.signals.past import update_past_rises
from copilot.signals.products import product_links
from copilot.signals.records import SIGNAL_RUNS_SCHEMA, ProductLink, Signal
from copilot.signals.stages import began_on, severity, stage
from copilot.signals.weeks import ALL_MARKETS, BASELINE_WEEKS, DAYS, GAP_WEEKS
from ingestion.errors import TableMissingError
from ingestion.lake import Lake
from ingestion.progress import Progress, silent
from ingestion.warehouse import Warehouse

__all__ = ["SignalReport", "history_of", "product_links", "read_signals", "update_signals", "weekly_histories"]


@dataclass(frozen=True, kw_only=True)
class SignalReport:
    """What a morning's search for signals did and found."""

    as_of: date
    signals: tuple[Signal, ...]
    """Gravest first, all markets before one."""
    links: tuple[ProductLink, ...]
    """Products that the signals' terms are about."""
    mentions: MentionReport
    posts: int
    """Dated posts before `as_of`, without spam and duplicates."""
    undated_posts: int
    """Posts without a date: in no count."""
    series_tested: int
    """Terms x markets tested; 0 where there are too few weeks of posts to expect anything."""
    baseline_weeks: int
    """Weeks of posts that expectations rest on, at most 12."""


def update_signals(
    lake: Lake, warehouse: Warehouse, as_of: date, settings: SignalSettings, progress: Progress = silent
) -> SignalReport:
    """Count new mentions, find what rises as of the morning of `as_of`, and keep it in `signals` and `signal_runs`.

    Where something rises, the past rises that its proof draws on are brought up to the month (`past`).

    Running it again for the same morning on the same posts changes nothing. Raises `TableMissingError` where no post
    was ever ingested.
    """
    lexicon = load_lexicon()
    counted = update_mentions(lake, lexicon, progress=progress)
    progress("signals", 0, 1)
    mentions = lake.scan(MENTIONS).filter(pl.col("date") < as_of).collect()
    volumes = read_volumes(lake, as_of, days=DETECTION_DAYS)
    found = find_rises(mentions, volumes, as_of, settings).series
    raised = found.filter("raised")
    if raised.height:
        update_past_rises(lake, as_of, settings, lexicon=lexicon.digest)
    signals = tuple(in_order([_signal(row, mentions, as_of) for row in raised.iter_rows(named=True)]))
    posts, undated = _posts(lake, as_of)
    report = SignalReport(
        as_of=as_of,
        signals=signals,
        links=_links(lake, warehouse, as_of, signals),
        mentions=counted,
        posts=posts,
        undated_posts=undated,
        series_tested=int(found["tested"].sum()),
        baseline_weeks=_baseline_weeks(volumes, as_of),
    )
    write_day(lake, SIGNALS, to_frame(signals), as_of)
    write_day(lake, RUNS, _run_row(report, lexicon.digest), as_of)
    progress("signals", 1, 1)
    return report


def _signal(row: Mapping[str, Any], mentions: pl.DataFrame, as_of: date) -> Signal:
    in_market = (pl.lit(row["market"]) == ALL_MARKETS) | (pl.col("market") == row["market"])
    said = mentions.filter(pl.col("term_id") == row["term_id"], in_market).with_columns(
        age=(pl.lit(as_of) - pl.col("date")).dt.total_days()
    )
    week = said.filter(pl.col("age") <= DAYS)
    first_seen_on = began_on(
        _authors_by_day(said, days=row["days_up"] + DAYS),
        expected_a_day=row["expected_authors"] / DAYS,
        as_of=as_of,
    )
    return Signal(
        as_of=as_of,
        term_id=row["term_id"],
        market=row["market"],
        stage=stage(
            authors=row["authors"],
            authors_before=row["authors_before"],
            age_days=(as_of - first_seen_on).days,
        ),
        severity=severity(q_value=row["q_value"], ratio=row["ratio"], authors=row["authors"]),
        authors=row["authors"],
        expected_authors=row["expected_authors"],
        ratio=row["ratio"],
        growth=row["growth"],
        p_value=row["p_value"],
        q_value=row["q_value"],
        first_seen_on=first_seen_on,
        posts=week.height,
        top_author_share=float(week["author"].value_counts()["count"].to_numpy().max()) / week.height,
    )


def _authors_by_day(said: pl.DataFrame, *, days: int) -> list[int]:
    """Distinct authors of each of the last `days` days, newest first."""
    counts = said.filter(pl.col("age") <= days).group_by("age").agg(pl.col("author").n_unique())
    by_age = dict(counts.iter_rows())
    return [by_age.get(age, 0) for age in range(1, days + 1)]


def _links(lake: Lake, warehouse: Warehouse, as_of: date, signals: tuple[Signal, ...]) -> tuple[ProductLink, ...]:
    terms = dict.fromkeys(signal.term_id for signal in signals)
    if not terms:
        return ()
    try:
        links = product_links(warehouse, lake, as_of)
    except TableMissingError:
        # Posts may come in before any product does.
        return ()
    return tuple(link for term_id in terms for link in links.of(term_id))


def _posts(lake: Lake, as_of: date) -> tuple[int, int]:
    """Dated posts before `as_of`, and posts without a date."""
    day = pl.col("published_at").dt.date()
    kept = lake.scan("posts").filter(~pl.col("spam"), pl.col("duplicate_of") == "")
    dated, undated = kept.select((day < as_of).sum(), day.is_null().sum().alias("undated")).collect().row(0)
    return int(dated or 0), int(undated or 0)


def _baseline_weeks(volumes: pl.DataFrame, as_of: date) -> int:
    newest = as_of - timedelta(days=DAYS * GAP_WEEKS)
    age = (pl.lit(newest) - pl.col("date")).dt.total_days() - 1
    weeks = volumes.filter(pl.col("date") < newest).select(week=age // DAYS)["week"]
    return weeks.filter(weeks < BASELINE_WEEKS).n_unique()


def _run_row(report: SignalReport, lexicon: str) -> pl.DataFrame:
    row = {
        "as_of": report.as_of,
        "lexicon": lexicon,
        "posts": report.posts,
        "undated_posts": report.undated_posts,
        "series_tested": report.series_tested,
        "baseline_weeks": report.baseline_weeks,
        "signals": len(report.signals),
    }
    return pl.DataFrame([row], schema=SIGNAL_RUNS_SCHEMA)
