"""One small workspace, copied for each test that changes it."""

from __future__ import annotations

from pathlib import Path

import pytest

from copilot.workspace import Workspace
from tests.copilot.forgetting.small import open_small, write_small
from tests.fakes.copying import copy_home


@pytest.fixture(scope="session")
def small_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small workspace: read only."""
    return write_small(tmp_path_factory.mktemp("small") / "home").home


@pytest.fixture
def small(small_home: Path, tmp_path: Path) -> Workspace:
    """A copy that the test may change."""
    home = tmp_path / "home"
    copy_home(small_home, home)
    return open_small(home)
