"""`reassort ingest`."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from difflib import get_close_matches
from pathlib import Path

import click

from copilot.commands.options import home_option, json_option, new_workspace, note, print_json
from copilot.commands.progress import progress_bars
from copilot.errors import NoDataError
from copilot.ingesting import ingest_configured, ingest_file
from copilot.settings import FILE_NAME
from copilot.web.remote import find_service
from copilot.workspace import Workspace
from ingestion.sources.clock import SystemClock
from ingestion.sources.files import FileSource
from ingestion.sources.mapping import load_post_mapping
from ingestion.sources.runs import SourceRun

_EXIT_FAILED, _EXIT_NOTHING_TO_DO = 1, 3
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_NAME_HELP = (
    "Name that the posts of a file carry. Their ids are unique within it: give the one that an export had before."
    "  [default: the mapping's, else the platform's, else the file's]"
)


@click.command()
@click.argument("source", required=False)
@click.option("--all", "everything", is_flag=True, help="Read every configured source, as without SOURCE.")
@click.option("--source", "name", callback=lambda _ctx, _param, value: _checked(value), help=_NAME_HELP)
@click.option("--map", "map_file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Mapping file.")
@click.option(
    "--save-map",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the proposed mapping to this file, to be corrected, and ingest nothing.",
)
@click.option("--retry", is_flag=True, help="Try hosts at once that failed before and are left alone for a while.")
@home_option
@json_option
def ingest(
    source: str | None,
    everything: bool,
    name: str,
    map_file: Path | None,
    save_map: Path | None,
    retry: bool,
    home: Path,
    as_json: bool,
) -> None:
    """Ingest posts from SOURCE: a file (CSV, JSON, Parquet, Excel), or a source that reassort.toml names.

    Without SOURCE every configured source is read; one that fails stops no other, and makes the exit code 1. Posts are
    pseudonymised before anything is stored. Ingesting the same twice adds nothing, whatever the file is called then.
    Rows that are no posts are listed and the others go in; exit code 1: none did.
    """
    workspace = new_workspace(home)
    configured = workspace.settings.posts.named_sources()
    if source is not None and everything:
        raise click.UsageError("SOURCE and --all exclude each other.")
    if source is None or source in configured:
        if name:
            raise click.UsageError("--source names the posts of a file; configured sources have their names.")
        _read_configured(workspace, [source] if source is not None else list(configured), retry, as_json)
        return
    if not Path(source).exists():
        raise click.BadParameter(_unknown(source, configured), param_hint="SOURCE")
    if save_map is not None:
        save_map.write_text(FileSource(Path(source), source=name).mapping.to_yaml(), encoding="utf-8")
        click.echo(str(save_map))
        return
    _read_file(workspace, Path(source), map_file, name, as_json)


def _read_configured(workspace: Workspace, names: Sequence[str], retry: bool, as_json: bool) -> None:
    """Read the sources named, say on stderr what became of each, and exit 1 where one failed."""
    if not names:
        raise NoDataError(f"No source is configured: name a file, or put [posts.sources.NAME] in {FILE_NAME}.")
    runs = read_sources(workspace, names, retry=retry)
    if as_json:
        print_json([asdict(run) for run in runs])
    outcomes = {run.outcome for run in runs}
    if "failed" in outcomes:
        sys.exit(_EXIT_FAILED)
    if outcomes == {"skipped"}:
        sys.exit(_EXIT_NOTHING_TO_DO)


def read_sources(workspace: Workspace, names: Sequence[str], *, retry: bool) -> list[SourceRun]:
    """Read configured sources by this machine's clock and environment, or in the service where it has the workspace;
    each run is told on stderr.
    """
    service = find_service(workspace)
    with progress_bars() as progress:
        if service is None:
            return ingest_configured(
                workspace,
                names,
                clock=SystemClock(),
                environment=os.environ,
                seed=os.getpid(),
                ignore_pauses=retry,
                progress=progress,
                told=lambda run: note(run.summary()),
            )
        note(service.notice)
        runs = service.ingest_sources(names, retry=retry, progress=progress)
    for run in runs:
        note(run.summary())
    return runs


def _read_file(workspace: Workspace, path: Path, map_file: Path | None, name: str, as_json: bool) -> None:
    file = FileSource(path, load_post_mapping(map_file) if map_file else None, source=name)
    if map_file is None:
        note(f"No --map: read as {file.read_as}. See the mapping with --save-map FILE.")
    if file.is_named_by_path:
        note(f"The source is called {file.name!r}, as the file: add to another with --source NAME.")
    for assumed in file.notes:
        note(assumed)
    service = find_service(workspace)
    with progress_bars() as progress:
        if service is None:
            report = ingest_file(workspace, file, clock=SystemClock(), progress=progress)
        else:
            note(service.notice)
            report = service.ingest_file(path, map_file, source=name, progress=progress)
    if as_json:
        print_json(asdict(report))
    else:
        click.echo(f"{path.name} as {report.summary()}")
    if report.rejected and report.rejected == report.read:
        sys.exit(_EXIT_FAILED)


def _checked(name: str | None) -> str:
    if name and not _NAME.fullmatch(name):
        raise click.BadParameter(f"{name!r}: lower case letters, digits, dots and dashes, at most 64.")
    return name or ""


def _unknown(source: str, configured: Iterable[str]) -> str:
    """What to say of a name that is neither a file nor a source."""
    names = sorted(configured)
    near = get_close_matches(source, names, n=1)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    listed = f" Configured: {', '.join(names)}." if names else f" {FILE_NAME} names no source."
    return f"{source!r} is neither a file nor a configured source.{hint}{listed}"
