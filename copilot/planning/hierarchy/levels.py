"""Levels that demand adds up over: SKU, product, category and all on one side, location, city, country and chain on
the other, each of one crossed with each of the other.

A level is a code for each series; sums of a level are one pass over the series, so that time is linear in their number
whatever the depth. All levels are sums of the same series and therefore agree to the last unit.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import Final, Literal

import numpy as np
import polars as pl

from copilot.planning.arrays import Floats, Integers, group_row_sums, group_sums

ProductLevel = Literal["sku", "product", "category", "all"]
PlaceLevel = Literal["location", "city", "country", "chain"]

PRODUCT_COLUMNS: Final[dict[ProductLevel, tuple[str, ...]]] = {
    "sku": ("sku_id",),
    "product": ("product_id",),
    "category": ("category",),
    "all": (),
}
PLACE_COLUMNS: Final[dict[PlaceLevel, tuple[str, ...]]] = {
    "location": ("location_id",),
    "city": ("country", "city"),
    "country": ("country",),
    "chain": (),
}
SERIES_COLUMNS: Final = ("sku_id", "product_id", "category", "location_id", "city", "country")


@dataclass(frozen=True, kw_only=True)
class Level:
    """One product level crossed with one place level."""

    by: ProductLevel
    at: PlaceLevel

    @property
    def name(self) -> str:
        """`category x country`."""
        return f"{self.by} x {self.at}"

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns of a series that say which node of the level it belongs to; none: all are one node."""
        return (*PRODUCT_COLUMNS[self.by], *PLACE_COLUMNS[self.at])


LEVELS: Final = tuple(Level(by=by, at=at) for by, at in product(PRODUCT_COLUMNS, PLACE_COLUMNS))
"""Every level, finest first: `sku x location` are the series themselves."""


@dataclass(frozen=True, kw_only=True)
class Grouping:
    """Which node of a level each series belongs to."""

    level: Level
    codes: Integers
    """(series,)."""
    nodes: pl.DataFrame
    """(nodes,): the level's columns, in the order of the codes; a column `all` where the level has none."""

    def sums(self, values: Floats) -> Floats:
        """Sums by node, (nodes, columns), of values (series, columns)."""
        return group_row_sums(self.codes, values, self.nodes.height)

    def totals(self, values: Floats) -> Floats:
        """Sums by node, (nodes,), of values (series,)."""
        return group_sums(self.codes, values, self.nodes.height)


def grouped(series: pl.DataFrame, level: Level) -> Grouping:
    """Nodes of the level that these series have, sorted. `series` has the level's columns; an empty text is a value."""
    if not level.columns:
        nodes = (
            pl.DataFrame({"all": ["all"]}) if series.height else pl.DataFrame({"all": pl.Series([], dtype=pl.String)})
        )
        return Grouping(level=level, codes=np.zeros(series.height, dtype=np.int64), nodes=nodes)
    keys = series.select(pl.col(level.columns).fill_null(""))
    nodes = keys.unique().sort(level.columns).with_row_index("code")
    codes = keys.join(nodes, on=level.columns, how="left", maintain_order="left")["code"]
    return Grouping(level=level, codes=np.asarray(codes.to_numpy(), dtype=np.int64), nodes=nodes.drop("code"))
