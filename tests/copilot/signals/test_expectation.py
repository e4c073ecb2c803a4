from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from copilot.signals.expectation import Expectation, expect
from copilot.signals.weeks import BASELINE_WEEKS, GAP_WEEKS, HISTORY_WEEKS, YEAR_WEEKS, Floats, WeeklyCounts
from tests.copilot.signals.material import AS_OF

_SERIES = 8
_FIRST_YEAR = 30


def _expect(weekly: Floats) -> Expectation:
    """What is expected of terms that all had these authors a week (weeks, newest first), in sources that stayed."""
    authors = np.repeat(weekly[None, :], _SERIES, axis=0)
    counts = WeeklyCounts(
        as_of=AS_OF,
        series=pl.DataFrame({"term_id": [f"t{n}" for n in range(_SERIES)], "market": [""] * _SERIES}),
        authors=authors,
        exposure=np.full(authors.shape, 30.0),
        covered=np.ones(authors.shape, dtype=np.bool_),
    )
    return expect(counts, np.full(_SERIES, -1))


def _grown(weeks: int, growth: float) -> Floats:
    """Thirty authors a week in the middle of the baseline, growing through it."""
    ages = np.arange(weeks, dtype=float)
    middle = GAP_WEEKS + (BASELINE_WEEKS - 1) / 2.0
    grown: Floats = np.where(ages < GAP_WEEKS + BASELINE_WEEKS, 30.0 * np.exp(growth * (middle - ages)), 30.0)
    return grown


@pytest.mark.parametrize(
    ("weeks", "least", "most"), [(_FIRST_YEAR, 36.0, 45.0), (HISTORY_WEEKS, 30.5, 34.0)], ids=["unknown", "known"]
)
def test_growth_goes_on_in_part_where_the_season_is_known(weeks: int, least: float, most: float) -> None:
    found = _expect(_grown(weeks, 0.04))

    # All of it would be 40 authors.
    assert least < 30.0 * found.rate[0] < most


def test_steady_term_is_expected_to_stay() -> None:
    assert 30.0 * _expect(np.full(HISTORY_WEEKS, 30.0)).rate[0] == pytest.approx(30.0, rel=0.01)


@pytest.mark.parametrize(("bump", "least", "most"), [(3.0, 1.8, 3.0), (1.3, 1.0, 1.1)], ids=["clear", "within_chance"])
def test_last_years_bump_returns_as_far_as_it_is_beyond_chance(bump: float, least: float, most: float) -> None:
    weekly = np.full(HISTORY_WEEKS, 3.0)
    weekly[YEAR_WEEKS - 1 : YEAR_WEEKS + 2] *= bump

    assert least <= _expect(weekly).rate[0] / _expect(np.full(HISTORY_WEEKS, 3.0)).rate[0] < most
