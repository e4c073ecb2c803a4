"""`reassort brief`."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from copilot.commands.options import (
    as_of_option,
    home_option,
    json_option,
    language_option,
    note,
    open_workspace,
)
from copilot.daily import write_briefs
from copilot.lookups.context import last_morning
from copilot.settings import Language


@click.command()
@home_option
@as_of_option
@language_option
@json_option
def brief(home: Path, as_of: date | None, language: Language | None, as_json: bool) -> None:
    """Write the brief from the newest signals, forecasts and plan; print it as Markdown, or as JSON."""
    workspace = open_workspace(home)
    [ref] = write_briefs(workspace, as_of or last_morning(workspace), [language or workspace.settings.language])
    note(f"Written: {ref.path_html}")
    click.echo((ref.path_json if as_json else ref.path_md).read_text(encoding="utf-8"))
