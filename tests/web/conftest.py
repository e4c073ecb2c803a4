"""The service on a retailer small enough to check by hand, without a chat; and on the demo, in a process of its own."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from fastapi.testclient import TestClient

from copilot.settings import Settings, WebSettings, load_settings
from copilot.web.app import create_app
from copilot.workspace import Workspace
from tests.copilot.lookups.retailer import AS_OF, write_retailer

PASSWORD = "correct horse"
_START_SECONDS = 90


@pytest.fixture(scope="session")
def retailer_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workspace of the small retailer."""
    return write_retailer(tmp_path_factory.mktemp("web-retailer")).home


@pytest.fixture
def client(retailer_home: Path) -> Iterator[TestClient]:
    """The API on this machine, without a password."""
    app = create_app(Workspace(Settings(home=retailer_home)), AS_OF, chat=False)
    with TestClient(app, base_url="http://127.0.0.1") as opened:
        yield opened


@pytest.fixture
def guarded(retailer_home: Path) -> Iterator[TestClient]:
    """The API with a password, asked as from elsewhere."""
    web = WebSettings.model_validate({"password": PASSWORD})
    app = create_app(Workspace(Settings(home=retailer_home, web=web)), AS_OF, chat=False)
    with TestClient(app, base_url="http://reassort.example", follow_redirects=False) as opened:
        yield opened


@pytest.fixture(scope="module")
def demo_service(demo_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """URL of the service on a copy of the small demo, run by the command line in a folder of its own."""
    folder = tmp_path_factory.mktemp("demo-service")
    home = folder / "home"
    shutil.copytree(demo_home, home)
    started_in = folder / "cwd"
    started_in.mkdir()
    command = [sys.executable, "-m", "copilot", "serve", "--home", str(home), "--port", "0"]
    process = subprocess.Popen(command, cwd=started_in, stderr=subprocess.PIPE, env={**os.environ})
    try:
        yield _url(Workspace(load_settings(home)), process)
        assert list(started_in.iterdir()) == []
    finally:
        process.send_signal(signal.SIGTERM)
        said = process.communicate(timeout=30)[1].decode()
    assert (process.returncode, "Aborted" in said) == (0, False), said
    assert Workspace(load_settings(home)).running_service() is None
    assert not (home / "chat").exists()


def _url(workspace: Workspace, process: subprocess.Popen[bytes]) -> str:
    for _ in range(_START_SECONDS * 4):
        running = workspace.running_service()
        if running is not None and httpx.get(f"{running.url}/api/v1/health", timeout=30).is_success:
            return running.url
        if process.poll() is not None:
            raise RuntimeError(f"The service ended: {process.communicate()[1].decode()[-2000:]}")
        time.sleep(0.25)
    raise RuntimeError(f"The service did not start within {_START_SECONDS} s.")
