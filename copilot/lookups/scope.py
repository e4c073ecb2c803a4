"""What a question is about: products, SKUs, locations and days, as ids and catalogue values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl


@dataclass(frozen=True, kw_only=True)
class Period:
    """Days from `since` on, `before` excluded. Raises ValueError where that is no day."""

    since: date
    before: date

    def __post_init__(self) -> None:
        if self.before <= self.since:
            raise ValueError(f"A period needs a day: {self.since} to {self.before} (excluded) has none.")

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.before - self.since).days

    @property
    def last_day(self) -> date:
        """Its last day, included."""
        return self.before - timedelta(days=1)

    def year_before(self) -> Period:
        """The same weekdays a year before: 364 days earlier, so that Saturdays meet Saturdays."""
        shift = timedelta(days=364)
        return Period(since=self.since - shift, before=self.before - shift)


@dataclass(frozen=True, kw_only=True)
class Scope:
    """What to look at. An empty field limits nothing; fields about SKUs must all hold.

    Locations and countries add up: `("lyon",)` and `("IT",)` mean Lyon and all of Italy. A country means its stores and
    web shop; a warehouse is meant by its id only, or where no location is named.
    """

    product_ids: tuple[str, ...] = ()
    sku_ids: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    """Catalogue values: `dress`, `coat`."""
    departments: tuple[str, ...] = ()
    materials: tuple[str, ...] = ()
    colours: tuple[str, ...] = ()
    sizes: tuple[str, ...] = ()
    location_ids: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    """ISO 3166 alpha-2."""

    @property
    def names_skus(self) -> bool:
        """Whether it limits products or SKUs at all."""
        return any(getattr(self, field) for field in _SKU_COLUMNS)

    @property
    def names_locations(self) -> bool:
        """Whether it limits locations at all."""
        return bool(self.location_ids or self.countries)

    def skus(self, catalogue: pl.DataFrame) -> pl.DataFrame:
        """Rows of the catalogue that it means."""
        for field, column in _SKU_COLUMNS.items():
            values = getattr(self, field)
            if values:
                catalogue = catalogue.filter(pl.col(column).is_in(list(values)))
        return catalogue

    def locations(self, locations: pl.DataFrame) -> pl.DataFrame:
        """Rows of the locations that it means."""
        if not self.names_locations:
            return locations
        named = pl.col("location_id").is_in(list(self.location_ids))
        sells = pl.col("country").is_in(list(self.countries)) & (pl.col("kind") != "warehouse")
        return locations.filter(named | sells)


_SKU_COLUMNS = {
    "product_ids": "product_id",
    "sku_ids": "sku_id",
    "categories": "category",
    "departments": "department",
    "materials": "material",
    "colours": "colour",
    "sizes": "size",
}

EVERYTHING = Scope()
"""No limit."""
