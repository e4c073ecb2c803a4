"""`reassort run daily`."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from pathlib import Path

import click

from copilot.commands.options import as_of_option, home_option, json_option, note, open_workspace, print_json
from copilot.commands.progress import progress_bars
from copilot.daily import run_daily
from copilot.lookups.context import last_morning
from copilot.workspace import Workspace
from ingestion.sources.runs import SourceRun
from vectorstore.errors import StoreLockedError


@click.group()
def run() -> None:
    """Run a whole job."""


@run.command()
@home_option
@as_of_option
@click.option("--no-ingest", is_flag=True, help="Do not read the configured sources first.")
@json_option
def daily(home: Path, as_of: date | None, no_ingest: bool, as_json: bool) -> None:
    """Signals, forecasts, restock plan and briefs of one morning.

    The configured sources of posts are read first. One that fails is told on stderr and in `reassort status`; the
    morning's work goes on without it.
    """
    workspace = open_workspace(home)
    morning = as_of or last_morning(workspace)
    runs = [] if no_ingest else _read_sources(workspace)
    with progress_bars() as progress:
        report = run_daily(workspace, morning, progress=progress)
    if as_json:
        print_json({**asdict(report), "sources": [asdict(run) for run in runs]})
        return
    plan = "no stock levels, so no plan" if report.restock_lines is None else f"{report.restock_lines:,} restock lines"
    signals = "no posts, so no signals" if report.signals is None else f"{report.signals} signals"
    note(f"{report.as_of}: {signals}, {report.forecasts:,} forecasts, {plan}.")
    for brief in report.briefs:
        click.echo(str(brief.path_html))


def _read_sources(workspace: Workspace) -> list[SourceRun]:
    """Read every configured source. Where the service has the index, the morning goes on with what is known."""
    names = list(workspace.settings.posts.named_sources())
    if not names:
        return []
    # Reading posts loads libraries that a workspace without sources has no use for.
    from copilot.commands.ingest import read_sources

    try:
        return read_sources(workspace, names, retry=False)
    except StoreLockedError as error:
        note(f"No source was read: {error}")
        return []
