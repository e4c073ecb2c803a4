"""Demand by day: quantiles of series and of sums, against simulation."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from copilot.errors import NoDataError
from copilot.planning.arrays import Floats
from copilot.planning.fan import observed_history, total_forecast
from copilot.planning.negative_binomial import quantile
from copilot.planning.records import FORECASTS_SCHEMA, QUANTILE_COLUMNS
from tests.copilot.planning.shop import day, small_retailer

AS_OF = day(0)


def forecasts(*, common: float, series: int = 6, days: int = 14) -> pl.DataFrame:
    """Series that sell 1, 2, ... a day, rates with squared coefficient of variation 0.3."""
    rows = [
        {
            "as_of": AS_OF,
            "sku_id": f"S{i}",
            "location_id": "A",
            "horizon_days": horizon,
            "dispersion": 1.0,
            "rate_variance": 0.3,
            "common_variance": common,
            "daily_units": [i + 1.0] * days if horizon == days else None,
        }
        for i in range(series)
        for horizon in (7, days)
    ]
    return pl.DataFrame(
        [{column: row.get(column) for column in FORECASTS_SCHEMA} for row in rows], schema=FORECASTS_SCHEMA
    )


def simulated(common: float, *, runs: int = 40_000) -> Floats:
    """Demand of 14 days summed over the six series, (runs,)."""
    chance = np.random.default_rng(5)
    shared = chance.gamma(1.0 / common, common, (runs, 1)) if common else np.ones((runs, 1))
    own = (0.3 - common) / (1.0 + common)
    rates = shared * chance.gamma(1.0 / own, own, (runs, 6)) * np.arange(1.0, 7.0)
    demand: Floats = chance.poisson(14.0 * rates).sum(axis=1).astype(np.float64)
    return demand


@pytest.mark.parametrize("common", [0.0, 0.15])
def test_sum_of_series_has_the_quantiles_of_simulated_sums(common: float) -> None:
    total = total_forecast(forecasts(common=common), as_of=AS_OF, days=14, cumulative=True).row(-1, named=True)
    demand = simulated(common)
    assert total["mean_units"] == pytest.approx(14.0 * 21.0)
    for column, level in zip(QUANTILE_COLUMNS, (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95), strict=True):
        assert total[column] == pytest.approx(float(np.quantile(demand, level)), rel=0.05), column


def test_shared_swings_widen_the_sum() -> None:
    narrow, wide = (total_forecast(forecasts(common=c), as_of=AS_OF, days=7).row(0, named=True) for c in (0.0, 0.3))
    assert wide["p90"] - wide["p10"] > 1.3 * (narrow["p90"] - narrow["p10"])


def test_sum_of_one_series_is_that_series() -> None:
    total = total_forecast(forecasts(common=0.1), as_of=AS_OF, days=5, sku_ids=["S3"])
    assert total["mean_units"].to_list() == [4.0] * 5
    alone = quantile(0.9, mean=4.0, heterogeneity=0.3)
    assert total["p90"].to_list() == [float(alone)] * 5


def test_what_is_not_forecast_is_no_data() -> None:
    with pytest.raises(NoDataError, match="No forecast"):
        total_forecast(forecasts(common=0.0), as_of=AS_OF, days=3, sku_ids=["other"])
    with pytest.raises(NoDataError, match="reach 14 days, not 15"):
        total_forecast(forecasts(common=0.0), as_of=AS_OF, days=15)


def test_history_is_beside_the_same_weekday_a_year_before(tmp_path: Path) -> None:
    _, warehouse = small_retailer(tmp_path, days=400)
    found = observed_history(warehouse, as_of=day(370), days=10, sku_ids=["S1"], location_ids=["A"])
    assert found["date"].to_list() == [day(360 + i) for i in range(10)]
    assert found["units"].to_list() == [2] * 10
    assert found["last_year_units"].to_list() == [0] * 4 + [2] * 6
