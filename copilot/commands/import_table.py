"""`reassort import`."""

from __future__ import annotations

import os
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import click

from copilot.commands.options import home_option, json_option, new_workspace, note, print_json
from copilot.commands.progress import progress_bars
from ingestion.retail.contracts import CONTRACTS
from ingestion.retail.importing import import_table
from ingestion.retail.mapping import load_mapping
from ingestion.retail.proposing import propose, propose_mapping

_EXIT_FAILED = 1


@click.command("import")
@click.argument("table", type=click.Choice(list(CONTRACTS)))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--map", "map_file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Mapping file.")
@click.option(
    "--save-map",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the proposed mapping to this file, to be corrected, and import nothing.",
)
@click.option("--set", "constants", multiple=True, help="COLUMN=VALUE for a column that the file lacks; without --map.")
@click.option(
    "--doubled", is_flag=True, help="Import rows that nearly all equal those of the table under other ids, too."
)
@home_option
@json_option
def import_command(
    table: str,
    file: Path,
    map_file: Path | None,
    save_map: Path | None,
    constants: tuple[str, ...],
    doubled: bool,
    home: Path,
    as_json: bool,
) -> None:
    """Import TABLE from FILE (CSV, TSV, Excel or Parquet). Importing a file twice changes nothing.

    Rows that do not fit are listed and the others go in; exit code 1: none did.
    """
    given = _constants(table, constants)
    if save_map is not None:
        save_map.write_text(propose(file, table, constants=given).to_yaml(), encoding="utf-8")
        click.echo(str(save_map))
        return
    if map_file is None:
        note("No --map: using what the file's names and values suggest. See it with --save-map FILE.")
    mapping = load_mapping(map_file) if map_file else propose_mapping(file, table, constants=given)
    with progress_bars() as progress:
        report = import_table(
            new_workspace(home).lake,
            file,
            table,
            mapping=mapping,
            rejects_dir=None if os.access(file.parent, os.W_OK) else home / "rejects",
            today=datetime.now(UTC).date(),
            allow_doubled=doubled,
            progress=progress,
        )
    if as_json:
        print_json(asdict(report))
    else:
        click.echo(report.summary())
    if report.rejected and report.rejected == report.rows_read:
        sys.exit(_EXIT_FAILED)


def _constants(table: str, pairs: tuple[str, ...]) -> dict[str, str]:
    """COLUMN=VALUE pairs as a dictionary; a wrong one is wrong usage."""
    known = [column.name for column in CONTRACTS[table].columns]
    found = {}
    for pair in pairs:
        name, separator, value = pair.partition("=")
        if not separator or name not in known:
            raise click.BadParameter(f"{pair!r} is not COLUMN=VALUE with a column of {table}: {', '.join(known)}.")
        found[name] = value
    return found
