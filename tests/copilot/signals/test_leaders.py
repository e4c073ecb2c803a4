"""Who usually leads: what counts as one occasion, as early, and as usual."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import polars as pl
import pytest

from copilot.signals.leaders import FIRST_DAYS, LeaderHistory, find_leaders
from copilot.signals.past import PastRise
from tests.copilot.signals.material import AS_OF

_FIRST = date(2026, 1, 1)
_AUTHORS = 48


def _rises(starts: Sequence[int]) -> list[PastRise]:
    """Rises that began so many days after the first, each of a term of its own."""
    return [
        PastRise(term_id=f"t{n}", first_day=_FIRST + timedelta(days=start), ended_on=None, seen_until=AS_OF)
        for n, start in enumerate(starts)
    ]


def _mentions(rises: Sequence[PastRise], *, leading: int = 8, times: int = 1) -> pl.DataFrame:
    """The same authors say each term: those who lead on its first day, the others later, in another order each time."""
    rows = [
        (rise.term_id, author, 0 if author < leading else 2 + (author + 7 * number) % (FIRST_DAYS - 3))
        for number, rise in enumerate(rises)
        for author in range(_AUTHORS)
    ]
    began = {rise.term_id: rise.first_day for rise in rises}
    said = [
        {"term_id": term, "author": f"a{author}", "date": began[term] + timedelta(days=days), "market": "FR"}
        for term, author, days in rows
        for _ in range(times)
    ]
    return pl.DataFrame(said).with_columns(post_id="p" + pl.int_range(pl.len()).cast(pl.String))


def _found(rises: Sequence[PastRise], before: date = AS_OF, *, leading: int = 8, times: int = 1) -> LeaderHistory:
    return find_leaders(_mentions(rises, leading=leading, times=times), rises, before, false_discovery_rate=0.1)


@pytest.mark.parametrize(
    ("starts", "enough"),
    [((0, 14, 28), True), ((0, 13, 26), False), ((0, 10, 20, 30, 40), True), ((0, 1, 2, 60), False)],
    ids=["a fortnight apart", "a day less", "counted from the first of each", "two fortnights"],
)
def test_rises_within_two_weeks_of_the_first_of_them_are_one_occasion(starts: Sequence[int], enough: bool) -> None:
    assert _found(_rises(starts)).enough is enough


@pytest.mark.parametrize(("leading", "found"), [(12, 12), (13, 0)], ids=["a quarter", "more than a quarter"])
def test_the_first_quarter_is_early_and_those_of_one_day_are_all_or_none(leading: int, found: int) -> None:
    assert len(_found(_rises([40 * n for n in range(5)]), leading=leading).leading) == found


@pytest.mark.parametrize(("days", "enough"), [(FIRST_DAYS, True), (FIRST_DAYS - 1, False)])
def test_a_rise_is_learnt_from_once_its_first_four_weeks_are_over(days: int, enough: bool) -> None:
    rises = _rises([0, 40, 80])

    assert _found(rises, rises[-1].first_day + timedelta(days=days)).enough is enough


def test_usual_is_each_author_once_a_term_by_market_and_over_all_markets() -> None:
    rises = _rises([40 * n for n in range(8)])
    before = rises[-1].first_day + timedelta(days=2 * FIRST_DAYS)
    usual = _found(rises, before, times=3).usual

    # The twelve weeks that end four weeks before hold the last two rises and the end of the third from last.
    assert usual["FR"] == usual[""]
    assert usual[""].leading_authors == 8
    assert usual[""].leading == 2 * 8
    assert 2 * _AUTHORS <= usual[""].all < 3 * _AUTHORS
