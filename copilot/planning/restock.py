"""Restock lines: what to send from the warehouse today, to which location, and why.

Periodic review, order up to a level: a line sent today arrives after the lead time, and the next chance to send comes
after the review period, so stock must cover demand over their sum, the protection period. The order-up-to level is the
quantile of that demand at the service level; what is wanted is the level less stock on hand and inbound in time.

Packs. The service level b is the newsvendor's critical ratio: a unit is worth sending while the chance that it sells
exceeds 1 - b. A pack is, then, when the sales expected of it exceed (1 - b) x its units. All packs wholly below the
level are, none wholly above is, and the one across the level goes or stays by that rule. With packs of one it gives
the level itself.

Sources: Silver, Pyke & Thomas, Inventory and Production Management in Supply Chains (4th ed. 2017), 7.9 (R, S
systems) and 9.2 (newsvendor). Demand that finds nothing on the shelf is lost; what is lost before a line can arrive
is counted with the gain of the line, which the lead time keeps small.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl

from copilot.errors import NoDataError
from copilot.planning.allocation import allocate_packs, pack_gains
from copilot.planning.arrays import Floats, Integers, group_codes
from copilot.planning.forecast import protection_days
from copilot.planning.negative_binomial import expected_minimum, probability_above, quantile
from copilot.planning.records import RESTOCK_SCHEMA
from copilot.settings import PlanningSettings
from ingestion.lake import Lake
from ingestion.warehouse import Warehouse

RESTOCK_TABLE = "restock_lines"


def plan_restock(
    warehouse: Warehouse, as_of: date, settings: PlanningSettings, forecasts: pl.DataFrame
) -> pl.DataFrame:
    """Restock lines in `RESTOCK_SCHEMA`, greatest expected sales first, of the `forecasts` made for `as_of`.

    A line for each SKU x location that wants stock or runs out more likely than the service level allows. A series
    whose stock was never counted is left out, unless something is inbound and it never sold: then it has nothing yet.
    Raises `NoDataError` where there is no stock at all, or no forecast for `as_of`.
    """
    levels = warehouse.stock_levels(as_of)
    if levels.is_empty():
        raise NoDataError(
            f"No stock levels before {as_of}, so nothing to restock by. Bring them in: `reassort import stock FILE`."
        )
    positions = _positions(warehouse, as_of, settings, forecasts, levels)
    if positions.is_empty():
        return RESTOCK_SCHEMA.to_frame()
    return (
        _lines(positions, settings.service_level)
        .with_columns(as_of=pl.lit(as_of))
        .select(RESTOCK_SCHEMA.names())
        .cast(RESTOCK_SCHEMA)
    )


def write_plan(lake: Lake, lines: pl.DataFrame, as_of: date, *, note: str = "") -> int:
    """Put the lines in place of those of the same `as_of`; return the table's version."""
    return lake.replace_day(RESTOCK_TABLE, lines, as_of=as_of, note=note)


def order_up_to(
    *, service_level: float, position: Integers, pack_units: Integers, mean: Floats, heterogeneity: Floats
) -> tuple[Integers, Integers]:
    """Order-up-to level in units, and packs wanted over `position`; all (lines,)."""
    level = quantile(service_level, mean=mean, heterogeneity=heterogeneity).astype(np.int64)
    missing = np.maximum(level - position, 0)
    whole = missing // pack_units
    across = pack_gains(whole, pack_units, position, mean, heterogeneity) > (1.0 - service_level) * pack_units
    return level, whole + (across & (missing % pack_units > 0))


def _positions(
    warehouse: Warehouse, as_of: date, settings: PlanningSettings, forecasts: pl.DataFrame, levels: pl.DataFrame
) -> pl.DataFrame:
    """One row a series that can be restocked: stock on hand and inbound, demand, pack, price, stock of the
    warehouse."""
    locations = warehouse.locations()
    periods = protection_days(locations, settings).join(
        locations.filter(pl.col("kind") != "warehouse").select("location_id", "country"), on="location_id"
    )
    demand = forecasts.filter(pl.col("as_of") == as_of)
    if demand.is_empty():
        raise NoDataError(f"No forecasts as of {as_of}. Make them with `reassort forecast --as-of {as_of}`.")
    catalogue = warehouse.catalogue().select("sku_id", "product_id", pack_units=pl.col("pack_size_units").fill_null(1))
    inbound = _inbound_in_time(warehouse.open_inbound(as_of), periods, as_of)
    sources = locations.filter(pl.col("kind") == "warehouse").select("location_id")
    supply = (
        levels.join(sources, on="location_id", how="semi")
        .group_by("sku_id")
        .agg(supply_units=pl.col("on_hand_units").sum())
    )
    known = pl.lit(not sources.is_empty())
    return (
        demand.join(periods, left_on=["location_id", "horizon_days"], right_on=["location_id", "protection_days"])
        .rename({"horizon_days": "protection_days"})
        .join(catalogue, on="sku_id")
        .join(levels.select("sku_id", "location_id", "on_hand_units"), on=["sku_id", "location_id"], how="left")
        .join(inbound, on=["sku_id", "location_id"], how="left")
        .filter(
            pl.col("on_hand_units").is_not_null()
            | (pl.col("inbound_units").is_not_null() & (pl.col("history_days") == 0))
        )
        .join(supply, on="sku_id", how="left")
        .join(warehouse.prices(as_of), on=["product_id", "country"], how="left")
        .with_columns(
            pl.col("on_hand_units", "inbound_units").fill_null(0),
            pl.col("inbound_late").fill_null(False),
            pl.col("currency").fill_null(""),
            supply_units=pl.when(known).then(pl.col("supply_units").fill_null(0)),
            next_delivery_on=pl.lit(as_of) + pl.duration(days=pl.col("lead_time_days")),
        )
        .sort("sku_id", "location_id")
    )


def _inbound_in_time(inbound: pl.DataFrame, periods: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """sku_id, location_id, inbound_units expected before the protection period ends, and whether some of it is
    overdue."""
    return (
        inbound.join(periods, on="location_id")
        .filter(pl.col("expected_on") < pl.lit(as_of) + pl.duration(days=pl.col("protection_days")))
        .group_by("sku_id", "location_id")
        .agg(inbound_units=pl.col("units").sum(), inbound_late=(pl.col("expected_on") < as_of).any())
    )


def _lines(positions: pl.DataFrame, service_level: float) -> pl.DataFrame:
    """Positions with what to send, what it gains, and why; those that need nothing left out."""
    mean = positions["mean_units"].to_numpy()
    k = (positions["dispersion"].to_numpy() - 1.0) / np.maximum(mean, 1e-9) + positions["rate_variance"].to_numpy()
    position = (positions["on_hand_units"] + positions["inbound_units"]).to_numpy()
    pack = positions["pack_units"].to_numpy()
    level, packs = order_up_to(
        service_level=service_level, position=position, pack_units=pack, mean=mean, heterogeneity=k
    )
    group, groups = group_codes(positions, "sku_id")
    stock = np.zeros(groups, dtype=np.int64)
    unlimited = int((packs * pack).sum())
    stock[group] = positions["supply_units"].fill_null(unlimited).to_numpy()
    sent = pack * allocate_packs(
        group=group,
        wanted_packs=packs,
        pack_units=pack,
        group_stock=stock,
        position=position,
        mean=mean,
        heterogeneity=k,
    )
    now = expected_minimum(position, mean=mean, heterogeneity=k)
    gain = expected_minimum(position + sent, mean=mean, heterogeneity=k) - now
    lines = positions.with_columns(
        units=pl.Series(sent),
        wanted_units=pl.Series(packs * pack),
        order_up_to_units=pl.Series(level),
        mean_demand_units=pl.col("mean_units"),
        run_out_probability=pl.Series(probability_above(position, mean=mean, heterogeneity=k)),
        run_out_probability_after=pl.Series(probability_above(position + sent, mean=mean, heterogeneity=k)),
        expected_sales_units=pl.Series(np.maximum(gain, 0.0)),
        missing_units=pl.Series(np.maximum(level - position, 0)),
    ).with_columns(expected_sales_value=pl.col("expected_sales_units") * pl.col("price"), reasons=_reasons())
    at_risk = (pl.col("wanted_units") > 0) | (pl.col("run_out_probability") > 1.0 - service_level)
    return lines.filter(at_risk).sort("expected_sales_units", "sku_id", "location_id", descending=[True, False, False])


def _reasons() -> pl.Expr:
    """Codes of what decided a line, in the order of `RESTOCK_SCHEMA`'s list."""
    codes = {
        "order_up_to": pl.col("wanted_units") > 0,
        "pack_rounding": pl.col("wanted_units") != pl.col("missing_units"),
        "warehouse_limit": pl.col("units") < pl.col("wanted_units"),
        "warehouse_unknown": pl.col("supply_units").is_null(),
        "inbound_late": pl.col("inbound_late"),
        "thin_history": pl.col("thin_history"),
    }
    marks = [pl.when(holds).then(pl.lit(code)) for code, holds in codes.items()]
    return pl.concat_list(marks).list.drop_nulls()
