"""What every test shares: no network, the names model only where asked for, and one small demo workspace built once."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from filelock import FileLock
from pydantic import SecretStr

from copilot.settings import load_settings
from copilot.workspace import Workspace
from ingestion.settings import PseudonymSettings

ROOT = Path(__file__).parent.parent
DEMO_AS_OF = date(2026, 11, 2)
DEMO_SEED = 7
DEMO_KEY = "5a" * 32
"""Pseudonym key of the shared demo workspace, so that another build of it has the same pseudonyms."""
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Slow files start first, so that the workers of a run end together; within each kind their order stays random.

    Slow files on real data come before all: one worker has those while the other builds the demo.
    """
    slow = {item.path for item in items if "slow" in item.keywords}
    real = {item.path for item in items if item.path in slow and "real_data" in item.keywords}
    items.sort(key=lambda item: (item.path not in real, item.path not in slow))


@pytest.fixture(autouse=True, scope="session")
def _no_network() -> Iterator[None]:
    """Refuse every connection but those to this machine."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: object) -> None:
        if self.family != socket.AF_UNIX and isinstance(address, tuple) and address[0] not in _LOOPBACK:
            raise OSError(f"A test reached for the network: {address!r}.")
        connect(self, address)  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded)
        yield


@pytest.fixture(autouse=True, scope="session")
def _own_environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Settings and keys of the person who runs the tests stay out of them."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith(("REASSORT_", "OPENAI_"))]:
            if name != "REASSORT_REAL_DATA":
                patch.delenv(name)
        patch.setenv("XDG_CONFIG_HOME", str(_shared_folder(tmp_path_factory) / "config"))
        patch.setenv("HF_HUB_OFFLINE", "1")
        # The names model takes seconds to load: tests of what it finds ask for it.
        patch.setenv("REASSORT_PSEUDONYM__NAMES_MODEL", "none")
        yield


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real data sets; a test that asks for it is skipped where there is none."""
    folder = Path(os.environ.get("REASSORT_REAL_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no real data at {folder}: set REASSORT_REAL_DATA")
    return folder


@pytest.fixture(scope="session")
def demo_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small demo workspace, built once for all workers: read only, copy it before writing."""
    from copilot.demo import build_demo_workspace  # heavy, and only some tests need it

    home = _shared_folder(tmp_path_factory) / "demo"
    with FileLock(f"{home}.lock"):
        if not (home / ".built").exists():
            shutil.rmtree(home, ignore_errors=True)
            settings = load_settings(home, pseudonym=PseudonymSettings(key=SecretStr(DEMO_KEY)))
            build_demo_workspace(Workspace(settings), size="small", seed=DEMO_SEED)
            (home / ".built").touch()
    return home


@pytest.fixture
def demo_workspace(demo_home: Path, tmp_path: Path) -> Workspace:
    """A copy of the small demo workspace that the test may change and open."""
    home = tmp_path / "demo"
    shutil.copytree(demo_home, home, ignore=shutil.ignore_patterns("models"))
    (home / "models").symlink_to(demo_home / "models")
    return Workspace(load_settings(home))


def _shared_folder(factory: pytest.TempPathFactory) -> Path:
    """One folder for all workers of a run."""
    base = factory.getbasetemp()
    folder = base.parent / "shared" if os.environ.get("PYTEST_XDIST_WORKER") else base / "shared"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
