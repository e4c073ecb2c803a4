"""What the planning room finds: forecasts and restock lines, and the tables they are kept in."""

from __future__ import annotations

import polars as pl

QUANTILES = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)
"""Levels that forecasts carry, as columns `p05` ... `p95`."""

QUANTILE_COLUMNS = tuple(f"p{round(level * 100):02d}" for level in QUANTILES)

FORECASTS_SCHEMA = pl.Schema(
    {
        "as_of": pl.Date(),
        "sku_id": pl.String(),
        "location_id": pl.String(),
        "horizon_days": pl.Int64(),
        "mean_units": pl.Float64(),
        **{column: pl.Float64() for column in QUANTILE_COLUMNS},
        "history_days": pl.Int64(),
        "in_stock_share": pl.Float64(),
        "model": pl.String(),
        "thin_history": pl.Boolean(),
        "dispersion": pl.Float64(),
        "rate_variance": pl.Float64(),
        "common_variance": pl.Float64(),
        "daily_units": pl.List(pl.Float64()),
    }
)
"""Lake table `forecasts`: demand summed over the `horizon_days` days from `as_of` on, for each SKU x location.

Horizons are 7, 14, 28 days, the protection period of the location, and the farthest that settings ask for.
`history_days` are the days on which demand could be seen and `in_stock_share` (0 to 1) their share since the series
began: what the forecast rests on. `thin_history`: fewer than `THIN_HISTORY_DAYS` of them; the group's rate speaks.

The distribution is the negative binomial with mean m = `mean_units` and variance
`dispersion` x m + `rate_variance` x m^2; it holds for the sum over any number of days, the mean being the sum of
`daily_units` (mean demand of each day from `as_of` on; null in all rows but the longest horizon of a series).
`common_variance` is the share of `rate_variance` that series have in common: the variance of a sum of series is
sum(dispersion x m) + sum((rate_variance - common_variance) x m^2) + common_variance x (sum m)^2.
Key: as_of, sku_id, location_id, horizon_days.
"""

THIN_HISTORY_DAYS = 28
"""Days on which demand could be seen, below which a series is called thin."""

RESTOCK_SCHEMA = pl.Schema(
    {
        "as_of": pl.Date(),
        "sku_id": pl.String(),
        "location_id": pl.String(),
        "units": pl.Int64(),
        "wanted_units": pl.Int64(),
        "on_hand_units": pl.Int64(),
        "inbound_units": pl.Int64(),
        "order_up_to_units": pl.Int64(),
        "protection_days": pl.Int64(),
        "mean_demand_units": pl.Float64(),
        "next_delivery_on": pl.Date(),
        "run_out_probability": pl.Float64(),
        "run_out_probability_after": pl.Float64(),
        "expected_sales_units": pl.Float64(),
        "expected_sales_value": pl.Float64(),
        "currency": pl.String(),
        "reasons": pl.List(pl.String()),
    }
)
"""Lake table `restock_lines`: one row for each SKU x location that is at risk or is sent something.

units                      to send now: a multiple of the pack, within the warehouse's stock
wanted_units               what the order-up-to level asks for before the warehouse's limit
order_up_to_units          level that covers demand over the protection period at the service level
protection_days            lead time plus review period
next_delivery_on           arrival of the delivery that the line would travel on
run_out_probability        that stock on hand and inbound ends before the protection period does, without the line
run_out_probability_after  the same with the line
expected_sales_units       units that would be sold thanks to the line; `expected_sales_value` at the current price
expected_sales_value       null, with an empty `currency`, where no price is known
reasons                    codes: `order_up_to`, `pack_rounding`, `warehouse_limit`, `warehouse_unknown` (no location is
                           a warehouse: nothing limits the line), `inbound_late` (some inbound counted is overdue),
                           `signal:TERM`, `thin_history`

Key: as_of, sku_id, location_id.
"""
