"""Demand day by day for a fan chart: quantiles of the sum over chosen series.

The sum of series is the negative binomial with its mean and variance (moment matching): series vary on their own, and
in part together, as the forecast's `common_variance` says. Correlation beyond that (weather, a closed street) is not
in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import polars as pl

from copilot.errors import NoDataError
from copilot.planning.arrays import Floats
from copilot.planning.negative_binomial import quantile
from copilot.planning.records import QUANTILE_COLUMNS, QUANTILES
from ingestion.warehouse import Warehouse


def total_forecast(
    forecasts: pl.DataFrame,
    *,
    as_of: date,
    days: int,
    sku_ids: Sequence[str] | None = None,
    location_ids: Sequence[str] | None = None,
    cumulative: bool = False,
) -> pl.DataFrame:
    """Demand of each day summed over the chosen series: date, mean_units, p05 ... p95.

    `forecasts` are those of one `as_of`. None: all SKUs, all locations. Raises `NoDataError` where no series is
    chosen, or where forecasts do not reach that far.
    `cumulative`: of all days from `as_of` to the date, which quantiles of single days do not add up to.
    """
    chosen, means = _daily(forecasts, as_of, days, sku_ids, location_ids)
    if cumulative:
        means = np.cumsum(means, axis=1)
    dispersion, rate, common = (
        chosen[name].to_numpy()[:, None] for name in ("dispersion", "rate_variance", "common_variance")
    )
    mean = means.sum(axis=0)
    excess = ((dispersion - 1.0) * means + (rate - np.minimum(common, rate)) * means**2).sum(axis=0)
    excess += (np.sqrt(np.minimum(common, rate)) * means).sum(axis=0) ** 2
    dates = [as_of + timedelta(days=i) for i in range(days)]
    return pl.DataFrame({"date": dates, "mean_units": mean}).with_columns(
        **_quantiles(mean, excess / np.maximum(mean, 1e-9) ** 2)
    )


def observed_history(
    warehouse: Warehouse,
    *,
    as_of: date,
    days: int,
    sku_ids: Sequence[str] | None = None,
    location_ids: Sequence[str] | None = None,
) -> pl.DataFrame:
    """Units sold on each of the `days` days before `as_of`, and on the same weekday a year (364 days) before.

    Columns date, units, last_year_units; days without a sale have 0.
    """
    since = as_of - timedelta(days=days)
    year = timedelta(days=364)
    wanted = pl.date_range(since, as_of, closed="left", eager=True).alias("date").to_frame()
    now, then = (
        warehouse.daily_sales(since=since - back, before=as_of - back, sku_ids=sku_ids, location_ids=location_ids)
        .group_by(pl.col("date") + back)
        .agg(pl.col("units").sum().alias(name))
        for back, name in ((timedelta(0), "units"), (year, "last_year_units"))
    )
    return (
        wanted.join(now, on="date", how="left")
        .join(then, on="date", how="left")
        .with_columns(pl.col("units", "last_year_units").fill_null(0))
        .sort("date")
    )


def _daily(
    forecasts: pl.DataFrame, as_of: date, days: int, sku_ids: Sequence[str] | None, location_ids: Sequence[str] | None
) -> tuple[pl.DataFrame, Floats]:
    """Chosen series, and the mean of each of the days, (series, days)."""
    rows = forecasts.filter((pl.col("as_of") == as_of) & pl.col("daily_units").is_not_null())
    if sku_ids is not None:
        rows = rows.filter(pl.col("sku_id").is_in(list(sku_ids)))
    if location_ids is not None:
        rows = rows.filter(pl.col("location_id").is_in(list(location_ids)))
    if rows.is_empty():
        raise NoDataError(
            f"No forecast as of {as_of} for these SKUs and locations. Make forecasts with `reassort forecast`."
        )
    reach = int(rows["horizon_days"].to_numpy().min())
    if days > reach:
        raise NoDataError(
            f"Forecasts as of {as_of} reach {reach} days, not {days}. Raise planning.horizon_days and forecast again."
        )
    rows = rows.sort("sku_id", "location_id")
    means = np.array([units[:days] for units in rows["daily_units"].to_list()], dtype=np.float64)
    return rows, means


def _quantiles(mean: Floats, heterogeneity: Floats) -> dict[str, pl.Series]:
    levels = quantile(np.array(QUANTILES)[:, None], mean=mean, heterogeneity=heterogeneity)
    return {column: pl.Series(row) for column, row in zip(QUANTILE_COLUMNS, levels, strict=True)}
