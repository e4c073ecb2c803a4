"""`reassort status`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from copilot.commands.options import home_option, json_option, open_workspace, print_json
from copilot.status import WorkspaceStatus, workspace_status


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
    console = Console()
    console.print(
        f"Workspace {found.home} · model {found.model} · index {found.index}", soft_wrap=True, highlight=False
    )
    if found.service is not None:
        service = found.service
        console.print(f"Service {service.url}, process {service.pid}, since {service.started_at}", soft_wrap=True)
    if not found.tables:
        console.print("No tables yet. Bring data in with `reassort import` and `reassort ingest`.")
        return
    table = Table(box=None, pad_edge=False)
    for heading in ("table", "rows", "until", "version"):
        table.add_column(heading, justify="right" if heading in {"rows", "version"} else "left")
    for row in found.tables:
        table.add_row(row.table, f"{row.rows:,}", str(row.last_date or ""), str(row.version))
    console.print(table)
