"""What a rise is made of: parts, days, threads, occasions, words."""

from __future__ import annotations

from datetime import timedelta

import polars as pl
import pytest

from copilot.floor import Floor
from copilot.signals.excess import parts_of
from copilot.signals.lexicon import load_lexicon
from copilot.signals.spike import Spike, spike_of
from copilot.signals.words import words_of
from tests.copilot.signals.material import AS_OF

_FLOOR = Floor(min_authors=5)
_FIRST = AS_OF - timedelta(days=10)
_CALENDAR = {"date": pl.Date, "country": pl.String, "event": pl.String, "kind": pl.String}


def _said(*groups: tuple[str, int, int, int]) -> pl.DataFrame:
    """Mentions of groups of authors: market, authors, days ago of the first and of the last of them."""
    rows = []
    for number, (market, authors, first, last) in enumerate(groups):
        for author in range(authors):
            ago = first - author % (first - last + 1)
            rows.append({"author": f"g{number}a{author}", "date": AS_OF - timedelta(days=ago), "market": market})
    return pl.DataFrame(rows).with_columns(source=pl.lit("social"), thread=pl.lit(""))


def _parts(said: pl.DataFrame, expected: float = 10.0) -> dict[str, tuple[int, float]]:
    found = parts_of(said, "market", expected=expected, first_day=_FIRST, as_of=AS_OF, floor=_FLOOR)
    return {part.name: (part.authors, round(part.excess_share, 2)) for part in found}


def test_parts_are_what_each_market_has_above_its_share_of_the_expected() -> None:
    # Before: half in each market. Of ten expected, five in each: 25 and 5 above.
    said = _said(("FR", 60, 90, 12), ("GB", 60, 90, 12), ("FR", 30, 7, 1), ("GB", 10, 7, 1))

    assert _parts(said) == {"FR": (30, 0.83), "GB": (10, 0.17)}


def test_a_market_that_lost_authors_is_no_part() -> None:
    said = _said(("FR", 60, 90, 12), ("GB", 60, 90, 12), ("FR", 30, 7, 1), ("GB", 5, 7, 1))

    assert _parts(said, expected=12.0) == {"FR": (30, 1.0)}


@pytest.mark.parametrize(
    ("others", "shown"), [(4, {"FR"}), (6, {"FR", "IT"})], ids=["four would be told apart", "six may be shown"]
)
def test_parts_leave_nobody_or_enough_outside(others: int, shown: set[str]) -> None:
    said = _said(("FR", 30, 7, 1), ("IT", 6, 7, 1), ("", others, 7, 1))

    assert set(_parts(said)) == shown


def test_parts_of_markets_with_few_authors_are_not_shown() -> None:
    assert _parts(_said(("FR", 30, 7, 1), ("IT", 4, 7, 1))) == {}


def test_shares_are_the_same_to_the_last_digit_each_time() -> None:
    markets = [("FR", 31), ("GB", 29), ("IT", 23), ("DE", 19), ("ES", 17), ("US", 13), ("NL", 11), ("BE", 7)]
    said = _said(*((market, count, 7, 1) for market, count in markets), *((market, 9, 90, 12) for market, _ in markets))
    again = [said.sample(fraction=1.0, shuffle=True, seed=seed) for seed in range(30)]
    parts = {
        parts_of(rows, "market", expected=9.7, first_day=_FIRST, as_of=AS_OF, floor=_FLOOR) for rows in (said, *again)
    }

    assert len(parts) == 1


def _spike(said: pl.DataFrame, *events: tuple[int, str, str, str], countries: tuple[str, ...] = ()) -> Spike:
    days = [(AS_OF - timedelta(days=ago), country, event, kind) for ago, country, event, kind in events]
    calendar = pl.DataFrame(days, schema=_CALENDAR, orient="row")
    return spike_of(said, calendar, expected=7.0, first_day=_FIRST, as_of=AS_OF, floor=_FLOOR, countries=countries)


def test_half_of_the_rise_on_one_day_is_a_spike_of_that_day() -> None:
    spike = _spike(_said(("FR", 30, 4, 4), ("FR", 16, 10, 1)))

    assert (spike.shape, spike.peak_on) == ("one_day", AS_OF - timedelta(days=4))
    assert spike.peak_share is not None
    assert 0.6 < spike.peak_share < 0.9


def test_a_rise_over_days_has_no_single_day() -> None:
    assert _spike(_said(("FR", 60, 10, 1))).shape == "several_days"


def test_a_day_of_few_authors_is_not_named() -> None:
    spike = _spike(_said(("FR", 3, 4, 4), ("FR", 10, 10, 1)))

    assert (spike.peak_on, spike.peak_share) == (None, None)


def test_occasions_are_those_beside_the_highest_day() -> None:
    events = [
        (4, "FR", "Fête", "event"),
        (3, "GB", "Fair", "holiday"),
        (4, "FR", "Soldes", "sales_period"),
        (8, "FR", "Foire", "event"),
    ]
    said = _said(("FR", 30, 4, 4), ("FR", 16, 10, 1))

    assert [one.event for one in _spike(said, *events).occasions] == ["Fête", "Fair"]
    assert [one.event for one in _spike(said, *events, countries=("FR",)).occasions] == ["Fête"]


def test_occasions_of_a_longer_rise_are_those_of_its_start() -> None:
    events = [(11, "FR", "Fête", "event"), (4, "FR", "Foire", "event"), (-1, "FR", "Demain", "event")]

    assert [one.event for one in _spike(_said(("FR", 60, 10, 1)), *events).occasions] == ["Fête"]


def test_a_thread_counts_with_enough_authors_in_and_outside_it() -> None:
    said = _said(("FR", 6, 6, 1), ("FR", 14, 6, 1))
    in_thread = pl.col("author").str.starts_with("g0")
    threaded = said.with_columns(thread=pl.when(in_thread).then(pl.lit("t1")).otherwise(pl.lit("")))

    assert _spike(threaded).threads == 1
    assert _spike(threaded).thread_share == pytest.approx(0.3)
    assert _spike(said).thread_share is None


def _posts(now: list[str], before: list[str]) -> pl.DataFrame:
    rows = [(text, True) for text in now] + [(text, False) for text in before]
    return pl.DataFrame(
        [
            {"post_id": f"p{n}", "author": f"a{n}", "language": "en", "text": text, "now": late}
            for n, (text, late) in enumerate(rows)
        ]
    )


def test_words_that_came_with_the_rise_are_found_without_the_terms_own() -> None:
    posts = _posts(
        ["linen for the wedding at the shore"] * 20 + ["linen shirts, again"] * 10, ["linen shirts, again"] * 40
    )
    words = words_of(posts, "linen", load_lexicon(), _FLOOR)

    found = next(one for one in words.said_with if one.word == "wedding")
    assert (found.authors, found.share_before) == (20, 0.0)
    assert found.share_now == pytest.approx(2 / 3)
    assert {post_id for post_id, score in words.typical.items() if score > 0} == {f"p{n}" for n in range(20)}
    assert "linen" not in {one.word for one in words.said_with}


@pytest.mark.parametrize("sayers", [4, 27], ids=["few say it", "few do not"])
def test_words_that_would_tell_few_apart_are_not_shown(sayers: int) -> None:
    posts = _posts(["linen wedding"] * sayers + ["linen"] * (30 - sayers), ["linen"] * 300)

    assert words_of(posts, "linen", load_lexicon(), _FLOOR).said_with == ()


def test_what_stands_for_a_name_or_a_number_is_no_word() -> None:
    posts = _posts(["linen @author_915c47eb1d944874 [phone_b2acdaa5] ring"] * 20 + ["linen"] * 10, ["linen"] * 300)

    assert [one.word for one in words_of(posts, "linen", load_lexicon(), _FLOOR).said_with] == ["ring"]


def test_words_need_something_to_be_compared_with() -> None:
    assert words_of(_posts(["linen wedding"] * 20, []), "linen", load_lexicon(), _FLOOR).said_with == ()


def test_posts_of_the_morning_itself_are_not_known() -> None:
    today = _said(("FR", 60, 10, 1)).with_columns(date=pl.lit(AS_OF))

    assert _spike(today).shape == "too_early"
