"""Checks across tables: each finds what it is for, and nothing in clean tables."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from ingestion.lake import Lake
from ingestion.retail.contracts import CONTRACTS
from ingestion.retail.quality import Finding, check_quality

D = date(2026, 3, 10)
Rows = dict[str, list[tuple[object, ...]]]

CLEAN: Rows = {
    "products": [("P1", "Alba", "dress", *[None] * 8)],
    "skus": [("S1", "P1", "ecru", "38", 20.0, 1)],
    "locations": [("L1", "Lyon", "store", "Lyon", "FR", 2, 7), ("L2", "Lille", "store", "Lille", "FR", 2, 7)],
    "sales": [
        *[(f"a{day}", D - timedelta(days=day), "L1", "S1", 1, 9.0, "EUR") for day in range(10)],
        ("b", D, "L2", "S1", 1, 9.0, "EUR"),
        ("c", D, "L2", "S1", -1, -9.0, "EUR"),
    ],
    "stock": [(D, "L1", "S1", 3), (D, "L2", "S1", 0)],
    "inbound": [("I1", "L1", "S1", 4, D, D + timedelta(days=2), None)],
    "promotions": [("R1", "P1", "FR", D, D, 0.2)],
}


def _find(folder: Path, changed: Rows) -> list[Finding]:
    lake = Lake(folder)
    for table, rows in (CLEAN | changed).items():
        lake.append(table, pl.DataFrame(rows, schema=CONTRACTS[table].schema, orient="row"))
    return check_quality(lake)


def test_clean_tables_have_no_findings(tmp_path: Path) -> None:
    assert _find(tmp_path, {}) == []
    assert check_quality(Lake(tmp_path / "none")) == []


@pytest.mark.parametrize(
    ("changed", "check", "column", "count", "example"),
    [
        ({"skus": [*CLEAN["skus"], ("S2", "P7", None, None, None, None)]}, "reference", "product_id", 1, "P7"),
        ({"stock": [*CLEAN["stock"], (D, "L1", "S1", 4)]}, "duplicate", "date, location_id, sku_id", 1, "rows 2"),
        ({"stock": [*CLEAN["stock"][1:], (D, "L1", "S1", -2)]}, "range", "on_hand_units", 1, "on_hand_units -2"),
        ({"locations": [*CLEAN["locations"], ("L3", "Metz", "kiosk", None, "FR", 1, 7)]}, "range", "kind", 1, "kiosk"),
        ({"products": [("P1", None, "dress", *[None] * 8)]}, "missing", "name", 1, "product_id P1"),
        ({"inbound": [("I1", "L1", "S1", 4, D, D, date(2026, 3, 1))]}, "order", "received_on", 1, "2026-03-01"),
        ({"inbound": [("I1", "L1", "S1", 4, D, date(2026, 3, 1), None)]}, "order", "expected_on", 1, "I1"),
        ({"promotions": [("R1", "P1", "FR", D, date(2026, 3, 1), 0.2)]}, "order", "ends_on", 1, "R1"),
        ({"stock": CLEAN["stock"][:1]}, "no_stock", "location_id, sku_id", 1, "location_id L2, sku_id S1"),
        (
            {"sales": [row for row in CLEAN["sales"] if row[0] not in ("a2", "a3", "a4")]},
            "gap",
            "date",
            1,
            "from_day 2026-03-06, to_day 2026-03-08",
        ),
        ({"sales": [*CLEAN["sales"][:9], ("z", date(2026, 3, 1), "L2", "S1", 1, 9.0, "EUR")]}, "stopped", "", 1, "L2"),
        ({"sales": [*CLEAN["sales"], ("z", D, "L1", "S1", -40, -9.0, "EUR")]}, "returns", "units", 1, "S1"),
        ({"sales": [*CLEAN["sales"], ("z", D, "L1", "S1", 1, -9.0, "EUR")]}, "returns", "revenue", 1, "z"),
    ],
    ids=[
        "unknown product",
        "stock counted twice",
        "negative stock",
        "unknown kind",
        "no name",
        "arrived before it was ordered",
        "expected before it was ordered",
        "promotion ends before it starts",
        "sales without stock",
        "days without sales",
        "store that stopped",
        "more returned than sold",
        "signs that differ",
    ],
)
def test_each_problem_is_found_once(
    tmp_path: Path, changed: Rows, check: str, column: str, count: int, example: str
) -> None:
    (finding,) = [found for found in _find(tmp_path, changed) if found.check == check]
    assert column in finding.column
    assert finding.count == count
    assert example in finding.example
    assert finding.remedy


def test_two_days_without_sales_are_no_gap(tmp_path: Path) -> None:
    rows = [row for row in CLEAN["sales"] if row[0] not in ("a2", "a3")]
    assert _find(tmp_path, {"sales": rows}) == []


def test_references_to_a_table_that_is_missing_are_all_unknown(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    lake.append("skus", pl.DataFrame(CLEAN["skus"], schema=CONTRACTS["skus"].schema, orient="row"))
    assert [(found.check, found.severity, found.count) for found in check_quality(lake)] == [("reference", "error", 1)]
