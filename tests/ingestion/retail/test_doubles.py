"""Sale lines that a table holds under other ids: refused where nearly all are, let in where some happen to be alike."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from ingestion.errors import DoubledRowsError
from ingestion.lake import Lake
from ingestion.retail.contracts import CONTRACTS
from ingestion.retail.doubles import check_doubled

SALES = CONTRACTS["sales"]


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """A lake with thirty sale lines."""
    lake = Lake(tmp_path / "lake")
    lake.merge("sales", _lines("first"), key=SALES.key)
    return lake


@pytest.mark.parametrize("alike", [30, 28], ids=["all", "nearly all"])
def test_lines_that_are_in_under_other_ids_are_refused(lake: Lake, alike: int) -> None:
    with pytest.raises(DoubledRowsError, match=r"sales.csv: (100|93)% of its new rows are in sales already"):
        check_doubled(lake, "sales", _lines("other", alike=alike), where="sales.csv")


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param(lambda: _lines("other", day=date(2025, 2, 1)), id="another day"),
        pytest.param(lambda: _lines("other", alike=15), id="half of them alike"),
        pytest.param(lambda: _lines("other").head(10), id="few"),
        pytest.param(lambda: _lines("first"), id="the same ids"),
    ],
)
def test_other_lines_are_let_in(lake: Lake, lines: Callable[[], pl.DataFrame]) -> None:
    check_doubled(lake, "sales", lines(), where="sales.csv")


def test_the_first_lines_of_a_table_are_let_in(tmp_path: Path) -> None:
    check_doubled(Lake(tmp_path / "lake"), "sales", _lines("first"), where="sales.csv")


def _lines(ids: str, *, day: date = date(2025, 1, 31), alike: int = 30) -> pl.DataFrame:
    """Thirty lines, of which so many are as those of any other ids."""
    rows = [
        (f"{ids}-{number}", day, "lyon", f"sku-{number}", 1 if number < alike else 2, 10.0, "EUR")
        for number in range(30)
    ]
    return pl.DataFrame(rows, schema=SALES.schema, orient="row")
