"""One small retailer for the agent's tests: they read its tables, and keep threads in memory."""

from __future__ import annotations

import pytest

from copilot.workspace import Workspace
from tests.copilot.lookups.retailer import write_retailer


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Two products called Alba, one coat, five places, two weeks of sales; no posts, no forecasts."""
    return write_retailer(tmp_path_factory.mktemp("shop"))
