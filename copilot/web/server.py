"""Running the service: where it may listen, how others find it, how it ends."""

from __future__ import annotations

import ipaddress
import logging
import os
import signal
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime

import uvicorn

from copilot.errors import CopilotError, SettingsError, WorkspaceError
from copilot.settings import WebSettings
from copilot.web.app import create_app
from copilot.web.chat.mount import remove_files
from copilot.web.remote import find_service
from copilot.web.service import Service
from copilot.workspace import RunningService, Workspace
from vectorstore.errors import VectorStoreError

_LOG = logging.getLogger(__name__)


def serve(
    workspace: Workspace,
    as_of: date | None = None,
    *,
    ready: Callable[[str], None] = lambda url: None,
) -> None:
    """Run the service until it is interrupted; `ready` is told its URL once it listens.

    Raises `SettingsError` for an address beyond this machine without a password, or one that cannot be had, and
    `WorkspaceError` where a service has this workspace already (`ServiceInUseError`: one that does not answer).
    """
    web = workspace.settings.web
    check_address(web)
    running = find_service(workspace)
    if running is not None:
        problem = f"is served at {running.url} already"
        raise WorkspaceError(str(workspace.home), problem, "Use that service, or stop it first.")
    with _listen(web) as listener:
        url = _url(web.host, listener.getsockname()[1])
        app = create_app(workspace, as_of)
        try:
            _announce(workspace, url)
            threading.Thread(target=_warm_up, args=(app.state.service,), daemon=True).start()
            ready(url)
            config = uvicorn.Config(
                app, log_level="warning", access_log=False, server_header=False, timeout_graceful_shutdown=5
            )
            _run_until_stopped(uvicorn.Server(config), listener)
        finally:
            workspace.withdraw_service()
            app.state.service.close()
            remove_files(app.state.chat_folder)


def _run_until_stopped(server: uvicorn.Server, listener: socket.socket) -> None:
    """Run until SIGINT or SIGTERM, which uvicorn raises again once it has ended in order: both are the usual end."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, signal.default_int_handler)
    with suppress(KeyboardInterrupt):
        server.run(sockets=[listener])


def _announce(workspace: Workspace, url: str) -> None:
    now = datetime.now(UTC).isoformat(timespec="seconds")
    workspace.announce_service(RunningService(url=url, pid=os.getpid(), started_at=now))


def _warm_up(service: Service) -> None:
    try:
        service.warm_up()
    except (CopilotError, VectorStoreError) as error:
        # Searches will say so to who asks; everything else works.
        _LOG.warning("The index is not ready: %s", error)


def check_address(web: WebSettings) -> None:
    """Raise `SettingsError` where the service would be open to others without a password."""
    if web.password is None and not is_loopback(web.host):
        raise SettingsError(
            f"The service would listen on {web.host!r}, which others can reach, without a password."
            " Set REASSORT_WEB__PASSWORD, or web.host to 127.0.0.1."
        )


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach the address. Names other than `localhost` are not looked up: they are not."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _listen(web: WebSettings) -> socket.socket:
    family = socket.AF_INET6 if ":" in web.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((web.host.strip("[]"), web.port))
    except OSError as error:
        listener.close()
        raise SettingsError(
            f"Cannot listen on {web.host}:{web.port}: {error.strerror}. Set web.port to another port, or to 0 for any."
        ) from error
    listener.listen(128)
    return listener


def _url(host: str, port: int) -> str:
    bare = host.strip("[]")
    return f"http://[{bare}]:{port}" if ":" in bare else f"http://{bare}:{port}"
