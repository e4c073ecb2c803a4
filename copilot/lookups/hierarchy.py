"""Demand expected at every level: SKU, product, category or all, by location, city, country or the whole chain."""

from __future__ import annotations

import polars as pl

from copilot.evidence import Evidence, Unit, make_evidence
from copilot.lookups.context import Context
from copilot.lookups.forecast import from_day, window_of
from copilot.lookups.rows import to_figures, to_rows, with_names
from copilot.lookups.scope import EVERYTHING, Period, Scope
from copilot.planning.hierarchy.level_spread import common_variance_of, newest_spreads
from copilot.planning.hierarchy.levels import Level
from copilot.planning.hierarchy.totals import labelled, level_totals
from copilot.planning.records import QUANTILE_COLUMNS

_UNITS: dict[str, Unit] = {
    "mean_demand_units": "units",
    **{f"{column}_units": "units" for column in QUANTILE_COLUMNS},
    "horizon_days": "days",
}


def demand_by_level(
    context: Context, scope: Scope = EVERYTHING, *, level: Level, period: Period | None = None, limit: int = 20
) -> Evidence:
    """Demand over the period (default: 28 days from `as_of`) of each node of the level within the scope, largest first.

    Means of all levels add up to those of the series. Quantiles are of the node's sum, as sure as past mornings say
    that sums of that level are (note `level_not_calibrated` where none have: `reassort forecast --tournament` learns
    it). Totals are of the whole scope; other notes as of `demand_forecast`. Raises `NoDataError` where no forecast
    was made.
    """
    forecasts = context.derived("forecasts", command="forecast")
    sources = context.versions("forecasts", "skus", "products", "locations", "sales")
    skus, places = scope.skus(context.catalogue), scope.locations(context.locations)
    known = forecasts.filter(
        pl.col("sku_id").is_in(skus["sku_id"].to_list()), pl.col("location_id").is_in(places["location_id"].to_list())
    )
    window = window_of(context, period, known.filter(pl.col("daily_units").is_not_null()))
    if window is None:
        note = "no_forecast" if known.is_empty() else "period_past"
        return make_evidence("forecast", as_of=context.as_of, sources=sources, notes=[note])
    days, notes = window
    notes += ["stale_forecast"] if forecasts["as_of"][0] < context.as_of else []
    series = from_day(labelled(known, context.catalogue, context.locations), days)
    notes += ["thin_history"] if series["thin_history"].any() else []
    spreads = newest_spreads(context.workspace.lake, as_of=context.as_of)
    notes += ["level_not_calibrated"] if common_variance_of(spreads, level) is None else []
    found = _named(
        level_totals(series, level, days=days.days, common_variance=common_variance_of(spreads, level)), days
    )
    top = Level(by="all", at="chain")
    whole = _named(level_totals(series, top, days=days.days, common_variance=common_variance_of(spreads, top)), days)
    notes += ["cut"] if found.height > limit else []
    shown = found.sort(pl.col("mean_demand_units").neg(), *level.columns).head(limit)
    return make_evidence(
        "forecast",
        as_of=context.as_of,
        sources=sources,
        rows=to_rows(with_names(context, shown), _UNITS),
        totals=to_figures(whole.row(0, named=True), _UNITS),
        dates={"since": days.since, "last_day": days.last_day},
        row_count=found.height,
        notes=notes,
    )


def _named(totals: pl.DataFrame, days: Period) -> pl.DataFrame:
    names = {"mean_units": "mean_demand_units", **{column: f"{column}_units" for column in QUANTILE_COLUMNS}}
    return totals.rename(names).with_columns(horizon_days=pl.lit(days.days))
