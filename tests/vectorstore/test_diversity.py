"""Caps by thread and author."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from tests.contracts.material import doc_id, numbers, unit
from vectorstore.diversity import NO_DIVERSITY, Diversity, diversify
from vectorstore.store import Hit, Vector

TEXTS = ("red dress", "wool coat", "silk scarf", "blue jeans", "green bag")


def hit(number: int, **payload: str) -> Hit:
    text = TEXTS[number - 1]
    return Hit(id=doc_id(number), text=text, payload=payload, score=1 / number, dense_score=None, bm25_score=None)


def test_a_thread_gives_at_most_its_share() -> None:
    hits = [hit(1, thread="a"), hit(2, thread="a"), hit(3, thread="a"), hit(4, thread=""), hit(5, thread="")]
    found = diversify(hits, limit=5, diversity=Diversity(at_most={"thread": 2}, weight=0.0))
    assert numbers([entry.id for entry in found]) == [1, 2, 4, 5]


def test_a_loud_author_comes_once_before_others_are_left_out() -> None:
    hits = [hit(1, author="x"), hit(2, author="x"), hit(3, author="x"), hit(4, author="y")]
    found = diversify(hits, limit=3, diversity=Diversity(once_per="author", weight=0.0))
    assert numbers([entry.id for entry in found]) == [1, 4, 2]


DIRECTIONS = {1: unit(1, 0), 2: unit(1, 0.1), 3: unit(1, 0.5), 4: unit(0, 1), 5: unit(0.1, 1)}


def direction(ids: Sequence[str]) -> Mapping[str, Vector]:
    return {id: DIRECTIONS[number] for id, number in zip(ids, numbers(ids), strict=True) if number in DIRECTIONS}


def found_by(diversity: Diversity, *, limit: int = 3, count: int = 5) -> list[int]:
    hits = [hit(number) for number in range(1, count + 1)]
    return numbers([entry.id for entry in diversify(hits, limit=limit, diversity=diversity, vectors=direction)])


@pytest.mark.parametrize(("weight", "expected"), [(0.0, [1, 2, 3]), (0.3, [1, 4, 2]), (0.9, [1, 4, 3])])
def test_hits_that_mean_the_same_give_way_to_others(weight: float, expected: list[int]) -> None:
    assert found_by(replace(NO_DIVERSITY, weight=weight)) == expected


def test_a_paraphrase_of_a_picked_hit_is_left_out() -> None:
    assert found_by(Diversity(weight=0.0, paraphrase_at=0.98), limit=5) == [1, 3, 4]


def test_a_hit_whose_vector_is_gone_is_like_nothing() -> None:
    gone = DIRECTIONS.pop(2)
    try:
        assert found_by(replace(NO_DIVERSITY, weight=0.5)) == [1, 2, 4]
    finally:
        DIRECTIONS[2] = gone


def test_vectors_are_asked_only_for_hits_that_have_a_chance() -> None:
    asked: list[str] = []

    def reading(ids: Sequence[str]) -> Mapping[str, Vector]:
        asked.extend(ids)
        return {id: unit(1, number) for id, number in zip(ids, numbers(ids), strict=True)}

    many = [
        Hit(id=doc_id(n), text=f"word{n}", payload={}, score=1 / n, dense_score=None, bm25_score=None)
        for n in range(1, 81)
    ]
    assert len(diversify(many, limit=5, diversity=replace(NO_DIVERSITY, weight=0.1), vectors=reading)) == 5
    assert len(asked) == len(set(asked)) <= 30


def test_a_loud_author_far_ahead_still_gives_way() -> None:
    loud = [
        Hit(id=doc_id(n), text=f"word{n}", payload={"author": "loud"}, score=1.0, dense_score=None, bm25_score=None)
        for n in range(10, 70)
    ]
    quiet = [hit(1, author="a"), hit(2, author="b")]
    found = diversify([*loud, *quiet], limit=3, diversity=replace(NO_DIVERSITY, once_per="author"))
    assert [entry.payload["author"] for entry in found] == ["loud", "a", "b"]
