"""Search: words to varied hits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.contracts.material import doc_id, numbers
from vectorstore.edge import EdgeStore
from vectorstore.encoder import HashEncoder
from vectorstore.query_adapter import packaged
from vectorstore.search import NO_DIVERSITY, Diversity, Ranking, diversify, query_vector, rank, search
from vectorstore.store import Document, Filter, Hit, Schema
from vectorstore.wanted import as_asked


class TheEncoderLearntFor(HashEncoder):
    """Vectors of words that say they come from the encoder of the packaged adapter."""

    @property
    def fingerprint(self) -> str:
        return packaged().encoder


ENCODER = HashEncoder()
POSTS = [
    (1, "anna", "the linen dress is too tight at the waist"),
    (2, "anna", "the linen dress is too tight at the waist !!"),
    (3, "anna", "another linen dress, lovely colour and a good fit"),
    (4, "bea", "this linen dress creases the moment I sit down"),
    (5, "chloe", "wool coat for winter, warm and heavy"),
]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[EdgeStore]:
    schema = Schema(dimensions=ENCODER.dimensions, fields={"author": "keyword"}, encoder=ENCODER.fingerprint)
    opened = EdgeStore.open(tmp_path / "index", schema)
    vectors = ENCODER.encode([text for _, _, text in POSTS])
    opened.upsert(
        [
            Document(id=doc_id(number), text=text, vector=vector, payload={"author": author})
            for (number, author, text), vector in zip(POSTS, vectors, strict=True)
        ]
    )
    yield opened
    opened.close()


def hit(number: int, score: float, text: str, **payload: str) -> Hit:
    return Hit(id=doc_id(number), text=text, payload=payload, score=score, dense_score=None, bm25_score=None)


def test_near_duplicates_come_once(store: EdgeStore) -> None:
    found = numbers([entry.id for entry in search(store, ENCODER, "linen dress tight waist", limit=5)])
    assert found[0] in (1, 2)
    assert len({1, 2} & set(found)) == 1
    assert {3, 4} <= set(found)


def test_without_diversity_the_order_is_the_stores(store: EdgeStore) -> None:
    found = search(store, ENCODER, "linen dress tight waist", limit=5, diversity=NO_DIVERSITY)
    assert len(found) == 5
    assert [entry.score for entry in found] == sorted((entry.score for entry in found), reverse=True)


def test_each_author_comes_once_before_one_comes_twice(store: EdgeStore) -> None:
    varied = Diversity(once_per="author", weight=0.0)
    found = search(store, ENCODER, "linen dress tight waist", limit=4, diversity=varied)
    assert [entry.payload["author"] for entry in found][:3] == ["anna", "bea", "chloe"]
    assert numbers([found[3].id]) == [3]


def test_the_filter_is_passed_on(store: EdgeStore) -> None:
    found = search(store, ENCODER, "linen dress", filter=Filter(any_of={"author": ["bea"]}))
    assert numbers([entry.id for entry in found]) == [4]


@pytest.mark.parametrize("text", ["", "  \n"])
def test_a_search_without_words_is_refused(store: EdgeStore, text: str) -> None:
    with pytest.raises(ValueError, match="words"):
        search(store, ENCODER, text)


def test_variety_outweighs_a_slightly_better_score() -> None:
    hits = [hit(1, 1.0, "red linen dress"), hit(2, 0.9, "red linen skirt"), hit(3, 0.85, "wool coat")]
    assert numbers([entry.id for entry in diversify(hits, limit=2, diversity=Diversity(weight=0.5))]) == [1, 3]
    assert numbers([entry.id for entry in diversify(hits, limit=2, diversity=NO_DIVERSITY)]) == [1, 2]


def test_documents_without_the_field_are_not_one_author() -> None:
    hits = [hit(1, 1.0, "red dress"), hit(2, 0.9, "wool coat"), hit(3, 0.8, "silk scarf", author="anna")]
    found = diversify(hits, limit=3, diversity=Diversity(once_per="author", weight=0.0))
    assert numbers([entry.id for entry in found]) == [1, 2, 3]


def test_a_question_as_asked_has_its_vector_adapted_a_translated_one_not() -> None:
    encoder = TheEncoderLearntFor(packaged().shift.size)
    asked = as_asked("linen dress")
    plain = encoder.encode_queries(["linen dress"])[0]
    assert query_vector(encoder, asked) == pytest.approx(packaged()(plain))
    assert query_vector(encoder, replace(asked, translated=True)) == pytest.approx(plain)


def test_a_translated_question_has_a_third_more_candidates(store: EdgeStore) -> None:
    asked, three = as_asked("linen dress tight waist"), Ranking(candidates=3)
    assert len(rank(store, ENCODER, asked, filter=None, ranking=three)) == 3
    assert len(rank(store, ENCODER, replace(asked, translated=True), filter=None, ranking=three)) == 4
