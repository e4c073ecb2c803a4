from __future__ import annotations

from datetime import timedelta

import numpy as np
import polars as pl
import pytest

from copilot.settings import SignalSettings
from copilot.signals.counting import BASELINE_WEEKS, GAP_WEEKS, Floats, WeeklyCounts
from copilot.signals.detection import DETECTION_WEEKS, detect_all, detect_weeks, find_rises
from copilot.signals.mentions import find_mentions
from copilot.signals.significance import q_values, upper_count, upper_tail
from tests.copilot.signals.material import AS_OF, background, posts

_SETTINGS = SignalSettings()
_FIRST_YEAR = 22
_STEADY = {"linen": 12.0, "suede": 12.0, "a blazer": 9.0, "Nothing to say": 60.0}


def _counts(authors: Floats, volume: Floats | None = None) -> WeeklyCounts:
    """Counts (series, weeks), newest first, in sources of that volume (weeks,)."""
    series, weeks = authors.shape
    volumes = np.ones(weeks) if volume is None else volume
    baseline = slice(GAP_WEEKS, GAP_WEEKS + BASELINE_WEEKS)
    share = (authors[:, baseline].sum(axis=1) + 0.5) / volumes[baseline].sum()
    return WeeklyCounts(
        as_of=AS_OF,
        series=pl.DataFrame({"term_id": [f"t{n:04d}" for n in range(series)], "market": [""] * series}),
        authors=authors,
        exposure=share[:, None] * volumes[None, :],
        covered=np.ones((series, weeks), dtype=bool),
    )


def _chance(means: Floats, seed: int, dispersion: float = 0.02) -> Floats:
    """Negative binomial counts around the means."""
    chance = np.random.default_rng(seed)
    noise = chance.gamma(1 / dispersion, dispersion, means.shape)
    return chance.poisson(means * noise).astype(float)


def _usual(terms: int, weeks: int, seed: int) -> Floats:
    """Means of terms from rare to frequent, which stay the same."""
    level = np.random.default_rng(1000 + seed).lognormal(np.log(9.0), 0.8, terms)
    return np.repeat(level[:, None], weeks, axis=1)


def _share_raised(shape: Floats, level: float, *, tries: int = 25) -> float:
    """How often a term of that shape is raised among forty that stay the same."""
    found = 0
    for seed in range(tries):
        means = _usual(41, len(shape), seed)
        means[0] = level * shape
        found += bool(detect_all(_counts(_chance(means, seed)), _SETTINGS)["raised"][0])
    return found / tries


def _season(weeks: int, *, peak_in: int) -> Floats:
    """A summer term's year, 1.75 at the peak and 0.4 at the trough, `peak_in` weeks before its next peak."""
    return 1.075 + 0.675 * np.cos(2 * np.pi * (np.arange(weeks) + peak_in) / 52)


@pytest.mark.parametrize("weeks", [DETECTION_WEEKS, _FIRST_YEAR], ids=["second_year", "first_year"])
@pytest.mark.parametrize("dispersion", [0.001, 0.05], ids=["poisson", "noisy"])
def test_mornings_without_a_rise_rarely_have_a_signal(weeks: int, dispersion: float) -> None:
    mornings = 120
    raised = sum(
        bool(detect_all(_counts(_chance(_usual(60, weeks, seed), seed, dispersion)), _SETTINGS)["raised"].any())
        for seed in range(mornings)
    )

    # Two standard errors above the rate that is allowed.
    assert raised / mornings <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / mornings)


@pytest.mark.parametrize("weeks", [DETECTION_WEEKS, _FIRST_YEAR], ids=["second_year", "first_year"])
def test_sudden_rise_is_found_in_its_first_week(weeks: int) -> None:
    jump = np.ones(weeks)
    jump[0] = 4.0

    assert _share_raised(jump, 12.0) >= 0.9


@pytest.mark.parametrize("peak_in", [6, 10, 14, 18])
@pytest.mark.parametrize("weeks", [DETECTION_WEEKS, _FIRST_YEAR], ids=["second_year", "first_year"])
def test_season_is_not_a_rise(weeks: int, peak_in: int) -> None:
    assert _share_raised(_season(weeks, peak_in=peak_in), 13.0) <= 0.12


def test_what_jumps_every_year_is_a_rise_in_the_first_one_only() -> None:
    yearly = np.ones(DETECTION_WEEKS)
    yearly[[0, 51, 52, 53]] = 4.0

    assert _share_raised(yearly[:_FIRST_YEAR], 14.0) >= 0.9
    assert _share_raised(yearly, 14.0) <= 0.12


def test_decline_that_stops_is_not_a_rise() -> None:
    falling = np.clip(np.linspace(0.5, 1.6, DETECTION_WEEKS), 0.6, None)

    assert _share_raised(falling, 13.0) <= 0.04


def test_rise_beyond_the_season_is_found() -> None:
    risen = _season(DETECTION_WEEKS, peak_in=10)
    risen[0] *= 3.5

    assert _share_raised(risen, 14.0) >= 0.9


def test_rise_that_goes_on_stays_one_and_ends_with_the_rise() -> None:
    means = _usual(41, DETECTION_WEEKS + 12, 3)
    means[0] = 14.0
    means[0, 6:11] = 56.0
    weeks = detect_weeks(_counts(_chance(means, 3)), _SETTINGS, weeks=12)

    raised = [bool(week["raised"][0]) for week in weeks]
    up = [int(week["weeks_up"][0]) for week in weeks]

    assert raised == [False] * 6 + [True] * 5 + [False]
    assert up[6:11] == [4, 3, 2, 1, 0]


def test_sources_that_grow_raise_nothing() -> None:
    volume = np.ones(DETECTION_WEEKS)
    volume[0] = 3.0
    authors = _chance(_usual(60, DETECTION_WEEKS, 5) * volume, 5)

    with_volume = detect_all(_counts(authors, volume), _SETTINGS)
    without = detect_all(_counts(authors), _SETTINGS)

    assert not with_volume["raised"].any()
    assert without["raised"].sum() > 10


def test_nothing_is_raised_on_fewer_authors_than_the_floor() -> None:
    authors = _chance(_usual(40, DETECTION_WEEKS, 8), 8)
    authors[0] = 0.0
    authors[0, 5] = 3.0
    authors[0, 0] = 6.0

    raised = [
        bool(detect_all(_counts(authors), SignalSettings(minimum_authors=floor))["raised"][0]) for floor in (6, 7)
    ]

    assert raised == [True, False]


def test_nothing_is_raised_below_the_minimum_ratio() -> None:
    authors = np.full((40, DETECTION_WEEKS), 2000.0)
    authors[0, 0] = 3200.0

    raised = [
        bool(detect_all(_counts(authors), SignalSettings(minimum_ratio=ratio))["raised"][0]) for ratio in (1.5, 1.7)
    ]

    assert raised == [True, False]


def test_weeks_without_a_baseline_are_not_tested() -> None:
    counts = _counts(_chance(_usual(10, DETECTION_WEEKS, 2), 2))
    covered = counts.covered.copy()
    covered[:, 5:] = False
    young = WeeklyCounts(
        as_of=AS_OF, series=counts.series, authors=counts.authors, exposure=counts.exposure, covered=covered
    )

    found = detect_all(young, _SETTINGS)

    assert not found["tested"].any()
    assert found["q_value"].unique().to_list() == [1.0]


def test_upper_tail_sums_the_distribution() -> None:
    mean, dispersion = 6.0, 0.2
    chance = np.random.default_rng(1)
    drawn = chance.poisson(mean * chance.gamma(1 / dispersion, dispersion, 400_000))

    tails = upper_tail(np.array([0.0, 1.0, 8.0, 15.0]), np.full(4, mean), np.full(4, dispersion))

    assert tails == pytest.approx([1.0, *((drawn >= count).mean() for count in (1, 8, 15))], abs=0.003)


def test_upper_count_is_the_first_that_surprises() -> None:
    expected, dispersion = np.array([0.3, 8.0, 400.0]), np.array([0.05, 0.05, 0.05])
    count = upper_count(expected, dispersion, 0.05)

    assert (upper_tail(count, expected, dispersion) < 0.05).all()
    assert (upper_tail(count - 1, expected, dispersion) >= 0.05).all()


def test_any_dependence_costs_the_harmonic_factor() -> None:
    p_values = np.array([0.001, 0.2, 0.9])

    assert q_values(p_values, any_dependence=True)[0] == pytest.approx(q_values(p_values)[0] * (1 + 1 / 2 + 1 / 3))
    assert q_values(np.array([])).size == 0


def _rises(rows: list[dict[str, object]]) -> set[str]:
    frame = posts(*rows)
    day = pl.col("published_at").dt.date().alias("date")
    volumes = frame.select("post_id", "author", day, "source", "market")
    found = find_rises(find_mentions(frame), volumes, AS_OF, _SETTINGS)
    return set(found.apart)


def _week(text: str, count: int, **row: object) -> list[dict[str, object]]:
    return [
        {"post_id": f"{text}-{n}", "text": text, "day": AS_OF - timedelta(days=n % 7 + 1), **row} for n in range(count)
    ]


def test_what_is_said_of_a_rising_term_does_not_rise_with_it() -> None:
    steady = background(_STEADY, weeks=20)
    risen = [*_week("suede", 20), *_week("a suede blazer", 20)]

    assert _rises([*steady, *risen]) == {"suede"}
    assert _rises([*steady, *_week("suede", 20), *_week("a blazer", 40)]) == {"suede", "blazer"}


def test_flood_from_few_accounts_does_not_rise() -> None:
    steady = background(_STEADY, weeks=20)
    flood = _week("suede", 60)
    shared = [{**row, "author": f"account-{n % 3}"} for n, row in enumerate(flood)]

    assert _rises([*steady, *flood]) == {"suede"}
    assert _rises([*steady, *shared]) == set()


def test_one_source_that_grows_raises_nothing() -> None:
    grown = background({text: rate * 3 for text, rate in _STEADY.items()}, weeks=1, seed=9)

    assert _rises([*background(_STEADY, weeks=20), *({**row, "source": "social"} for row in grown)]) == set()
