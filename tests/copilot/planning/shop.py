"""Small retailers for the tests of this folder: frames, panels and a warehouse over a lake."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from copilot.planning.arrays import Flags, Floats
from copilot.planning.drivers import Drivers, build_drivers
from copilot.planning.series import DemandPanel
from ingestion.lake import Lake
from ingestion.retail.contracts import CONTRACTS
from ingestion.warehouse import Warehouse

MONDAY = date(2026, 6, 1)


def day(offset: int) -> date:
    """Days after `MONDAY`."""
    return MONDAY + timedelta(days=offset)


def table(name: str, rows: Sequence[Mapping[str, object]]) -> pl.DataFrame:
    """Rows in the contract's schema; columns that are not given are null."""
    schema = CONTRACTS[name].schema
    return pl.DataFrame([{column: row.get(column) for column in schema} for row in rows], schema=schema)


def daily_sales(rows: Sequence[tuple[date, str, str, int]]) -> pl.DataFrame:
    """Rows of (date, sku, location, units) as `Warehouse.daily_sales` gives them."""
    schema = {"date": pl.Date, "sku_id": pl.String, "location_id": pl.String, "units": pl.Int64}
    return pl.DataFrame(rows, schema=schema, orient="row")


def stock_rows(rows: Sequence[tuple[date, str, str, int]]) -> pl.DataFrame:
    """Rows of (date, sku, location, level) as `Warehouse.stock_history` gives them."""
    schema = {"date": pl.Date, "sku_id": pl.String, "location_id": pl.String, "on_hand_units": pl.Int64}
    return pl.DataFrame(rows, schema=schema, orient="row")


def catalogue(*skus: str) -> pl.DataFrame:
    """SKUs of one product each, in the columns that the panel needs."""
    return pl.DataFrame(
        {
            "sku_id": skus,
            "product_id": [f"product of {sku}" for sku in skus],
            "category": ["coat"] * len(skus),
            "colour": ["camel"] * len(skus),
            "size": ["38"] * len(skus),
            "launched_on": pl.Series([None] * len(skus), dtype=pl.Date),
        }
    )


def locations(*places: str, kind: str = "store") -> pl.DataFrame:
    """Locations in France."""
    rows = [{"location_id": place, "name": place, "kind": kind, "country": "FR"} for place in places]
    return table("locations", rows)


def labels(count: int, *, products: int = 10, places: int = 10) -> pl.DataFrame:
    """Labels of `count` series."""
    numbers = range(count)
    return pl.DataFrame(
        {
            "sku_id": [f"sku{i // places:05d}" for i in numbers],
            "location_id": [f"place{i % places:02d}" for i in numbers],
            "product_id": [f"product{i // places % products:03d}" for i in numbers],
            "category": ["dress"] * count,
            "colour": ["ecru"] * count,
            "size": [str(34 + 2 * (i // places % 4)) for i in numbers],
            "country": ["FR"] * count,
            "kind": ["store"] * count,
        }
    )


def panel_of(units: Floats, *, availability: Floats | None = None, start: date = MONDAY) -> DemandPanel:
    """Panel of units (series, days), in stock throughout where no availability is given."""
    seen = np.ones(units.shape) if availability is None else availability
    return DemandPanel(
        series=labels(len(units)),
        start=start,
        units=units.astype(np.float32),
        availability=seen.astype(np.float32),
        censored=np.zeros(units.shape, dtype=np.bool_),
    )


def no_drivers(start: date, days: int) -> Drivers:
    """Nothing but weekdays and the time of the year."""
    names = ("calendar", "promotions", "prices")
    calendar, promotions, prices = (CONTRACTS[name].schema.to_frame() for name in names)
    return build_drivers(
        since=start, before=start + timedelta(days=days), calendar=calendar, promotions=promotions, prices=prices
    )


def sold_under_stock(demand: Floats, *, refill_to: int, every_days: int) -> tuple[Floats, Floats, Flags]:
    """Units sold, availability and censoring, (series, days), of demand met from stock refilled in the morning."""
    units: Floats = np.zeros_like(demand)
    seen: Floats = np.zeros_like(demand)
    censored: Flags = np.zeros_like(demand, dtype=np.bool_)
    level = np.zeros(len(demand))
    for today in range(demand.shape[1]):
        if today % every_days == 0:
            level = np.full(len(demand), float(refill_to))
        sold = np.minimum(demand[:, today], level)
        seen[:, today] = level > 0
        level = level - sold
        units[:, today], censored[:, today] = sold, (level == 0) & (sold > 0)
    return units, seen, censored


def warehouse_of(folder: Path, tables: Mapping[str, Sequence[Mapping[str, object]]]) -> tuple[Lake, Warehouse]:
    """A lake in `folder` with these tables, and the questions on it."""
    lake = Lake(folder)
    for name, rows in tables.items():
        lake.append(name, table(name, rows))
    return lake, Warehouse(lake)


def small_retailer(folder: Path, *, days: int = 60, stock: bool = True) -> tuple[Lake, Warehouse]:
    """Two SKUs in packs of 1 and 4, two stores and a warehouse; store A sells 2 a day of each, store B 1.

    Days are `MONDAY` on. Stores hold 3 of each at the end, the warehouse 20 of S1 and 6 of S4.
    """
    skus: list[Mapping[str, object]] = [
        {"sku_id": "S1", "product_id": "P", "colour": "ecru", "size": "38", "pack_size_units": 1},
        {"sku_id": "S4", "product_id": "P", "colour": "ecru", "size": "40", "pack_size_units": 4},
    ]
    places: list[Mapping[str, object]] = [
        {
            "location_id": "A",
            "name": "A",
            "kind": "store",
            "country": "FR",
            "lead_time_days": 2,
            "review_period_days": 7,
        },
        {"location_id": "B", "name": "B", "kind": "store", "country": "FR"},
        {"location_id": "W", "name": "W", "kind": "warehouse", "country": "FR"},
    ]
    sold = {"A": 2, "B": 1}
    sales = [
        {
            "sale_line_id": f"{sku}{place}{i}",
            "date": day(i),
            "location_id": place,
            "sku_id": sku,
            "units": units,
            "revenue": 10.0 * units,
            "currency": "EUR",
        }
        for i in range(days)
        for place, units in sold.items()
        for sku in ("S1", "S4")
    ]
    levels: list[Mapping[str, object]] = [
        {"date": day(moment), "location_id": place, "sku_id": sku, "on_hand_units": units}
        for moment, stores in ((-1, 500), (days - 1, 3))
        for place, sku, units in (
            ("A", "S1", stores),
            ("A", "S4", stores),
            ("B", "S1", stores),
            ("B", "S4", stores),
        )
    ]
    levels += [
        {"date": day(-1), "location_id": "W", "sku_id": sku, "on_hand_units": units}
        for sku, units in (("S1", 20), ("S4", 6))
    ]
    tables: dict[str, Sequence[Mapping[str, object]]] = {
        "products": [{"product_id": "P", "name": "Alba", "category": "dress"}],
        "skus": skus,
        "locations": places,
        "sales": sales,
        "prices": [{"product_id": "P", "country": "FR", "valid_from": day(-9), "price": 50.0, "currency": "EUR"}],
    }
    return warehouse_of(folder, {**tables, "stock": levels} if stock else tables)
