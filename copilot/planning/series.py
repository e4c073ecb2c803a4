"""Demand panel: sales and stock of each SKU x location by day, with what could be seen of demand on that day.

Sales are not demand. Stock rows say when they differ:

- the level was 0 at the start and at the end of the day and nothing sold: no demand could be seen, availability 0;
- the level reached 0 at the end of a day with sales: demand was at least those sales, the day is censored;
- stock came in during the day: it was there from the morning on;
- stock left without a sale (a transfer, a correction): what could be seen is unknown, availability 0;
- no stock row yet: available from the SKU's first day on sale, if the series sold anything before its first stock row.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

from copilot.planning.arrays import Flags, Floats, Integers
from ingestion.errors import ContractError

_KEY = ("sku_id", "location_id")
_LABELS = ("product_id", "category", "colour", "size", "city", "country", "kind")


@dataclass(frozen=True, kw_only=True)
class DemandPanel:
    """Days `start` to `before` (exclusive) of all series; row i of each matrix is row i of `series`."""

    series: pl.DataFrame
    """(series,): sku_id, location_id, product_id, category, colour, size, city, country, kind. Texts are never
    null."""
    start: date
    units: Floats
    """(series, days): units sold."""
    availability: Floats
    """(series, days): share of the day on which demand could be seen: 0 none, 1 all of it. Shares of part-time days may
    be set higher where these are known to be the busier ones."""
    censored: Flags
    """(series, days): demand was at least `units`."""
    notes: tuple[str, ...] = ()
    """Codes: `no_stock_rows:LOCATION`, `not_in_catalogue:SKU`, `not_a_location:LOCATION`."""

    @property
    def days(self) -> int:
        """Days in the panel."""
        return int(self.units.shape[1])

    @property
    def before(self) -> date:
        """First day after the panel."""
        return self.start + timedelta(days=self.days)

    @property
    def full(self) -> Flags:
        """(series, days): True on days in stock throughout that did not sell out."""
        full: Flags = (self.availability == 1.0) & ~self.censored
        return full

    def until(self, before: date) -> DemandPanel:
        """The same panel as it was known on the morning of `before`."""
        days = (before - self.start).days
        return DemandPanel(
            series=self.series,
            start=self.start,
            units=self.units[:, :days],
            availability=self.availability[:, :days],
            censored=self.censored[:, :days],
            notes=self.notes,
        )

    def rows(self, chosen: Flags) -> DemandPanel:
        """The series where `chosen` (series,) is true."""
        return DemandPanel(
            series=self.series.filter(pl.Series(chosen)),
            start=self.start,
            units=self.units[chosen],
            availability=self.availability[chosen],
            censored=self.censored[chosen],
            notes=self.notes,
        )

    def long(self) -> pl.DataFrame:
        """One row a series and day: sku_id, location_id, date, units, availability, censored."""
        dates = pl.date_range(self.start, self.before, closed="left", eager=True).alias("date")
        keys = self.series.select(_KEY)
        return keys.join(dates.to_frame(), how="cross").with_columns(
            units=pl.Series(self.units.reshape(-1)).cast(pl.Float64),
            availability=pl.Series(self.availability.reshape(-1)).cast(pl.Float64),
            censored=pl.Series(self.censored.reshape(-1)),
        )


def build_panel(
    *,
    sales: pl.DataFrame,
    stock: pl.DataFrame,
    catalogue: pl.DataFrame,
    locations: pl.DataFrame,
    since: date,
    before: date,
    carried: pl.DataFrame | None = None,
) -> DemandPanel:
    """Panel of all series that sold, were stocked, or are `carried` (rows of sku_id, location_id) anyway.

    `sales` and `stock` are as `Warehouse.daily_sales` and `Warehouse.stock_history` give them for the window,
    `catalogue` and `locations` whole; the latter may lack cities. A warehouse is a series only where it sells. Raises
    `ContractError`, naming the series and the remedy, for days that occur twice and for negative or missing units.
    """
    _check(sales, "sales", "units")
    _check(stock, "stock", "on_hand_units")
    pairs = [frame.select(_KEY) for frame in (sales, stock, carried) if frame is not None]
    found = pl.concat(pairs).unique()
    series, notes = _labelled(found, sales, catalogue, locations)
    days = (before - since).days
    rows = series.select(_KEY).with_row_index("row")
    units = np.zeros((series.height, days), dtype=np.float32)
    row, column, sold = _cells(sales, rows, since, "units")
    inside = (column >= 0) & (column < days)
    units[row[inside], column[inside]] = sold[inside]
    levels = _levels(stock, rows, since, days)
    availability, censored = _seen(units, levels, _first_days(series, sales, catalogue, since))
    stocked = set(stock["location_id"].unique().to_list())
    bare = [place for place in series["location_id"].unique().sort().to_list() if place not in stocked]
    return DemandPanel(
        series=series,
        start=since,
        units=units,
        availability=availability,
        censored=censored,
        notes=(*notes, *(f"no_stock_rows:{place}" for place in bare)),
    )


def _check(rows: pl.DataFrame, table: str, column: str) -> None:
    """Raise for rows that cannot be one level or one sum a day of one series."""
    key = ["date", *_KEY]
    remedies = {
        "missing units": (pl.col(column).is_null(), "Give the number, or leave the row out"),
        "negative units": (pl.col(column) < 0, "Give returns apart from sales, and levels of at least 0"),
        "the same day twice": (pl.struct(key).is_duplicated(), "Sum the rows of a day, or keep the last"),
    }
    for problem, (is_bad, remedy) in remedies.items():
        bad = rows.filter(is_bad)
        if not bad.is_empty():
            names = bad.select(_KEY).unique().sort(_KEY)
            first = ", ".join(f"SKU {sku!r} at {place!r}" for sku, place in names.head(3).rows())
            more = f" and {names.height - 3} more series" if names.height > 3 else ""
            day = bad.get_column("date").sort()[0]
            raise ContractError(table, column, f"{problem} ({first}{more}; first on {day}). {remedy}")


def _labelled(
    pairs: pl.DataFrame, sales: pl.DataFrame, catalogue: pl.DataFrame, locations: pl.DataFrame
) -> tuple[pl.DataFrame, list[str]]:
    """Series with their labels, sorted; and notes on pairs that have none."""
    unknown_skus = pairs.join(catalogue, on="sku_id", how="anti")["sku_id"].unique().sort().to_list()
    unknown_places = pairs.join(locations, on="location_id", how="anti")["location_id"].unique().sort().to_list()
    places = locations if "city" in locations.columns else locations.with_columns(city=pl.lit(""))
    series = (
        pairs.join(catalogue.select("sku_id", "product_id", "category", "colour", "size"), on="sku_id")
        .join(places.select("location_id", "city", "country", "kind"), on="location_id")
        .join(sales.select(*_KEY, sells=pl.lit(True)).unique(), on=_KEY, how="left")
        .filter((pl.col("kind") != "warehouse") | pl.col("sells").fill_null(False))
        .select(*_KEY, *(pl.col(label).fill_null("") for label in _LABELS))
        .sort(_KEY)
    )
    notes = [f"not_in_catalogue:{sku}" for sku in unknown_skus]
    return series, notes + [f"not_a_location:{place}" for place in unknown_places]


def _cells(table: pl.DataFrame, rows: pl.DataFrame, since: date, value: str) -> tuple[Integers, Integers, Integers]:
    """Row and column in the matrices, and the value, of each row of `table` that belongs to a series."""
    placed = table.join(rows, on=_KEY, how="inner").select(
        pl.col("row").cast(pl.Int64), (pl.col("date") - since).dt.total_days().alias("column"), value
    )
    return placed["row"].to_numpy(), placed["column"].to_numpy(), placed[value].to_numpy()


def _levels(stock: pl.DataFrame, rows: pl.DataFrame, since: date, days: int) -> Floats:
    """Level at the end of each day, (series, 1 + days): the first column is the day before `since`. NaN: not known."""
    levels = np.full((rows.height, days + 1), np.nan, dtype=np.float32)
    row, column, level = _cells(stock, rows, since, "on_hand_units")
    inside = (column >= -1) & (column < days)
    levels[row[inside], column[inside] + 1] = level[inside]
    last = np.where(np.isnan(levels), 0, np.arange(days + 1, dtype=np.int32))
    np.maximum.accumulate(last, axis=1, out=last)
    return np.take_along_axis(levels, last, axis=1)


def _first_days(series: pl.DataFrame, sales: pl.DataFrame, catalogue: pl.DataFrame, since: date) -> Integers:
    """Column of the day on which each series' SKU first sold anywhere, or was launched if earlier; (series,)."""
    first = sales.filter(pl.col("units") > 0).group_by("sku_id").agg(first=pl.col("date").min())
    launched = catalogue.select("sku_id", "launched_on")
    days = (
        series.select("sku_id")
        .join(first, on="sku_id", how="left", maintain_order="left")
        .join(launched, on="sku_id", how="left", maintain_order="left")
        .select((pl.min_horizontal("first", "launched_on") - since).dt.total_days().fill_null(0).clip(0))
    )
    return days.to_series().cast(pl.Int64).to_numpy()


def _seen(units: Floats, levels: Floats, first_days: Integers) -> tuple[Floats, Flags]:
    """Availability and censoring, both (series, days), by the rules of the module."""
    morning, evening = levels[:, :-1], levels[:, 1:]
    known: Flags = np.logical_not(np.isnan(evening))
    sold: Flags = np.greater(units, 0)
    seen = sold | (known & (evening > 0))
    # Before the first stock row nothing is known of the level; a series that sold then was on sale since its first day.
    sold_unknown: Flags = np.any(sold & ~known, axis=1)
    on_sale = np.arange(units.shape[1]) >= first_days[:, None]
    seen |= ~known & on_sale & sold_unknown[:, None]
    censored = known & (evening == 0) & sold & ~(np.isnan(morning) & sold_unknown[:, None])
    return seen.astype(np.float32), censored
