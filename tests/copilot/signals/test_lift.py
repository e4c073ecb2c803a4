from __future__ import annotations

import numpy as np
import pytest

from copilot.signals.lift import Lift, estimate_lift
from copilot.signals.weeks import Flags, Floats

_PRODUCTS, _DAYS = 24, 28


def _sold(
    lift: float, *, seed: int, delay: int = 0, spread: float = 0.15, days: int = _DAYS
) -> tuple[Floats, Floats, Flags]:
    """Units, expected units, and the two linked products of a range in which all sell a fifth over expectation."""
    chance = np.random.default_rng(seed)
    expected = np.repeat(chance.uniform(2.0, 9.0, (_PRODUCTS, 1)), days, axis=1)
    linked = np.arange(_PRODUCTS) < 2
    factor = 1.2 * np.exp(chance.normal(0.0, spread, (_PRODUCTS, 1))) * np.ones((_PRODUCTS, days))
    factor[:2, delay:] *= 1.0 + lift
    return chance.poisson(expected * factor).astype(float), expected, linked


def _lifts(lift: float, tries: int) -> list[Lift]:
    return [estimate_lift(*_sold(lift, seed=seed)) for seed in range(tries)]


def test_intervals_hold_the_lift_as_often_as_they_say() -> None:
    held = [
        found.low is not None and found.high is not None and found.low <= 0.5 <= found.high
        for found in _lifts(0.5, 300)
    ]

    assert 0.74 <= np.mean(held) <= 0.86


def test_without_an_effect_a_lift_is_rarely_called() -> None:
    called = [found.verdict == "lift" for found in _lifts(0.0, 300)]

    assert np.mean(called) <= 0.05


def test_lift_is_found_with_its_delay_net_of_what_all_products_gain() -> None:
    found = estimate_lift(*_sold(1.2, seed=1, delay=6, spread=0.05))

    assert found.verdict == "lift"
    assert found.share == pytest.approx(1.2 * 22 / 28, rel=0.35)
    assert found.delay_days is not None
    assert abs(found.delay_days - 6) <= 2
    assert (found.days, found.products, found.controls) == (28, 2, 22)
    assert found.placebo_share == 0.0


def test_much_noise_between_products_is_not_enough_evidence() -> None:
    units, expected, linked = _sold(0.1, seed=3, spread=0.9)

    assert estimate_lift(units, expected, linked).verdict == "not_enough_evidence"


def test_no_effect_is_told_from_too_little_evidence() -> None:
    units, expected, linked = _sold(0.0, seed=2, spread=0.03)

    assert estimate_lift(units * 1.0, expected, linked).verdict == "no_lift"


@pytest.mark.parametrize("lacks", ["days", "units", "controls"])
def test_too_little_of_anything_is_not_enough_evidence(lacks: str) -> None:
    units, expected, linked = _sold(1.0, seed=4, days=6 if lacks == "days" else _DAYS)
    if lacks == "units":
        units[linked], expected[linked] = 0.0, 0.1
    if lacks == "controls":
        units, expected, linked = units[:7], expected[:7], linked[:7]

    found = estimate_lift(units, expected, linked)

    assert found.verdict == "not_enough_evidence"
    assert found.share is None
