"""What is known of products before they sell, and how much two of them differ in each of it.

A difference is 0 where two products are alike in a fact, 1 where they are as unlike as can be, and 0.5 where one of
them does not say.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from copilot.planning.arrays import Floats, Integers

FACTS = (
    "category",
    "department",
    "brand",
    "material",
    "supplier",
    "attributes",
    "colours",
    "price",
    "season",
    "collection",
    "breadth",
    "text",
)
"""Facts compared. `price`: the list price; `season`: time of the year of the launch; `collection`: how far apart two
launches are; `breadth`: how many locations carry it; `text`: name and description, by their meaning."""
_LISTS = ("attributes", "colours")
_NAMED = ("category", "department", "brand", "material", "supplier")
_UNKNOWN = 0.5
_PRICE_REACH = float(np.log(4.0))
_BREADTH_REACH = float(np.log(10.0))
_YEAR_DAYS = 365.25

Embed = Callable[[Sequence[str]], Floats]
"""Texts to unit vectors, (texts, dimensions)."""


@dataclass(frozen=True, kw_only=True)
class Facts:
    """Facts of some products."""

    products: pl.DataFrame
    """(products,): product_id, name, the named facts, `attributes` and `colours` (lists), log_price, launched_on,
    log_breadth, text."""
    vectors: Floats | None = None
    """(products, dimensions) of the texts; None: texts are not compared."""

    def rows(self, product_ids: Sequence[str]) -> Integers:
        """Where these products are. Raises KeyError for one that is not there."""
        place = {product: row for row, product in enumerate(self.products["product_id"].to_list())}
        return np.array([place[product] for product in product_ids], dtype=np.int64)


def product_facts(
    catalogue: pl.DataFrame, prices: pl.DataFrame, series: pl.DataFrame, as_of: date, embed: Embed | None = None
) -> Facts:
    """Facts of the products of `catalogue` (a row a SKU) as known on the morning of `as_of`, sorted by id.

    `prices` is the contract's table; of several countries the mean counts. `series` (sku_id, location_id) says where a
    product is carried.
    """
    known = prices.filter(pl.col("valid_from") <= as_of).sort("valid_from")
    # A product whose price begins with its launch has one already.
    priced = pl.concat([known, prices.join(known, on="product_id", how="anti")])
    price = (
        priced.group_by("product_id", "country", maintain_order=True)
        .agg(pl.col("price").last())
        .group_by("product_id", maintain_order=True)
        .agg(log_price=pl.col("price").clip(0.01).log().mean())
    )
    carried = (
        series.join(catalogue.select("sku_id", "product_id"), on="sku_id")
        .group_by("product_id", maintain_order=True)
        .agg(log_breadth=pl.col("location_id").n_unique().cast(pl.Float64).log())
    )
    first = [pl.col(column).first() for column in ("name", "description", "launched_on", "attributes", *_NAMED)]
    split = pl.col("attributes").fill_null("").str.split(";").list.eval(pl.element().str.strip_chars())
    products = (
        catalogue.group_by("product_id")
        .agg(*first, colours=pl.col("colour").drop_nulls().unique().sort())
        .sort("product_id")
        .with_columns(split.list.eval(pl.element().filter(pl.element() != "")))
        .join(price, on="product_id", how="left", maintain_order="left")
        .join(carried, on="product_id", how="left", maintain_order="left")
        .with_columns(text=pl.format("{}. {}", pl.col("name"), pl.col("description").fill_null("")))
    )
    vectors = None if embed is None else embed(products["text"].to_list())
    return Facts(products=products, vectors=vectors)


def differences(facts: Facts, rows: Integers, columns: Integers) -> Floats:
    """How much each product of `rows` differs from each of `columns`, (facts, rows, columns), in the order of `FACTS`.

    A fact that nobody tells differs by nothing.
    """
    found = {
        **{name: _named(facts.products[name], rows, columns) for name in _NAMED},
        **{name: _listed(facts.products[name], rows, columns) for name in _LISTS},
        "price": _apart(_numbers(facts, "log_price"), rows, columns) / _PRICE_REACH,
        "breadth": _apart(_numbers(facts, "log_breadth"), rows, columns) / _BREADTH_REACH,
        "text": _told_apart(facts.vectors, rows, columns),
    }
    days = _apart(_launch_days(facts), rows, columns)
    found["season"] = np.abs((days / _YEAR_DAYS + 0.5) % 1.0 - 0.5) * 2.0
    found["collection"] = days / _YEAR_DAYS
    stacked: Floats = np.stack([np.clip(np.nan_to_num(found[name], nan=_UNKNOWN), 0.0, 1.0) for name in FACTS])
    return stacked


def _named(values: pl.Series, rows: Integers, columns: Integers) -> Floats:
    code = values.replace("", None).rank("dense").cast(pl.Float64).to_numpy()
    known = ~np.isnan(code)
    if not known.any():
        return np.zeros((len(rows), len(columns)))
    differ = (code[rows][:, None] != code[columns][None, :]).astype(np.float64)
    return np.where(known[rows][:, None] & known[columns][None, :], differ, _UNKNOWN)


def _listed(values: pl.Series, rows: Integers, columns: Integers) -> Floats:
    """1 - Jaccard's index."""
    long = values.to_frame("value").with_row_index("row").explode("value").drop_nulls()
    if long.is_empty():
        return np.zeros((len(rows), len(columns)))
    holds = np.zeros((len(values), long["value"].n_unique()))
    holds[long["row"].to_numpy(), long["value"].rank("dense").to_numpy().astype(np.int64) - 1] = 1.0
    both = holds[rows] @ holds[columns].T
    count = holds.sum(axis=1)
    either = count[rows][:, None] + count[columns][None, :] - both
    told = (count[rows][:, None] > 0) & (count[columns][None, :] > 0)
    return np.where(told, 1.0 - both / np.maximum(either, 1.0), _UNKNOWN)


def _numbers(facts: Facts, column: str) -> Floats:
    return facts.products[column].cast(pl.Float64).to_numpy()


def _launch_days(facts: Facts) -> Floats:
    return facts.products.select(pl.col("launched_on").to_physical().cast(pl.Float64)).to_series().to_numpy()


def _apart(values: Floats, rows: Integers, columns: Integers) -> Floats:
    if np.isnan(values).all():
        return np.zeros((len(rows), len(columns)))
    apart: Floats = np.abs(values[rows][:, None] - values[columns][None, :])
    return apart


def _told_apart(vectors: Floats | None, rows: Integers, columns: Integers) -> Floats:
    if vectors is None:
        return np.zeros((len(rows), len(columns)))
    alike: Floats = vectors[rows].astype(np.float64) @ vectors[columns].astype(np.float64).T
    return 1.0 - alike
