"""Where the service may listen, and how commands find it."""

from __future__ import annotations

import json
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from pydantic import SecretStr

from copilot.errors import CopilotError, ServiceInUseError, SettingsError, WorkspaceError
from copilot.settings import Settings, WebSettings
from copilot.status import workspace_status
from copilot.web.remote import RemoteService, find_service
from copilot.web.server import check_address, serve
from copilot.workspace import RunningService, Workspace


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "127.8.8.8"])
def test_this_machine_needs_no_password(host: str) -> None:
    check_address(WebSettings(host=host))


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.4", "reassort.example"])  # noqa: S104  # not listened on
def test_others_need_a_password(host: str) -> None:
    with pytest.raises(SettingsError, match="REASSORT_WEB__PASSWORD"):
        check_address(WebSettings(host=host))
    check_address(WebSettings(host=host, password=SecretStr("x")))


def test_port_in_use_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SettingsError, match=f"127.0.0.1:{port}"):
            serve(Workspace(Settings(home=tmp_path, web=WebSettings(port=port))))
    assert Workspace(Settings(home=tmp_path)).running_service() is None


def test_no_service_is_found_where_none_runs(tmp_path: Path) -> None:
    assert find_service(Workspace(Settings(home=tmp_path))) is None


def test_a_dead_service_is_none(tmp_path: Path) -> None:
    workspace = _announced(tmp_path, "http://127.0.0.1:9", pid=2**22 + 1)
    assert workspace_status(workspace).service is None
    assert find_service(workspace) is None


def test_a_service_restarted_under_the_number_of_a_killed_one_is_not_in_its_own_way(tmp_path: Path) -> None:
    assert find_service(_announced(tmp_path, "http://127.0.0.1:9", pid=os.getpid())) is None


@pytest.mark.parametrize("left", ["", "{", '{"url": "http://127.0.0.1:9"}'])
def test_half_a_note_of_a_service_is_none(tmp_path: Path, left: str) -> None:
    (tmp_path / "service.json").write_text(left)
    assert find_service(Workspace(Settings(home=tmp_path))) is None


def test_a_living_service_that_is_silent_is_an_error(tmp_path: Path) -> None:
    workspace = _announced(tmp_path, "http://127.0.0.1:9", pid=os.getppid())
    with pytest.raises(ServiceInUseError, match=r"http://127\.0\.0\.1:9"):
        find_service(workspace)


def test_a_second_service_is_refused(tmp_path: Path) -> None:
    with _answering(200, {"status": "ok"}) as url:
        workspace = _announced(tmp_path, url, pid=os.getppid())
        with pytest.raises(WorkspaceError, match=f"is served at {url} already"):
            serve(workspace)


def test_commands_are_told_whom_they_asked(tmp_path: Path) -> None:
    with _answering(200, {"status": "ok"}) as url:
        service = find_service(_announced(tmp_path, url, pid=os.getppid()))
        assert service is not None
        assert service.notice == (
            f"The index of this workspace is open in the service at {url} (started 09:14). Asked it instead."
        )


def test_answers_of_the_service_are_read() -> None:
    body = {"text": "5 [1]", "language": "en", "thread_id": "t", "model": "offline", "sources": [], "charts": [],
            "follow_ups": [], "refusal": ""}  # fmt: skip
    with _answering(200, body) as url:
        assert _remote(url).ask("how many?").text == "5 [1]"


def test_problems_of_the_service_are_told() -> None:
    with _answering(409, {"detail": "'Alba' may mean two things."}) as url, pytest.raises(CopilotError, match="Alba"):
        _remote(url).look_up("stock", {"about": "Alba"})


def test_a_service_that_goes_away_over_the_work_says_to_run_it_again() -> None:
    with _hanging_up() as url, pytest.raises(CopilotError, match=r"ended in the middle of the work.*run it again"):
        _remote(url).forget("@jane")


def _announced(home: Path, url: str, *, pid: int) -> Workspace:
    workspace = Workspace(Settings(home=home))
    workspace.announce_service(RunningService(url=url, pid=pid, started_at="2026-11-02T09:14:00+00:00"))
    return workspace


def _remote(url: str) -> RemoteService:
    return RemoteService(RunningService(url=url, pid=1, started_at="2026-11-02T09:14:00+00:00"), None)


@contextmanager
def _answering(status: int, body: object) -> Iterator[str]:
    """A loopback server that answers everything alike."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            payload = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("content-length", str(len(payload)))
            self.end_headers()
            self.wfile.write(payload)

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            self.do_GET()

        def log_message(self, format: str, *args: object) -> None:
            """Nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def _hanging_up() -> Iterator[str]:
    """A loopback server that reads a request and ends the connection."""

    def hang_up() -> None:
        connection, _ = listening.accept()
        connection.recv(65_536)
        connection.close()

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=hang_up)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        thread.join(timeout=5)
