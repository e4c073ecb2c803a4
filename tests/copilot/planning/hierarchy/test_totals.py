"""Demand of every node of a level."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest

from copilot.errors import NoDataError
from copilot.planning.fan import total_forecast
from copilot.planning.hierarchy.levels import LEVELS, Level, grouped
from copilot.planning.hierarchy.totals import labelled, level_totals
from copilot.planning.records import QUANTILE_COLUMNS
from tests.copilot.planning.hierarchy.chains import chain_series

_AS_OF = date(2025, 3, 3)


def _forecasts(skus: int, places: int) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Forecasts of 14 days, the catalogue and the locations."""
    series = chain_series(skus, places)
    rng = np.random.default_rng(0)
    daily = rng.gamma(1.0, 2.0, (series.height, 14))
    forecasts = series.select("sku_id", "location_id").with_columns(
        as_of=pl.lit(_AS_OF),
        horizon_days=pl.lit(14, pl.Int64),
        daily_units=pl.Series(daily.tolist(), dtype=pl.List(pl.Float64)),
        dispersion=pl.Series(rng.uniform(1.0, 2.0, series.height)),
        rate_variance=pl.lit(0.2),
        common_variance=pl.lit(0.05),
        model=pl.lit("gamma-poisson"),
    )
    catalogue = series.select("sku_id", "product_id", "category").unique("sku_id")
    return forecasts, catalogue, series.select("location_id", "city", "country").unique("location_id")


def test_all_levels_add_up_to_the_series_exactly() -> None:
    series = labelled(*_forecasts(9, 7))
    whole = sum(float(np.sum(units[:7])) for units in series["daily_units"].to_list())
    for level in LEVELS:
        found = level_totals(series, level, days=7)
        assert found["mean_units"].sum() == pytest.approx(whole, rel=1e-12), level.name
        assert found["series"].sum() == series.height


def test_a_coarse_node_is_the_sum_of_its_finer_ones() -> None:
    series = labelled(*_forecasts(16, 6))
    fine = level_totals(series, Level(by="product", at="location"), days=14)
    coarse = level_totals(series, Level(by="category", at="country"), days=14)
    names = series.select("product_id", "category", "location_id", "country").unique()
    summed = (
        fine.join(names, on=["product_id", "location_id"]).group_by("category", "country").agg(pl.sum("mean_units"))
    )
    assert coarse.join(summed, on=["category", "country"])["mean_units"].to_list() == pytest.approx(
        coarse.join(summed, on=["category", "country"])["mean_units_right"].to_list(), rel=1e-12
    )


def test_without_a_common_variance_of_the_level_totals_are_those_of_the_fan() -> None:
    forecasts, catalogue, locations = _forecasts(6, 4)
    found = level_totals(labelled(forecasts, catalogue, locations), Level(by="all", at="chain"), days=14)
    fan = total_forecast(forecasts, as_of=_AS_OF, days=14, cumulative=True)[-1]
    columns = ["mean_units", *QUANTILE_COLUMNS]
    assert found.select(columns).row(0) == pytest.approx(fan.select(columns).row(0))


def test_what_a_level_has_in_common_widens_its_sums_and_leaves_nodes_of_one_series_alone() -> None:
    series = labelled(*_forecasts(8, 6))
    for level, wider in ((Level(by="all", at="chain"), True), (Level(by="sku", at="location"), False)):
        narrow, wide = (level_totals(series, level, days=7, common_variance=each) for each in (0.0, 0.1))
        assert ((wide["p90"] - wide["p10"]) > (narrow["p90"] - narrow["p10"])).any() is wider
        assert wide["mean_units"].equals(narrow["mean_units"])


def test_a_product_without_history_is_no_surer_than_its_analogues_leave_it() -> None:
    series = labelled(*_forecasts(8, 6))
    level = Level(by="product", at="chain")
    own = pl.col("product_id") == "p0"
    new = series.with_columns(
        model=pl.when(own).then(pl.lit("analogues")).otherwise("model"),
        common_variance=pl.when(own).then(0.15).otherwise("common_variance"),
    )
    known, unknown, of_analogues = (
        level_totals(each, level, days=7, common_variance=common).sort("product_id")
        for each, common in ((series, 0.02), (new, 0.02), (new, None))
    )
    assert unknown.row(0) == of_analogues.row(0)
    assert unknown["p90"][0] > 1.1 * known["p90"][0]
    assert unknown[1:].equals(known[1:])


def test_days_beyond_the_forecast_are_refused() -> None:
    with pytest.raises(NoDataError, match="reach 14 days, not 15"):
        level_totals(labelled(*_forecasts(2, 2)), Level(by="all", at="chain"), days=15)


def test_forecasts_of_nothing_known_are_refused() -> None:
    forecasts, catalogue, locations = _forecasts(2, 2)
    with pytest.raises(NoDataError, match="reassort forecast"):
        labelled(forecasts.clear(), catalogue, locations)


def test_a_missing_city_is_a_node_of_its_country() -> None:
    series = labelled(*_forecasts(2, 4))
    found = level_totals(series, Level(by="all", at="city"), days=7)
    assert ("x1", "") in found.select("country", "city").rows()
    assert grouped(series, Level(by="all", at="city")).nodes.height == found.height
