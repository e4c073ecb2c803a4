"""Shops whose launches are forecast as if nothing of them had been sold: the demo retailer, and a real one.

What a planner has on the morning is kept: the catalogue with its prices, the day of the launch, and which locations
will carry what (an open order each). Nothing of the product's own sales or stock is there before its launch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from copilot.planning.arrays import Floats, Integers
from copilot.planning.launches.facts import Embed
from ingestion.demo import build_demo, parse_size
from ingestion.lake import Lake
from ingestion.retail.contracts import CONTRACTS
from ingestion.warehouse import Warehouse

WEEKS = 8
STEP_DAYS = 28
_DEMO_SIZE = "3x400"
_DEMO_MORNINGS = 4
_GROUPS = 25
_ROUNDS = 20
_UNSEEN_BEFORE = date(2011, 2, 1)
_FIRST_MORNING = date(2011, 5, 3)
_RETAIL_END = date(2011, 12, 9)


@dataclass(frozen=True, kw_only=True)
class LaunchShop:
    """A shop with launches to foretell."""

    name: str
    warehouse: Warehouse
    mornings: tuple[date, ...]
    """Each foretells the launches of the four weeks from it on."""
    launches: pl.DataFrame
    """product_id, launched_on: those to foretell."""
    demand: pl.DataFrame
    """date, product_id, sku_id, location_id, units: what was wanted of them in their first eight weeks."""


def demo_shop(folder: Path, seed: int) -> LaunchShop:
    """400 products in 3 stores and a web shop, two years; launches from 24 to 8 weeks before the end."""
    demo = build_demo(parse_size(_DEMO_SIZE), seed=seed)
    lake = Lake(folder / f"demo{seed}")
    tables: dict[str, list[pl.DataFrame]] = {}
    for name, frame in demo.tables():
        tables.setdefault(name, []).append(frame)
    last = demo.end - timedelta(days=7 * WEEKS - 1)
    mornings = tuple(last - timedelta(days=STEP_DAYS * (step + 1)) for step in reversed(range(_DEMO_MORNINGS)))
    products = pl.concat(tables["products"])
    launches = products.filter(pl.col("launched_on").is_between(mornings[0], last, closed="left"))
    launches = launches.select("product_id", "launched_on")
    skus = pl.concat(tables["skus"]).select("sku_id", "product_id")
    wanted = demo.truth.demand(mornings[0], demo.end + timedelta(days=1))
    wanted = wanted.join(skus, on="sku_id").join(launches, on="product_id")
    first = wanted.filter((pl.col("date") - pl.col("launched_on")).dt.total_days().is_between(0, 7 * WEEKS - 1))
    stock = pl.concat(tables["stock"]).filter(pl.col("location_id") != "WH")
    carried = stock.join(skus.join(launches, on="product_id"), on="sku_id").unique(["sku_id", "location_id"])
    tables["inbound"] = [_orders(carried, mornings)]
    for name in CONTRACTS:
        frames = [_unseen(name, frame, skus, launches) for frame in tables[name]]
        lake.append(name, pl.concat(frames))
    return LaunchShop(
        name=f"demo, seed {seed}",
        warehouse=Warehouse(lake),
        mornings=mornings,
        launches=launches,
        demand=first.select("date", "product_id", "sku_id", "location_id", "units"),
    )


def retail_shop(folder: Path, rows: pl.DataFrame, embed: Embed) -> LaunchShop:
    """The UCI shop as one location, a product a stock code; groups of meaning take the place of categories.

    Kept: stock codes of five digits with or without letters, with a description, at a price above 0. A cancelled line
    takes off the last equal sale of the customer before it. A launch is the first sale of a code that had none
    before February 2011, when two months have been seen. Groups are k-means of the descriptions of what sold before the
    first morning; what came later goes to the nearest.
    """
    lines = _without_cancelled(rows)
    first = lines.sort("InvoiceDate").group_by("StockCode", maintain_order=True)
    products = first.agg(
        pl.col("Description").mode().sort().first(),
        launched_on=pl.col("date").first(),
        price=pl.col("UnitPrice").head(5).median(),
    ).sort("StockCode")
    vectors = embed(products["Description"].to_list())
    early = (products["launched_on"] < _FIRST_MORNING).to_numpy()
    groups = _clusters(vectors, np.flatnonzero(early))
    last = _RETAIL_END - timedelta(days=7 * WEEKS - 1)
    mornings = [_FIRST_MORNING]
    while mornings[-1] + timedelta(days=2 * STEP_DAYS) <= last:
        mornings.append(mornings[-1] + timedelta(days=STEP_DAYS))
    last = mornings[-1] + timedelta(days=STEP_DAYS)
    launches = products.filter(pl.col("launched_on").is_between(_FIRST_MORNING, last, closed="left"))
    launches = launches.select(product_id="StockCode", launched_on="launched_on")
    lake = Lake(folder / "retail")
    tables = {
        **_catalogue(products, groups),
        "sales": _sales(lines),
        "inbound": _orders(launches.with_columns(sku_id="product_id", location_id=pl.lit("WEB")), mornings),
    }
    for name, contract in CONTRACTS.items():
        frame = tables.get(name, contract.schema.to_frame())
        empty = [pl.lit(None).alias(column) for column in contract.schema if column not in frame.columns]
        lake.append(name, frame.with_columns(empty).select(contract.schema.names()).cast(contract.schema))
    wanted = tables["sales"].join(launches, left_on="sku_id", right_on="product_id")
    inside = (pl.col("date") - pl.col("launched_on")).dt.total_days().is_between(0, 7 * WEEKS - 1)
    return LaunchShop(
        name="sales_online_retail",
        warehouse=Warehouse(lake),
        mornings=tuple(mornings),
        launches=launches,
        demand=wanted.filter(inside).select("date", "sku_id", "location_id", "units", product_id="sku_id"),
    )


def _catalogue(products: pl.DataFrame, groups: Integers) -> dict[str, pl.DataFrame]:
    """Tables of what the shop sells; launches that cannot be told from the beginning of the data have no date."""
    code, pounds = pl.col("StockCode"), pl.lit("GBP")
    known = pl.when(pl.col("launched_on") >= _UNSEEN_BEFORE).then(pl.col("launched_on"))
    group = pl.Series([f"group {number}" for number in groups])
    return {
        "products": products.select(product_id=code, name="Description", category=group, launched_on=known),
        "skus": products.select(sku_id=code, product_id=code),
        "locations": pl.DataFrame([{"location_id": "WEB", "name": "Shop", "kind": "web", "country": "GB"}]),
        "prices": products.select(
            product_id=code, country=pl.lit("GB"), valid_from="launched_on", price="price", currency=pounds
        ),
    }


def _sales(lines: pl.DataFrame) -> pl.DataFrame:
    return lines.select(
        sale_line_id=pl.int_range(pl.len()).cast(pl.String),
        date="date",
        location_id=pl.lit("WEB"),
        sku_id="StockCode",
        units=pl.col("Quantity").cast(pl.Int64),
        revenue=pl.col("Quantity") * pl.col("UnitPrice"),
        currency=pl.lit("GBP"),
    )


def _unseen(name: str, frame: pl.DataFrame, skus: pl.DataFrame, launches: pl.DataFrame) -> pl.DataFrame:
    """Without stock of a product on days before its launch: on the morning it is not there yet."""
    if name != "stock":
        return frame
    dated = frame.join(skus, on="sku_id", how="left").join(launches, on="product_id", how="left")
    return dated.filter(pl.col("launched_on").is_null() | (pl.col("date") >= pl.col("launched_on"))).select(
        frame.columns
    )


def _orders(carried: pl.DataFrame, mornings: Sequence[date]) -> pl.DataFrame:
    """An order for each series to come, made before the morning that foretells it, arriving at the launch."""
    before = pl.Series(list(mornings)).sort()
    morning = pl.DataFrame({"ordered_on": before - timedelta(days=1), "morning": before})
    rows = carried.sort("launched_on").join_asof(morning, left_on="launched_on", right_on="morning")
    return rows.with_row_index("row").select(
        inbound_id=pl.format("plan{}", "row"),
        location_id="location_id",
        sku_id="sku_id",
        units=pl.lit(1, pl.Int64),
        ordered_on="ordered_on",
        expected_on="launched_on",
        received_on="launched_on",
    )


def _without_cancelled(rows: pl.DataFrame) -> pl.DataFrame:
    """Sale lines with their `date`, those left out that were cancelled."""
    kept = rows.filter(
        pl.col("StockCode").str.contains(r"^\d{5}[A-Za-z]*$"),
        pl.col("Description").is_not_null(),
        pl.col("UnitPrice") > 0,
    ).with_columns(
        pl.col("StockCode").str.to_uppercase(), size=pl.col("Quantity").abs(), date=pl.col("InvoiceDate").dt.date()
    )
    key = ["CustomerID", "StockCode", "size"]
    back = (
        kept.filter(pl.col("Quantity") < 0)
        .with_columns(number=pl.int_range(pl.len()).over(key))
        .select(*key, "number", back=True)
    )
    sold = kept.filter(pl.col("Quantity") > 0).sort("InvoiceDate", descending=True)
    sold = sold.with_columns(number=pl.int_range(pl.len()).over(key))
    joined = sold.join(back, on=[*key, "number"], how="left", nulls_equal=True)
    return joined.filter(pl.col("back").is_null()).sort("InvoiceDate", "StockCode")


def _clusters(vectors: Floats, early: Integers) -> Integers:
    """Group of each text: spherical k-means of the early ones from evenly spaced starts, the others to the nearest."""
    own = vectors[early].astype(np.float64)
    centres = own[np.linspace(0, len(own) - 1, _GROUPS).astype(np.int64)]
    for _ in range(_ROUNDS):
        nearest = (own @ centres.T).argmax(axis=1)
        sums = np.stack([own[nearest == code].sum(axis=0) for code in range(_GROUPS)])
        length = np.linalg.norm(sums, axis=1, keepdims=True)
        centres = np.where(length > 0, sums / np.maximum(length, 1e-9), centres)
    found: Integers = (vectors @ centres.T).argmax(axis=1)
    return found
