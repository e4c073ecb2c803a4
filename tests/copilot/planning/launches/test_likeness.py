"""Levels by likeness: against a slow oracle, and whether what tells is learnt."""

from __future__ import annotations

import numpy as np
import pytest

from copilot.planning.launches.likeness import Levels, Likeness, foretell, learn


def levels(level: list[float], category: list[int]) -> Levels:
    ones = np.ones(len(level))
    return Levels(level=np.array(level), certainty=ones, category=np.array(category), target=ones)


def test_a_level_is_the_weighted_mean_that_the_module_gives() -> None:
    known = levels([2.0, 6.0, 10.0], [0, 0, 1])
    apart = np.array([[[0.0, 1.0, 1.0]]])
    found = foretell(Likeness(theta=np.array([1.5]), to_category=0.5, to_all=2.0), apart, known, np.array([0]))
    near = np.exp([0.0, -1.5, -1.5])
    category = (2.0 + 6.0 + 2.0 * 6.0) / (2.0 + 2.0)
    total = near.sum() + 0.5
    assert found.level[0] == pytest.approx((near @ [2.0, 6.0, 10.0] + 0.5 * category) / total)
    assert found.weights[0] == pytest.approx(near / total)
    assert found.weights.sum() + found.to_category[0] == pytest.approx(1.0)


def test_what_is_left_out_does_not_count() -> None:
    like = Likeness(theta=np.array([0.0]), to_category=1.0, to_all=1.0)
    left_out = np.array([[True, False]])
    found = foretell(like, np.zeros((1, 1, 2)), levels([90.0, 3.0], [0, 0]), np.array([0]), left_out)
    assert found.level[0] == pytest.approx(3.0)
    assert found.weights[0, 0] == 0.0


def test_a_fact_that_tells_is_learnt_and_noise_is_not() -> None:
    chance = np.random.default_rng(3)
    tells, noise = chance.random(120), chance.random(120)
    known = levels(list(1.0 + 9.0 * (tells > 0.5) + chance.random(120)), [0] * 120)
    apart = np.stack([np.abs(fact[:, None] - fact[None, :]) for fact in (tells, noise)])
    found = learn(apart, known, np.array([True, True]))
    assert found.theta[0] > 3.0
    assert found.theta[1] < 2.3


def test_a_fact_that_may_not_count_does_not() -> None:
    known = levels([1.0, 1.1, 5.0, 5.2] * 5, [0] * 20)
    apart = np.abs(known.level[:, None] - known.level[None, :])[None] / 5.0
    assert learn(apart, known, np.array([False])).theta[0] == 0.0
    assert learn(apart, known, np.array([True])).theta[0] > 0.5
