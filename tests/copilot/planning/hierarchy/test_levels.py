"""Levels that demand adds up over."""

from __future__ import annotations

import time

import numpy as np
import polars as pl
import pytest

from copilot.planning.hierarchy.levels import LEVELS, Level, grouped
from tests.copilot.planning.hierarchy.chains import chain_series


def test_every_product_level_crosses_every_place_level() -> None:
    assert len(LEVELS) == 16
    assert LEVELS[0].name == "sku x location"
    assert LEVELS[-1].columns == ()


@pytest.mark.parametrize("level", LEVELS, ids=lambda level: level.name)
def test_sums_of_a_level_are_those_that_polars_finds(level: Level) -> None:
    series = chain_series(10, 7)
    units = np.random.default_rng(0).integers(0, 9, series.height).astype(np.float64)
    grouping = grouped(series, level)
    expected = (
        series.with_columns(units=pl.Series(units), all=pl.lit("all"))
        .group_by(level.columns or ("all",))
        .agg(pl.col("units").sum())
        .sort(level.columns or ("all",))["units"]
    )
    assert grouping.totals(units).tolist() == expected.to_list()
    assert grouping.totals(units).sum() == units.sum()


def test_nodes_are_named_in_the_order_of_their_codes() -> None:
    series = chain_series(16, 6)
    grouping = grouped(series, Level(by="category", at="country"))
    assert grouping.nodes.rows() == [("c0", "x0"), ("c0", "x1"), ("c1", "x0"), ("c1", "x1")]
    assert grouping.nodes[grouping.codes].equals(series.select("category", "country"))


def test_sums_of_all_levels_take_time_linear_in_the_series() -> None:
    seconds = []
    for skus in (200, 2_000):
        series = chain_series(skus, 20)
        values = np.ones(series.height)
        began = time.process_time()
        for level in LEVELS:
            grouped(series, level).totals(values)
        seconds.append(time.process_time() - began)
    assert seconds[1] < 25 * max(seconds[0], 0.02)
