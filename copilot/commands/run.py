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


@click.group()
def run() -> None:
    """Run a whole job."""


@run.command()
@home_option
@as_of_option
@json_option
def daily(home: Path, as_of: date | None, as_json: bool) -> None:
    """Signals, forecasts, restock plan and briefs of one morning."""
    workspace = open_workspace(home)
    with progress_bars() as progress:
        report = run_daily(workspace, as_of or last_morning(workspace), progress=progress)
    if as_json:
        print_json(asdict(report))
        return
    plan = "no stock levels, so no plan" if report.restock_lines is None else f"{report.restock_lines:,} restock lines"
    note(f"{report.as_of}: {report.signals} signals, {report.forecasts:,} forecasts, {plan}.")
    for brief in report.briefs:
        click.echo(str(brief.path_html))
