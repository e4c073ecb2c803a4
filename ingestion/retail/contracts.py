"""Contracts of the retail tables: columns, types, units, keys. What every importer delivers and every reader relies on.

    products     what is designed and bought          product_id
    skus         product x colour x size              sku_id
    locations    stores, web shop, warehouse          location_id
    sales        sale lines; returns are negative     sale_line_id
    stock        stock level at the end of a day      date, location_id, sku_id
    inbound      on its way to a location             inbound_id
    prices       list price from a date on            product_id, country, valid_from
    promotions   reductions                           promotion_id
    calendar     holidays and commercial events       date, country, event
    weather      daily weather by city                date, city
    weather_forecasts  what was forecast of it        issued_on, date, city

Dates are local calendar days of the location. Money is in the row's currency, tax included, unless a name says
otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import polars as pl

ColumnType = Literal["text", "integer", "number", "date", "boolean"]

POLARS_TYPES: dict[ColumnType, pl.DataType] = {
    "text": pl.String(),
    "integer": pl.Int64(),
    "number": pl.Float64(),
    "date": pl.Date(),
    "boolean": pl.Boolean(),
}


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column of a table."""

    name: str
    type: ColumnType
    doc: str
    """What it holds, with its unit."""
    required: bool = True
    """False: may be missing or empty."""
    minimum: float | None = None
    """Smallest value allowed."""
    maximum: float | None = None
    """Largest value allowed."""
    has_come: bool = False
    """A day of what happened: none that has not come yet."""
    choices: tuple[str, ...] = ()
    """Values allowed; empty: any."""
    refers_to: str = ""
    """`table.column` that must hold the value, checked by `quality`; empty: none."""


@dataclass(frozen=True, kw_only=True)
class TableContract:
    """One table: its columns and what identifies a row."""

    name: str
    doc: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    @property
    def schema(self) -> pl.Schema:
        """Polars schema, columns in order."""
        return pl.Schema({column.name: POLARS_TYPES[column.type] for column in self.columns})

    def column(self, name: str) -> Column:
        """The column of that name; raises KeyError with the known names."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"{self.name} has no column {name!r}; it has {', '.join(c.name for c in self.columns)}")


def _text(name: str, doc: str, *, required: bool = True, choices: tuple[str, ...] = (), refers_to: str = "") -> Column:
    return Column(name=name, type="text", doc=doc, required=required, choices=choices, refers_to=refers_to)


def _integer(name: str, doc: str, *, required: bool = True, minimum: float | None = None) -> Column:
    return Column(name=name, type="integer", doc=doc, required=required, minimum=minimum)


def _number(
    name: str, doc: str, *, required: bool = True, minimum: float | None = None, maximum: float | None = None
) -> Column:
    return Column(name=name, type="number", doc=doc, required=required, minimum=minimum, maximum=maximum)


def _date(name: str, doc: str, *, required: bool = True, has_come: bool = False) -> Column:
    return Column(name=name, type="date", doc=doc, required=required, has_come=has_come)


PRODUCTS = TableContract(
    name="products",
    doc="Products (styles).",
    key=("product_id",),
    columns=(
        _text("product_id", "id of the style"),
        _text("name", "name as customers and planners say it"),
        _text("category", "lower-case English garment type: dress, coat, bag, sandals, ..."),
        _text("department", "women, men, kids, accessories, ...", required=False),
        _text("brand", "brand", required=False),
        _text("material", "main material, lower-case English: linen, wool, ...", required=False),
        _text(
            "attributes",
            "further attributes, lower-case English, separated by `;`; what its pictures show as `image: ...`",
            required=False,
        ),
        _text("description", "text for customers", required=False),
        _text("supplier", "supplier", required=False),
        _integer("lead_time_days", "days from order to arrival in the warehouse", required=False, minimum=0),
        _date("launched_on", "first day on sale", required=False),
    ),
)

SKUS = TableContract(
    name="skus",
    doc="Stock-keeping units: product x colour x size.",
    key=("sku_id",),
    columns=(
        _text("sku_id", "id"),
        _text("product_id", "the product", refers_to="products.product_id"),
        _text("colour", "colour, lower-case English", required=False),
        _text("size", "size as printed on the label", required=False),
        _number("unit_cost", "purchase cost of one unit, tax excluded", required=False, minimum=0),
        _integer("pack_size_units", "units in a pack: restock lines are multiples of it", required=False, minimum=1),
    ),
)

LOCATIONS = TableContract(
    name="locations",
    doc="Where stock lies and sales happen.",
    key=("location_id",),
    columns=(
        _text("location_id", "id"),
        _text("name", "name as planners say it"),
        _text("kind", "kind", choices=("store", "web", "warehouse")),
        _text("city", "city", required=False),
        _text("country", "ISO 3166 alpha-2 country"),
        _integer("lead_time_days", "days from the warehouse to here", required=False, minimum=0),
        _integer("review_period_days", "days between two deliveries", required=False, minimum=1),
    ),
)

SALES = TableContract(
    name="sales",
    doc="Sale lines. Sales have positive units, returns negative ones.",
    key=("sale_line_id",),
    columns=(
        _text("sale_line_id", "id of the line"),
        _date("date", "day of the sale or return", has_come=True),
        _text("location_id", "where", refers_to="locations.location_id"),
        _text("sku_id", "what", refers_to="skus.sku_id"),
        _integer("units", "units; negative for a return"),
        _number("revenue", "amount paid for the line, negative for a return"),
        _text("currency", "ISO 4217 code"),
    ),
)

STOCK = TableContract(
    name="stock",
    doc="Stock level at the end of a day. A level holds until the next row of the same SKU and location.",
    key=("date", "location_id", "sku_id"),
    columns=(
        _date("date", "day at whose end it was counted", has_come=True),
        _text("location_id", "where", refers_to="locations.location_id"),
        _text("sku_id", "what", refers_to="skus.sku_id"),
        _integer("on_hand_units", "units on hand", minimum=0),
    ),
)

INBOUND = TableContract(
    name="inbound",
    doc="Orders and deliveries on their way to a location, and those that arrived.",
    key=("inbound_id",),
    columns=(
        _text("inbound_id", "id of the order line"),
        _text("location_id", "where it goes", refers_to="locations.location_id"),
        _text("sku_id", "what", refers_to="skus.sku_id"),
        _integer("units", "units ordered", minimum=1),
        _date("ordered_on", "day of the order"),
        _date("expected_on", "day it is expected"),
        _date("received_on", "day it arrived; empty while under way", required=False, has_come=True),
    ),
)

PRICES = TableContract(
    name="prices",
    doc="List prices. A price holds until the next row of the same product and country.",
    key=("product_id", "country", "valid_from"),
    columns=(
        _text("product_id", "the product", refers_to="products.product_id"),
        _text("country", "ISO 3166 alpha-2 country"),
        _date("valid_from", "first day of the price"),
        _number("price", "list price, tax included", minimum=0),
        _text("currency", "ISO 4217 code"),
    ),
)

PROMOTIONS = TableContract(
    name="promotions",
    doc="Reductions on a product in a country.",
    key=("promotion_id",),
    columns=(
        _text("promotion_id", "id"),
        _text("product_id", "the product", refers_to="products.product_id"),
        _text("country", "ISO 3166 alpha-2 country"),
        _date("starts_on", "first day"),
        _date("ends_on", "last day"),
        _number("discount_share", "share taken off the list price, 0 to 1", minimum=0, maximum=1),
    ),
)

CALENDAR = TableContract(
    name="calendar",
    doc="Holidays and commercial events by country.",
    key=("date", "country", "event"),
    columns=(
        _date("date", "the day"),
        _text("country", "ISO 3166 alpha-2 country"),
        _text("event", "name"),
        _text("kind", "kind", choices=("holiday", "school_holiday", "sales_period", "event")),
    ),
)

WEATHER = TableContract(
    name="weather",
    doc="Daily weather by city, as it was. A day counts from the next morning on.",
    key=("date", "city"),
    columns=(
        _date("date", "the day", has_come=True),
        _text("city", "city, as in locations"),
        _number("temperature_c", "mean temperature, degrees Celsius", minimum=-60, maximum=60),
        _number("rain_mm", "rain, millimetres", minimum=0),
    ),
)

WEATHER_FORECASTS = TableContract(
    name="weather_forecasts",
    doc="Weather forecast for days ahead by city. A forecast counts from the morning after it was issued.",
    key=("issued_on", "date", "city"),
    columns=(
        _date("issued_on", "day on which it was issued", has_come=True),
        _date("date", "the day that it is about"),
        _text("city", "city, as in locations"),
        _number("temperature_c", "mean temperature, degrees Celsius", minimum=-60, maximum=60),
        _number("rain_mm", "rain, millimetres", minimum=0),
    ),
)

CONTRACTS: dict[str, TableContract] = {
    contract.name: contract
    for contract in (
        *(PRODUCTS, SKUS, LOCATIONS),
        *(SALES, STOCK, INBOUND, PRICES, PROMOTIONS, CALENDAR, WEATHER, WEATHER_FORECASTS),
    )
}
"""Every retail table by name, parents before the tables that refer to them."""
