"""`reassort plan`."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click
import polars as pl
from rich.table import Table

from copilot.commands.console import stdout_console
from copilot.commands.options import as_of_option, home_option, json_option, note, open_workspace, print_json
from copilot.lookups.context import last_morning
from copilot.planning.forecast import read_forecasts
from copilot.planning.restock import plan_restock, write_plan

_COLUMNS = ("sku_id", "location_id", "units", "wanted_units", "on_hand_units", "inbound_units", "run_out_probability")


@click.command()
@click.option("--limit", default=20, show_default=True, help="Lines to show, greatest expected sales first.")
@home_option
@as_of_option
@json_option
def plan(limit: int, home: Path, as_of: date | None, as_json: bool) -> None:
    """Decide what to restock where, from the newest forecasts, and keep it for briefs and answers."""
    workspace = open_workspace(home)
    morning = as_of or last_morning(workspace)
    forecasts = read_forecasts(workspace.lake, as_of=morning)
    lines = plan_restock(workspace.warehouse, morning, workspace.settings.planning, forecasts)
    write_plan(workspace.lake, lines, morning)
    sent = lines.filter(pl.col("units") > 0)
    if as_json:
        print_json(sent.head(limit).to_dicts())
        return
    stdout_console().print(_table(sent.head(limit)))
    note(f"{morning}: {sent.height:,} lines send {sent['units'].sum():,} units; {lines.height:,} lines kept.")


def _table(lines: pl.DataFrame) -> Table:
    table = Table(box=None, pad_edge=False)
    for column in (*_COLUMNS, "reasons"):
        table.add_column(column, justify="right" if column.endswith(("units", "probability")) else "left")
    for row in lines.iter_rows(named=True):
        cells = [f"{row[column]:.0%}" if column == "run_out_probability" else str(row[column]) for column in _COLUMNS]
        table.add_row(*cells, ", ".join(row["reasons"]))
    return table
