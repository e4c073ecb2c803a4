"""Shares before and after, their interval and test."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import fisher_exact

from copilot.signals.aspects.changes import Counted, are_changes, change_of, fisher


def test_fisher_equals_scipys() -> None:
    drawn = np.random.default_rng(3)
    for _ in range(40):
        of = drawn.integers(1, 60, 2)
        after, before = (Counted(said=int(drawn.integers(0, most + 1)), of=int(most)) for most in of)
        table = [[one.said, one.of - one.said] for one in (after, before)]
        assert fisher(after, before) == pytest.approx(float(fisher_exact(table)[1]), abs=1e-9)


def test_interval_is_newcombes() -> None:
    # Newcombe 1998, table II, method 10: 56/70 against 48/80.
    found = change_of(Counted(said=56, of=70), Counted(said=48, of=80))
    assert (round(found.low, 4), round(found.high, 4)) == (0.0524, 0.3339)
    assert found.difference == pytest.approx(0.2)


def test_chance_alone_is_seldom_called() -> None:
    drawn = np.random.default_rng(5)
    called = 0
    for _ in range(100):
        sides = drawn.binomial([80] * 16, 0.15).tolist()
        changes = [
            change_of(*(Counted(said=said, of=80) for said in pair))
            for pair in zip(sides[::2], sides[1::2], strict=True)
        ]
        called += any(are_changes(changes, false_discovery_rate=0.1))
    assert called <= 10


def test_large_changes_are_called_among_others() -> None:
    same = change_of(Counted(said=10, of=100), Counted(said=20, of=200))
    grown = change_of(Counted(said=30, of=100), Counted(said=20, of=200))
    assert are_changes([same, grown, same], false_discovery_rate=0.1) == [False, True, False]
    assert are_changes([], false_discovery_rate=0.1) == []


def test_a_change_needs_both_sides() -> None:
    with pytest.raises(ValueError, match="both sides"):
        change_of(Counted(said=0, of=0), Counted(said=1, of=5))


def test_change_is_symmetric() -> None:
    one = change_of(Counted(said=9, of=30), Counted(said=20, of=40))
    other = change_of(Counted(said=20, of=40), Counted(said=9, of=30))
    assert (other.difference, other.low, other.high) == (-one.difference, -one.high, -one.low)
    assert other.p_value == pytest.approx(one.p_value)
