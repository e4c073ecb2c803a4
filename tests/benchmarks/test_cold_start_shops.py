"""The shops whose launches are held out: what is known of them on a morning, and what is not."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import polars as pl

from benchmarks.cold_start_shops import retail_shop
from copilot.planning.arrays import Floats


def line(code: str, when: date, units: float, *, customer: float | None = 1.0, price: float = 2.0) -> dict[str, object]:
    return {
        "StockCode": code,
        "Description": f"THING {code}",
        "Quantity": units,
        "InvoiceDate": when,
        "UnitPrice": price,
        "CustomerID": customer,
    }


def embed(texts: object) -> Floats:
    vectors = np.random.default_rng(1).normal(size=(len(texts), 8))  # type: ignore[arg-type]
    unit: Floats = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit


def test_a_launch_is_held_out_until_its_day_and_cancelled_lines_are_gone(tmp_path: Path) -> None:
    old = [line(f"1{number:04d}", date(2010, 12, 2), 5.0) for number in range(40)]
    new = [
        line("20000", date(2011, 6, 8), 7.0),
        line("20000", date(2011, 6, 9), 100.0, customer=8.0),
        line("20000", date(2011, 6, 10), -100.0, customer=8.0),
        line("20000", date(2011, 9, 1), 9.0),
        line("POST", date(2011, 6, 8), 1.0),
        line("20001", date(2011, 6, 8), 1.0, price=0.0),
    ]
    shop = retail_shop(tmp_path, pl.DataFrame(old + new).cast({"InvoiceDate": pl.Datetime}), embed)
    assert shop.launches.rows() == [("20000", date(2011, 6, 8))]
    assert shop.demand.select("date", "units").rows() == [(date(2011, 6, 8), 7)]
    morning = max(day for day in shop.mornings if day <= date(2011, 6, 8))
    assert shop.warehouse.daily_sales(since=date(2010, 12, 1), before=morning)["sku_id"].n_unique() == 40
    planned = shop.warehouse.open_inbound(morning)
    assert planned.select("sku_id", "expected_on").rows() == [("20000", date(2011, 6, 8))]
    launched = shop.warehouse.read("products").filter(pl.col("launched_on").is_not_null())
    assert launched["product_id"].to_list() == ["20000"]
