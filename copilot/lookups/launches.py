"""What the forecast of a product without history rests on: its analogues by name, their weights, the launch curve."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

import polars as pl

from copilot.charts import Chart, ChartSeries
from copilot.evidence import Evidence, Figure, Row, make_evidence
from copilot.lookups.context import Context
from copilot.lookups.scope import EVERYTHING, Scope
from copilot.lookups.uncarried import tells_uncarried, uncarried_notes, uncarried_products
from copilot.planning.launches.curves import CURVE_WEEKS, FIRST_WEEKS
from copilot.planning.launches.keeping import read_analogues
from copilot.planning.launches.records import ANALOGUES_SCHEMA, ANALOGUES_TABLE
from copilot.planning.launches.texts import texts_of
from copilot.planning.launches.uncarried import as_if_carried, shop_on
from copilot.settings import Language
from copilot.wording import phrase

NOT_NEW, NONE_NEW, AS_IF_CARRIED = "not_new", "none_new", "as_if_carried"
_CURVES = 3
"""Analogues drawn beside the product."""


def launch_analogues(
    context: Context, scope: Scope = EVERYTHING, *, limit: int = 8, language: Language = "en"
) -> Evidence:
    """The new products in scope, each with up to `limit` analogues, those of most weight first.

    A product's own row has `first_weeks_units`, the mean of its first eight weeks apart from season, events and
    reductions, `p10_units` and `p90_units` of that by how far forecasts of products that were left out whole were
    wrong, `category_share`, the share of its category and of all products in it, and `history_days`. An analogue's row
    has `analogue_of`, `weight_share`, `first_weeks_units` as if it were carried where the product is, and the facts
    that the two have in common as reasons (`alike_category`, ...). The chart is the launch curve of the first product.
    A product that nothing stocks, sells or orders is told as if it were carried where its category is, with the note
    `as_if_carried`; where that cannot be told, a note `not_likened:NAMES` or `not_described:NAMES` says so. Other
    notes: `not_new` where the scope names products and none of them is new, `none_new` where nothing is,
    `stale_forecast`. Raises `NoDataError` where no forecast was made.
    """
    forecasts = context.derived("forecasts", command="forecast")
    made_on = forecasts["as_of"][0]
    found = read_analogues(context.workspace.lake, as_of=made_on)
    notes = ["stale_forecast"] if made_on < context.as_of else []
    if scope.names_skus:
        products = scope.skus(context.catalogue)["product_id"].unique().to_list()
        found = found.filter(pl.col("product_id").is_in(products))
        uncarried = uncarried_products(context, scope, forecasts)
        supposed = _supposed(context, uncarried, made_on)
        notes += [AS_IF_CARRIED] if supposed.height else uncarried_notes(uncarried, likened=True)
        found = pl.concat([found, supposed])
    names = dict(context.products.select("product_id", "name").iter_rows())
    rows = [row for _, own in found.group_by("product_id", maintain_order=True) for row in _rows(own, names, limit)]
    if not rows and not tells_uncarried(notes):
        notes.append(NOT_NEW if scope.names_skus else NONE_NEW)
    return make_evidence(
        "forecast",
        as_of=context.as_of,
        sources=context.versions("forecasts", ANALOGUES_TABLE, "products", "skus", "sales", "stock", "prices"),
        rows=rows,
        totals=[
            Figure(name="new_products", value=float(found["product_id"].n_unique()), unit="products"),
            Figure(name="first_weeks", value=float(FIRST_WEEKS), unit="weeks"),
        ],
        dates={"made_on": made_on},
        row_count=len(rows),
        charts=[_curve(found, names, made_on, language)] if rows else [],
        notes=notes,
    )


def _supposed(context: Context, products: pl.DataFrame, made_on: date) -> pl.DataFrame:
    """Analogues of products that nothing carries, as if their category's places did; no rows where nothing tells."""
    described = products.filter(pl.col("described"))["product_id"].to_list()
    if not described:
        return ANALOGUES_SCHEMA.to_frame()
    shop = shop_on(context.morning(made_on), context.catalogue, context.warehouse.read("prices"))
    return as_if_carried(shop, described, locations=context.locations, embed=texts_of(context.workspace))


def _rows(found: pl.DataFrame, names: Mapping[str, str], limit: int) -> Iterator[Row]:
    """The product's own row, then its analogues."""
    for row in found.head(1 + limit).iter_rows(named=True):
        product, analogue = row["product_id"], row["analogue_id"]
        units = sum(row["weekly_units"][:FIRST_WEEKS])
        first = Figure(name="first_weeks_units", value=units, unit="units")
        if analogue:
            yield Row(
                labels={
                    "product": names.get(analogue, analogue),
                    "product_id": analogue,
                    "analogue_of": names.get(product, product),
                },
                figures=(Figure(name="weight_share", value=row["weight"], unit="share"), first),
                reasons=tuple(f"alike_{fact}" for fact in row["alike"]),
            )
            continue
        yield Row(
            labels={"product": names.get(product, product), "product_id": product},
            figures=(
                first,
                Figure(name="p10_units", value=units * row["interval_low"], unit="units"),
                Figure(name="p90_units", value=units * row["interval_high"], unit="units"),
                Figure(name="category_share", value=row["weight"], unit="share"),
                Figure(name="history_days", value=float(row["history_days"]), unit="days"),
            ),
        )


def _curve(found: pl.DataFrame, names: Mapping[str, str], made_on: date, language: Language) -> Chart:
    """Units by week since launch of the first product, its range, and those of its first analogues."""
    rows = found.filter(product_id=found["product_id"][0]).head(1 + _CURVES).to_dicts()
    own, analogues = rows[0], rows[1:]
    x = tuple(phrase("charts.launch.week", language, week=week) for week in range(1, CURVE_WEEKS + 1))
    name = names.get(own["product_id"], own["product_id"])
    weekly = own["weekly_units"]
    band = ChartSeries(
        name=phrase("charts.launch.range", language),
        kind="band",
        role="forecast",
        x=x,
        low=tuple(units * own["interval_low"] for units in weekly),
        high=tuple(units * own["interval_high"] for units in weekly),
    )
    lines = [
        ChartSeries(
            name=names.get(row["analogue_id"], row["analogue_id"]),
            kind="line",
            role="observed",
            x=x,
            y=tuple(row["weekly_units"]),
        )
        for row in analogues
    ]
    return Chart(
        title=phrase("charts.launch.title", language, product=name),
        x_label=phrase("charts.launch.x", language),
        y_label=phrase("charts.launch.y", language),
        series=(band, ChartSeries(name=name, kind="line", role="forecast", x=x, y=tuple(weekly)), *lines),
        description=phrase("charts.launch.description", language, product=name),
    )
