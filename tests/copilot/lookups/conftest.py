"""One small workspace for all lookups: they only read."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from copilot.lookups.context import Context
from tests.copilot.lookups.retailer import AS_OF, write_retailer


@pytest.fixture(scope="session")
def context(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Context]:
    """The retailer on the morning of 2 November 2026."""
    with Context(write_retailer(tmp_path_factory.mktemp("retailer")), AS_OF) as opened:
        yield opened
