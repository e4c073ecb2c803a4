"""`reassort serve`."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from copilot.commands.options import as_of_option, home_option, note, open_workspace
from copilot.web.server import serve as run_service
from copilot.workspace import Workspace


@click.command()
@click.option("--host", help="Address to listen on; other than this machine's own only with a password.")
@click.option("--port", type=int, help="Port; 0: any that is free.")
@home_option
@as_of_option
def serve(host: str | None, port: int | None, home: Path, as_of: date | None) -> None:
    """Open the chat (/chat), the briefs (/briefs) and the API (/docs)."""
    given = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    web = open_workspace(home).settings.web.model_copy(update=given)
    open_service(open_workspace(home, web=web), as_of)


def open_service(workspace: Workspace, as_of: date | None = None) -> None:
    """Serve until interrupted, saying where."""
    run_service(workspace, as_of, ready=_say_where)


def _say_where(url: str) -> None:
    note(f"Chat: {url}/chat\nBriefs: {url}/briefs\nAPI: {url}/docs\nStop with Ctrl+C.")
