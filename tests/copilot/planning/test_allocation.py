"""Allocation of scarce stock against trying everything."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from copilot.planning.allocation import allocate_packs, pack_gains
from copilot.planning.negative_binomial import expected_minimum

Line = tuple[int, int, float, float]
"""Packs wanted, units there, mean demand, heterogeneity."""

LINES = st.lists(
    st.tuples(st.integers(0, 4), st.integers(0, 6), st.floats(0.0, 12.0), st.floats(0.0, 2.0)), min_size=1, max_size=4
)


def allocated(lines: list[Line], stock: int, pack: int) -> list[int]:
    wanted, there, mean, k = (np.array(column) for column in zip(*lines, strict=True))
    packs = allocate_packs(
        group=np.zeros(len(lines), dtype=np.int64),
        wanted_packs=wanted,
        pack_units=np.full(len(lines), pack),
        group_stock=np.array([stock]),
        position=there,
        mean=mean,
        heterogeneity=k,
    )
    return [int(n) for n in packs]


def sales(lines: list[Line], packs: list[int], pack: int) -> float:
    return sum(
        float(expected_minimum(there + n * pack, mean=mean, heterogeneity=k))
        for (_, there, mean, k), n in zip(lines, packs, strict=True)
    )


@settings(max_examples=60, deadline=None)
@given(lines=LINES, stock=st.integers(0, 20), pack=st.integers(1, 3))
def test_greedy_sells_as_much_as_the_best_of_all_allocations(lines: list[Line], stock: int, pack: int) -> None:
    found = allocated(lines, stock, pack)
    possible = itertools.product(*(range(wanted + 1) for wanted, *_ in lines))
    best = max(sales(lines, list(each), pack) for each in possible if sum(each) * pack <= stock)
    assert sum(found) * pack <= stock
    assert all(n <= wanted for n, (wanted, *_) in zip(found, lines, strict=True))
    assert sales(lines, found, pack) >= best - 1e-6


def test_groups_draw_on_their_own_stock_only() -> None:
    packs = allocate_packs(
        group=np.array([1, 0, 1, 0]),
        wanted_packs=np.array([3, 2, 3, 2]),
        pack_units=np.array([2, 1, 2, 1]),
        group_stock=np.array([9, 5]),
        position=np.zeros(4, dtype=np.int64),
        mean=np.array([4.0, 3.0, 9.0, 3.0]),
        heterogeneity=np.full(4, 0.2),
    )
    assert packs.tolist() == [0, 2, 2, 2]


def test_equal_locations_are_served_in_their_order() -> None:
    assert allocated([(1, 0, 3.0, 0.1)] * 3, 2, 1) == [1, 1, 0]


def test_gain_of_a_pack_is_the_sum_of_the_chances_that_its_units_sell() -> None:
    gain = pack_gains(np.array([1]), np.array([3]), np.array([2]), np.array([6.0]), np.array([0.3]))
    units = [
        float(expected_minimum(x + 1, mean=6.0, heterogeneity=0.3) - expected_minimum(x, mean=6.0, heterogeneity=0.3))
        for x in (5, 6, 7)
    ]
    assert np.isclose(gain[0], sum(units))
    assert units == sorted(units, reverse=True)


def test_what_is_wanted_beyond_all_measure_takes_no_more_room_than_what_is_there() -> None:
    assert allocated([(10**15, 0, 1e15, 0.5), (3, 0, 2.0, 0.5)], stock=5, pack=2) == [2, 0]
    assert allocated([(3, 0, 2.0, 0.5)], stock=-4, pack=2) == [0]  # a book that is behind
