"""Movements of stock as arrays while they are simulated, and as retail tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl

from ingestion.demo.network import COUNTRIES, CURRENCIES
from ingestion.retail.contracts import INBOUND, SALES, STOCK

Ints = npt.NDArray[np.int64]
Rows = list[tuple[npt.NDArray[np.generic], ...]]


@dataclass(frozen=True, kw_only=True)
class Places:
    """Names of positions: series first, then one for each SKU in the warehouse."""

    start: date
    location_ids: pl.Series
    """(series + skus,)."""
    sku_ids: pl.Series
    """(series + skus,)."""
    country: Ints
    """(series + skus,)."""


@dataclass(frozen=True, kw_only=True)
class Movements:
    """Tables of some days on end."""

    sales: pl.DataFrame
    stock: pl.DataFrame
    inbound: pl.DataFrame
    stock_outs: pl.DataFrame
    """date, location_id, sku_id, lost_units."""


@dataclass(kw_only=True)
class Journal:
    """Rows of the days since it was last emptied; a position is an index into `Places`."""

    places: Places
    sales: Rows = field(default_factory=list)
    """(day, position, units, revenue); returns are negative."""
    stock: Rows = field(default_factory=list)
    """(day, position, units on hand)."""
    inbound: Rows = field(default_factory=list)
    """(number, position, units, ordered, expected, received), days; received -1: under way on the last day."""
    lost: Rows = field(default_factory=list)
    """(day, position, units)."""

    def empty(self) -> Movements:
        """The rows as tables, and none left."""
        movements = Movements(
            sales=self._sales(), stock=self._stock(), inbound=self._inbound(), stock_outs=self._stock_outs()
        )
        for rows in (self.sales, self.stock, self.inbound, self.lost):
            rows.clear()
        return movements

    def _sales(self) -> pl.DataFrame:
        day, position, units, revenue = _columns(self.sales, 4)
        currency = pl.Series([CURRENCIES[country] for country in COUNTRIES], dtype=pl.String)
        frame = pl.DataFrame(
            {
                **self._where(day, position),
                "units": units.astype(np.int64),
                "revenue": np.round(revenue.astype(np.float64), 2),
                "currency": currency.gather(self.places.country[position]),
            }
        )
        kind = pl.when(pl.col("units") > 0).then(pl.lit("S")).otherwise(pl.lit("R"))
        line = pl.concat_str(pl.col("date").dt.strftime("%Y%m%d"), "location_id", "sku_id", kind, separator="-").alias(
            "sale_line_id"
        )
        return frame.with_columns(line).select(SALES.schema.names()).sort("date", "sale_line_id")

    def _stock(self) -> pl.DataFrame:
        day, position, units = _columns(self.stock, 3)
        return pl.DataFrame({**self._where(day, position), "on_hand_units": units.astype(np.int64)}).select(
            STOCK.schema.names()
        )

    def _inbound(self) -> pl.DataFrame:
        number, position, units, ordered, expected, received = _columns(self.inbound, 6)
        frame = pl.DataFrame(
            {
                "inbound_id": pl.Series(number.astype(np.int64)),
                "location_id": self.places.location_ids.gather(position),
                "sku_id": self.places.sku_ids.gather(position),
                "units": units.astype(np.int64),
                "ordered_on": self._dates(ordered),
                "expected_on": self._dates(expected),
                "received_on": self._dates(received),
                "under_way": received < 0,
            }
        )
        received_on = pl.when("under_way").then(None).otherwise(pl.col("received_on")).alias("received_on")
        inbound_id = pl.format("IN{}", pl.col("inbound_id").cast(pl.String).str.zfill(7)).alias("inbound_id")
        return frame.with_columns(received_on, inbound_id).select(INBOUND.schema.names())

    def _stock_outs(self) -> pl.DataFrame:
        day, position, units = _columns(self.lost, 3)
        return pl.DataFrame({**self._where(day, position), "lost_units": units.astype(np.int64)})

    def _where(self, day: Ints, position: Ints) -> dict[str, object]:
        return {
            "date": self._dates(day),
            "location_id": self.places.location_ids.gather(position),
            "sku_id": self.places.sku_ids.gather(position),
        }

    def _dates(self, day: Ints) -> npt.NDArray[np.datetime64]:
        return np.datetime64(self.places.start) + day.astype("timedelta64[D]")


def join(movements: Sequence[Movements]) -> Movements:
    """Tables of all days on end."""
    return Movements(
        sales=pl.concat([each.sales for each in movements]),
        stock=pl.concat([each.stock for each in movements]),
        inbound=pl.concat([each.inbound for each in movements]),
        stock_outs=pl.concat([each.stock_outs for each in movements]),
    )


def _columns(rows: Rows, count: int) -> list[npt.NDArray[np.int64]]:
    if not rows:
        return [np.zeros(0, dtype=np.int64) for _ in range(count)]
    return [np.concatenate([np.atleast_1d(row[place]) for row in rows]) for place in range(count)]
