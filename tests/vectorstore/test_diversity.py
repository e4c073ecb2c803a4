"""Caps by thread and author."""

from __future__ import annotations

from tests.contracts.material import doc_id, numbers
from vectorstore.diversity import Diversity, diversify
from vectorstore.store import Hit

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
