"""Forecasts of several levels made to agree."""

from __future__ import annotations

import time

import numpy as np
import pytest

from copilot.planning.arrays import Floats
from copilot.planning.hierarchy.levels import Level, grouped
from copilot.planning.hierarchy.reconcile import UpperForecast, reconciled
from tests.copilot.planning.hierarchy.chains import chain_series


def _upper(skus: int, places: int, seed: int) -> tuple[Floats, Floats, list[UpperForecast]]:
    """Base forecasts of a chain, whose upper levels say something else than the sums."""
    rng = np.random.default_rng(seed)
    series = chain_series(skus, places)
    mean = rng.gamma(2.0, 5.0, series.height)
    upper = []
    for level in (Level(by="product", at="chain"), Level(by="all", at="country"), Level(by="category", at="location")):
        grouping = grouped(series, level)
        sums = grouping.totals(mean)
        upper.append(
            UpperForecast(codes=grouping.codes, mean=sums * rng.uniform(0.8, 1.3, len(sums)), variance=0.1 * sums)
        )
    return mean, mean * rng.uniform(1.0, 3.0, len(mean)), upper


def test_the_means_are_those_of_weighted_least_squares_solved_whole() -> None:
    mean, variance, upper = _upper(12, 7, seed=1)
    rows = [np.eye(len(mean))] + [np.eye(len(each.mean))[each.codes].T for each in upper]
    weight = np.concatenate([1.0 / variance, *(1.0 / each.variance for each in upper)])
    said = np.concatenate([mean, *(each.mean for each in upper)])
    s = np.concatenate(rows)
    expected = np.linalg.solve((s.T * weight) @ s, (s.T * weight) @ said)
    assert expected.min() > 0
    assert reconciled(mean, variance, upper) == pytest.approx(expected, rel=1e-5)


def test_a_sum_that_is_sure_is_kept_and_shared_out_by_variance() -> None:
    upper = UpperForecast(codes=np.array([0, 0, 0]), mean=np.array([36.0]), variance=np.array([1e-9]))
    found = reconciled(np.array([10.0, 10.0, 10.0]), np.array([4.0, 1.0, 1.0]), [upper])
    assert found == pytest.approx([14.0, 11.0, 11.0])


def test_no_mean_is_below_nothing_and_the_rest_carries_what_it_would_have_given() -> None:
    upper = UpperForecast(codes=np.array([0, 0]), mean=np.array([4.0]), variance=np.array([1e-9]))
    assert reconciled(np.array([1.0, 9.0]), np.array([10.0, 10.0]), [upper]) == pytest.approx([0.0, 4.0])


def test_sums_that_agree_already_change_nothing() -> None:
    mean, variance, upper = _upper(8, 6, seed=2)
    same = [UpperForecast(codes=each.codes, mean=each.sums(mean), variance=each.variance) for each in upper]
    assert reconciled(mean, variance, same) == pytest.approx(mean)


def test_time_is_linear_in_the_series() -> None:
    seconds = []
    for skus in (200, 2_000):
        mean, variance, upper = _upper(skus, 10, seed=3)
        began = time.process_time()
        reconciled(mean, variance, upper)
        seconds.append(time.process_time() - began)
    assert seconds[1] < 25 * max(seconds[0], 0.02)
