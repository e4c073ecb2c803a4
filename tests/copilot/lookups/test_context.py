"""What a context keeps of the retail tables."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from copilot.lookups.context import Context
from copilot.lookups.freshness import freshness
from copilot.lookups.products import find_products
from copilot.lookups.scope import EVERYTHING
from copilot.workspace import Workspace
from ingestion.retail.contracts import CONTRACTS
from ingestion.warehouse import Warehouse
from tests.copilot.lookups.figures import cells
from tests.copilot.lookups.retailer import AS_OF, write_retailer


def test_what_is_asked_again_is_read_once_until_a_table_changes(tmp_path: Path) -> None:
    workspace = write_retailer(tmp_path)
    context = Context(workspace, AS_OF)
    found, again = (find_products(context, EVERYTHING) for _ in range(2))
    fresh = freshness(context)
    _sell(workspace, AS_OF - timedelta(days=1), units=7)

    assert again == found
    before, after = (cells(one.rows[0])["sold_units_28_days"] for one in (found, find_products(context, EVERYTHING)))
    assert after == before + 7
    assert freshness(context).sources["sales"] == fresh.sources["sales"] + 1
    assert find_products(context, EVERYTHING).id != found.id


def test_under_one_key_it_is_read_once(tmp_path: Path) -> None:
    context, read = Context(write_retailer(tmp_path), AS_OF), []

    for key in ("sold", "sold", "returned", "sold"):
        context.once(key, lambda key=key: read.append(key))  # type: ignore[misc]

    assert read == ["sold", "returned"]


def test_a_warehouse_whose_changes_are_not_seen_is_asked_each_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context, read = Context(write_retailer(tmp_path), AS_OF), []
    monkeypatch.setattr(Warehouse, "versions", lambda _: {})

    for _ in range(2):
        context.once("sold", lambda: read.append("sold"))

    assert read == ["sold", "sold"]


def _sell(workspace: Workspace, day: date, *, units: int) -> None:
    line = ("new", day, "lyon", "ALB-ECR-38", units, 9.0, "EUR")
    workspace.lake.append("sales", pl.DataFrame([line], schema=CONTRACTS["sales"].schema, orient="row"))
