"""The conformance suite of the document store, its finding half: queries, filters, scroll, facets."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import numpy as np
import pytest

from tests.contracts.material import DAY_1, doc_id, document, matching, numbers, unit, wardrobe
from vectorstore.errors import (
    InvalidFilterError,
)
from vectorstore.store import DocumentStore, Filter, Query


class FindingContract:
    """What a store promises of what it finds; the fixtures `store` and `filled` come with the whole suite."""

    def test_query_by_vector_ranks_by_likeness(self, filled: DocumentStore) -> None:
        hits = filled.query(Query(vector=unit(0, 1, 0, 0), limit=2))
        assert numbers([hit.id for hit in hits]) == [3, 4]
        assert hits[0].dense_score == pytest.approx(1.0, abs=1e-5)
        assert [hit.bm25_score for hit in hits] == [None, None]

    def test_query_by_words_returns_only_documents_with_one(self, filled: DocumentStore) -> None:
        hits = filled.query(Query(text="dress waist tight"))
        assert numbers([hit.id for hit in hits]) == [1]
        assert hits[0].dense_score is None
        assert hits[0].bm25_score is not None
        assert hits[0].bm25_score > 0

    def test_each_hit_has_its_cosine_however_it_was_found(self, store: DocumentStore) -> None:
        nearer = [document(number, "wool coat", unit(1, 0, 0, 0)) for number in range(1, 141)]
        store.upsert([*nearer, document(200, "linen kaftan", unit(1, 2, 0, 0))])
        found = {hit.id: hit for hit in store.query(Query(text="kaftan coat", vector=unit(1, 0, 0, 0), limit=30))}
        assert found[doc_id(200)].dense_score == pytest.approx(5**-0.5, abs=1e-3)
        assert all(hit.dense_score is not None for hit in found.values())

    def test_the_rarer_word_weighs_more(self, store: DocumentStore) -> None:
        common = [document(number, "plain dress") for number in range(1, 20)]
        store.upsert([*common, document(20, "plain kaftan")])
        assert store.query(Query(text="dress kaftan"))[0].id == doc_id(20)

    @pytest.mark.parametrize(
        ("words", "expected"),
        [("DRESSES", 1), ("legere", 2), ("manteaux", 4), ("sandal", 5), ("la pelle", 6)],
        ids=["case and plural", "accent folded", "French plural", "English singular", "Italian"],
    )
    def test_words_are_found_in_the_documents_own_language(
        self, filled: DocumentStore, words: str, expected: int
    ) -> None:
        assert expected in numbers([hit.id for hit in filled.query(Query(text=words))])

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            (Query(further={"fr": {"robes": 1.0}}), [2]),
            (Query(further={"en": {"dresses": 1.0}, "fr": {"robe": 0.5}}), [1, 2]),
            (Query(further={"en": {"dresses": 0.2}, "fr": {"robe": 1.0}}), [2, 1]),
            (Query(text="leather", further={"it": {"pelle": 0.1}}), [5, 6]),
            (Query(text="dress", further={"en": {"dress": 0.1}}), [1]),
            (Query(further={"ja": {"dress": 1.0}}), []),
        ],
        ids=["one language", "two", "by weight", "beside words", "the higher weight counts", "no analyser"],
    )
    def test_other_wordings_are_found_in_their_language_by_their_weight(
        self, filled: DocumentStore, query: Query, expected: list[int]
    ) -> None:
        assert numbers([hit.id for hit in filled.query(query)]) == expected

    def test_emoji_are_words(self, filled: DocumentStore) -> None:
        filled.upsert([document(7, "Trop belle 🔥🔥", language="fr"), document(8, "love it 👍🏽", language="en")])
        assert numbers([hit.id for hit in filled.query(Query(text="🔥"))]) == [7]
        assert numbers([hit.id for hit in filled.query(Query(text="👍 😭"))]) == [8]

    def test_hashtags_are_found_by_their_word_and_by_themselves(self, filled: DocumentStore) -> None:
        filled.upsert([document(7, "so #Cottagecore today", language="en")])
        for text in ("#cottagecore", "cottagecore", "#COTTAGECORE"):
            assert numbers([hit.id for hit in filled.query(Query(text=text))]) == [7]

    def test_both_scores_are_fused(self, filled: DocumentStore) -> None:
        hits = filled.query(Query(text="strap", vector=unit(1, 0, 0, 0), limit=6))
        assert hits[0].id == doc_id(5)  # the word outweighs the vector at the default weight
        assert numbers([hit.id for hit in hits[1:3]]) == [1, 2]
        assert hits[0].bm25_score is not None
        assert hits[1].bm25_score is None

    @pytest.mark.parametrize(
        "query",
        [
            Query(text="linen dress robe"),
            Query(vector=unit(1, 1, 1, 0)),
            Query(text="linen dress robe", vector=unit(1, 1, 1, 0)),
        ],
        ids=["words", "vector", "both"],
    )
    def test_scores_fall_from_at_most_one_to_at_least_zero(self, filled: DocumentStore, query: Query) -> None:
        scores = [hit.score for hit in filled.query(query)]
        assert scores == sorted(scores, reverse=True)
        assert all(0 <= score <= 1 for score in scores)
        assert len(scores) >= 2

    def test_a_limit_cuts_the_ranking_and_each_id_comes_once(self, filled: DocumentStore) -> None:
        query = Query(text="dress coat sandals", vector=unit(1, 1, 1, 0), limit=6)
        everything = filled.query(query)
        assert len({hit.id for hit in everything}) == len(everything) == 6
        assert filled.query(replace(query, limit=2)) == everything[:2]

    def test_equal_scores_come_in_id_order_whatever_the_order_of_arrival(self, store: DocumentStore) -> None:
        for number in (7, 3, 9, 1, 5):
            store.upsert([document(number)])
        for query in (
            Query(vector=unit(1, 0, 0, 0)),
            Query(text="linen"),
            Query(text="linen", vector=unit(1, 0, 0, 0)),
        ):
            assert numbers([hit.id for hit in store.query(query)]) == [1, 3, 5, 7, 9]

    def test_equal_queries_give_equal_answers(self, filled: DocumentStore) -> None:
        query = Query(text="robe en lin", vector=unit(1, 0.1, 0, 0))
        first = filled.query(query)
        assert all(filled.query(query) == first for _ in range(5))

    def test_deleted_documents_weigh_no_words(self, store: DocumentStore) -> None:
        keep = [document(1, "linen dress"), document(2, "linen coat")]
        store.upsert([*keep, *(document(number, "linen linen") for number in range(3, 40))])
        store.delete([doc_id(number) for number in range(3, 40)])
        hits = store.query(Query(text="linen dress"))
        assert numbers([hit.id for hit in hits]) == [1, 2]
        # ln(1 + 0.5 / 2.5) for the word in both, ln(1 + 1.5 / 1.5) for the word in one (N = 2).
        both, one = np.log(1.2), np.log(2.0)
        assert hits[1].bm25_score is not None
        assert hits[0].bm25_score is not None
        assert hits[0].bm25_score / hits[1].bm25_score == pytest.approx((both + one) / both, rel=1e-3)

    def test_a_query_finds_only_what_its_filter_lets_through(self, filled: DocumentStore) -> None:
        query = Query(
            text="dress coat sandals", vector=unit(1, 1, 1, 0), filter=Filter(any_of={"language": ["fr", "it"]})
        )
        assert sorted(numbers([hit.id for hit in filled.query(query)])) == [2, 4, 6]

    def test_stop_words_alone_find_nothing(self, filled: DocumentStore) -> None:
        assert filled.query(Query(text="is the at")) == []

    def test_an_empty_store_finds_nothing(self, store: DocumentStore) -> None:
        assert store.query(Query(text="linen", vector=unit(1, 0, 0, 0))) == []

    @pytest.mark.parametrize(
        "query",
        [
            Query(),
            Query(text="  "),
            Query(vector=unit(1, 0)),
            Query(text="linen", limit=0),
            Query(vector=np.array([1, 0, 0, np.inf], dtype=np.float32)),
        ],
        ids=["nothing", "blank words", "vector size", "no limit", "not finite"],
    )
    def test_a_query_that_asks_nothing_is_refused(self, filled: DocumentStore, query: Query) -> None:
        with pytest.raises(ValueError, match=r"vector|limit"):
            filled.query(query)

    # Filters

    @pytest.mark.parametrize(
        ("filter", "expected"),
        [
            (Filter(), [1, 2, 3, 4, 5, 6]),
            (Filter(any_of={"author": ["anna"]}), [1, 3, 5]),
            (Filter(any_of={"author": ["anna", "bea"]}), [1, 2, 3, 5]),
            (Filter(any_of={"author": ["nobody"]}), []),
            (Filter(any_of={"tags": ["linen", "camel"]}), [1, 2, 4]),
            (Filter(any_of={"rating": [1, 6]}), [1, 6]),
            (Filter(any_of={"verified": [True]}), [2, 4, 6]),
            (Filter(any_of={"verified": [True, False]}), [1, 2, 3, 4, 5, 6]),
            (Filter(none_of={"author": ["anna"]}), [2, 4, 6]),
            (Filter(none_of={"tags": ["linen", "coat"]}), [5, 6]),
            (Filter(none_of={"author": ["anna"], "language": ["it"]}), [2, 4]),
            (Filter(any_of={"author": ["anna"]}, none_of={"tags": ["coat"]}), [1, 5]),
            (Filter(since={"rating": 3}), [3, 4, 5, 6]),
            (Filter(before={"rating": 3}), [1, 2]),
            (Filter(since={"price": 21.0}, before={"price": 42.0}), [2, 3]),
            (Filter(since={"posted_at": DAY_1 + timedelta(days=2)}), [3, 4, 5, 6]),
            (Filter(before={"posted_at": DAY_1 + timedelta(days=2)}), [1, 2]),
            (
                Filter(
                    since={"posted_at": DAY_1.astimezone(timezone(timedelta(hours=9)))},
                    before={"posted_at": DAY_1 + timedelta(microseconds=1)},
                ),
                [1],
            ),
            (Filter(any_of={"language": ["en"]}, since={"rating": 2}, before={"price": 50.0}), [3]),
            (Filter(any_of={"source": ["social"]}), [5, 6]),
            (Filter(any_of={"market": ["FR", "IT"]}), [1, 2, 4, 6]),
            (Filter(any_of={"product": ["style-1"]}), [1, 2]),
            (Filter(none_of={"product": ["style-1", "style-2"]}), [5, 6]),
            (Filter(before={"sentiment": 0.0}), [1, 5]),
            (Filter(since={"sentiment": 0.8}), [2, 4, 6]),
            (
                Filter(
                    any_of={"source": ["reviews"], "market": ["FR"], "product": ["style-1", "style-2"]},
                    since={"sentiment": 0.0, "posted_at": DAY_1 + timedelta(days=1)},
                    before={"posted_at": DAY_1 + timedelta(days=3)},
                ),
                [2],
            ),
        ],
        ids=str,
    )
    def test_filters(self, filled: DocumentStore, filter: Filter, expected: list[int]) -> None:
        assert matching(filled, filter) == expected

    def test_a_field_that_is_absent_or_none_is_in_no_range_and_has_no_value(self, store: DocumentStore) -> None:
        store.upsert([document(1), document(2, author=None, rating=None), document(3, author="anna", rating=3)])
        assert matching(store, Filter(since={"rating": -100})) == [3]
        assert matching(store, Filter(any_of={"author": ["anna"]})) == [3]
        assert matching(store, Filter(none_of={"author": ["anna"]})) == [1, 2]

    @pytest.mark.parametrize(
        "filter",
        [
            Filter(any_of={"colour": ["ecru"]}),
            Filter(none_of={"colour": ["ecru"]}),
            Filter(since={"colour": 1}),
            Filter(any_of={"author": []}),
            Filter(any_of={"author": "anna"}),
            Filter(any_of={"author": [1]}),
            Filter(any_of={"rating": ["1"]}),
            Filter(any_of={"rating": [True]}),
            Filter(any_of={"verified": [1]}),
            Filter(any_of={"price": [1]}),
            Filter(since={"author": 1}),
            Filter(since={"rating": DAY_1}),
            Filter(since={"posted_at": 1}),
            Filter(since={"posted_at": datetime(2025, 6, 1)}),  # noqa: DTZ001  # without a zone on purpose
            Filter(since={"rating": 3}, before={"rating": 3}),
            Filter(since={"posted_at": DAY_1}, before={"posted_at": DAY_1 - timedelta(days=1)}),
        ],
        ids=str,
    )
    def test_a_filter_that_does_not_fit_the_schema_is_refused(self, filled: DocumentStore, filter: Filter) -> None:
        for call in (
            lambda: filled.count(filter),
            lambda: filled.query(Query(text="linen", filter=filter)),
            lambda: list(filled.scroll(filter)),
            lambda: filled.facet("author", filter),
            lambda: filled.distinct("author", filter),
            lambda: list(filled.documents(filter)),
            lambda: filled.delete_where(filter),
        ):
            with pytest.raises(InvalidFilterError):
                call()
        assert filled.count() == 6

    # Counting and walking

    def test_existing_gives_those_that_are_held(self, filled: DocumentStore) -> None:
        assert filled.existing([doc_id(1), doc_id(99), "post-17"]) == {doc_id(1)}
        assert filled.existing([]) == set()

    def test_vectors_come_by_the_ids_as_given(self, filled: DocumentStore) -> None:
        spelled = doc_id(2).upper()
        found = filled.vectors([doc_id(3), doc_id(99), "post-17", spelled])
        assert set(found) == {doc_id(3), spelled}
        assert found[doc_id(3)] == pytest.approx(unit(0, 1, 0, 0), abs=1e-6)
        assert found[spelled] == pytest.approx(unit(1, 0.2, 0, 0), abs=1e-6)
        assert filled.vectors([]) == {}

    def test_an_id_is_the_same_in_any_spelling(self, store: DocumentStore) -> None:
        spelled = "ABCDEF00-0000-0000-0000-00000000000A"
        store.upsert([replace(document(1), id=spelled)])
        assert store.existing([spelled, spelled.lower()]) == {spelled, spelled.lower()}
        assert [id for batch in store.scroll() for id, _ in batch] == [spelled.lower()]

    @pytest.mark.parametrize("batch_size", [1, 4, 6, 1000])
    def test_scroll_gives_every_document_once_in_id_order(self, store: DocumentStore, batch_size: int) -> None:
        store.upsert(list(reversed(wardrobe())))
        batches = list(store.scroll(batch_size=batch_size))
        assert [len(batch) for batch in batches[:-1]] == [batch_size] * (len(batches) - 1)
        assert numbers([id for batch in batches for id, _ in batch]) == [1, 2, 3, 4, 5, 6]
        assert [payload["rating"] for batch in batches for _, payload in batch] == [1, 2, 3, 4, 5, 6]

    def test_scroll_of_nothing_gives_no_batch(self, filled: DocumentStore) -> None:
        assert list(filled.scroll(Filter(any_of={"author": ["nobody"]}))) == []

    def test_facet_counts_values_most_frequent_first_then_by_value(self, filled: DocumentStore) -> None:
        assert filled.facet("author") == [("anna", 3), ("bea", 1), ("chloe", 1), ("dario", 1)]
        assert filled.facet("author", limit=2) == [("anna", 3), ("bea", 1)]
        assert filled.facet("tags") == [("coat", 2), ("dress", 2), ("linen", 2), ("camel", 1), ("sandals", 1)]
        assert filled.facet("tags", Filter(any_of={"language": ["fr"]}), limit=1) == [("camel", 1)]

    @pytest.mark.parametrize("field", ["colour", "rating", "posted_at"])
    def test_facet_and_distinct_take_keyword_fields_only(self, filled: DocumentStore, field: str) -> None:
        for call in (lambda: filled.facet(field), lambda: filled.distinct(field)):
            with pytest.raises(InvalidFilterError) as caught:
                call()
            assert caught.value.field == field

    def test_a_facet_after_changes_counts_what_is_there(self, filled: DocumentStore) -> None:
        filled.upsert([replace(wardrobe()[0], payload={"author": "bea"})])
        filled.delete([doc_id(3)])
        assert filled.facet("author") == [("bea", 2), ("anna", 1), ("chloe", 1), ("dario", 1)]

    @pytest.mark.parametrize(
        ("filter", "authors"),
        [
            (Filter(), 4),
            (Filter(any_of={"market": ["UK"]}), 1),
            (Filter(any_of={"product": ["style-1"]}), 2),
            (Filter(any_of={"product": ["style-2"]}, since={"sentiment": 0.5}), 1),
            (Filter(any_of={"author": ["nobody"]}), 0),
        ],
        ids=str,
    )
    def test_distinct_counts_the_authors_behind_what_is_found(
        self, filled: DocumentStore, filter: Filter, authors: int
    ) -> None:
        assert filled.distinct("author", filter) == authors

    def test_distinct_counts_each_author_once_and_no_absent_one(self, filled: DocumentStore) -> None:
        filled.upsert([document(7), document(8, author=None), document(9, author="anna")])
        assert filled.distinct("author") == 4
        assert filled.distinct("tags") == 5

    @pytest.mark.parametrize("batch_size", [4, 1000])
    def test_documents_come_back_whole_in_id_order(self, store: DocumentStore, batch_size: int) -> None:
        given = wardrobe()
        store.upsert(list(reversed(given)))
        found = [kept for batch in store.documents(batch_size=batch_size) for kept in batch]
        assert [(kept.id, kept.text, dict(kept.payload)) for kept in found] == [
            (kept.id, kept.text, dict(kept.payload)) for kept in given
        ]
        for kept, original in zip(found, given, strict=True):
            assert kept.vector == pytest.approx(original.vector, abs=1e-6)
        french = [kept for batch in store.documents(Filter(any_of={"language": ["fr"]})) for kept in batch]
        assert numbers([kept.id for kept in french]) == [2, 4]

    def test_the_pool_is_wide_enough_to_pick_a_varied_page_from(self, store: DocumentStore) -> None:
        loud = [document(number, f"linen dress {number}", author="loud") for number in range(1, 41)]
        quiet = [document(number, "linen dress", unit(1, 0.3, 0, 0), author=f"author {number}") for number in (41, 42)]
        store.upsert([*loud, *quiet])
        hits = store.query(Query(text="linen dress", vector=unit(1, 0, 0, 0), limit=50))
        assert len(hits) == 42
        assert {hit.payload["author"] for hit in hits} == {"loud", "author 41", "author 42"}
