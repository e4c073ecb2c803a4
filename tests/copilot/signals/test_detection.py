from __future__ import annotations

from datetime import timedelta

import numpy as np
import polars as pl
import pytest

from copilot.settings import SignalSettings
from copilot.signals.counting import DailyCounts
from copilot.signals.detection import Detector, Rises, detect, find_rises
from copilot.signals.mentions import find_mentions
from copilot.signals.scan import multiplicity, scan
from copilot.signals.significance import q_values, upper_count, upper_tail
from copilot.signals.weeks import Floats
from tests.copilot.signals.material import AS_OF, background, posts

_SETTINGS = SignalSettings(false_discovery_rate=0.1)
_YEARS, _FIRST_YEAR = 7 * 66, 7 * 22
_STEADY = {"linen": 12.0, "suede": 12.0, "a blazer": 9.0, "Nothing to say": 60.0}
_TERMS, _RISERS, _MORNINGS = 120, 40, 21


def _counts(authors: Floats, volume: Floats | None = None) -> DailyCounts:
    """Counts (series, days), newest first, in one source of so many other authors a day (days,)."""
    series, days = authors.shape
    volumes = np.full(days, 400.0) if volume is None else volume

    def running(part: Floats) -> Floats:
        return np.concatenate([np.zeros((len(part), 1)), np.cumsum(part, axis=1)], axis=1)

    said = pl.DataFrame(schema={"term_id": pl.String, "market": pl.String, "post": pl.UInt32, "age": pl.Int64})
    return DailyCounts(
        as_of=AS_OF,
        series=pl.DataFrame({"term_id": [f"t{n:04d}" for n in range(series)], "market": [""] * series}),
        pair_series=np.arange(series),
        pair_stream=np.zeros(series, dtype=np.int64),
        own=running(authors),
        volume=running(volumes[None, :]),
        said=said,
    )


def _chance(means: Floats, seed: int, dispersion: float = 0.02) -> Floats:
    """Negative binomial counts a day around the means."""
    chance = np.random.default_rng(seed)
    noise = chance.gamma(1 / dispersion, dispersion, means.shape)
    return chance.poisson(means * noise).astype(float)


def _usual(days: int, seed: int) -> Floats:
    """Means a day of terms from rare to frequent, which stay the same."""
    level = np.random.default_rng(1000 + seed).lognormal(np.log(1.5), 0.8, _TERMS)
    return np.repeat(level[:, None], days, axis=1)


def _begun(shape: Floats, level: float, *, seed: int = 1) -> pl.DataFrame:
    """Rises begun among terms of that shape (days, newest first), beside terms that stay the same."""
    means = _usual(len(shape), seed)
    means[:_RISERS] = level * shape
    begun = detect(_counts(_chance(means, seed)), _SETTINGS, mornings=_MORNINGS).begun
    return begun.filter(pl.col("term_id") < f"t{_RISERS:04d}")


def _delays(ratio: float, level: float, days: int) -> Floats:
    """Mornings from the first day of a sudden rise, eighteen days ago, to its signal; infinite where there is none."""
    shape = np.ones(days)
    shape[:18] = ratio
    begun = _begun(shape, level)
    delays = np.full(_RISERS, np.inf)
    waited = begun.with_columns(days=18 - (pl.lit(AS_OF) - pl.col("began_on")).dt.total_days())
    first = waited.filter(pl.col("days") > 0).group_by("term_id").agg(pl.col("days").min())
    delays[: first.height] = first["days"].to_numpy()
    return delays


def _season(days: int, *, peak_in: int) -> Floats:
    """A summer term's year, 1.75 at the peak and 0.4 at the trough, `peak_in` weeks before its next peak."""
    return 1.075 + 0.675 * np.cos(2 * np.pi * (np.arange(days) / 7 + peak_in) / 52)


@pytest.mark.parametrize("days", [_YEARS + 90, _FIRST_YEAR + 90], ids=["second_year", "first_year"])
@pytest.mark.parametrize("dispersion", [0.001, 0.1], ids=["poisson", "noisy"])
def test_false_rises_stay_within_the_budget(days: int, dispersion: float) -> None:
    begun = detect(_counts(_chance(_usual(days, 2), 2, dispersion)), _SETTINGS, mornings=90).begun

    # In 90 mornings without a rise a tenth of one is expected.
    assert begun.height <= 1


def test_terms_too_rare_to_be_tested_take_their_part_of_the_budget() -> None:
    authors = np.zeros((201, _YEARS))
    authors[0] = 3.0
    authors[0, :4] = 9.0
    alone = detect(_counts(authors[:1]), _SETTINGS, mornings=1).series
    authors[1:, 300] = 1.0
    among_rare = detect(_counts(authors), _SETTINGS, mornings=1).series

    # Nobody said them in the baseline: each has a tenth of the weight of a usual term.
    assert among_rare["tested"].sum() == 1
    assert among_rare["q_value"][0] == pytest.approx(20.0 * alone["q_value"][0], rel=0.1)


@pytest.mark.parametrize(("ratio", "level", "most_days"), [(3.0, 4.0, 3), (2.0, 6.0, 7)], ids=["three_times", "twice"])
def test_sudden_rises_of_usual_terms_are_found_in_days(ratio: float, level: float, most_days: int) -> None:
    delays = _delays(ratio, level, _FIRST_YEAR + _MORNINGS)

    assert np.median(delays) <= most_days
    assert np.isfinite(delays).mean() >= 0.9


def test_sudden_rise_of_a_rare_term_is_found_in_its_first_weeks() -> None:
    assert np.median(_delays(4.0, 1.0, _YEARS)) <= 9


@pytest.mark.parametrize("peak_in", [6, 14])
def test_season_is_not_a_rise(peak_in: int) -> None:
    assert _begun(_season(_YEARS, peak_in=peak_in), 2.0).height <= 1


def test_what_jumps_every_year_is_a_rise_in_the_first_one_only() -> None:
    yearly = np.ones(_YEARS + _MORNINGS)
    yearly[[*range(7), *range(357, 378)]] = 4.0

    assert _begun(yearly[:_FIRST_YEAR], 3.0).height >= 0.9 * _RISERS
    assert _begun(yearly, 3.0).height <= 1


def test_what_a_rare_term_jumps_to_every_year_is_expected_of_it() -> None:
    yearly = np.ones(_YEARS + _MORNINGS)
    yearly[[*range(7), *range(357, 378)]] = 10.0

    assert _begun(yearly, 0.3).height <= 1


@pytest.mark.parametrize("ended", [1, 3])
def test_the_end_of_what_comes_back_every_year_is_no_rise(ended: int) -> None:
    yearly = np.full(_YEARS + _MORNINGS, 0.3)
    # Four weeks of it, which ended so many days ago and a year before that, as many again as were then.
    yearly[[*range(ended, ended + 28), *range(364 + ended, 364 + ended + 28)]] = 3.0

    assert _begun(yearly, 1.0).height <= 1


def test_decline_that_stops_is_not_a_rise() -> None:
    falling = np.clip(np.linspace(0.5, 1.6, _YEARS), 0.6, None)

    assert _begun(falling, 2.0).height <= 1


def test_rise_beyond_the_season_is_found() -> None:
    risen = _season(_YEARS, peak_in=10)
    risen[:7] *= 3.5

    assert _begun(risen, 3.0).height >= 0.9 * _RISERS


def test_rise_that_goes_on_is_one_discovery_and_ends_with_the_rise() -> None:
    means = _usual(_YEARS + 60, 3)
    means[0] = 3.0
    means[0, 15:50] = 10.0
    authors = _chance(means, 3)

    def shown(back: int) -> dict[str, object]:
        rises = detect(_counts(authors[:, back:]), _SETTINGS, mornings=60 - back)
        return rises.series.row(0, named=True)

    begun = detect(_counts(authors), _SETTINGS, mornings=60).begun.filter(pl.col("term_id") == "t0000")

    assert begun.height == 1
    assert [shown(back)["raised"] for back in (52, 40, 17, 5)] == [False, True, True, False]
    assert float(str(shown(17)["expected_authors"])) == pytest.approx(21.0, rel=0.3)
    assert 30 <= int(str(shown(17)["days_up"])) <= 36
    assert float(str(shown(17)["q_value"])) < 1e-6


def test_sources_that_grow_raise_nothing() -> None:
    days = _YEARS
    grown = np.where(np.arange(days) < 10, 3.0, 1.0)
    authors = _chance(_usual(days, 5) * grown, 5)

    with_volume = detect(_counts(authors, 400.0 * grown), _SETTINGS, mornings=_MORNINGS)
    without = detect(_counts(authors), _SETTINGS, mornings=_MORNINGS)

    assert with_volume.begun.is_empty()
    assert without.begun.height > 40


@pytest.mark.parametrize(("floor", "raised"), [(6, True), (7, False)])
def test_nothing_is_raised_on_fewer_authors_than_the_floor(floor: int, raised: bool) -> None:
    authors = _chance(_usual(_FIRST_YEAR, 8), 8)
    authors[0] = 0.0
    authors[0, [30, 60, 90]] = 1.0
    authors[0, :2] = 3.0

    found = detect(_counts(authors), SignalSettings(minimum_authors=floor), mornings=1).series

    assert bool(found["raised"][0]) is raised


@pytest.mark.parametrize(("ratio", "raised"), [(1.5, True), (1.7, False)])
def test_nothing_is_raised_below_the_minimum_ratio(ratio: float, raised: bool) -> None:
    authors = np.full((40, _FIRST_YEAR), 300.0)
    authors[0, :7] = 480.0

    counts = _counts(authors, np.full(_FIRST_YEAR, 20_000.0))
    found = detect(counts, SignalSettings(minimum_ratio=ratio), mornings=1).series

    assert bool(found["raised"][0]) is raised


def test_weeks_without_a_baseline_are_not_tested() -> None:
    volume = np.where(np.arange(_FIRST_YEAR) < 35, 400.0, 0.0)
    authors = _chance(_usual(_FIRST_YEAR, 2), 2) * (volume > 0)

    found = detect(_counts(authors, volume), _SETTINGS, mornings=3).series

    assert not found["tested"].any()
    assert found["q_value"].unique().to_list() == [1.0]


def test_scan_finds_the_days_of_the_rise() -> None:
    authors, expected = np.arange(1.0, 15.0)[None, :] * 4.0, np.arange(1.0, 15.0)[None, :] * 4.0
    authors[0, 2:] += 20.0
    dispersion = np.full((1, 14), 0.01)

    found = scan(authors, expected, dispersion=dispersion)

    assert (found.days[0], found.authors[0], found.expected[0]) == (3, 32.0, 12.0)
    assert scan(authors, expected, dispersion=dispersion, most_days=np.array([2])).p_values[0] == 1.0


def test_windows_of_a_rare_term_count_as_more_tests() -> None:
    assert multiplicity(np.array([0.0, 3.0, 600.0])) == pytest.approx([3.0, 2.5, 2.0], abs=0.01)


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


def _search(rows: list[dict[str, object]]) -> Rises:
    frame = posts(*rows)
    day = pl.col("published_at").dt.date().alias("date")
    volumes = frame.select("post_id", "author", day, "source", "market", "thread")
    return find_rises(find_mentions(frame), volumes, AS_OF, _SETTINGS, mornings=9)


def _rises(rows: list[dict[str, object]]) -> set[str]:
    return set(_search(rows).begun.filter(pl.col("market") == "")["term_id"])


def _week(text: str, count: int, **row: object) -> list[dict[str, object]]:
    return [
        {"post_id": f"{text}-{n}", "text": text, "day": AS_OF - timedelta(days=n % 7 + 1), **row} for n in range(count)
    ]


@pytest.fixture(scope="module")
def steady() -> list[dict[str, object]]:
    return background(_STEADY, weeks=20)


def test_what_is_said_of_a_rising_term_does_not_rise_with_it(steady: list[dict[str, object]]) -> None:
    risen = [*_week("suede", 40), *_week("a suede blazer", 30)]

    assert _rises([*steady, *risen]) == {"suede"}
    assert _rises([*steady, *_week("suede", 40), *_week("a blazer", 60)]) == {"suede", "blazer"}


@pytest.mark.parametrize("by", [{"thread": "one"}, {"author": "one"}], ids=["thread", "author"])
def test_neither_one_thread_nor_one_author_makes_a_rise(steady: list[dict[str, object]], by: dict[str, object]) -> None:
    flood = _week("suede", 60)

    assert _rises([*steady, *flood]) == {"suede"}
    assert _rises([*steady, *({**row, **by} for row in flood)]) == set()


def test_flood_from_few_accounts_does_not_rise(steady: list[dict[str, object]]) -> None:
    shared = [{**row, "author": f"account-{n % 4}"} for n, row in enumerate(_week("suede", 60))]

    assert _rises([*steady, *shared]) == set()


def test_one_source_that_grows_raises_nothing(steady: list[dict[str, object]]) -> None:
    grown = background({text: rate * 3 for text, rate in _STEADY.items()}, weeks=1, seed=9)

    assert _rises([*steady, *({**row, "source": "social"} for row in grown)]) == set()


def test_what_all_markets_gain_a_little_of_is_no_rise_of_one(steady: list[dict[str, object]]) -> None:
    parted = [{**row, "market": "IT" if n % 3 else "FR"} for n, row in enumerate(steady)]
    only = _search([*parted, *_week("suede", 40, market="IT")]).begun

    assert set(only.filter(pl.col("market") != "").select("term_id", "market").rows()) == {("suede", "IT")}


def test_weeks_of_a_series_keep_what_was_expected_before_the_rise() -> None:
    means = _usual(_FIRST_YEAR + 60, 4)
    means[0] = 3.0
    means[0, :30] = 12.0

    weeks = (
        Detector(_counts(_chance(means, 4)), _SETTINGS)
        .weeks(mornings=60, weeks=6)
        .filter(pl.col("row") == 0)
        .drop("row")
    )

    # Without a year of history a rise is held against what was before it for three weeks.
    assert weeks.height == 6
    assert weeks["expected"].to_numpy()[2:4] == pytest.approx(21.0, rel=0.3)
    assert (weeks["authors"] > weeks["upper"]).to_list()[1:4] == [True] * 3
