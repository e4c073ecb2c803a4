"""`reassort status`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from copilot.commands.console import stdout_console
from copilot.commands.forecast_checks import summary
from copilot.commands.options import home_option, json_option, open_workspace, print_json
from copilot.commands.register import print_register
from copilot.status import ForecastStatus, SourceStatus, WorkspaceStatus, workspace_status


@click.command()
@home_option
@json_option
def status(home: Path, as_json: bool) -> None:
    """Show what the workspace holds and how fresh it is."""
    found = workspace_status(open_workspace(home))
    if as_json:
        print_json(asdict(found))
        return
    _print(found)


def _print(found: WorkspaceStatus) -> None:
    console = stdout_console()
    console.print(
        f"Workspace {found.home} · model {found.model} · index {found.index}", soft_wrap=True, highlight=False
    )
    if found.service is not None:
        service = found.service
        console.print(f"Service {service.url}, process {service.pid}, since {service.started_at}", soft_wrap=True)
    if not found.tables:
        console.print("No tables yet. Bring data in with `reassort import` and `reassort ingest`.")
        _print_sources(console, found.sources)
        print_register(console, found.processing)
        return
    table = Table(box=None, pad_edge=False)
    for heading in ("table", "rows", "until", "version"):
        table.add_column(heading, justify="right" if heading in {"rows", "version"} else "left")
    for row in found.tables:
        table.add_row(row.table, f"{row.rows:,}", str(row.last_date or ""), str(row.version))
    console.print(table)
    _print_forecast(console, found.forecast)
    _print_sources(console, found.sources)
    print_register(console, found.processing)


def _print_forecast(console: Console, forecast: ForecastStatus | None) -> None:
    if forecast is None:
        return
    models = ", ".join(f"{name} {count:,} series" for name, count in sorted(forecast.models.items()))
    trained = f", trees of {forecast.trained_on}" if forecast.trained_on is not None else ""
    console.print(f"Forecasts of {forecast.as_of}: {models}{trained}.", soft_wrap=True, highlight=False)
    if forecast.check is not None:
        console.print(summary(forecast.check), soft_wrap=True, highlight=False)
    if forecast.due:
        console.print(
            f"Training is due ({', '.join(forecast.due)}): `reassort forecast --tournament`.",
            soft_wrap=True, highlight=False,
        )  # fmt: skip


def _print_sources(console: Console, sources: Sequence[SourceStatus]) -> None:
    if not sources:
        return
    console.print()
    table = Table(box=None, pad_edge=False)
    for heading in ("source", "kind", "posts", "last read", "read", "new", "rejected", "next try"):
        table.add_column(heading, justify="right" if heading in {"posts", "read", "new", "rejected"} else "left")
    for row in sources:
        # A source that was not configured came as a file: nothing reads it by itself.
        upcoming = _minute(row.next_try_at) or ("next run" if row.kind else "")
        counts = [f"{count:,}" if row.read else "" for count in (row.read, row.new, row.rejected)]
        table.add_row(row.source, row.kind, f"{row.posts:,}", _minute(row.last_success_at), *counts, upcoming)
    console.print(table)
    for row in sources:
        if row.consecutive_failures:
            times = "once" if row.consecutive_failures == 1 else f"{row.consecutive_failures} times in a row"
            told = f"{row.source} failed {times}, last on {_minute(row.last_failure_at)}: {row.reason}"
            console.print(told, soft_wrap=True, highlight=False)


def _minute(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC" if moment is not None else ""
