"""What demand is expected, with how sure that is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Literal

import polars as pl

from copilot.charts import Chart
from copilot.evidence import Evidence, Figure, Unit, make_evidence
from copilot.lookups import charts
from copilot.lookups.context import Context
from copilot.lookups.rows import to_figures, to_rows, with_names
from copilot.lookups.scope import Period, Scope
from copilot.lookups.uncarried import uncarried_notes, uncarried_products
from copilot.planning.fan import observed_history, total_forecast
from copilot.planning.hierarchy.level_spread import at_their_level, newest_spreads
from copilot.planning.records import QUANTILE_COLUMNS
from copilot.settings import Language

ForecastGroup = Literal["product", "sku", "category", "location", "country"]

_KEYS: dict[ForecastGroup, str] = {
    "product": "product_id",
    "sku": "sku_id",
    "category": "category",
    "location": "location_id",
    "country": "country",
}
_UNITS: dict[str, Unit] = {
    "mean_demand_units": "units",
    **{f"{column}_units": "units" for column in QUANTILE_COLUMNS},
    "horizon_days": "days",
    "history_days": "days",
    "in_stock_share": "share",
}
_DEFAULT_DAYS = 28
_HISTORY_DAYS = 56


def demand_forecast(
    context: Context,
    scope: Scope,
    *,
    period: Period | None = None,
    group: ForecastGroup = "product",
    limit: int = 10,
    language: Language = "en",
) -> Evidence:
    """Demand over the period (default: 28 days from `as_of`), largest first: mean and quantiles of its sum, by group.

    Quantiles of the totals are those of the sum, not sums of quantiles, as sure as past mornings say that sums of
    their level are, where `reassort forecast --tournament` learnt it. Each row's label `model` names the model that
    made it, or its models, the one of most series first. `history_days` and `in_stock_share` say what
    the forecast rests on (means over the series). Notes: `beyond_horizon` when the period ends later than forecasts
    reach (the days that they reach are answered), `period_past`, `no_forecast` for nothing in scope,
    `not_carried:NAMES` and `not_described:NAMES` for products that nothing stocks, sells or orders (the latter without
    a fact to liken them to others by), `thin_history`,
    `stale_forecast`, `cut`. Raises `NoDataError` where no forecast was made.
    """
    sources = context.versions("forecasts", "skus", "products", "locations", "sales")
    asked = asked_for(context, scope, period, sources)
    if isinstance(asked, Evidence):
        return asked
    series, days, notes = asked
    if series["thin_history"].any():
        notes.append("thin_history")
    ahead = from_day(series, days)
    spreads = newest_spreads(context.workspace.lake, as_of=context.as_of)
    grouped = _by(ahead, days, _KEYS[group], limit, spreads)
    found = series[_KEYS[group]].n_unique()
    notes += ["cut"] if found > limit else []
    return make_evidence(
        "forecast",
        as_of=context.as_of,
        sources=sources,
        rows=to_rows(with_names(context, grouped), _UNITS),
        totals=_totals(at_their_level(ahead, spreads), days, series),
        dates={"since": days.since, "last_day": days.last_day},
        row_count=found,
        charts=[_fan(context, scope, at_their_level(ahead, spreads), days, language)],
        notes=notes,
    )


def asked_for(
    context: Context, scope: Scope, period: Period | None, sources: Mapping[str, int]
) -> tuple[pl.DataFrame, Period, list[str]] | Evidence:
    """The forecasts in scope, their days in the period and notes on these; or the evidence that says why there are
    none. Raises `NoDataError` where no forecast was made."""
    made = context.derived("forecasts", command="forecast")
    series = _in_scope(context, scope, made)
    uncarried = uncarried_notes(uncarried_products(context, scope, made))
    window = window_of(context, period, series)
    if window is None:
        note = "no_forecast" if series.is_empty() else "period_past"
        return make_evidence("forecast", as_of=context.as_of, sources=sources, notes=[*uncarried, note])
    days, notes = window
    return series, days, notes + uncarried + (["stale_forecast"] if series["as_of"][0] < context.as_of else [])


def _in_scope(context: Context, scope: Scope, forecasts: pl.DataFrame) -> pl.DataFrame:
    """Each series' farthest forecast, which carries its days, with product, category and country."""
    skus, places = scope.skus(context.catalogue), scope.locations(context.locations)
    return (
        forecasts.filter(pl.col("daily_units").is_not_null())
        .join(skus.select("sku_id", "product_id", "category"), on="sku_id")
        .join(places.select("location_id", "country"), on="location_id")
    )


def window_of(context: Context, period: Period | None, series: pl.DataFrame) -> tuple[Period, list[str]] | None:
    """Days to forecast, and the notes on those that cannot be; None where there are none."""
    if series.is_empty():
        return None
    start = series["as_of"][0]
    reach = start + timedelta(days=int(series["horizon_days"].to_numpy().min()))
    if period is None:
        period = Period(since=context.as_of, before=context.as_of + timedelta(days=_DEFAULT_DAYS))
    since, before = max(period.since, start), min(period.before, reach)
    if period.before <= context.as_of:
        return None
    if since >= before:
        return Period(since=start, before=reach), ["beyond_horizon"]
    return Period(since=since, before=before), ["beyond_horizon"] if period.before > reach else []


def from_day(series: pl.DataFrame, days: Period) -> pl.DataFrame:
    """The same forecasts as if they began with the first day of the window."""
    skipped = (days.since - series["as_of"][0]).days
    return series.with_columns(
        as_of=pl.lit(days.since),
        daily_units=pl.col("daily_units").list.slice(skipped),
        horizon_days=pl.col("horizon_days") - skipped,
    )


def _by(series: pl.DataFrame, days: Period, key: str, limit: int, spreads: pl.DataFrame | None) -> pl.DataFrame:
    """Sums over the window of the largest groups."""
    mean = pl.col("daily_units").list.head(days.days).list.sum()
    rests = series.group_by(key).agg(
        mean.sum().alias("mean"),
        pl.col("history_days").mean().round(),
        pl.col("in_stock_share").mean(),
        pl.col("model").sort().mode(maintain_order=True).first().alias("most"),
        pl.col("model").unique().sort(),
    )
    # The model of most series first.
    others = pl.col("model").list.set_difference(pl.concat_list("most")).list.sort()
    rests = rests.with_columns(model=pl.concat_list("most", others).list.join(", ")).drop("most")
    rests = rests.sort(pl.col("mean").neg(), key).head(limit)
    groups = {value: at_their_level(series.filter(pl.col(key) == value), spreads) for value in rests[key]}
    sums = [{key: value, **summed(own, days)} for value, own in groups.items()]
    return pl.DataFrame(sums).join(rests.drop("mean"), on=key, how="left", maintain_order="left")


def summed(series: pl.DataFrame, days: Period) -> dict[str, object]:
    """Mean and quantiles of demand summed over the window and all the series."""
    total = total_forecast(series, as_of=days.since, days=days.days, cumulative=True).row(-1, named=True)
    quantiles = {f"{column}_units": total[column] for column in QUANTILE_COLUMNS}
    return {"mean_demand_units": total["mean_units"], **quantiles, "horizon_days": days.days}


def _totals(series: pl.DataFrame, days: Period, rests: pl.DataFrame) -> list[Figure]:
    cells = summed(series, days) | {
        "history_days": round(float(rests["history_days"].to_numpy().mean())),
        "in_stock_share": float(rests["in_stock_share"].to_numpy().mean()),
    }
    return list(to_figures(cells, _UNITS))


def _fan(context: Context, scope: Scope, series: pl.DataFrame, days: Period, language: Language) -> Chart:
    """Sales before, demand after, day by day."""
    skus, places = scope.skus(context.catalogue), scope.locations(context.locations)
    daily = total_forecast(series, as_of=days.since, days=days.days)
    history = observed_history(
        context.warehouse,
        as_of=context.as_of,
        days=_HISTORY_DAYS,
        sku_ids=skus["sku_id"].to_list() if scope.names_skus else None,
        location_ids=places["location_id"].to_list() if scope.names_locations else None,
    )
    return charts.demand_fan(daily, history, language=language)
