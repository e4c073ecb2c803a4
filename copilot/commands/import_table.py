"""`reassort import`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from copilot.commands.options import home_option, json_option, new_workspace, note, print_json
from copilot.commands.progress import progress_bars
from ingestion.pipeline import import_table
from ingestion.retail.contracts import CONTRACTS
from ingestion.retail.mapping import Mapping, load_mapping, propose_mapping, write_mapping


@click.command("import")
@click.argument("table", type=click.Choice(list(CONTRACTS)))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--map", "map_file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Mapping file.")
@click.option(
    "--save-map",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the mapping that is proposed to this file and import nothing.",
)
@home_option
@json_option
def import_command(
    table: str, file: Path, map_file: Path | None, save_map: Path | None, home: Path, as_json: bool
) -> None:
    """Import TABLE from FILE (CSV, TSV, Excel or Parquet). Importing a file twice changes nothing."""
    mapping = _mapping(table, file, map_file)
    if save_map is not None:
        write_mapping(mapping, save_map)
        click.echo(str(save_map))
        return
    with progress_bars() as progress:
        report = import_table(new_workspace(home).lake, file, table, mapping=mapping, progress=progress)
    if as_json:
        print_json(asdict(report))
    else:
        click.echo(report.summary())


def _mapping(table: str, file: Path, map_file: Path | None) -> Mapping:
    if map_file is not None:
        return load_mapping(map_file)
    mapping = propose_mapping(file, table)
    note(f"No --map: using the proposed one. Save it with --save-map FILE, correct it, give it back with --map.")
    return mapping
