"""Options that several commands share, and how they print."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import click

from copilot.settings import FILE_NAME, Settings, load_settings
from copilot.workspace import Workspace

Command = TypeVar("Command", bound=Callable[..., Any])

DEFAULT_HOME = "reassort-home"


def home_option(command: Command) -> Command:
    """`--home DIR`: the workspace."""
    return click.option(
        "--home",
        type=click.Path(file_okay=False, path_type=Path),
        default=default_home,
        show_default=f"REASSORT_HOME, else this folder if it has {FILE_NAME}, else {DEFAULT_HOME}",
        help="Workspace folder.",
    )(command)


def json_option(command: Command) -> Command:
    """`--json`: one JSON document on stdout."""
    return click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")(command)


def as_of_option(command: Command) -> Command:
    """`--as-of DATE`: the morning to work on."""
    return click.option(
        "--as-of",
        type=click.DateTime(formats=["%Y-%m-%d"]),
        callback=lambda _ctx, _param, value: value.date() if value else None,
        help="Work as on the morning of this day (YYYY-MM-DD).  [default: the day after the last sales]",
    )(command)


def language_option(command: Command) -> Command:
    """`--lang`: English or French."""
    return click.option("--lang", "language", type=click.Choice(["en", "fr"]), help="Language of the text.")(command)


def default_home() -> Path:
    """REASSORT_HOME, this folder if it is a workspace, or a folder beside where the command runs."""
    if os.environ.get("REASSORT_HOME"):
        return Path(os.environ["REASSORT_HOME"])
    return Path() if Path(FILE_NAME).is_file() else Path(DEFAULT_HOME)


def open_workspace(home: Path, **overrides: object) -> Workspace:
    """The existing workspace at `home`. Raises `WorkspaceError` where there is none."""
    return Workspace.existing(_settings(home, overrides))


def new_workspace(home: Path, **overrides: object) -> Workspace:
    """The workspace at `home`, which need not exist yet."""
    return Workspace(_settings(home, overrides))


def print_json(value: object) -> None:
    """One JSON document on stdout; dates in ISO form."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=_plain))


def note(text: str) -> None:
    """A line for the reader, on stderr."""
    click.echo(text, err=True)


def _settings(home: Path, overrides: dict[str, object]) -> Settings:
    return load_settings(home, **{name: value for name, value in overrides.items() if value is not None})


def _plain(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Path):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")
