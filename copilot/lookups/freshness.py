"""How far the data reach, and what is late or missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import polars as pl

from copilot.evidence import Evidence, Figure, Row, make_evidence
from copilot.lookups.context import Context
from ingestion.errors import TableMissingError

LATE_DAYS = {"sales": 2, "stock": 3, "posts": 3, "signals": 1, "forecasts": 1, "restock_lines": 1}
"""Table -> days after which its newest row is late. Others are not watched: a price may hold for years."""

_RETAIL = ("sales", "stock", "inbound", "prices", "promotions", "calendar", "weather")
_OWN = {"posts": "published_at", "signals": "as_of", "forecasts": "as_of", "restock_lines": "as_of"}
_SILENT_DAYS = 2
_WATCHED_DAYS = 28
_STEADY_SHARE = 0.8
"""A location that sold on this share of the watched days is missed when it falls silent."""


def freshness(context: Context, *, location_ids: Sequence[str] = ()) -> Evidence:
    """One row for each dated table with its newest day known this morning, then one for each location gone silent.

    `location_ids` adds, first, the newest day of sales and of stock of each of these.

    A location is silent when it sold on four days of five in the 28 days before and on none of the last 2 days of
    sales. Reasons: `missing` (no data at all), `stale` (late), `silent`. Notes: `missing_tables`, `stale`,
    `silent_locations` where there are any.
    """
    retail = context.once("last dates", lambda: context.warehouse.last_dates(before=context.as_of))
    tables = [_table_row(context, table, last) for table, last in _last_dates(context, retail).items()]
    silent = context.once("silent locations", lambda: _silent_locations(context, retail.get("sales")))
    rows = [*_place_rows(context, location_ids), *tables, *silent]
    reasons = {reason for row in rows for reason in row.reasons}
    notes = {"missing": "missing_tables", "stale": "stale", "silent": "silent_locations"}
    return make_evidence(
        "freshness",
        as_of=context.as_of,
        sources=context.versions(*_RETAIL, *_OWN),
        rows=rows,
        totals=[Figure(name="silent_locations", value=float(len(silent)), unit="stores")],
        notes=[note for reason, note in notes.items() if reason in reasons],
    )


def _last_dates(context: Context, retail: Mapping[str, date]) -> dict[str, date | None]:
    found: dict[str, date | None] = {table: retail.get(table) for table in ("sales", "stock")}
    found |= {table: retail[table] for table in _RETAIL if table in retail}
    for table, column in _OWN.items():
        found[table] = _last_own(context, table, column)
    return found


def _last_own(context: Context, table: str, column: str) -> date | None:
    # Our own tables of this morning are made this morning: their day is `as_of` itself.
    through = context.as_of if column == "as_of" else context.as_of - timedelta(days=1)
    day = pl.col(column).cast(pl.Date)
    try:
        last = context.workspace.lake.scan(table).filter(day <= through).select(day.max()).collect().item()
    except TableMissingError:
        return None
    return last if isinstance(last, date) else None


def _table_row(context: Context, table: str, last: date | None) -> Row:
    if last is None:
        return Row(labels={"table": table}, reasons=("missing",))
    age = (context.as_of - last).days
    late = age > LATE_DAYS.get(table, age)
    return Row(
        labels={"table": table},
        figures=(Figure(name="age_days", value=float(age), unit="days"),),
        dates={"last_on": last},
        reasons=("stale",) if late else (),
    )


def _place_rows(context: Context, location_ids: Sequence[str]) -> list[Row]:
    """The last day of sales in the watched days and the last change of stock, of each place that has them."""
    if not location_ids:
        return []
    ids, since = list(location_ids), context.as_of - timedelta(days=_WATCHED_DAYS)
    names = dict(context.locations.select("location_id", "name").iter_rows())
    sold = context.warehouse.daily_sales(since=since, before=context.as_of, location_ids=ids)
    levels = context.warehouse.stock_levels(context.as_of, location_ids=ids)
    known = {"sales": (sold, "date"), "stock": (levels, "counted_on")}
    return [
        Row(
            labels={"location": names.get(id, id), "location_id": id, "table": table},
            figures=(Figure(name="age_days", value=float((context.as_of - last).days), unit="days"),),
            dates={"last_on": last},
        )
        for id in ids
        for table, (rows, column) in known.items()
        if isinstance(last := rows.filter(pl.col("location_id") == id)[column].max(), date)
    ]


def _silent_locations(context: Context, newest: date | None) -> list[Row]:
    """Rows of those silent; `newest` is the last day of sales."""
    if newest is None:
        return []
    since = newest - timedelta(days=_WATCHED_DAYS + _SILENT_DAYS - 1)
    sales = context.warehouse.daily_sales(since=since, before=newest + timedelta(days=1))
    steady = _STEADY_SHARE * _WATCHED_DAYS
    silent = (
        sales.filter(pl.col("units") > 0)
        .group_by("location_id")
        .agg(pl.col("date").max().alias("last_on"), pl.col("date").n_unique().alias("days"))
        .filter(pl.col("last_on") <= newest - timedelta(days=_SILENT_DAYS), pl.col("days") >= steady)
        .join(context.locations.select("location_id", "name"), on="location_id")
        .sort("last_on", "location_id")
    )
    return [
        Row(
            labels={"location": row["name"], "location_id": row["location_id"], "table": "sales"},
            figures=(Figure(name="age_days", value=float((context.as_of - row["last_on"]).days), unit="days"),),
            dates={"last_on": row["last_on"]},
            reasons=("silent",),
        )
        for row in silent.iter_rows(named=True)
    ]
