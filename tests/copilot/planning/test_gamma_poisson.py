"""Rates: discounting, stock-outs, priors and common levels."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from copilot.planning.gamma_poisson import Evidence, Rate, common_level, discounted_evidence, posterior_rate
from copilot.planning.prior import prior_means, prior_shape
from tests.copilot.planning.shop import labels, panel_of, sold_under_stock


def test_evidence_is_the_sum_that_a_slow_loop_gives() -> None:
    chance = np.random.default_rng(1)
    units, seen = chance.poisson(1.0, (4, 30)).astype(np.float64), chance.random((4, 30)).round()
    multipliers = chance.random((4, 30))
    [found] = discounted_evidence(panel_of(units * seen, availability=seen), multipliers, half_lives_days=[10.0])
    for row in range(4):
        y = e = 0.0
        for today in range(30):
            weight = 0.5 ** ((29 - today) / 10.0)
            y += weight * units[row, today] * seen[row, today]
            e += weight * multipliers[row, today] * seen[row, today]
        assert (found.units[row], found.exposure[row]) == (pytest.approx(y, rel=1e-5), pytest.approx(e, rel=1e-5))


@pytest.mark.parametrize("refill", [2, 4, 8])
def test_rates_under_stock_outs_are_those_of_demand_and_not_of_sales(refill: int) -> None:
    chance = np.random.default_rng(refill)
    demand = chance.poisson(np.full((400, 200), 0.8)).astype(np.float64)
    units, seen, censored = sold_under_stock(demand, refill_to=refill, every_days=7)
    panel = replace(panel_of(units, availability=seen), censored=censored)
    [told] = discounted_evidence(panel, np.ones(units.shape), half_lives_days=[1000.0])
    rate = told.units.sum() / told.exposure.sum()
    assert abs(rate - 0.8) < 0.03
    assert abs(rate - 0.8) < abs(units.mean() - 0.8) / 2


def test_a_series_long_out_of_stock_goes_back_to_its_prior() -> None:
    units = np.zeros((1, 200))
    units[0, :20] = 5.0
    seen = np.zeros((1, 200))
    seen[0, :20] = 1.0
    [told] = discounted_evidence(panel_of(units, availability=seen), np.ones((1, 200)), half_lives_days=[14.0])
    assert posterior_rate(told, prior_mean=np.array([1.0]), shape=2.0).mean[0] == pytest.approx(1.0, abs=0.05)


def test_a_new_series_takes_the_rate_of_those_it_resembles() -> None:
    """Size 36 sells half of size 34 wherever both are known; the last series is a size 36 without history."""
    series = labels(80, products=1, places=20)
    half = (series["size"] == "36").to_numpy()
    exposure, units = np.full(80, 100.0), np.where(half, 50.0, 100.0)
    new = int(np.flatnonzero(half)[-1])
    exposure[new] = units[new] = 0.0
    means = prior_means(series, units, exposure)
    assert means[new] == pytest.approx(0.5, abs=0.06)
    assert np.all(means > 0.0)


@pytest.mark.parametrize("shape", [0.7, 3.0, 20.0])
def test_shape_of_the_rates_is_found(shape: float) -> None:
    chance = np.random.default_rng(3)
    mean = np.full(4000, 0.5)
    units = chance.poisson(chance.gamma(shape, 0.5 / shape, 4000) * 40.0).astype(np.float64)
    assert prior_shape(mean, units, np.full(4000, 40.0)) == pytest.approx(shape, rel=0.35)


def test_shape_of_nothing_seen_is_a_wide_one() -> None:
    assert prior_shape(np.array([0.5]), np.zeros(1), np.zeros(1)) == 2.0


def test_common_level_follows_a_product_that_doubled() -> None:
    series = labels(400, products=40)
    doubled = (series["product_id"] == "product000").to_numpy()
    rate = Rate(mean=np.full(400, 0.5), variation=np.full(400, 0.1))
    recent = Evidence(units=np.where(doubled, 20.0, 10.0), exposure=np.full(400, 20.0))
    level = common_level(series, rate, recent, 10.0)
    assert np.all(np.abs(level[doubled] - 2.0) < 0.15)
    assert np.all(np.abs(level[~doubled] - 1.0) < 0.05)
    assert np.all(common_level(series, rate, recent, np.inf) == 1.0)
