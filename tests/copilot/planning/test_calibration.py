"""Calibration: memory and spread that fit what happened."""

from __future__ import annotations

import numpy as np
import pytest

from copilot.planning.calibration import UNCALIBRATED, calibrate, coverage
from tests.copilot.planning.shop import panel_of


def test_transform_of_the_right_distribution_covers_what_it_should() -> None:
    chance = np.random.default_rng(1)
    mean = chance.gamma(1.0, 3.0, 20_000)
    seen = chance.poisson(mean * chance.gamma(2.0, 0.5, 20_000)).astype(np.float64)
    assert coverage(seen, mean, np.full(20_000, 0.5)) == pytest.approx(0.8, abs=0.01)
    assert coverage(seen, mean, np.full(20_000, 0.01)) < 0.7
    assert np.isnan(coverage(np.zeros(0), np.zeros(0), np.zeros(0)))


def test_coverage_of_what_sold_out_is_that_of_all_above() -> None:
    chance = np.random.default_rng(2)
    mean, stock = np.full(20_000, 5.0), 6.0
    demand = chance.poisson(mean).astype(np.float64)
    out = demand >= stock
    found = coverage(np.minimum(demand, stock), mean, np.full(20_000, 0.0), out)
    assert found == pytest.approx(0.8, abs=0.01)


def test_stable_demand_is_remembered_long_and_forecast_narrowly() -> None:
    chance = np.random.default_rng(3)
    rates = chance.gamma(4.0, 0.2, 800)
    units = chance.poisson(rates[:, None] * np.ones((800, 300))).astype(np.float64)
    found = calibrate(panel_of(units), np.ones(units.shape))
    assert found.memory.half_life_days >= 112.0
    assert found.spread.dispersion < 1.15
    assert found.spread.drift <= 0.02


def test_wandering_demand_is_forgotten_sooner_and_forecast_wider() -> None:
    chance = np.random.default_rng(4)
    steps = chance.normal(0.0, 0.12, (800, 300)).cumsum(axis=1)
    units = chance.poisson(2.0 * np.exp(steps - steps.mean(axis=1, keepdims=True))).astype(np.float64)
    found = calibrate(panel_of(units), np.ones(units.shape))
    assert found.memory.half_life_days <= 28.0
    assert found.spread.drift >= 0.1


def test_bursts_widen_the_spread_until_it_covers_the_days_that_follow() -> None:
    chance = np.random.default_rng(5)
    bursts = chance.poisson(chance.gamma(0.4, 2.5, (600, 154))).astype(np.float64)
    past, later = bursts[:, :140], bursts[:, 140:].sum(axis=1)
    spread = calibrate(panel_of(past), np.ones(past.shape)).spread
    mean = np.full(600, 14.0)
    k = spread.heterogeneity(mean, np.full(600, 0.01))
    assert spread.dispersion > 2.5
    assert coverage(later, mean, k) == pytest.approx(0.8, abs=0.06)


@pytest.mark.parametrize("days", [1, 10, 41])
def test_short_histories_take_the_defaults(days: int) -> None:
    assert calibrate(panel_of(np.ones((60, days))), np.ones((60, days))) is UNCALIBRATED


def test_shared_swings_of_a_product_show_as_common_variance() -> None:
    chance = np.random.default_rng(6)
    products = np.arange(1000) // 10 % 10
    swing = np.repeat(np.exp(chance.normal(0.0, 0.5, (10, 15))), 14, axis=1)
    units = chance.poisson(1.5 * swing[products]).astype(np.float64)
    lonely = np.repeat(np.exp(chance.normal(0.0, 0.5, (1000, 15))), 14, axis=1)
    alone = chance.poisson(1.5 * lonely).astype(np.float64)
    shared, own = (calibrate(panel_of(each), np.ones(each.shape)).spread.common_variance for each in (units, alone))
    assert shared > 5 * own
