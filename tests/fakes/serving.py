"""The service of a workspace, in a thread, as commands find it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import uvicorn

from copilot.web.app import create_app
from copilot.workspace import RunningService, Workspace


@contextmanager
def served(workspace: Workspace, as_of: date) -> Iterator[str]:
    """URL of the service, announced in the workspace until the end."""
    app = create_app(workspace, as_of, chat=False)
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning", access_log=False))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            thread.join(0.05)
        url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
        workspace.announce_service(RunningService(url=url, pid=1, started_at="2026-06-01T08:00Z"))
        yield url
    finally:
        server.should_exit = True
        thread.join()
        workspace.withdraw_service()
