"""UCI Online Retail I as daily sales of products: a shop's invoice lines, December 2010 to December 2011.

Kept are lines of one country (`United Kingdom`: 91 % of all) with a product code (five digits, up to two letters, in
capitals), a positive quantity and a positive price, on invoices that are no cancellation or correction (their numbers
begin with a letter). Left out besides are lines that the same customer cancelled in full on the same day: two of them,
of 74,215 and 80,995 units, outweigh all else. What is cancelled later was sold, as far as that day knew.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

FOLDER = "sales_online_retail"
_COUNTRY = "United Kingdom"
_CODE = r"^\d{5}[A-Z]{0,2}$"
_SAME = ("CustomerID", "product_id", "date", "units")


def daily_sales(folder: Path) -> pl.DataFrame:
    """product_id, description, date, units (whole), revenue; one row a product and day on which it sold, sorted.

    The description is the longest of those most often given to the product. Days on which the shop was shut have no
    row of any product.
    """
    lines = (
        pl.scan_parquet(folder / "online_retail.parquet")
        .filter(pl.col("Country") == _COUNTRY)
        .with_columns(
            product_id=pl.col("StockCode").str.strip_chars().str.to_uppercase(),
            date=pl.col("InvoiceDate").dt.date(),
            units=pl.col("Quantity").abs().cast(pl.Int64),
        )
        .filter(pl.col("product_id").str.contains(_CODE))
        .collect()
    )
    cancelled = lines.filter(pl.col("InvoiceNo").str.starts_with("C")).select(_SAME).unique()
    sold = lines.filter(pl.col("InvoiceNo").str.contains(r"^\d"), pl.col("Quantity") > 0, pl.col("UnitPrice") > 0).join(
        cancelled, on=_SAME, how="anti"
    )
    days = sold.group_by("product_id", "date").agg(
        pl.col("units").sum(), revenue=(pl.col("units") * pl.col("UnitPrice")).sum()
    )
    return (
        days.join(_descriptions(sold), on="product_id", how="left")
        .select("product_id", "description", "date", "units", "revenue")
        .sort("product_id", "date")
    )


def _descriptions(sold: pl.DataFrame) -> pl.DataFrame:
    """product_id, description."""
    return (
        sold.filter(pl.col("Description").is_not_null())
        .group_by("product_id", description=pl.col("Description").str.strip_chars())
        .len()
        .sort("len", pl.col("description").str.len_chars(), "description", descending=[True, True, False])
        .group_by("product_id", maintain_order=True)
        .first()
        .drop("len")
    )
