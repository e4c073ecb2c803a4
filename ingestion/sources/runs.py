"""What became of each reading of a source: the lake table `source_runs`, and the health that follows from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import polars as pl

from ingestion.lake import Lake

SOURCE_RUNS = "source_runs"
SOURCE_RUNS_SCHEMA = pl.Schema(
    {
        "source": pl.String(),
        "started_at": pl.Datetime("us", "UTC"),
        "ended_at": pl.Datetime("us", "UTC"),
        "outcome": pl.String(),
        "reason": pl.String(),
        "read": pl.Int64(),
        "new": pl.Int64(),
        "changed": pl.Int64(),
        "rejected": pl.Int64(),
        "consecutive_failures": pl.Int64(),
        "next_try_at": pl.Datetime("us", "UTC"),
    }
)
"""Columns of the lake table `source_runs`: the fields of `SourceRun`. Key: source, started_at."""

_COUNTS = ("read", "new", "changed", "rejected")
_MOST_FILES = 64
_RUNS_KEPT = 10_000

Outcome = Literal["ok", "unchanged", "failed", "skipped"]


@dataclass(frozen=True, kw_only=True)
class SourceRun:
    """One reading of one source."""

    source: str
    started_at: datetime
    ended_at: datetime
    outcome: Outcome
    """`unchanged`: it had nothing that was not read before; `skipped`: its host is on pause."""
    reason: str
    """Why it failed, was skipped or ended early; empty where it did not. No personal data."""
    read: int = 0
    new: int = 0
    changed: int = 0
    rejected: int = 0
    consecutive_failures: int = 0
    """Failed runs up to this one, skipped ones not counted; 0 after a success."""
    next_try_at: datetime | None = None
    """End of its host's pause; None: the next run tries it."""

    def summary(self) -> str:
        """One line for people."""
        if self.outcome in ("failed", "skipped"):
            came = f" after {self.read:,} read, {self.new:,} new" if self.read else ""
            return f"{self.source}: {self.outcome}{came}. {self.reason}"
        told = f"{self.read:,} read, {self.new:,} new, {self.changed:,} changed, {self.rejected:,} rejected"
        told = "nothing new" if self.outcome == "unchanged" else told
        return f"{self.source}: {told}{f' ({self.reason})' if self.reason else ''}."


@dataclass(frozen=True, kw_only=True)
class SourceHealth:
    """How a source did lately."""

    source: str
    last_success_at: datetime | None
    last_failure_at: datetime | None
    reason: str
    """Of the last failure; empty where it succeeded since."""
    consecutive_failures: int
    next_try_at: datetime | None
    """End of its host's pause; None: the next run tries it."""
    read: int = 0
    """Rows or entries read by the last run that read any."""
    new: int = 0
    changed: int = 0
    rejected: int = 0


def record_run(lake: Lake, run: SourceRun) -> None:
    """Add a run to the history, of which the newest ten thousand are kept."""
    lake.append(SOURCE_RUNS, pl.DataFrame([vars(run)], schema=SOURCE_RUNS_SCHEMA), note=f"{run.source} {run.outcome}")
    if len(lake.uris(SOURCE_RUNS)) >= _MOST_FILES:
        # One file a run: without this `status` would read thousands.
        lake.replace_all(SOURCE_RUNS, lake.read(SOURCE_RUNS).sort("started_at").tail(_RUNS_KEPT))


def source_health(lake: Lake) -> dict[str, SourceHealth]:
    """Health of every source that was ever read, by name."""
    if not lake.exists(SOURCE_RUNS):
        return {}
    worked = pl.col("outcome").is_in(["ok", "unchanged"])
    failed = pl.col("outcome") == "failed"
    rows = (
        lake.scan(SOURCE_RUNS)
        .sort("started_at")
        .group_by("source")
        .agg(
            last_success_at=pl.col("ended_at").filter(worked).last(),
            last_failure_at=pl.col("ended_at").filter(failed).last(),
            reason=pl.col("reason").filter(failed).last(),
            consecutive_failures=pl.col("consecutive_failures").last(),
            next_try_at=pl.col("next_try_at").last(),
            **{name: pl.col(name).filter(pl.col("read") > 0).last() for name in _COUNTS},
        )
        .collect()
    )
    return {row["source"]: _health(row) for row in rows.iter_rows(named=True)}


def failures_in_a_row(health: SourceHealth | None, outcome: Outcome) -> int:
    """`SourceRun.consecutive_failures` of a run with that outcome, after `health`."""
    before = health.consecutive_failures if health is not None else 0
    return {"failed": before + 1, "skipped": before}.get(outcome, 0)


def _health(row: dict[str, object]) -> SourceHealth:
    still_failing = bool(row["consecutive_failures"])
    counts = {name: row[name] or 0 for name in _COUNTS}
    reason = (row["reason"] or "") if still_failing else ""
    return SourceHealth(**{**row, **counts, "reason": reason})  # type: ignore[arg-type]


def worst(outcomes: Sequence[Outcome]) -> Outcome:
    """The outcome of a source that was read in several parts."""
    order: tuple[Outcome, ...] = ("failed", "skipped", "ok", "unchanged")
    return min(outcomes, key=order.index)
