"""`reassort ingest`."""

from __future__ import annotations

import os
from dataclasses import asdict
from pathlib import Path

import click

from copilot.commands.options import home_option, json_option, new_workspace, note, print_json
from copilot.commands.progress import progress_bars
from copilot.ingesting import ingest_source
from copilot.workspace import Workspace
from ingestion.sources.files import FileSource
from ingestion.sources.mapping import load_post_mapping
from ingestion.sources.reddit import RedditSource
from ingestion.sources.source import Source


@click.command()
@click.argument("source")
@click.option("--map", "map_file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Mapping file.")
@click.option(
    "--save-map",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the proposed mapping to this file, to be corrected, and ingest nothing.",
)
@home_option
@json_option
def ingest(source: str, map_file: Path | None, save_map: Path | None, home: Path, as_json: bool) -> None:
    """Ingest posts from SOURCE: a CSV or JSON-lines file, or `reddit` as configured.

    Posts are pseudonymised before anything is stored. Ingesting a file twice adds nothing.
    """
    workspace = new_workspace(home)
    opened = _source(workspace, source, map_file)
    if save_map is not None and isinstance(opened, FileSource):
        save_map.write_text(opened.mapping.to_yaml(), encoding="utf-8")
        click.echo(str(save_map))
        return
    rejects = _rejects_path(opened, home) if isinstance(opened, FileSource) else None
    with progress_bars() as progress:
        report = ingest_source(workspace, opened, rejects_path=rejects, progress=progress)
    if as_json:
        print_json(asdict(report))
    else:
        click.echo(report.summary())


def _rejects_path(file: FileSource, home: Path) -> Path:
    """Beside the file, or in the workspace where the file's folder is read-only."""
    beside = file.rejects_path
    return beside if os.access(beside.parent, os.W_OK) else home / "rejects" / beside.name


def _source(workspace: Workspace, name: str, map_file: Path | None) -> Source:
    if name == "reddit":
        return RedditSource(workspace.settings.posts.reddit)
    if map_file is None:
        note("No --map: using what the file's column names suggest. See it with --save-map FILE.")
    return FileSource(Path(name), load_post_mapping(map_file) if map_file else None)
