"""`reassort reindex`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from copilot.commands.options import home_option, json_option, open_workspace, print_json
from copilot.commands.progress import progress_bars
from copilot.indexing import rebuild_index, save_index

_File = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.option("--save", type=_File, help="Write the index to this file, and build nothing.")
@click.option(
    "--from",
    "snapshot",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Take vectors from a saved index.",
)
@home_option
@json_option
def reindex(save: Path | None, snapshot: Path | None, home: Path, as_json: bool) -> None:
    """Build the index anew from the lake, beside the old one, and put it in its place.

    A saved index moves to another store, or comes back, without embedding its posts again: `--save FILE`, then
    `--from FILE` where the settings name the new store. It holds what the index holds: guard it as well, and
    delete it when someone in it is forgotten.
    """
    if save and snapshot:
        raise click.UsageError("Either --save or --from.")
    workspace = open_workspace(home)
    if save:
        saved = save_index(workspace, save)
        if as_json:
            print_json({"saved": saved, "file": str(save)})
        else:
            click.echo(f"{saved:,} posts saved to {save}.")
        return
    with progress_bars() as progress:
        report = rebuild_index(workspace, snapshot=snapshot, progress=progress)
    if as_json:
        print_json(asdict(report))
    else:
        taken = f", {report.restored:,} taken from {snapshot}" if snapshot else ""
        click.echo(f"{report.indexed:,} posts indexed anew{taken}.")
