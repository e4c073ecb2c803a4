"""`reassort reindex`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from copilot.commands.options import home_option, json_option, open_workspace, print_json
from copilot.commands.progress import progress_bars
from copilot.indexing import rebuild_index


@click.command()
@home_option
@json_option
def reindex(home: Path, as_json: bool) -> None:
    """Build the index anew from the lake, beside the old one, and put it in its place."""
    workspace = open_workspace(home)
    with progress_bars() as progress:
        report = rebuild_index(workspace, progress=progress)
    if as_json:
        print_json(asdict(report))
    else:
        click.echo(f"{report.indexed:,} posts indexed anew.")
