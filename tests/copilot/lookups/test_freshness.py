"""How far the data reach."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import polars as pl

from copilot.lookups.context import Context
from copilot.lookups.freshness import freshness
from ingestion.retail.contracts import CONTRACTS
from tests.copilot.lookups.retailer import AS_OF, write_retailer


def test_newest_days_known_this_morning(context: Context) -> None:
    rows = {row.labels["table"]: row for row in freshness(context).rows}
    assert rows["sales"].dates["last_on"] == date(2026, 11, 1)
    assert rows["stock"].dates["last_on"] == date(2026, 10, 30)
    assert rows["restock_lines"].reasons == ()
    assert rows["posts"].reasons == ("missing",)
    assert set(freshness(context).notes) == {"missing_tables"}


def test_late_tables_are_noted(tmp_path: Path) -> None:
    found = freshness(Context(write_retailer(tmp_path), date(2026, 11, 9)))
    rows = {row.labels["table"]: row for row in found.rows}
    assert rows["sales"].reasons == ("stale",)
    assert rows["sales"].figures[0].value == 8
    assert "stale" in found.notes


def test_a_steady_store_gone_silent_is_named(tmp_path: Path) -> None:
    workspace = write_retailer(tmp_path)
    lines = [(f"n{back}", AS_OF - timedelta(days=back), "nice", "ALB-ECR-38", 1, 9.0, "EUR") for back in range(4, 31)]
    workspace.lake.append("sales", pl.DataFrame(lines, schema=CONTRACTS["sales"].schema, orient="row"))
    found = freshness(Context(workspace, AS_OF))
    silent = [row for row in found.rows if row.reasons == ("silent",)]
    assert [(row.labels["location"], row.dates["last_on"]) for row in silent] == [("Nice", date(2026, 10, 29))]
    assert "silent_locations" in found.notes


def test_places_asked_for_come_first_with_their_own_days(context: Context) -> None:
    rows = freshness(context, location_ids=["lyon", "nice"]).rows[:3]
    assert [(row.labels.get("location"), row.labels["table"], row.dates["last_on"]) for row in rows] == [
        ("Lyon", "sales", date(2026, 10, 31)),
        ("Lyon", "stock", date(2026, 10, 30)),
        (None, "sales", date(2026, 11, 1)),
    ]
