"""Shares of a whole: of all, of groups, and how far groups lean on all."""

from __future__ import annotations

import numpy as np
import pytest

from copilot.planning.launches.shares import Sold, concentration_of, leaning_shares, wide_shares


def sold(rows: list[tuple[int, int, int, float]]) -> Sold:
    item, option, group, units = (np.array(column) for column in zip(*rows, strict=True))
    return Sold(item=item, option=option, group=group, units=units.astype(np.float64))


def test_an_item_that_lacks_an_option_does_not_lower_its_share() -> None:
    # Both items sell twice as much in option 0 as in option 1; only one of them has option 2, worth as much as 0.
    found = wide_shares(sold([(0, 0, 0, 20), (0, 1, 0, 10), (1, 0, 0, 40), (1, 1, 0, 20), (1, 2, 0, 40)]), 4)
    assert found == pytest.approx([0.4, 0.2, 0.4, 0.0], abs=1e-6)


def test_a_group_is_its_own_where_it_sold_much_and_the_others_where_it_sold_little() -> None:
    wide = np.array([[0.5, 0.5], [0.5, 0.5], [0.5, 0.5]])
    rows = [(0, 0, 0, 9_000.0), (0, 1, 0, 1_000.0), (1, 0, 1, 9.0), (1, 1, 1, 1.0)]
    much, little, none = leaning_shares(sold(rows), wide, groups=3, concentration=100.0)
    assert much == pytest.approx([0.9, 0.1], abs=0.01)
    assert little == pytest.approx([59 / 110, 51 / 110])
    assert none == pytest.approx([0.5, 0.5])


def test_groups_that_differ_lean_less_on_the_whole() -> None:
    chance = np.random.default_rng(2)
    wide = np.full((40, 4), 0.25)
    found = {}
    for name, true in (("alike", 2_000.0), ("unlike", 4.0)):
        shares = chance.dirichlet(np.full(4, true / 4), 40)
        rows = [(g, o, g, float(chance.poisson(200 * shares[g, o]))) for g in range(40) for o in range(4)]
        found[name] = concentration_of(sold(rows), wide, groups=40)
    assert found["alike"] > 200
    assert 2.0 <= found["unlike"] < 10.0


def test_a_single_option_says_nothing_of_concentration() -> None:
    assert 2.0 <= concentration_of(sold([(0, 0, 0, 5)]), np.array([[1.0]]), groups=1) <= 2_000.0
