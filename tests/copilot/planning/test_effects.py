"""Effects: what went into simulated sales is found again."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from copilot.planning.arrays import Floats
from copilot.planning.drivers import Drivers
from copilot.planning.effects import Effects, fit_effects, no_effects
from copilot.planning.series import DemandPanel
from tests.copilot.planning.shop import no_drivers, panel_of, sold_under_stock

START = date(2024, 1, 1)
WEEK = np.array([0.6, 0.8, 0.9, 1.0, 1.2, 1.7, 0.8])


def simulated(days: int, multipliers: Floats, *, seed: int, series: int = 200) -> DemandPanel:
    chance = np.random.default_rng(seed)
    rates = chance.gamma(3.0, 0.2, series)
    return panel_of(chance.poisson(rates[:, None] * multipliers).astype(np.float64), start=START)


def season(effects: Effects, drivers: Drivers, panel: DemandPanel, days: int) -> Floats:
    """Season of the first series, mean 1."""
    flat = replace(effects, weekday=np.ones_like(effects.weekday))
    curve = flat.multipliers(panel.series[:1], drivers, START, days)[0]
    shape: Floats = curve / curve.mean()
    return shape


def test_weekday_profile_is_found() -> None:
    panel = simulated(140, np.tile(WEEK, 20), seed=1)
    found = fit_effects(panel, no_drivers(START, 140))
    assert np.abs(found.weekday[-1] - WEEK / WEEK.mean()).max() < 0.06
    assert np.abs(found.weekday - WEEK / WEEK.mean()).max() < 0.2


def test_yearly_season_is_found_from_two_years() -> None:
    days = 728
    curve = np.exp(0.6 * np.cos(2 * np.pi * (np.arange(days) - 30) / 365.25))
    panel, drivers = simulated(days, curve, seed=2), no_drivers(START, days)
    found = season(fit_effects(panel, drivers), drivers, panel, days)
    assert np.abs(found / (curve / curve.mean()) - 1.0).max() < 0.12


def test_a_growing_year_is_not_taken_for_a_season() -> None:
    panel = simulated(364, np.linspace(0.5, 1.5, 364), seed=3)
    assert not fit_effects(panel, no_drivers(START, 364)).season.any()


def test_event_and_reduction_are_found() -> None:
    days = 210
    plain = no_drivers(START, days)
    happens = np.zeros((1, days, 1), dtype=np.bool_)
    happens[0, 20::30, 0] = True
    share = np.zeros((11, days), dtype=np.float32)
    share[:5, 100:114] = 0.3
    drivers = replace(
        plain,
        countries=("FR",),
        events=("Fête",),
        event_days=happens,
        reduced=tuple(f"product{i:03d}|FR" for i in range(10)),
        discount=share,
    )
    truth = np.ones((200, days))
    truth[:, happens[0, :, 0]] *= 2.5
    products = np.arange(200) // 10 % 10
    truth[products < 5, 100:114] *= np.exp(2.0 * 0.3)
    found = fit_effects(simulated(days, truth, seed=4), drivers)
    assert found.event[0, 0] == pytest.approx(2.5, rel=0.1)
    assert found.discount[0] == pytest.approx(2.0, abs=0.3)


def test_what_never_happened_has_no_effect() -> None:
    drivers = replace(
        no_drivers(START, 70), countries=("FR",), events=("Fête",), event_days=np.zeros((1, 70, 1), dtype=np.bool_)
    )
    found = fit_effects(simulated(70, np.ones(70), seed=5), drivers)
    assert found.event.tolist() == [[1.0], [1.0]]


def test_stock_outs_do_not_bend_the_weekday_profile() -> None:
    """Stock comes on Mondays and is gone by the week-end: naive averages see quiet Saturdays."""
    chance = np.random.default_rng(6)
    demand = chance.poisson(np.tile(WEEK, 30) * np.full((300, 1), 1.0)).astype(np.float64)
    units, seen, censored = sold_under_stock(demand, refill_to=5, every_days=7)
    panel = replace(panel_of(units, availability=seen, start=START), censored=censored)
    wanted = WEEK / WEEK.mean()
    naive = units.reshape(300, 30, 7).mean(axis=(0, 1))
    found = fit_effects(panel, no_drivers(START, 210)).weekday[0]
    assert np.abs(naive / naive.mean() - wanted).max() > 0.5
    assert np.abs(found - wanted).max() < 0.15


def test_no_effects_multiply_by_one_also_for_what_is_unknown() -> None:
    panel = simulated(30, np.ones(30), seed=7, series=5)
    drivers = no_drivers(START, 60)
    stranger = panel.series.with_columns(location_id=panel.series["sku_id"], category=panel.series["sku_id"])
    multipliers = no_effects(panel, drivers).multipliers(stranger, drivers, START + timedelta(days=30), 30)
    assert multipliers.shape == (5, 30)
    assert np.all(multipliers == 1.0)
