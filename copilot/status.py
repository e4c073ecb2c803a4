"""What a workspace holds and how fresh it is, from the commit logs alone: quick, and safe beside a running service."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from copilot.workspace import RunningService, Workspace

_DATE_COLUMNS = {
    "sales": "date",
    "stock": "date",
    "inbound": "ordered_on",
    "weather": "date",
    "posts": "published_at",
    "mentions": "date",
    "signals": "as_of",
    "forecasts": "as_of",
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
class WorkspaceStatus:
    """The workspace at a glance."""

    home: str
    tables: tuple[TableStatus, ...]
    model: str
    """Chat model that answers."""
    index: str
    """Where the index is: a folder or a URL."""
    service: RunningService | None


def workspace_status(workspace: Workspace) -> WorkspaceStatus:
    """Rows, versions and newest days of every table, and what is configured."""
    lake = workspace.lake
    return WorkspaceStatus(
        home=str(workspace.home),
        tables=tuple(_table_status(workspace, table) for table in lake.tables()),
        model=workspace.settings.llm.model,
        index=workspace.settings.index.url or str(workspace.index_path),
        service=workspace.running_service(),
    )


def _table_status(workspace: Workspace, table: str) -> TableStatus:
    column = _DATE_COLUMNS.get(table)
    frame = workspace.lake.scan(table)
    chosen = [pl.len().alias("rows")]
    if column is not None:
        chosen.append(pl.col(column).max().cast(pl.Date).alias("last"))
    row = frame.select(chosen).collect().row(0, named=True)
    return TableStatus(table=table, rows=row["rows"], version=workspace.lake.version(table), last_date=row.get("last"))
