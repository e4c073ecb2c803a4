"""How long stock lasts: what is more than will sell, and where more would sell than is there."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Literal

import polars as pl
from polars.dataframe.group_by import GroupBy

from copilot.errors import NoDataError
from copilot.evidence import Evidence, Unit, make_evidence
from copilot.lookups import charts
from copilot.lookups.context import Context
from copilot.lookups.rows import to_figures, to_rows, with_names
from copilot.lookups.scope import Scope
from copilot.settings import Language

CoverGroup = Literal["location", "product", "sku", "category"]

_KEYS: dict[CoverGroup, str] = {
    "location": "location_id",
    "product": "product_id",
    "sku": "sku_id",
    "category": "category",
}
_USUAL_DAYS = 28
_UNITS: dict[str, Unit] = {
    "surplus_units": "units",
    "short_units": "units",
    "on_hand_units": "units",
    "inbound_units": "units",
    "mean_demand_units": "units",
    "cover_days": "days",
}
_BESIDES: dict[str, Unit] = {"stores": "stores", "warehouse_units": "units"}


def stock_cover(
    context: Context,
    scope: Scope,
    *,
    until: date | None = None,
    group: CoverGroup = "location",
    limit: int = 10,
    language: Language = "en",
) -> Evidence:
    """Stock on hand against expected demand, by group: most too many first, then those that lack most.

    Demand is that of the kept horizon which reaches `until` (default: 28 days), or of the longest. `cover_days` is the
    stock on hand over the mean demand of a day. `inbound_units` are the deliveries that are expected by the last of
    these days, or overdue. Of each SKU and location, `surplus_units` are what is on hand above the demand that 9 cases
    of 10 stay below, and `short_units` what mean demand exceeds stock and these deliveries by; what is too much of one
    SKU in one place makes up for nothing that lacks elsewhere. Only places that sell are counted; the total
    `warehouse_units` says what warehouses in scope hold of it besides. The date `asked_until` is `until`.
    Notes: `no_forecast` where nothing in scope has one, `beyond_horizon`, `stale_forecast`, `cut`. Raises
    `NoDataError` where no forecast was made, or no stock was ever imported.
    """
    sources = context.versions("stock", "inbound", "forecasts", "skus", "products", "locations")
    made = context.derived("forecasts", command="forecast")
    start = made["as_of"][0]
    days, reached = _horizon(made, start, until)
    levels = context.warehouse.stock_levels(context.as_of)
    last_day = start + timedelta(days=days - 1)
    lines = _lines(context, scope, levels, made.filter(pl.col("horizon_days") == days), last_day)
    notes = ["stale_forecast"] if start < context.as_of else []
    if lines.is_empty():
        return make_evidence("stock", as_of=context.as_of, sources=sources, notes=[*notes, "no_forecast"])
    key = _KEYS[group]
    grouped = _summed(lines.group_by(key), days).sort(pl.col("surplus_units").neg(), key)
    lacking = grouped.filter(pl.col("short_units") > 0).sort(pl.col("short_units").neg(), key).head(limit)
    shown = pl.concat([grouped.head(limit), lacking]).unique(key, keep="first", maintain_order=True)
    named = with_names(context, shown)
    totals = _summed(lines.group_by(pl.lit(1)), days).row(0, named=True)
    held = lines.filter(pl.col("on_hand_units") > 0)["location_id"].n_unique()
    return make_evidence(
        "stock",
        as_of=context.as_of,
        sources=sources,
        rows=to_rows(named, _UNITS),
        totals=[*to_figures(totals, _UNITS), *to_figures(_besides(context, scope, levels, held), _BESIDES)],
        dates={
            "since": start,
            "last_day": last_day,
            **({} if until is None else {"asked_until": until}),
        },
        row_count=grouped.height,
        charts=[charts.cover_bars(named, language=language)],
        notes=[*notes, *([] if reached else ["beyond_horizon"]), *(["cut"] if grouped.height > limit else [])],
    )


def _horizon(made: pl.DataFrame, start: date, until: date | None) -> tuple[int, bool]:
    """Days of the shortest horizon that reaches `until`, of those that every series has; and whether it does."""
    wanted = _USUAL_DAYS if until is None else (until - start).days + 1
    counts = made.unique(["sku_id", "location_id", "horizon_days"]).group_by("horizon_days").len()
    common = sorted(counts.filter(pl.col("len") == pl.col("len").max())["horizon_days"])
    reaching = [days for days in common if days >= wanted]
    return (reaching[0], True) if reaching else (common[-1], until is None)


def _besides(context: Context, scope: Scope, levels: pl.DataFrame, stores: int) -> dict[str, object]:
    """How many places hold any, and what warehouses do, if they hold any."""
    places = scope.locations(context.locations).filter(pl.col("kind") == "warehouse")
    kept = levels.join(places, on="location_id", how="semi").join(
        scope.skus(context.catalogue), on="sku_id", how="semi"
    )
    units = int(kept["on_hand_units"].sum())
    return {"stores": stores, **({"warehouse_units": units} if units else {})}


def _lines(context: Context, scope: Scope, levels: pl.DataFrame, made: pl.DataFrame, last_day: date) -> pl.DataFrame:
    """One row a SKU and location that is forecast: stock, deliveries in time, demand, too many, lacking."""
    skus, places = scope.skus(context.catalogue), scope.locations(context.locations)
    keys = ["sku_id", "location_id"]
    if levels.is_empty():
        raise NoDataError("No stock yet. Bring some in with `reassort import stock FILE`.")
    in_time = context.warehouse.open_inbound(context.as_of).filter(pl.col("expected_on") <= last_day)
    coming = in_time.group_by(keys).agg(pl.col("units").sum())
    on_hand, demand = pl.col("on_hand_units"), pl.col("mean_units")
    return (
        # A location's protection period may be as long as a horizon.
        made.unique(keys, maintain_order=True)
        .select(*keys, "mean_units", "p90")
        .join(skus.select("sku_id", "product_id", "category"), on="sku_id")
        .join(places.select("location_id"), on="location_id", how="semi")
        .join(levels.select(*keys, "on_hand_units"), on=keys, how="left")
        .join(coming.rename({"units": "inbound_units"}), on=keys, how="left")
        .with_columns(pl.col("on_hand_units", "inbound_units").fill_null(0))
        .with_columns(
            surplus_units=(on_hand - pl.col("p90").ceil()).clip(lower_bound=0.0),
            short_units=(demand - on_hand - pl.col("inbound_units")).clip(lower_bound=0.0),
        )
    )


def _summed(groups: GroupBy, days: int) -> pl.DataFrame:
    summed = ("surplus_units", "short_units", "on_hand_units", "inbound_units")
    mean = pl.col("mean_units").sum()
    return groups.agg(
        pl.col(summed).sum(),
        mean.alias("mean_demand_units"),
        pl.when(mean > 0).then((pl.col("on_hand_units").sum() * days / mean).round()).alias("cover_days"),
    )
