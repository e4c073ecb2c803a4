"""How long a rise will go on."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from copilot.signals.longevity import LONGEST_DAYS, estimate_longevity
from copilot.signals.past import PastRise

_BEGAN = date(2026, 1, 1)


def _rise(days: int, *, ended: bool = True, fading: tuple[int, ...] = ()) -> PastRise:
    """A rise of so many days, fading on those days of its life."""
    until = _BEGAN + timedelta(days=days)
    return PastRise(
        term_id="linen",
        first_day=_BEGAN,
        ended_on=until if ended else None,
        seen_until=until,
        fading_on=tuple(_BEGAN + timedelta(days=day) for day in fading),
    )


@pytest.mark.parametrize(
    "past",
    [[], [_rise(30)] * 2, [_rise(30)] * 2 + [_rise(30, ended=False)] * 9],
    ids=["none", "two", "two that ended"],
)
def test_fewer_than_three_rises_that_ended_are_not_enough(past: list[PastRise]) -> None:
    assert estimate_longevity(past, age_days=5, fading=False) is None


def test_estimate_nears_what_past_rises_did_as_they_become_many() -> None:
    few, many = (estimate_longevity([_rise(40)] * count, age_days=10, fading=False) for count in (3, 300))

    assert few is not None
    assert many is not None
    # All lived for forty days, ten are over; that lives differ by a tenth at least is declared.
    assert 25 <= many.low_days <= many.days <= many.high_days <= 36
    assert abs(many.days - 30) <= 1
    assert few.high_days - few.low_days > many.high_days - many.low_days
    assert (many.past_rises, many.ended) == (300, 300)


def test_rises_that_were_not_seen_to_end_make_it_longer() -> None:
    ended = [_rise(20)] * 5
    alone = estimate_longevity(ended, age_days=0, fading=False)
    beside = estimate_longevity([*ended, *[_rise(100, ended=False)] * 5], age_days=0, fading=False)

    assert alone is not None
    assert beside is not None
    assert beside.days > alone.days


def test_a_rise_that_fades_ends_sooner_where_those_of_the_past_faded_before_their_end() -> None:
    lives = (10, 14, 20, 28, 40, 56, 80)
    past = [_rise(days, fading=tuple(range(days - 6, days))) for days in lives] * 3
    always = [_rise(days, fading=tuple(range(1, days, 2))) for days in lives] * 3
    fading, going = (estimate_longevity(past, age_days=12, fading=one) for one in (True, False))
    told, not_told = (estimate_longevity(always, age_days=12, fading=one) for one in (True, False))

    assert fading is not None
    assert going is not None
    assert fading.days <= 7 < going.low_days + 7
    assert going.days >= 2 * fading.days
    # Where every other morning fades, whatever comes next, fading says little.
    assert told is not None
    assert not_told is not None
    assert abs(told.days - not_told.days) <= 5


@pytest.mark.parametrize(("median", "spread", "known"), [(30.0, 0.3, 12), (30.0, 0.8, 4), (70.0, 0.5, 6)])
def test_intervals_hold_four_lives_in_five(median: float, spread: float, known: int) -> None:
    """On mornings of drawn lives, an older one having more of them."""
    chance = np.random.default_rng(5)
    held, mornings = 0, 0
    for _ in range(120):
        days = np.ceil(chance.lognormal(np.log(median), spread, known + 1)).astype(int)
        age = int(chance.integers(0, days[0]))
        found = estimate_longevity([_rise(int(one)) for one in days[1:]], age_days=age, fading=False)
        assert found is not None
        left = int(days[0]) - age
        held += int(days[0]) * (found.low_days <= left <= found.high_days or left > LONGEST_DAYS == found.high_days)
        mornings += int(days[0])

    assert 0.7 <= held / mornings <= 0.9


def test_nothing_is_said_beyond_half_a_year() -> None:
    past = [_rise(400)] * 20
    found = estimate_longevity(past, age_days=0, fading=False)

    assert found is not None
    assert found.high_days == LONGEST_DAYS
