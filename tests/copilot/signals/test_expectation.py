from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from copilot.signals.expectation import Expectation, drift, expect, with_season_of_each
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


@pytest.mark.parametrize(("bump", "least", "most"), [(3.0, 1.8, 3.0), (1.3, 1.0, 1.01)], ids=["clear", "within_chance"])
def test_last_years_bump_returns_as_far_as_it_is_beyond_chance(bump: float, least: float, most: float) -> None:
    weekly = np.full(HISTORY_WEEKS, 3.0)
    weekly[YEAR_WEEKS - 1 : YEAR_WEEKS + 2] *= bump

    assert least <= _expect(weekly).rate[0] / _expect(np.full(HISTORY_WEEKS, 3.0)).rate[0] < most


def test_newer_weeks_weigh_more_in_frequent_terms() -> None:
    doubled = np.where(np.arange(HISTORY_WEEKS) < GAP_WEEKS + BASELINE_WEEKS // 2, 1.2, 0.8)

    frequent, rare = (
        (found.authors / found.exposure)[0] * 30.0 / level
        for level in (40.0, 0.4)
        for found in [_expect(level * doubled)]
    )

    assert 1.05 < frequent < 1.15
    # Half an author at the volume's rate is in it too.
    assert rare == pytest.approx((12 * 0.4 + 0.5) / (12 * 30.0 + 0.5) * 30.0 / 0.4, rel=0.06)


def test_a_rare_term_returns_to_as_many_as_a_year_ago() -> None:
    weekly = np.zeros(HISTORY_WEEKS)
    weekly[YEAR_WEEKS - 1 : YEAR_WEEKS + 2] = 6.0

    assert 4.0 < 30.0 * _expect(weekly).rate[0] < 6.0


def test_the_week_before_is_expected_by_its_own_season() -> None:
    weekly = np.full(HISTORY_WEEKS, 3.0)
    # Last year's season: three weeks that ended when the week before this one began.
    weekly[YEAR_WEEKS + 1 : YEAR_WEEKS + 3] = 30.0

    found = _expect(weekly)
    expected = with_season_of_each(np.full((_SERIES, 14), found.rate[0]).cumsum(axis=1), found.before)

    assert found.before[0] > 1.5
    assert np.diff(expected[0])[:6] == pytest.approx(found.rate[0])
    assert np.diff(expected[0])[6:] == pytest.approx(found.rate[0] * found.before[0])


def test_days_before_a_span_tell_how_far_the_level_has_drifted() -> None:
    exposure = np.arange(1.0, 15.0)[None, :].repeat(3, axis=0) / 7.0
    usual = np.array([200.0, 200.0, 20.0])
    authors = exposure * np.array([[50.0], [30.0], [2.0]])

    drifted = drift(usual, np.array([5.0, 5.0, 5.0]), authors, exposure)

    assert drifted[:, -1] == pytest.approx(1.0)
    assert drifted[0, 3] == pytest.approx((200.0 + 1.2 * 50.0 * 10 / 7) / (5.0 + 1.2 * 10 / 7) / 40.0)
    assert 0.9 < drifted[1, 3] < 0.98
    # Of a rare term a few days without any say little.
    assert drifted[2] == pytest.approx(1.0)


def _dispersion(authors: Floats) -> Floats:
    """Dispersion of terms with these authors a week (terms, weeks)."""
    counts = WeeklyCounts(
        as_of=AS_OF,
        series=pl.DataFrame({"term_id": [f"t{n}" for n in range(len(authors))], "market": [""] * len(authors)}),
        authors=authors,
        exposure=np.repeat(authors.mean(axis=1, keepdims=True), authors.shape[1], axis=1),
        covered=np.ones(authors.shape, dtype=np.bool_),
    )
    found = expect(counts, np.full(len(authors), -1))
    # Without what is unsure of the level, which is one over the authors that it is known from.
    unsure: Floats = 1.0 / (authors[:, GAP_WEEKS : GAP_WEEKS + BASELINE_WEEKS].sum(axis=1) + 0.5)
    return found.dispersion - unsure


def _chance(level: float, terms: int, dispersion: float = 0.0) -> Floats:
    chance = np.random.default_rng(5)
    means = np.full((terms, HISTORY_WEEKS), level)
    if dispersion:
        means = means * chance.gamma(1 / dispersion, dispersion, means.shape)
    return chance.poisson(means).astype(float)


def test_a_few_terms_that_rose_do_not_raise_the_doubt_about_others() -> None:
    steady = _chance(60.0, 40)
    risen = steady.copy()
    risen[:2, 5:9] *= 5.0

    assert _dispersion(risen)[2:] == pytest.approx(_dispersion(steady)[2:], rel=0.1)


def test_terms_that_waver_more_are_doubted_more_all_of_them() -> None:
    calm, restless = (_dispersion(_chance(60.0, 40, dispersion)) for dispersion in (0.0, 0.03))

    assert float(np.median(calm)) < 0.01
    assert 0.02 < float(np.median(restless)) < 0.05


def test_rarer_terms_waver_more_and_one_alone_counts_in_part() -> None:
    authors = np.concatenate([_chance(8.0, 40), _chance(80.0, 40)])
    rare, frequent = np.split(_dispersion(authors), 2)
    authors[-1] = _chance(80.0, 1, 0.1)[0]
    one = _dispersion(authors)[-1]

    assert float(np.median(rare)) > 3.0 * float(np.median(frequent))
    assert 1.5 * frequent[:-1].max() < one < 0.1
