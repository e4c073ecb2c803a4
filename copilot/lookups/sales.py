"""What sold, when and where, and how that compares with a year before."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Literal

import polars as pl

from copilot.errors import NoDataError
from copilot.evidence import Evidence, Figure, Unit, make_evidence
from copilot.lookups import charts
from copilot.lookups.context import Context
from copilot.lookups.rows import to_figures, to_rows, with_names
from copilot.lookups.scope import EVERYTHING, Period, Scope
from copilot.lookups.sizes import size_order
from copilot.settings import Language

SalesGroup = Literal[
    "product", "sku", "location", "country", "size", "day", "colour", "category", "department", "channel"
]
SalesOrder = Literal["most_sold", "least_sold", "growth", "decline"]
ReturnsGroup = Literal["size", "product", "location", "country", "category", "colour"]

_UNITS: dict[str, Unit] = {
    "sold_units": "units",
    "returned_units": "units",
    "return_share": "share",
    "revenue": "money",
    "sold_units_last_year": "units",
    "sold_units_compared": "units",
    "change_share": "share",
}
_ORDERS: dict[SalesOrder, tuple[str, bool]] = {
    "most_sold": ("sold_units", True),
    "least_sold": ("sold_units", False),
    "growth": ("change_share", True),
    "decline": ("change_share", False),
}
_OF_SKU = ("product_id", "size", "colour", "category", "department")
_ALIKE_SHARE = 0.9
"""Of the days of the longer stretch, what the shorter must have for a change to say something: February of March."""
_THIN_UNITS = 20
"""Below this many units sold, a rate says little."""


def sales_totals(
    context: Context,
    scope: Scope,
    *,
    period: Period,
    against: Period | None = None,
    group: SalesGroup = "product",
    same_stores: bool = False,
    order: SalesOrder | None = None,
    limit: int = 20,
    language: Language = "en",
) -> Evidence:
    """Units sold and returned and net revenue in the period, by group, most sold first (days: in order).

    `order` puts those first that sold least (products in stock that sold nothing before them), or grew or fell most on
    the year before; days too then come by it. `channel` is what kind of place sold it: stores or a web shop.

    `change_share` compares units with the same weekdays 364 days earlier, or with the days of `against`, where those
    have sales and are about as many; with `same_stores` only locations that sold something in both are counted.
    Revenue is per currency: rows and totals never add two. Days from `as_of` on are not known: note `period_not_over`.
    Notes also: `no_sales`, `no_last_year` or `none_before`, `partly_before` (no sales of any kind are that old), `cut`,
    and the `order` where it is not `most_sold`.
    Raises `NoDataError` where no sales were ever imported.
    """
    known, notes = _known(context, period)
    base = against or (known.year_before() if known else None)
    now = _sales(context, scope, known) if known else _nothing()
    before = _sales(context, scope, base) if base else _nothing()
    if same_stores:
        both = set(now["location_id"]) & set(before["location_id"])
        now, before = (frame.filter(pl.col("location_id").is_in(list(both))) for frame in (now, before))
    begun = against is None or not before.height or _recorded(context, against)
    alike = known is not None and base is not None and _alike(known, base) and begun
    shift_days = (known.since - base.since).days if known and base else 0
    frame = _by(context, now, before, group, shift_days=shift_days)
    frame = frame if alike else frame.with_columns(change_share=pl.lit(None, pl.Float64))
    if order is not None:
        frame = _with_unsold(context, scope, frame) if order == "least_sold" and group == "product" else frame
        column, down = _ORDERS[order]
        frame = frame.sort(column, descending=down, nulls_last=True, maintain_order=True)
        notes += [] if order == "most_sold" else [order]
    notes += [] if now.height else ["no_sales"]
    notes += [] if before.height else ["none_before" if against else "no_last_year"]
    notes += [] if begun else ["partly_before"]
    notes += ["cut"] if frame.height > limit else []
    drawn = _nothing() if against else before
    chart = charts.sales_over_time(now, drawn, known, language=language) if known and now.height else None
    return make_evidence(
        "sales",
        as_of=context.as_of,
        sources=context.versions("sales", "skus", "products", "locations"),
        rows=to_rows(with_names(context, _named(frame, against).head(limit)), _UNITS),
        totals=_totals(now, before, known, against=against, alike=alike),
        dates={**_dates(known), **_compared_dates(against)},
        row_count=frame.height,
        charts=() if chart is None else (chart,),
        notes=notes,
    )


def return_rates(
    context: Context, scope: Scope, *, period: Period, group: ReturnsGroup = "size", limit: int = 20
) -> Evidence:
    """Units sold and returned by group, and the share of sold units that came back in the period.

    Sizes come in order; all else by that share, what sold fewer than 20 units last. Returns are counted on the day they
    came back, so that a share of late sales is still low. Notes: `no_sales`, `period_not_over`, `thin_history` when
    fewer than 20 units sold in some row, `cut`.
    """
    known, notes = _known(context, period)
    now = _sales(context, scope, known) if known else _nothing()
    frame = _by(context, now, _nothing(), group)
    thin = pl.col("sold_units") < _THIN_UNITS
    if group == "size":
        frame = frame.sort(pl.col("size").map_elements(size_order, return_dtype=pl.Float64), "size")
    else:
        frame = frame.sort(thin, pl.col("return_share").neg(), maintain_order=True)
    found = [*([] if now.height else ["no_sales"]), *(["thin_history"] if frame.filter(thin).height else [])]
    return make_evidence(
        "sales",
        as_of=context.as_of,
        sources=context.versions("sales", "skus", "products", "locations"),
        rows=to_rows(with_names(context, frame.head(limit)), _UNITS),
        totals=_totals(now, _nothing(), known),
        dates=_dates(known),
        row_count=frame.height,
        notes=[*notes, *found, *(["cut"] if frame.height > limit else [])],
    )


def _known(context: Context, period: Period) -> tuple[Period | None, list[str]]:
    """The days of the period that are known, and the notes on the rest."""
    if "sales" not in context.warehouse.last_dates():
        raise NoDataError("No sales yet. Bring some in with `reassort import sales FILE`.")
    if period.before <= context.as_of:
        return period, []
    if period.since >= context.as_of:
        return None, ["period_not_over"]
    return Period(since=period.since, before=context.as_of), ["period_not_over"]


def _alike(period: Period, other: Period) -> bool:
    """Whether sums of the two can be set against each other: months are alike, a day and a month are not."""
    shorter, longer = sorted((period.days, other.days))
    return shorter >= _ALIKE_SHARE * longer


def _recorded(context: Context, period: Period) -> bool:
    """Whether sales of any kind are recorded from the first week of the period on."""
    week = Period(since=period.since, before=min(period.before, period.since + timedelta(days=7)))
    return bool(_sales(context, EVERYTHING, week).height)


def _named(frame: pl.DataFrame, against: Period | None) -> pl.DataFrame:
    """What sold before, under its own name where that was not a year before."""
    return frame.rename({"sold_units_last_year": "sold_units_compared"}) if against else frame


def _compared_dates(against: Period | None) -> dict[str, date]:
    return {"compared_since": against.since, "compared_last_day": against.last_day} if against else {}


def _dates(known: Period | None) -> dict[str, date]:
    return {"since": known.since, "last_day": known.last_day} if known else {}


def _sales(context: Context, scope: Scope, period: Period) -> pl.DataFrame:
    """Sales in scope with product, size, country and currency: one row a day, SKU and location."""
    skus, places = scope.skus(context.catalogue), scope.locations(context.locations)
    sales = context.warehouse.daily_sales(
        since=period.since,
        before=period.before,
        sku_ids=skus["sku_id"].to_list() if scope.names_skus else None,
        location_ids=places["location_id"].to_list() if scope.names_locations else None,
    )
    currency = pl.col("country").replace_strict(dict(context.currencies), default="", return_dtype=pl.String)
    return (
        sales.rename({"units": "sold_units"})
        .join(context.catalogue.select("sku_id", *_OF_SKU), on="sku_id", how="left")
        .join(context.locations.select("location_id", "country", channel="kind"), on="location_id", how="left")
        .with_columns(currency=currency)
    )


def _nothing() -> pl.DataFrame:
    text = dict.fromkeys(("location_id", "sku_id", *_OF_SKU, "country", "channel", "currency"), pl.String())
    numbers = {"sold_units": pl.Int64(), "returned_units": pl.Int64(), "revenue": pl.Float64()}
    return pl.DataFrame(schema={"date": pl.Date(), **text, **numbers})


def _by(
    context: Context, now: pl.DataFrame, before: pl.DataFrame, group: SalesGroup, *, shift_days: int = 0
) -> pl.DataFrame:
    """Sums of the period by group, with those of the days `shift_days` before where they have any."""
    key = {"product": "product_id", "sku": "sku_id", "location": "location_id", "day": "date"}.get(group, group)
    several = now["currency"].n_unique() > 1
    if key == "date":
        before = before.with_columns(pl.col("date").dt.offset_by(f"{shift_days}d"))
    earlier = before.group_by(key).agg(pl.col("sold_units").sum().alias("sold_units_last_year"))
    revenue = pl.lit(None, pl.Float64) if several and key not in ("location_id", "country") else pl.col("revenue").sum()
    frame = (
        now.group_by(key)
        .agg(pl.col("sold_units", "returned_units").sum(), revenue.alias("revenue"), pl.col("currency").first())
        .join(earlier, on=key, how="left")
        .with_columns(
            return_share=pl.when(pl.col("sold_units") > 0).then(pl.col("returned_units") / pl.col("sold_units")),
            change_share=pl.when(pl.col("sold_units_last_year") > 0).then(
                pl.col("sold_units") / pl.col("sold_units_last_year") - 1
            ),
        )
    )
    if key == "date":
        return frame.sort("date").rename({"date": "day"})
    return frame.sort(pl.col("sold_units").neg(), key)


def _with_unsold(context: Context, scope: Scope, frame: pl.DataFrame) -> pl.DataFrame:
    """The products and, sold 0, those in stock in the scope that have no row."""
    skus, places = scope.skus(context.catalogue), scope.locations(context.locations)
    levels = context.warehouse.stock_levels(context.as_of, location_ids=places["location_id"].to_list())
    held = levels.filter(pl.col("on_hand_units") > 0).join(skus.select("sku_id", "product_id"), on="sku_id")
    unsold = held.select(pl.col("product_id").unique().sort()).join(frame, on="product_id", how="anti")
    return pl.concat([frame, unsold.with_columns(sold_units=pl.lit(0, frame["sold_units"].dtype))], how="diagonal")


def _totals(
    now: pl.DataFrame, before: pl.DataFrame, period: Period | None, *, against: Period | None = None, alike: bool = True
) -> list[Figure]:
    sold, returned = int(now["sold_units"].sum()), int(now["returned_units"].sum())
    earlier = int(before["sold_units"].sum())
    cells: dict[str, object] = {"sold_units": sold, "returned_units": returned}
    if sold:
        cells["return_share"] = returned / sold
    if before.height or against:
        cells["sold_units_compared" if against else "sold_units_last_year"] = earlier
    if earlier and alike:
        cells["change_share"] = sold / earlier - 1
    figures = list(to_figures(cells, _UNITS))
    for currency, revenue in now.group_by("currency").agg(pl.col("revenue").sum()).sort("currency").iter_rows():
        figures.append(Figure(name="revenue", value=revenue, unit="money", currency=currency or ""))
    if period:
        figures.append(Figure(name="period_days", value=float(period.days), unit="days"))
    return figures
