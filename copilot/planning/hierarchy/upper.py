"""Forecasts of upper levels by the same model, fitted to the sums of their series: a total knows its own level.

What could not be seen of a day is put in before series are summed: the share of the day without stock at the mean that
the model of the series has for it, days that sold out at the demand expected given their sales. A node has the events
of the country that sells most in it; reductions are those of single products, and part of its level.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import polars as pl

from copilot.planning.arrays import Floats, Integers
from copilot.planning.demand_model import DemandModel, daily_means, fit_model, rates_of, state_of
from copilot.planning.drivers import Drivers
from copilot.planning.hierarchy.levels import Level, grouped
from copilot.planning.negative_binomial import expected_given_at_least
from copilot.planning.series import DemandPanel


@dataclass(frozen=True, kw_only=True)
class Piece:
    """Some of the series with their demand as far as it can be known."""

    series: pl.DataFrame
    """As in the panel, and `city` where a level asks for it."""
    demand: Floats
    """(series, days)."""


def recovered(panel: DemandPanel, drivers: Drivers, model: DemandModel) -> Piece:
    """Demand of every day of the panel, as the module says."""
    rate = rates_of(state_of(panel, drivers, model), model)
    expected = model.effects.multipliers(panel.series, drivers, panel.start, panel.days)
    expected *= rate.mean[:, None].astype(np.float32)
    demand = panel.units + (1.0 - panel.availability) * expected
    row, column = np.nonzero(panel.censored)
    mean = expected[row, column].astype(np.float64)
    k = model.calibration.spread.heterogeneity(mean, rate.variation[row])
    demand[row, column] = expected_given_at_least(np.ceil(panel.units[row, column]), mean=mean, heterogeneity=k)
    return Piece(series=panel.series, demand=demand)


def upper_panel(pieces: Iterable[Piece], level: Level, start: date) -> DemandPanel:
    """One series a node of the level, in the order that `grouped` gives the nodes of all pieces together."""
    parts, sums = [], []
    for piece in pieces:
        grouping = grouped(piece.series, level)
        sums.append(grouping.sums(piece.demand))
        parts.append(_labels(piece, grouping.codes, sums[-1]))
    rows = pl.concat(parts)
    everything = np.concatenate(sums)
    whole = grouped(rows, level)
    units = whole.sums(everything).astype(np.float32)
    labels = (
        rows.with_columns(code=pl.Series(whole.codes))
        .sort("code", "units", descending=[False, True])
        .group_by("code", maintain_order=True)
        .first()
    )
    names = pl.format("node {}", "code")
    return DemandPanel(
        series=labels.select(
            sku_id=names,
            location_id=names,
            product_id=names,
            category=pl.col("category") if level.by != "all" else pl.lit("all"),
            colour=pl.lit(""),
            size=pl.lit(""),
            country="country",
            kind=pl.lit("node"),
        ),
        start=start,
        units=units,
        availability=np.ones_like(units),
        censored=np.zeros(units.shape, dtype=np.bool_),
    )


def upper_means(panel: DemandPanel, drivers: Drivers, days: int) -> Floats:
    """Mean of each of the days after the panel, (nodes, days), by the model fitted to it."""
    bare = replace(drivers, reduced=(), discount=np.zeros((1, drivers.days), dtype=np.float32))
    model = fit_model(panel, bare)
    rate = rates_of(state_of(panel, bare, model), model)
    return daily_means(panel.series, rate.mean, model, bare, panel.before, days)


def _labels(piece: Piece, codes: Integers, sums: Floats) -> pl.DataFrame:
    """Of each node the labels of the series that sells most in it, and the node's units."""
    labels = piece.series.with_columns(code=pl.Series(codes), sold=pl.Series(piece.demand.sum(axis=1)))
    first = labels.sort("code", "sold", descending=[False, True]).group_by("code", maintain_order=True).first()
    return first.drop("code", "sold").with_columns(units=pl.Series(sums.sum(axis=1)))
