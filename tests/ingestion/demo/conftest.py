"""One small demo retailer for all tests of it: built once, only read."""

from __future__ import annotations

import polars as pl
import pytest

from ingestion.demo import Demo, build_demo, parse_size


@pytest.fixture(scope="session")
def demo() -> Demo:
    return build_demo(parse_size("small"))


@pytest.fixture(scope="session")
def tables(demo: Demo) -> dict[str, pl.DataFrame]:
    return dict(demo.tables())
