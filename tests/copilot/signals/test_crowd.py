"""Who drives a rise, and who usually leads."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from copilot.floor import Floor
from copilot.signals.crowd import Crowd, crowd_of
from copilot.signals.leaders import FIRST_DAYS, LEAST_AUTHORS, LeaderHistory, Usual, find_leaders
from copilot.signals.past import PastRise
from tests.copilot.signals.material import AS_OF

_FLOOR = Floor(min_authors=5)
_NOBODY = LeaderHistory(enough=False)
_FIRST = AS_OF - timedelta(days=10)


def _said(posts: dict[str, int], day: date = AS_OF - timedelta(days=1)) -> pl.DataFrame:
    """Mentions by so many posts of each author."""
    rows = [{"author": author, "date": day} for author, count in posts.items() for _ in range(count)]
    return pl.DataFrame(rows, schema={"author": pl.String, "date": pl.Date})


def _crowd(posts: dict[str, int], history: LeaderHistory = _NOBODY) -> Crowd | None:
    return crowd_of(_said(posts), history, first_day=_FIRST, as_of=AS_OF, floor=_FLOOR)


def _led(authors: int) -> LeaderHistory:
    """So many of a0, a1, ... led, and said a tenth of all terms."""
    usual = Usual(leading=100, leading_authors=authors, all=1_000)
    return LeaderHistory(
        enough=True, leading=frozenset(f"a{n}" for n in range(authors)), usual={"": usual, "FR": usual}
    )


def test_authors_who_write_alike_are_many() -> None:
    crowd = _crowd({f"a{n}": 2 for n in range(20)})

    assert crowd is not None
    assert (crowd.kind, crowd.authors, crowd.posts) == ("many", 20, 40)
    assert crowd.effective_authors == pytest.approx(20.0)
    # A tenth of twenty authors are two: fewer than may be shown.
    assert crowd.top_10_share is None


def test_few_who_write_most_are_few() -> None:
    crowd = _crowd({**{f"a{n}": 40 for n in range(5)}, **{f"b{n}": 1 for n in range(45)}})

    assert crowd is not None
    assert crowd.kind == "few"
    assert crowd.effective_authors < 10
    assert crowd.top_10_share == pytest.approx(200 / 245)
    assert crowd.top_1_share is None


def test_posts_before_the_rise_and_of_the_morning_do_not_count() -> None:
    said = pl.concat([_said({f"a{n}": 1 for n in range(9)}), _said({"x": 1}, AS_OF), _said({"y": 1}, date(2026, 1, 1))])
    crowd = crowd_of(said, _NOBODY, first_day=_FIRST, as_of=AS_OF, floor=_FLOOR)

    assert crowd is not None
    assert crowd.authors == 9


def test_too_few_authors_are_no_crowd() -> None:
    assert _crowd({f"a{n}": 3 for n in range(4)}) is None


@pytest.mark.parametrize(
    ("leading", "found", "shown"), [(8, "leading", 8), (4, "not_leading", None), (18, "not_leading", None)]
)
def test_leading_authors_are_told_of_where_enough_are_on_both_sides(
    leading: int, found: str, shown: int | None
) -> None:
    crowd = _crowd({f"a{n}": 1 for n in range(20)}, _led(leading))

    assert crowd is not None
    assert (crowd.leaders, crowd.leading_authors) == (found, shown)
    assert crowd.usual_leading_share == (pytest.approx(0.1) if shown else None)


def test_as_many_leading_authors_as_usual_are_no_more_than_usual() -> None:
    often = LeaderHistory(
        enough=True,
        leading=frozenset(f"a{n}" for n in range(8)),
        usual={"": Usual(leading=300, leading_authors=8, all=1_000)},
    )
    crowd = _crowd({f"a{n}": 1 for n in range(20)}, often)

    assert crowd is not None
    assert (crowd.leaders, crowd.leading_authors) == ("not_leading", 8)


def test_of_one_market_no_count_of_leading_authors_is_told() -> None:
    said = _said({f"a{n}": 1 for n in range(20)})
    crowd = crowd_of(said, _led(8), first_day=_FIRST, as_of=AS_OF, floor=_FLOOR, market="FR")

    assert crowd is not None
    assert (crowd.leaders, crowd.leading_authors, crowd.usual_leading_share) == ("leading", None, None)


def test_no_pseudonym_leaves_the_crowd() -> None:
    history = _led(9)
    crowd = _crowd({f"a{n}": 1 for n in range(20)}, history)

    assert crowd is not None
    assert not any(isinstance(value, str) and value.startswith("a") for value in asdict(crowd).values())
    assert "a3" not in repr(history)


def _history(leaders: int, others: int, rises: int) -> tuple[pl.DataFrame, list[PastRise]]:
    """Rises in which the same authors were first, and the others came one by one, in another order each time."""
    rows, past = [], []
    for number in range(rises):
        term_id, first = f"t{number}", date(2026, 1, 1) + timedelta(days=40 * number)
        past.append(PastRise(term_id=term_id, first_day=first, ended_on=None, seen_until=AS_OF))
        rows += [(term_id, f"lead{author}", first) for author in range(leaders)]
        late = [2 + (author + 7 * number) % 25 for author in range(others)]
        rows += [(term_id, f"late{author}", first + timedelta(days=days)) for author, days in enumerate(late)]
    mentions = [
        {"post_id": f"p{n}", "term_id": term, "author": author, "date": day, "market": ""}
        for n, (term, author, day) in enumerate(rows)
    ]
    return pl.DataFrame(mentions), past


def _found(leaders: int, others: int, rises: int, before: date = AS_OF) -> LeaderHistory:
    mentions, past = _history(leaders, others, rises)
    return find_leaders(mentions, past, before, false_discovery_rate=0.1)


def test_authors_who_were_first_in_rise_after_rise_lead() -> None:
    found = _found(leaders=8, others=40, rises=6)

    assert found.enough
    assert found.leading == frozenset(f"lead{n}" for n in range(8))
    # Of the first four rises that began in the twelve weeks, each author once a term.
    assert found.usual[""].share == pytest.approx(8 / 48)
    assert found.usual[""].leading_authors == 8


def test_nobody_leads_where_all_begin_on_one_day() -> None:
    found = _found(leaders=48, others=0, rises=6)

    assert found.enough
    assert found.leading == frozenset()


@pytest.mark.parametrize(
    ("others", "rises", "before"),
    [(40, 2, AS_OF), (LEAST_AUTHORS - 9, 6, AS_OF), (40, 6, date(2026, 3, 15))],
    ids=["two rises", "few authors", "rises not over yet"],
)
def test_little_history_tells_nothing(others: int, rises: int, before: date) -> None:
    found = _found(leaders=8, others=others, rises=rises, before=before)

    assert not found.enough
    assert not found.leading


def test_where_nobody_leads_anyone_is_found_no_more_often_than_stated() -> None:
    chance = np.random.default_rng(3)
    _, past = _history(leaders=0, others=1, rises=8)
    rounds, each = 60, 2 * 90
    false = 0
    for _ in range(rounds):
        days, authors = chance.integers(0, FIRST_DAYS, 8 * each), chance.integers(0, 90, 8 * each)
        mentions = pl.DataFrame({"author": authors, "day": days, "rise": np.repeat(np.arange(8), each)}).select(
            pl.col("author").cast(pl.String),
            post_id=pl.int_range(pl.len()).cast(pl.String),
            term_id="t" + pl.col("rise").cast(pl.String),
            date=pl.Series([past[n // each].first_day + timedelta(days=int(day)) for n, day in enumerate(days)]),
            market=pl.lit(""),
        )
        found = find_leaders(mentions, past, AS_OF, false_discovery_rate=0.1)
        assert found.enough
        false += bool(found.leading)

    # Where nobody leads, the false discovery rate is the share of rounds with any leader.
    assert false <= 0.1 * rounds + 2 * math.sqrt(0.1 * 0.9 * rounds)


def test_who_writes_often_is_not_taken_for_one_who_leads() -> None:
    mentions, past = _history(leaders=0, others=40, rises=6)
    busy = [
        {"post_id": f"b{term}{n}{day}", "term_id": f"t{term}", "author": f"busy{n}", "market": "",
         "date": past[term].first_day + timedelta(days=2 * day)}
        for term in range(6) for n in range(8) for day in range(13)
    ]  # fmt: skip

    found = find_leaders(pl.concat([mentions, pl.DataFrame(busy, schema=mentions.schema)]), past, AS_OF,
                         false_discovery_rate=0.1)  # fmt: skip

    assert found.enough
    assert not found.leading


def test_rises_of_one_fortnight_count_once_for_an_author() -> None:
    mentions, past = _history(leaders=8, others=40, rises=6)
    shift = {rise.term_id: rise.first_day - past[0].first_day - timedelta(days=2 * n) for n, rise in enumerate(past)}
    back = pl.col("date") - pl.col("term_id").replace_strict(shift, return_dtype=pl.Duration("us"))
    together = [
        PastRise(term_id=rise.term_id, first_day=rise.first_day - shift[rise.term_id], ended_on=None, seen_until=AS_OF)
        for rise in past
    ]

    assert not find_leaders(mentions.with_columns(date=back), together, AS_OF, false_discovery_rate=0.1).enough


def test_one_post_that_says_several_terms_is_early_once() -> None:
    mentions, past = _history(leaders=8, others=40, rises=1)
    copies: Sequence[pl.DataFrame] = [mentions.with_columns(term_id=pl.lit(f"t{n}")) for n in range(6)]
    again = [PastRise(term_id=f"t{n}", first_day=past[0].first_day, ended_on=None, seen_until=AS_OF) for n in range(6)]

    apart = [replace(rise, first_day=rise.first_day - timedelta(days=15 * n)) for n, rise in enumerate(again)]

    assert not find_leaders(pl.concat(copies), again, AS_OF, false_discovery_rate=0.1).enough
    assert not find_leaders(pl.concat(copies), apart, AS_OF, false_discovery_rate=0.1).enough
