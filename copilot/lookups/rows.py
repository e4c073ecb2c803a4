"""Rows of evidence from frames: which columns are labels, which are figures, and how lists are cut."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import polars as pl

from copilot.evidence import Figure, Row, Unit
from copilot.lookups.context import Context

LABELS = (
    "product", "product_id", "sku_id", "category", "material", "colour", "size", "location", "location_id", "city",
    "country", "channel", "department", "day", "term", "term_id", "market", "stage", "table", "model",
)  # fmt: skip
"""Columns that say what a row is about, where a frame has them."""


def with_names(context: Context, frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with the names of its SKUs, products and locations: `product`, `colour`, `size`, `location`, ..."""
    if "sku_id" in frame.columns:
        skus = context.catalogue.select("sku_id", "product_id", pl.col("name").alias("product"), "colour", "size")
        frame = frame.join(skus, on="sku_id", how="left", maintain_order="left")
    elif "product_id" in frame.columns:
        products = context.products.select("product_id", pl.col("name").alias("product"), "category", "material")
        frame = frame.join(products, on="product_id", how="left", maintain_order="left")
    if "location_id" in frame.columns:
        places = context.locations.select("location_id", pl.col("name").alias("location"), "country", "kind")
        frame = frame.join(places, on="location_id", how="left", maintain_order="left")
    return frame


def to_rows(
    frame: pl.DataFrame,
    units: Mapping[str, Unit],
    *,
    dates: Sequence[str] = (),
    money: Mapping[str, str] | None = None,
    reasons: str = "",
) -> tuple[Row, ...]:
    """One row of evidence for each row of the frame.

    `units` names the columns that are figures, with their units; `dates` those that are dates; `money` gives each
    country's currency, for frames with a `country` or `currency` column. Empty cells are left out.
    """
    return tuple(
        Row(
            labels={name: _label(cells[name]) for name in LABELS if cells.get(name) not in (None, "")},
            figures=to_figures(cells, units, currency=_currency(cells, money)),
            dates={name: day for name in dates if isinstance(day := cells.get(name), date)},
            reasons=tuple(cells.get(reasons) or ()) if reasons else (),
        )
        for cells in frame.iter_rows(named=True)
    )


def to_figures(cells: Mapping[str, object], units: Mapping[str, Unit], *, currency: str = "") -> tuple[Figure, ...]:
    """Figures of the cells that hold a number, in the order of `units`; `NAME_currency` overrides `currency`."""
    return tuple(
        Figure(name=name, value=float(value), unit=unit, currency=_money(cells, name, currency, unit))
        for name, unit in units.items()
        if isinstance(value := cells.get(name), int | float) and value == value  # NaN is unequal to itself
    )


def _money(cells: Mapping[str, object], name: str, currency: str, unit: Unit) -> str:
    return str(cells.get(f"{name}_currency", currency)) if unit == "money" else ""


def _label(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def _currency(cells: Mapping[str, object], money: Mapping[str, str] | None) -> str:
    if cells.get("currency"):
        return str(cells["currency"])
    return (money or {}).get(str(cells.get("country") or ""), "")
