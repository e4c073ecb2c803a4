"""What a workspace holds and how fresh it is, from the commit logs alone: quick, and safe beside a running service."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

import polars as pl

from copilot.planning.check_record import ForecastCheck, newest_check
from copilot.planning.record import read_run
from copilot.register import Register, processing_register
from copilot.workspace import RunningService, Workspace
from ingestion.sources.runs import source_health

_DATE_COLUMNS = {
    "sales": "date",
    "stock": "date",
    "inbound": "ordered_on",
    "weather": "date",
    "weather_forecasts": "issued_on",
    "posts": "published_at",
    "mentions": "date",
    "signals": "as_of",
    "forecasts": "as_of",
    "forecast_runs": "as_of",
    "restock_lines": "as_of",
}


@dataclass(frozen=True, kw_only=True)
class TableStatus:
    """One table of the lake."""

    table: str
    rows: int
    version: int
    last_date: date | None
    """Newest day in it; None for tables without days."""


@dataclass(frozen=True, kw_only=True)
class SourceStatus:
    """One source of posts."""

    source: str
    kind: str
    """`feed`, `json`, `reddit` or `file` as configured; empty: not configured, its posts came from elsewhere."""
    posts: int
    """Posts of it in the lake."""
    last_success_at: datetime | None
    """When it was last read to its end; None: never, or not under its configured name."""
    last_failure_at: datetime | None
    reason: str
    """Why it fails; empty where it does not."""
    consecutive_failures: int
    next_try_at: datetime | None
    """Until when it is left alone; None: the next run tries it."""
    read: int
    """Rows or entries read by the last run that read any."""
    new: int
    changed: int
    rejected: int


@dataclass(frozen=True, kw_only=True)
class ForecastStatus:
    """The newest forecasts, and whether the boosted model is due for training."""

    as_of: date
    models: Mapping[str, int]
    """Name of a model -> series that it forecasts."""
    trained_on: date | None
    """Morning on which the boosted model was trained; None: none takes part."""
    due: tuple[str, ...]
    """Why it is time to train, as found when the forecasts were made: `old`, `no_gain`, `worse`, `biased`, `too_sure`;
    none: it is not, or was not checked."""
    check: ForecastCheck | None = None
    """How the newest forecasts of which a week is over did; None: none were checked."""


@dataclass(frozen=True, kw_only=True)
class WorkspaceStatus:
    """The workspace at a glance."""

    home: str
    tables: tuple[TableStatus, ...]
    model: str
    """Chat model that answers."""
    index: str
    """Where the index is: a folder or a URL."""
    service: RunningService | None
    sources: tuple[SourceStatus, ...]
    forecast: ForecastStatus | None
    """None: no forecast was recorded."""
    processing: Register
    """What is processed of people, why, how long and where."""


def workspace_status(workspace: Workspace) -> WorkspaceStatus:
    """Rows, versions and newest days of every table, and what is configured."""
    lake = workspace.lake
    return WorkspaceStatus(
        home=str(workspace.home),
        tables=tuple(_table_status(workspace, table) for table in lake.tables()),
        model=workspace.settings.llm.model,
        index=workspace.settings.index.url or str(workspace.index_path),
        service=workspace.running_service(),
        sources=_sources(workspace),
        forecast=_forecast(workspace),
        processing=processing_register(workspace),
    )


def _forecast(workspace: Workspace) -> ForecastStatus | None:
    run = read_run(workspace.lake)
    if run is None:
        return None
    return ForecastStatus(
        as_of=run.as_of,
        models=run.models,
        trained_on=run.boosted_as_of,
        due=run.drift or (),
        check=newest_check(workspace.lake, as_of=run.as_of),
    )


def _sources(workspace: Workspace) -> tuple[SourceStatus, ...]:
    """Every source that is configured, was read, or has posts, by name."""
    lake, settings = workspace.lake, workspace.settings.posts
    kinds = {name: one.kind for name, one in settings.named_sources().items()}
    health = source_health(lake)
    posts: dict[str, int] = {}
    if lake.exists("posts"):
        posts = dict(lake.scan("posts").group_by("source").len().collect().iter_rows())
    found = []
    for name in sorted({*kinds, *health, *posts}):
        known = health.get(name)
        found.append(
            SourceStatus(
                source=name,
                kind=kinds.get(name, ""),
                posts=posts.get(name, 0),
                last_success_at=known.last_success_at if known else None,
                last_failure_at=known.last_failure_at if known else None,
                reason=known.reason if known else "",
                consecutive_failures=known.consecutive_failures if known else 0,
                next_try_at=known.next_try_at if known else None,
                read=known.read if known else 0,
                new=known.new if known else 0,
                changed=known.changed if known else 0,
                rejected=known.rejected if known else 0,
            )
        )
    return tuple(found)


def _table_status(workspace: Workspace, table: str) -> TableStatus:
    column = _DATE_COLUMNS.get(table)
    frame = workspace.lake.scan(table)
    chosen = [pl.len().alias("rows")]
    if column is not None:
        chosen.append(pl.col(column).max().cast(pl.Date).alias("last"))
    row = frame.select(chosen).collect().row(0, named=True)
    return TableStatus(table=table, rows=row["rows"], version=workspace.lake.version(table), last_date=row.get("last"))
