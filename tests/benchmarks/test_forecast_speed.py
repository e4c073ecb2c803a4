"""Speed of forecasts, and how it grows."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest

from benchmarks.forecast_speed import drawn, exponent, forecast
from copilot.planning.drivers import Drivers
from copilot.planning.series import DemandPanel


def _panel(series: int, days: int) -> DemandPanel:
    units = np.random.default_rng(0).poisson(3.0, (series, days)).astype(np.float32)
    keys = [f"p{number}" for number in range(series)]
    labels = {"category": "dress", "colour": "", "size": "", "country": "FR", "kind": "store", "location_id": "lyon"}
    return DemandPanel(
        series=pl.DataFrame({"sku_id": keys, "product_id": keys}).with_columns(
            **{name: pl.lit(value) for name, value in labels.items()}
        ),
        start=date(2024, 1, 1),
        units=units,
        availability=np.ones_like(units),
        censored=np.zeros(units.shape, dtype=np.bool_),
    )


def test_growth_is_the_slope_of_the_logarithms() -> None:
    sizes = np.array([10.0, 100.0, 1000.0])
    assert exponent(sizes, 3.0 * sizes) == pytest.approx(1.0)
    assert exponent(sizes, sizes**2) == pytest.approx(2.0)


def test_series_drawn_again_are_as_of_other_places_and_forecast_alike() -> None:
    panel = drawn(_panel(3, 60), 6)
    assert panel.series.select("sku_id", "location_id").n_unique() == 6
    nothing = Drivers(
        start=panel.start,
        days=70,
        countries=("FR-0", "FR-1"),
        events=(),
        event_days=np.zeros((2, 70, 0), dtype=np.bool_),
        reduced=(),
        discount=np.zeros((1, 70), dtype=np.float32),
    )
    quantiles = forecast(panel, nothing)
    assert quantiles.shape == (3, 6, 7)
    assert (np.diff(quantiles, axis=0) >= 0).all()
    assert quantiles[1].mean() == pytest.approx(3.0, abs=0.6)
