"""The negative binomial against sums over its mass function."""

from __future__ import annotations

import doctest

import numpy as np
import pytest
from scipy import stats

from copilot.planning import gamma_poisson, negative_binomial
from copilot.planning.negative_binomial import (
    expected_given_at_least,
    expected_minimum,
    probability_above,
    probability_of,
    quantile,
)

_UNITS = np.arange(4000)
_CASES = pytest.mark.parametrize(("mean", "k"), [(4.0, 0.5), (0.2, 1e-6), (30.0, 2.0), (100.0, 0.01), (0.01, 5.0)])


def test_worked_numbers_in_the_docstrings_hold() -> None:
    for module, examples in ((negative_binomial, 3), (gamma_poisson, 3)):
        result = doctest.testmod(module)
        assert (result.attempted, result.failed) == (examples, 0)


@_CASES
@pytest.mark.parametrize("x", [0, 1, 2, 3, 10, 40])
def test_closed_forms_equal_sums_over_the_mass_function(mean: float, k: float, x: int) -> None:
    mass = stats.nbinom.pmf(_UNITS, 1.0 / k, 1.0 / (1.0 + k * mean))
    assert probability_above(x, mean=mean, heterogeneity=k) == pytest.approx(mass[x + 1 :].sum(), abs=1e-9)
    assert probability_of(x, mean=mean, heterogeneity=k) == pytest.approx(mass[x], rel=1e-5, abs=1e-12)
    assert expected_minimum(x, mean=mean, heterogeneity=k) == pytest.approx(
        (mass * np.minimum(_UNITS, x)).sum(), abs=1e-6
    )
    if mass[x:].sum() > 1e-12:
        wanted = (mass * _UNITS)[x:].sum() / mass[x:].sum()
        assert expected_given_at_least(x, mean=mean, heterogeneity=k) == pytest.approx(wanted, rel=1e-5)


@_CASES
@pytest.mark.parametrize("level", [0.05, 0.5, 0.9, 0.95])
def test_quantile_is_the_smallest_value_that_reaches_the_level(mean: float, k: float, level: float) -> None:
    found = float(quantile(level, mean=mean, heterogeneity=k))
    assert 1.0 - probability_above(found, mean=mean, heterogeneity=k) >= level - 1e-12
    assert found == 0.0 or 1.0 - probability_above(found - 1, mean=mean, heterogeneity=k) < level + 1e-12


def test_no_demand_is_certain_where_the_mean_is_zero() -> None:
    assert probability_above(0, mean=0.0, heterogeneity=0.3) == 0.0
    assert expected_minimum(5, mean=0.0, heterogeneity=0.3) == 0.0
    assert quantile(0.95, mean=0.0, heterogeneity=0.3) == 0.0


def test_demand_above_less_than_nothing_is_certain() -> None:
    assert probability_above(-1, mean=0.5, heterogeneity=0.3) == 1.0


def test_demand_given_a_sell_out_far_beyond_the_rate_is_the_sales() -> None:
    assert expected_given_at_least(500, mean=1e-6, heterogeneity=0.0) == pytest.approx(500.0, abs=1e-3)
