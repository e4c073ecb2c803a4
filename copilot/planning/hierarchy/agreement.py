"""Forecasts of series made to agree with forecasts of upper levels, where `planning.agree_with` names such levels.

Each day's means are reconciled by weighted least squares with structural scaling: a forecast's variance is taken in
proportion to what it sums (Athanasopoulos, Hyndman, Kourentzes & Petropoulos, Forecasting with temporal hierarchies,
EJOR 262, 2017, 60-74), here to the mean. Quantiles follow the means. By default no level is named and series add up
from below: real mornings tell of little gain (docs/experiments/forecasts.md, 'Totals').
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import polars as pl

from copilot.planning.arrays import Floats, Integers
from copilot.planning.calibration import heterogeneity
from copilot.planning.demand_model import DemandModel
from copilot.planning.drivers import Drivers
from copilot.planning.hierarchy.levels import Level, grouped
from copilot.planning.hierarchy.reconcile import UpperForecast, reconciled
from copilot.planning.hierarchy.upper import Piece, recovered, upper_means, upper_panel
from copilot.planning.negative_binomial import quantile
from copilot.planning.records import FORECASTS_SCHEMA, QUANTILE_COLUMNS, QUANTILES
from copilot.planning.series import DemandPanel

_SMALLEST = 1e-9
_LAST_DAYS = 7
_KEY = ("sku_id", "location_id")


def agreeing(
    forecasts: pl.DataFrame,
    levels: Sequence[Level],
    *,
    panels: Iterable[DemandPanel],
    drivers: Drivers,
    model: DemandModel,
    catalogue: pl.DataFrame,
    locations: pl.DataFrame,
) -> pl.DataFrame:
    """The forecasts, in `FORECASTS_SCHEMA`, with means and quantiles that agree with those of the levels.

    `panels` are the pieces of all series up to the morning and are read only where a level is named; `model` is what
    series share. Days past those that all series are forecast for are changed as the last week.
    """
    if not levels:
        return forecasts
    series = _labelled(forecasts.filter(pl.col("daily_units").is_not_null()), catalogue, locations)
    days = int(series["horizon_days"].to_numpy().min())
    base = np.array([units[:days] for units in series["daily_units"].to_list()], dtype=np.float64)
    pieces = [_with_cities(recovered(panel, drivers, model), locations) for panel in panels]
    upper = [upper_means(upper_panel(pieces, level, drivers.start), drivers, days) for level in levels]
    means = agreed_means(base, series, pieces, levels, upper)
    factors = means / np.maximum(base, _SMALLEST)
    return _changed(forecasts, series.select(_KEY), factors)


def agreed_means(
    base: Floats, series: pl.DataFrame, pieces: Sequence[Piece], levels: Sequence[Level], upper: Sequence[Floats]
) -> Floats:
    """Means of the series, (series, days), that agree with those of the levels' nodes, (nodes, days) each.

    Nodes are those of the pieces; what series sell in a node that no piece has is left as it is.
    """
    placed = [_placed(series, pieces, level) for level in levels]
    found = np.empty_like(base)
    for day in range(base.shape[1]):
        mean = base[:, day]
        variance = np.maximum(mean, _SMALLEST)
        forecasts = []
        for codes, nodes in zip(placed, upper, strict=True):
            sums = np.bincount(codes, weights=variance, minlength=len(nodes) + 1)
            own = np.append(nodes[:, day], 0.0)
            own[-1] = float(mean[codes == len(nodes)].sum())
            forecasts.append(UpperForecast(codes=codes, mean=own, variance=np.maximum(sums, _SMALLEST)))
        found[:, day] = reconciled(mean, variance, forecasts)
    return found


def _placed(series: pl.DataFrame, pieces: Sequence[Piece], level: Level) -> Integers:
    """Node of each series among those of the pieces; one past the last for none."""
    columns = level.columns
    if not columns:
        return np.zeros(series.height, dtype=np.int64)
    known = pl.concat([piece.series.select(pl.col(columns).fill_null("")) for piece in pieces])
    nodes = grouped(known, level).nodes.with_row_index("code")
    codes = series.join(nodes, on=columns, how="left", maintain_order="left")["code"]
    return np.asarray(codes.cast(pl.Int64).fill_null(nodes.height).to_numpy(), dtype=np.int64)


def _labelled(rows: pl.DataFrame, catalogue: pl.DataFrame, locations: pl.DataFrame) -> pl.DataFrame:
    skus = catalogue.select("sku_id", "product_id", pl.col("category").fill_null(""))
    places = locations.select("location_id", pl.col("city").fill_null(""), "country")
    joined = rows.join(skus, on="sku_id", how="left", maintain_order="left")
    return joined.join(places, on="location_id", how="left", maintain_order="left")


def _with_cities(piece: Piece, locations: pl.DataFrame) -> Piece:
    cities = locations.select("location_id", pl.col("city").fill_null(""))
    series = piece.series.join(cities, on="location_id", how="left", maintain_order="left")
    return Piece(series=series, demand=piece.demand)


def _changed(forecasts: pl.DataFrame, keys: pl.DataFrame, factors: Floats) -> pl.DataFrame:
    """Rows of all horizons with their days multiplied; means and quantiles made anew."""
    longest = int(forecasts["horizon_days"].to_numpy().max())
    last = factors[:, -_LAST_DAYS:].mean(axis=1, keepdims=True)
    whole = np.concatenate([factors, np.repeat(last, max(0, longest - factors.shape[1]), axis=1)], axis=1)
    rows = keys.with_row_index("row")
    placed = forecasts.select(_KEY).join(rows, on=_KEY, how="left", maintain_order="left")["row"].to_numpy()
    daily = forecasts.filter(pl.col("daily_units").is_not_null())
    means = np.zeros_like(whole)
    for row, units in enumerate(daily["daily_units"].to_list()):
        means[row, : len(units)] = np.asarray(units) * whole[row, : len(units)]
    summed = np.cumsum(means, axis=1)
    horizon = forecasts["horizon_days"].to_numpy()
    mean = summed[placed, horizon - 1]
    k = heterogeneity(mean, forecasts["dispersion"].to_numpy(), forecasts["rate_variance"].to_numpy())
    levels = quantile(np.array(QUANTILES)[:, None], mean=mean, heterogeneity=k)
    new_days = pl.Series(
        [
            means[row, :days].tolist() if kept is not None else None
            for row, days, kept in zip(placed, horizon, forecasts["daily_units"].to_list(), strict=True)
        ],
        dtype=pl.List(pl.Float64),
    )
    return forecasts.with_columns(
        mean_units=pl.Series(mean),
        daily_units=new_days,
        **{column: pl.Series(row) for column, row in zip(QUANTILE_COLUMNS, levels, strict=True)},
    ).select(FORECASTS_SCHEMA.names())
