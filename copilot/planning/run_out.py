"""When stock runs out: the chance before a date, the day to expect it, and the days that stock lasts.

Demand up to the end of day t is negative binomial with the mean of the days to t; stock has run out by then when it
exceeds what there was: stock on hand and what arrived by t. With deliveries on the way the chance of having run out
by a date is that on the worst day before it: the chance of running out on two occasions and not on either alone is
left out.
"""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl

from copilot.errors import NoDataError
from copilot.planning.arrays import Floats
from copilot.planning.negative_binomial import probability_above

RUN_OUT_SCHEMA = pl.Schema(
    {
        "sku_id": pl.String(),
        "location_id": pl.String(),
        "on_hand_units": pl.Int64(),
        "inbound_units": pl.Int64(),
        "before": pl.Date(),
        "mean_demand_units": pl.Float64(),
        "run_out_probability": pl.Float64(),
        "expected_run_out_on": pl.Date(),
        "days_of_cover": pl.Int64(),
    }
)
"""One row a series, likeliest to run out first.

inbound_units        expected to arrive before `before`
run_out_probability  that demand exceeds stock on some day before `before`
expected_run_out_on  mean day of running out, given that it happens before `before`; null where it cannot
days_of_cover        days that stock lasts with probability one half or more; null where beyond what forecasts reach
"""


def run_out_risk(
    *,
    forecasts: pl.DataFrame,
    stock: pl.DataFrame,
    inbound: pl.DataFrame,
    as_of: date,
    before: date,
) -> pl.DataFrame:
    """Risk of running out on a day of `as_of <= day < before` for each series with a forecast and a stock level.

    `stock` and `inbound` are as `Warehouse.stock_levels` and `open_inbound` give them; what was due before `as_of` is
    taken to arrive that day. Returns `RUN_OUT_SCHEMA`. Raises `NoDataError` without such series, or where forecasts
    do not reach `before`.
    """
    rows = (
        forecasts.filter((pl.col("as_of") == as_of) & pl.col("daily_units").is_not_null())
        .join(stock.select("sku_id", "location_id", "on_hand_units"), on=["sku_id", "location_id"])
        .sort("sku_id", "location_id")
    )
    if rows.is_empty():
        raise NoDataError(
            f"No series with a forecast and a stock level as of {as_of}. Make forecasts with `reassort forecast`."
        )
    days, reach = (before - as_of).days, int(rows["horizon_days"].to_numpy().min())
    if not 1 <= days <= reach:
        raise NoDataError(
            f"Forecasts as of {as_of} reach from 1 to {reach} days, not to {before}. Raise planning.horizon_days."
        )
    means = np.cumsum([units[:reach] for units in rows["daily_units"].to_list()], axis=1)
    there = rows["on_hand_units"].to_numpy()[:, None] + _arrived(rows, inbound, as_of, reach)
    k = (rows["dispersion"].to_numpy()[:, None] - 1.0) / np.maximum(means, 1e-9) + rows["rate_variance"].to_numpy()[
        :, None
    ]
    out_by = np.maximum.accumulate(probability_above(there, mean=means, heterogeneity=k), axis=1)
    lasting = (out_by <= 0.5).sum(axis=1)
    return (
        rows.select("sku_id", "location_id", "on_hand_units")
        .with_columns(
            inbound_units=pl.Series(there[:, days - 1]).cast(pl.Int64) - pl.col("on_hand_units"),
            before=pl.lit(before),
            mean_demand_units=pl.Series(means[:, days - 1]),
            run_out_probability=pl.Series(out_by[:, days - 1]),
            expected_run_out_on=pl.Series(_expected_day(out_by[:, :days], as_of), dtype=pl.Date),
            days_of_cover=pl.Series([int(n) if n < reach else None for n in lasting], dtype=pl.Int64),
        )
        .select(RUN_OUT_SCHEMA.names())
        .sort("run_out_probability", "sku_id", "location_id", descending=[True, False, False])
    )


def _arrived(rows: pl.DataFrame, inbound: pl.DataFrame, as_of: date, days: int) -> Floats:
    """Units inbound that have arrived by each day, (series, days)."""
    arrived = np.zeros((rows.height, days))
    placed = inbound.join(
        rows.select("sku_id", "location_id").with_row_index("row"), on=["sku_id", "location_id"]
    ).select(pl.col("row").cast(pl.Int64), "units", day=(pl.col("expected_on") - as_of).dt.total_days().clip(0))
    soon = placed.filter(pl.col("day") < days)
    np.add.at(arrived, (soon["row"].to_numpy(), soon["day"].to_numpy()), soon["units"].to_numpy())
    return np.cumsum(arrived, axis=1)


def _expected_day(out_by: Floats, as_of: date) -> list[date | None]:
    """Mean day of running out given that it happens within the days of `out_by` (series, days)."""
    happens = out_by[:, -1]
    # The mean of a day number is the sum of the chances that it lies later.
    later = (happens[:, None] - out_by).sum(axis=1) / np.maximum(happens, 1e-12)
    return [
        as_of + timedelta(days=round(float(day))) if chance > 1e-9 else None
        for day, chance in zip(later, happens, strict=True)
    ]
