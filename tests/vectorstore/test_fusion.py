"""Fusion of dense and BM25 scores."""

from __future__ import annotations

import doctest

import pytest

from vectorstore import fusion
from vectorstore.fusion import fuse


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
