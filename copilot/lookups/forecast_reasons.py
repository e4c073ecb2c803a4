"""What a forecast rests on, in units that add up to it."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from copilot.charts import Chart
from copilot.evidence import Evidence, Figure, Row, Unit, make_evidence
from copilot.lookups import charts
from copilot.lookups.context import Context
from copilot.lookups.forecast import asked_for, from_day, summed
from copilot.lookups.rows import to_figures
from copilot.lookups.scope import Period, Scope
from copilot.planning.explanation.parts import CORRECTION
from copilot.planning.explanation.stored import SINCE, Reasons, reasons
from copilot.planning.hierarchy.level_spread import at_their_level, newest_spreads
from copilot.planning.launches.records import ANALOGUES_TABLE
from copilot.planning.launches.records import MODEL_NAME as ANALOGUES
from copilot.settings import Language
from copilot.wording import event, label
from ingestion.errors import TableMissingError

_UNITS: dict[str, Unit] = {
    "mean_demand_units": "units",
    "p10_units": "units",
    "p50_units": "units",
    "p90_units": "units",
    "horizon_days": "days",
    "own_sales_share": "share",
    "history_days": "days",
    "in_stock_share": "share",
}
_SOURCES = ("forecasts", "forecast_runs", "skus", "products", "locations", "sales", "stock", "prices", "promotions",
            "calendar")  # fmt: skip
_LEAST_UNITS = 1e-6


def forecast_reasons(
    context: Context, scope: Scope, *, period: Period | None = None, language: Language = "en"
) -> Evidence:
    """What demand over the period (default: 28 days from `as_of`) rests on: a row a part, level first, then by size.

    Rows have the labels `part` (in words) and `part_id`, and the figure `part_units`; they add up to the total
    `mean_demand_units`. A product forecast from analogues has a row for each of them besides, with `weight_share`.
    `own_sales_share` is the share of the level that the series' own sales say. Notes: those of `demand_forecast`,
    `tables_changed` where part of the forecast comes from tables that have changed since it was made, and
    `correction_whole` where there are too many series to split the boosted correction. Raises `NoDataError` where no
    forecast was made.
    """
    sources = context.versions(*_SOURCES)
    asked = asked_for(context, scope, period, sources)
    if isinstance(asked, Evidence):
        return asked
    series, days, notes = asked
    made_on = series["as_of"][0]
    notes += ["thin_history"] if series["thin_history"].any() else []
    found = reasons(context.morning(made_on), series, first=days.since, days=days.days)
    notes += ["tables_changed"] if SINCE in found.parts else []
    notes += ["correction_whole"] if CORRECTION in found.parts else []
    rows = [*_parts(found, language), *_analogues(context, series)]
    spreads = newest_spreads(context.workspace.lake, as_of=context.as_of)
    cells = summed(at_their_level(from_day(series, days), spreads), days) | {
        "own_sales_share": found.own_share,
        "history_days": round(float(series["history_days"].to_numpy().mean())),
        "in_stock_share": float(series["in_stock_share"].to_numpy().mean()),
    }
    return make_evidence(
        "forecast",
        as_of=context.as_of,
        sources=sources,
        rows=rows,
        totals=to_figures(cells, _UNITS),
        dates={"since": days.since, "last_day": days.last_day},
        charts=[_bars(found, language)],
        notes=notes,
    )


def part_name(code: str, language: Language) -> str:
    """How a part is called: `event:Christmas Day` is `Noël`, `correction:price` `price, as the trees see it`."""
    kind, _, name = code.partition(":")
    if kind == "event":
        return label("parts", f"event:{event(name, language)}", language)
    return label("parts", code.replace("correction:", "correction_"), language)


def _parts(found: Reasons, language: Language) -> Iterator[Row]:
    models = ", ".join(sorted(found.series, key=lambda name: -found.series[name]))
    for code, units in _sorted(found):
        figure = Figure(name="part_units", value=units, unit="units")
        yield Row(labels={"part": part_name(code, language), "part_id": code, "model": models}, figures=(figure,))


def _sorted(found: Reasons) -> list[tuple[str, float]]:
    """The level first, then what moves it, most first."""
    level = ("own_sales", "resembling", *(set(found.series) & set(found.parts)))
    kept = {code: units for code, units in found.parts.items() if abs(units) > _LEAST_UNITS or code == "own_sales"}
    first = [(code, kept[code]) for code in level if code in kept]
    return first + sorted(((c, u) for c, u in kept.items() if c not in level), key=lambda one: (-abs(one[1]), one[0]))


def _bars(found: Reasons, language: Language) -> Chart:
    named = [(part_name(code, language), units) for code, units in _sorted(found)]
    return charts.forecast_parts(
        [name for name, _ in named], [units for _, units in named], found.mean, language=language
    )


def _analogues(context: Context, series: pl.DataFrame) -> Iterator[Row]:
    """The products that a product without history is forecast from, surest first."""
    products = series.filter(pl.col("model") == ANALOGUES)["product_id"].unique().to_list()
    if not products:
        return
    try:
        kept = context.workspace.lake.scan(ANALOGUES_TABLE)
    except TableMissingError:
        return
    asked = pl.col("product_id").is_in(products) & (pl.col("as_of") == series["as_of"][0])
    rows = kept.filter(asked, pl.col("analogue_id") != "").sort("product_id", -pl.col("weight")).collect()
    names = dict(context.products.select("product_id", "name").iter_rows())
    for row in rows.iter_rows(named=True):
        yield Row(
            labels={
                "product": names.get(row["analogue_id"], row["analogue_id"]),
                "product_id": row["analogue_id"],
                "analogue_of": names.get(row["product_id"], row["product_id"]),
            },
            figures=(Figure(name="weight_share", value=row["weight"], unit="share"),),
        )
