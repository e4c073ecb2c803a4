"""Fusion of dense and BM25 scores."""

from __future__ import annotations

import doctest
import random

import pytest

from vectorstore import fusion
from vectorstore.fusion import fuse, pool_size


def test_the_worked_example_holds() -> None:
    assert doctest.testmod(fusion).attempted == 1
    assert doctest.testmod(fusion).failed == 0


@pytest.mark.parametrize(
    ("dense", "bm25", "expected"),
    [
        ({"a": 0.9, "b": 0.1}, None, [("a", 1.0), ("b", 0.0)]),
        (None, {"a": 4.0, "b": 1.0}, [("a", 1.0), ("b", 0.25)]),
        ({"a": 0.4}, None, [("a", 1.0)]),
        ({"b": 0.4, "a": 0.4}, None, [("a", 1.0), ("b", 1.0)]),
        ({"a": 0.9, "b": 0.1}, {}, [("a", 0.3), ("b", 0.0)]),
        ({}, {"a": 4.0}, [("a", 0.7)]),
        ({}, {}, []),
        (None, {}, []),
    ],
    ids=["dense alone", "words alone", "one", "equal", "no word matched", "no vector", "nothing", "no words"],
)
def test_fuse(dense: dict[str, float] | None, bm25: dict[str, float] | None, expected: list[tuple[str, float]]) -> None:
    assert fuse(dense, bm25, dense_weight=0.3) == expected


@pytest.mark.parametrize(("weight", "first"), [(0.0, "b"), (0.3, "b"), (0.7, "a"), (1.0, "a")])
def test_the_weight_decides_between_meaning_and_words(weight: float, first: str) -> None:
    assert fuse({"a": 0.9, "b": 0.1}, {"b": 2.0}, dense_weight=weight)[0][0] == first


def test_the_first_are_those_of_the_whole_ranking_whatever_is_equal() -> None:
    chance = random.Random(3)
    for _ in range(200):
        names = [f"d{number}" for number in range(chance.randint(1, 40))]
        dense = {name: chance.choice([0.1, 0.4, 0.4 + 1e-8, 0.9]) for name in names if chance.random() < 0.7}
        bm25 = {name: chance.choice([1.0, 2.0, 2.0 + 1e-7, 7.0]) for name in names if chance.random() < 0.7}
        for lists in ((dense, bm25), (dense, None), (None, bm25)):
            whole = fuse(*lists, dense_weight=0.3)
            for limit in (1, 5, 50):
                assert fuse(*lists, dense_weight=0.3, limit=limit) == whole[:limit]


@pytest.mark.parametrize(("limit", "candidates"), [(1, 60), (10, 60), (15, 60), (120, 480)])
def test_each_list_gives_four_candidates_a_hit_and_at_least_sixty(limit: int, candidates: int) -> None:
    assert pool_size(limit) == candidates
