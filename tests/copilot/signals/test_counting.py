from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from copilot.signals.counting import DailyCounts, count_days, read_volumes
from copilot.signals.mentions import find_mentions
from copilot.signals.weeks import WeeklyCounts
from ingestion.lake import Lake
from tests.copilot.signals.material import AS_OF, background, posts

_STEADY = {"A linen dress": 14.0, "Nothing to say": 40.0}


def _days(frame: pl.DataFrame, weeks: int = 16) -> DailyCounts:
    day = pl.col("published_at").dt.date().alias("date")
    volumes = frame.filter(~pl.col("spam")).select("post_id", "author", day, "source", "market", "thread")
    return count_days(find_mentions(frame), volumes, AS_OF, days=7 * weeks)


def _counts(frame: pl.DataFrame, weeks: int = 16) -> WeeklyCounts:
    return _days(frame, weeks).usual_on([0]).weekly


def _row(counts: WeeklyCounts, term_id: str, market: str = "") -> int:
    rows = counts.series.with_row_index().filter(pl.col("term_id") == term_id, pl.col("market") == market)
    return int(rows["index"][0])


def _more(count: int, **row: object) -> list[Mapping[str, object]]:
    return [{"post_id": f"more-{n}-{row.get('text')}", **row} for n in range(count)]


def test_weeks_end_on_the_eve_and_count_authors_once() -> None:
    steady = background(_STEADY, weeks=16)
    plain = _counts(posts(*steady), weeks=17)
    frame = posts(
        *steady,
        {"post_id": "x1", "text": "linen", "author": "one", "day": AS_OF - timedelta(days=1)},
        {"post_id": "x2", "text": "linen", "author": "one", "day": AS_OF - timedelta(days=7)},
        {"post_id": "x3", "text": "linen", "author": "one", "day": AS_OF - timedelta(days=8)},
        {"post_id": "x4", "text": "linen", "author": "two", "day": AS_OF},
        {"post_id": "x5", "text": "linen", "author": "three", "day": None},
    )

    counts = _counts(frame, weeks=17)

    added = counts.authors[_row(counts, "linen")] - plain.authors[_row(plain, "linen")]
    assert added.tolist() == [1.0, 1.0, *[0.0] * 15]


def test_markets_are_counted_beside_all_markets() -> None:
    half = [{**row, "market": "IT"} if n % 2 else row for n, row in enumerate(background(_STEADY, weeks=16))]
    counts = _counts(posts(*half))

    whole, parts = counts.authors[_row(counts, "linen")], [_row(counts, "linen", market) for market in ("FR", "IT")]

    assert np.array_equal(counts.authors[parts].sum(axis=0), whole)


def test_exposure_follows_the_sources_volume() -> None:
    twice = background(_STEADY, weeks=16) + [
        {**row, "post_id": f"2-{n}"} for n, row in enumerate(background(_STEADY, weeks=1, seed=2))
    ]
    counts = _counts(posts(*twice))
    exposure = counts.exposure[_row(counts, "linen")]

    assert exposure[0] / exposure[2:14].mean() == pytest.approx(2.0, rel=0.3)
    assert exposure[2:14].sum() == pytest.approx(counts.authors[_row(counts, "linen"), 2:14].sum(), rel=0.05)


def test_a_terms_own_rise_is_no_volume() -> None:
    risen = _counts(posts(*background(_STEADY, weeks=16), *_more(80, text="linen")))
    steady = _counts(posts(*background(_STEADY, weeks=16)))

    own = [counts.exposure[_row(counts, "linen"), 0] for counts in (risen, steady)]

    assert own[0] == pytest.approx(own[1])


def test_a_known_rise_of_another_term_is_no_volume() -> None:
    counts = _days(posts(*background({**_STEADY, "plain denim": 10.0}, weeks=16), *_more(30, text="linen")))
    linen, denim = (_row(counts.usual_on([0]).weekly, term) for term in ("linen", "denim"))
    excess = np.zeros(counts.series.height)
    excess[linen] = 0.5

    share = counts.usual_on([0]).share[0]
    plain, net = counts.recent_on(0, share, windows=7), counts.recent_on(0, share, windows=7, excess=excess)

    assert net.exposure[denim, 6] < 0.9 * plain.exposure[denim, 6]
    assert net.exposure[linen, 6] == pytest.approx(plain.exposure[linen, 6])


def test_days_add_up_to_weeks() -> None:
    counts = _days(posts(*background(_STEADY, weeks=16)))
    series, usual = counts.series.height, counts.usual_on([0, 7])
    now, before = usual.weekly.authors[:series], usual.weekly.authors[series:]
    recent = counts.recent_on(0, usual.share[0], windows=14).authors

    assert recent[:, 6] == pytest.approx(now[:, 0])
    assert recent[:, 13] - recent[:, 6] == pytest.approx(now[:, 1])
    assert before[:, :-1] == pytest.approx(now[:, 1:])


def test_a_thread_counts_for_two_authors_and_is_no_volume() -> None:
    steady = background(_STEADY, weeks=16)
    thread = _more(40, text="linen", thread="t1", day=AS_OF - timedelta(days=2))
    apart = [{**row, "thread": f"own-{n}"} for n, row in enumerate(thread)]

    of_one, of_many, without = (_counts(posts(*rows)) for rows in ([*steady, *thread], [*steady, *apart], steady))

    linen = _row(without, "linen")
    assert of_one.authors[linen, 0] - without.authors[linen, 0] == 2
    assert of_one.exposure[linen, 0] == pytest.approx(without.exposure[linen, 0])
    assert of_many.authors[linen, 0] - without.authors[linen, 0] == 40


def test_an_author_counts_again_after_seven_days() -> None:
    steady = background(_STEADY, weeks=16)
    days = [AS_OF - timedelta(days=n) for n in range(1, 29, 3)]
    often = [{"post_id": f"o-{day}", "text": "suede", "author": "one", "day": day} for day in days]

    counts = _counts(posts(*steady, *often))

    assert counts.authors[_row(counts, "suede"), :5].tolist() == [1.0, 1.0, 1.0, 1.0, 0.0]


def test_new_source_counts_only_once_it_is_known() -> None:
    steady = background(_STEADY, weeks=16)
    new = _more(60, text="linen", source="forum")

    counts, without = _counts(posts(*steady, *new)), _counts(posts(*steady))

    assert counts.authors[_row(counts, "linen"), 0] == without.authors[_row(without, "linen"), 0]


def test_a_source_of_which_more_comes_in_two_weeks_than_in_the_twelve_before_is_new_again() -> None:
    steady = background(_STEADY, weeks=16)
    forum: dict[str, object] = {"source": "forum", "text": "linen"}
    little = [{**forum, "post_id": f"week {ago}", "day": AS_OF - timedelta(days=7 * ago)} for ago in range(3, 9)]
    few, many = ([*little, *({**forum, "post_id": f"new {n}"} for n in range(count))] for count in (6, 7))

    without, known, new = (_counts(posts(*steady, *more)) for more in ([], few, many))

    linen = _row(without, "linen")
    assert (known.authors - without.authors)[linen, :5].tolist() == [6.0, 0.0, 1.0, 1.0, 1.0]
    assert np.array_equal(new.authors[linen], without.authors[linen])


def test_authors_who_flood_a_term_do_not_count() -> None:
    steady = background(_STEADY, weeks=16)
    flood = _more(12, text="A suede bag and linen", author="shop")
    busy = _more(9, text="Suede shoes", author="fan")

    counts, without = _counts(posts(*steady, *flood, *busy)), _counts(posts(*steady))

    assert counts.authors[_row(counts, "suede"), 0] == 1
    assert counts.authors[_row(counts, "linen"), 0] == without.authors[_row(without, "linen"), 0]


def test_too_short_a_history_counts_nothing() -> None:
    counts = _counts(posts(*background(_STEADY, weeks=4)))

    assert not counts.authors.any()
    assert not counts.covered.any()


def test_volumes_leave_out_spam_duplicates_and_what_is_not_known_yet(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake")
    lake.append(
        "posts",
        posts(
            {"post_id": "a"},
            {"post_id": "b", "spam": True},
            {"post_id": "c", "duplicate_of": "a"},
            {"post_id": "d", "day": AS_OF},
            {"post_id": "e", "day": AS_OF - timedelta(days=15)},
            {"post_id": "f", "day": None},
        ),
    )

    assert read_volumes(lake, AS_OF, days=14)["post_id"].to_list() == ["a"]
