"""Demand of every node of a level: means that add up, and quantiles of the sum, sure in the measure of that level.

A node's demand is the sum of its series', negative binomial by its mean and variance. With means m of the series, their
dispersion d and rate variance r, and the part c of the rate variance that the level has in common,

    variance = sum(d m) + sum(max(r - c, 0) m^2) + c (sum m)^2

The common part is the level's own (`level_spread`): series of a store share its street, those of a country its
weather, those of the chain its year. Without one the series' own `common_variance` stands in. Where parts c differ, the
last term is (sum(sqrt(c) m))^2.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl

from copilot.errors import NoDataError
from copilot.planning.arrays import Floats
from copilot.planning.hierarchy.level_spread import in_common
from copilot.planning.hierarchy.levels import SERIES_COLUMNS, Grouping, Level, grouped
from copilot.planning.negative_binomial import quantile
from copilot.planning.records import QUANTILE_COLUMNS, QUANTILES


def labelled(forecasts: pl.DataFrame, catalogue: pl.DataFrame, locations: pl.DataFrame) -> pl.DataFrame:
    """The series of the forecasts, one row each with its days (`daily_units`), product, category, city and country.

    `forecasts` are those of one `as_of`. Raises `NoDataError` where there are none.
    """
    skus = catalogue.select("sku_id", "product_id", "category")
    places = locations.select("location_id", "city", "country")
    rows = (
        forecasts.filter(pl.col("daily_units").is_not_null())
        .join(skus, on="sku_id")
        .join(places, on="location_id")
        .with_columns(pl.col(name).fill_null("") for name in SERIES_COLUMNS)
        .sort("sku_id", "location_id")
    )
    if rows.is_empty():
        raise NoDataError("No forecasts of known SKUs and locations. Make them with `reassort forecast`.")
    return rows


def level_totals(
    series: pl.DataFrame, level: Level, *, days: int, common_variance: float | None = None
) -> pl.DataFrame:
    """Demand of the first `days` days, summed, by node: the columns of its `nodes`, series, mean_units, p05 ... p95.

    `series` are of `labelled`. `common_variance` is what the level has in common; None: each series' own. Raises
    `NoDataError` where a forecast reaches fewer days.
    """
    means = daily_means(series, days).sum(axis=1)
    grouping = grouped(series, level)
    mean, excess = moments(series, grouping, means, common_variance)
    levels = quantile(np.array(QUANTILES)[:, None], mean=mean, heterogeneity=excess / np.maximum(mean, 1e-9) ** 2)
    return grouping.nodes.with_columns(
        series=pl.Series(grouping.totals(np.ones(len(means))), dtype=pl.Int64),
        mean_units=pl.Series(mean, dtype=pl.Float64),
        **{column: pl.Series(row, dtype=pl.Float64) for column, row in zip(QUANTILE_COLUMNS, levels, strict=True)},
    )


def moments(
    series: pl.DataFrame, grouping: Grouping, means: Floats, common_variance: float | None
) -> tuple[Floats, Floats]:
    """Mean of each node and its variance beyond the Poisson's, both (nodes,), given the means (series,) of the sum."""
    dispersion, rate = series["dispersion"].to_numpy(), series["rate_variance"].to_numpy()
    if common_variance is None:
        common: Floats = np.minimum(series["common_variance"].to_numpy(), rate)
    else:
        common = series.select(in_common(common_variance)).to_series().to_numpy()
    shared = grouping.totals(np.sqrt(common) * means) ** 2
    own = (dispersion - 1.0) * means + np.maximum(rate - common, 0.0) * means**2
    alone = grouping.totals(np.ones(len(means))) == 1
    lone = grouping.totals((dispersion - 1.0) * means + rate * means**2)
    # A node of one series is that series, whatever the level has in common.
    return grouping.totals(means), np.where(alone, lone, grouping.totals(own) + shared)


def daily_means(series: pl.DataFrame, days: int) -> Floats:
    """Mean of each of the first days, (series, days). Raises `NoDataError` where a forecast reaches fewer."""
    reach = int(series["horizon_days"].to_numpy().min())
    if days > reach:
        as_of: date = series["as_of"][0]
        raise NoDataError(
            f"Forecasts as of {as_of} reach {reach} days, not {days}. Raise planning.horizon_days and forecast again."
        )
    return np.array([units[:days] for units in series["daily_units"].to_list()], dtype=np.float64)
