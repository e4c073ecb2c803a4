"""Invoice lines as daily sales."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import polars as pl

from benchmarks.online_retail_sales import daily_sales

_LINE = {
    "InvoiceNo": "536365",
    "StockCode": "85123a",
    "Description": "white heart ",
    "Quantity": 6.0,
    "InvoiceDate": datetime.fromisoformat("2011-03-01T08:26"),
    "UnitPrice": 2.5,
    "CustomerID": 1.0,
    "Country": "United Kingdom",
}


def _sales(folder: Path, *changes: dict[str, object]) -> list[tuple[object, ...]]:
    pl.DataFrame([_LINE | change for change in changes]).write_parquet(folder / "online_retail.parquet")
    return daily_sales(folder).rows()


def test_lines_of_a_day_are_summed_by_product_in_capitals(tmp_path: Path) -> None:
    rows = _sales(tmp_path, {}, {"StockCode": "85123A", "Quantity": 4.0, "Description": "WHITE HEART HOLDER"})
    assert rows == [("85123A", "WHITE HEART HOLDER", date(2011, 3, 1), 10, 25.0)]


def test_what_is_no_sale_of_a_product_here_is_left_out(tmp_path: Path) -> None:
    assert _sales(
        tmp_path,
        {},
        {"StockCode": "POST"},
        {"StockCode": "gift_0001_20"},
        {"Quantity": -6.0, "UnitPrice": 0.0},
        {"UnitPrice": 0.0},
        {"Country": "France"},
        {"InvoiceNo": "A563185"},
    ) == [("85123A", "white heart", date(2011, 3, 1), 6, 15.0)]


def test_a_line_cancelled_in_full_on_its_day_was_no_sale_and_one_cancelled_later_was(tmp_path: Path) -> None:
    same_day = {"InvoiceNo": "C536366", "Quantity": -6.0}
    later = {**same_day, "CustomerID": 2.0, "InvoiceDate": datetime.fromisoformat("2011-03-02T10:00")}
    rows = _sales(tmp_path, {}, same_day, {"CustomerID": 2.0}, later)
    assert [(day, units) for _, _, day, units, _ in rows] == [(date(2011, 3, 1), 6)]
