"""The conformance suite of the document store: a store's test class inherits it and gives a fixture `reopen`.

`reopen(schema)` gives the store under test, a second time on the same documents.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import numpy as np
import pytest

from vectorstore.errors import (
    EncoderMismatchError,
    InvalidDocumentError,
    InvalidFilterError,
    SchemaMismatchError,
    StoreClosedError,
)
from vectorstore.store import Document, DocumentStore, Filter, Payload, Query, Scalar, Schema, Vector

Reopen = Callable[[Schema], DocumentStore]

SCHEMA = Schema(
    dimensions=4,
    fields={
        "author": "keyword",
        "tags": "keyword",
        "rating": "integer",
        "price": "float",
        "verified": "bool",
        "posted_at": "datetime",
        "language": "keyword",
    },
    encoder="test@1",
)
DAY_1 = datetime(2025, 6, 1, 12, tzinfo=UTC)


def doc_id(number: int) -> str:
    """A UUID whose order is that of the numbers."""
    return str(UUID(int=number))


def unit(*values: float) -> Vector:
    """The direction of the values, shape `(len(values),)`."""
    vector = np.array(values, dtype=np.float32)
    return np.asarray(vector / np.linalg.norm(vector), dtype=np.float32)


def document(number: int, text: str = "linen dress", vector: Vector | None = None, **payload: object) -> Document:
    """A document with an id made from its number."""
    values: dict[str, Scalar | Sequence[str]] = dict(payload)  # type: ignore[arg-type]  # also wrong ones, on purpose
    return Document(id=doc_id(number), text=text, vector=unit(1, 0, 0, 0) if vector is None else vector, payload=values)


def wardrobe() -> list[Document]:
    """Six documents that differ in every field."""
    return [
        document(
            number,
            text=text,
            vector=vector,
            author=author,
            tags=tags,
            rating=number,
            price=number * 10.5,
            verified=number % 2 == 0,
            posted_at=DAY_1 + timedelta(days=number - 1),
            language=language,
        )
        for number, text, vector, author, tags, language in [
            (1, "The linen dress is too tight at the waist", unit(1, 0, 0, 0), "anna", ["dress", "linen"], "en"),
            (2, "Robe en lin légère, parfaite pour l'été", unit(1, 0.2, 0, 0), "bea", ["dress", "linen"], "fr"),
            (3, "A wool coat for cold mornings", unit(0, 1, 0, 0), "anna", ["coat"], "en"),
            (4, "Un manteau camel très chaud", unit(0, 1, 0.2, 0), "chloe", ["coat", "camel"], "fr"),
            (5, "Leather sandals, the strap broke", unit(0, 0, 1, 0), "anna", [], "en"),
            (6, "Sandali di pelle bellissimi", unit(0, 0, 1, 0.2), "dario", ["sandals"], "it"),
        ]
    ]


def numbers(ids: Sequence[str]) -> list[int]:
    """The numbers that `doc_id` made the ids from."""
    return [UUID(id).int for id in ids]


def matching(store: DocumentStore, filter: Filter) -> list[int]:
    """Numbers of the documents that match, by `scroll`; `count` must agree."""
    found = [id for batch in store.scroll(filter) for id, _ in batch]
    assert store.count(filter) == len(found)
    return numbers(found)


class DocumentStoreContract:
    """What `vectorstore.store.DocumentStore` promises."""

    @pytest.fixture
    def store(self, reopen: Reopen) -> Iterator[DocumentStore]:
        opened = reopen(SCHEMA)
        yield opened
        opened.close()

    @pytest.fixture
    def filled(self, store: DocumentStore) -> DocumentStore:
        store.upsert(wardrobe())
        return store

    # Keeping

    def test_the_schema_is_given_back(self, store: DocumentStore) -> None:
        assert store.schema == SCHEMA

    def test_upsert_returns_how_many_were_given(self, store: DocumentStore) -> None:
        assert store.upsert(wardrobe()) == 6
        assert store.count() == 6

    def test_upsert_of_nothing_changes_nothing(self, store: DocumentStore) -> None:
        assert store.upsert([]) == 0
        assert store.count() == 0

    def test_upsert_twice_doubles_nothing(self, filled: DocumentStore) -> None:
        before = filled.query(Query(text="linen", vector=unit(1, 0, 0, 0)))
        filled.upsert(wardrobe())
        assert filled.count() == 6
        assert filled.query(Query(text="linen", vector=unit(1, 0, 0, 0))) == before

    def test_upsert_replaces_text_vector_and_payload(self, filled: DocumentStore) -> None:
        filled.upsert([document(1, "A silk scarf", unit(0, 0, 0, 1), author="zoe")])
        assert filled.count() == 6
        (hit,) = filled.query(Query(text="scarf"))
        assert (hit.id, hit.text, dict(hit.payload)) == (doc_id(1), "A silk scarf", {"author": "zoe"})
        assert filled.query(Query(text="waist")) == []
        assert filled.query(Query(vector=unit(0, 0, 0, 1), limit=1))[0].id == doc_id(1)
        assert 1 not in matching(filled, Filter(any_of={"tags": ["linen"]}))

    def test_the_last_of_equal_ids_counts(self, store: DocumentStore) -> None:
        assert store.upsert([document(1, "first"), document(1, "second")]) == 2
        assert [hit.text for hit in store.query(Query(vector=unit(1, 0, 0, 0)))] == ["second"]

    def test_more_documents_than_one_batch_are_all_kept(self, store: DocumentStore) -> None:
        many = [document(number, f"style {number}") for number in range(1, 1302)]
        assert store.upsert(many) == 1301
        assert store.existing([kept.id for kept in many]) == {kept.id for kept in many}

    def test_documents_are_kept_when_the_store_is_opened_again(self, store: DocumentStore, reopen: Reopen) -> None:
        store.upsert(wardrobe())
        before = store.query(Query(text="dress", vector=unit(1, 0, 0, 0)))
        store.close()
        again = reopen(SCHEMA)
        assert again.count() == 6
        assert again.query(Query(text="dress", vector=unit(1, 0, 0, 0))) == before
        assert matching(again, Filter(any_of={"author": ["anna"]})) == [1, 3, 5]
        again.close()

    def test_values_come_back_with_their_types(self, store: DocumentStore) -> None:
        payload: Payload = {
            "author": "anna",
            "tags": ["a", "b"],
            "rating": 4,
            "price": 10.0,
            "verified": True,
            "posted_at": datetime(2025, 6, 1, 14, 30, 15, 123456, tzinfo=timezone(timedelta(hours=2))),
            "language": None,
            "note": "undeclared",
            "flag": False,
        }
        store.upsert([replace(document(1), payload=payload)])
        ((_, scrolled),) = [entry for batch in store.scroll() for entry in batch]
        hit = store.query(Query(vector=unit(1, 0, 0, 0)))[0]
        for given in (scrolled, hit.payload):
            assert dict(given) == dict(payload)
            assert {name: type(value) for name, value in given.items()} == {
                name: type(value) for name, value in payload.items()
            }

    @pytest.mark.parametrize(
        ("wrong", "reason"),
        [
            (replace(document(2), id="post-17"), "UUID"),
            (replace(document(2), vector=unit(1, 0, 0)), "shape"),
            (replace(document(2), vector=np.array([1, 0, 0, np.nan], dtype=np.float32)), "finite"),
            (document(2, rating="four"), "rating"),
            (document(2, rating=True), "rating"),
            (document(2, verified=1), "verified"),
            (document(2, price=float("inf")), "price"),
            (document(2, author=7), "author"),
            (document(2, tags=[1, 2]), "tags"),
            (document(2, posted_at="2025-06-01"), "posted_at"),
            (document(2, posted_at=datetime(2025, 6, 1)), "zone"),  # noqa: DTZ001  # without a zone on purpose
            (document(2, seen_at=DAY_1), "declare"),
            (document(2, _text="mine"), "underscore"),
        ],
        ids=lambda value: value if isinstance(value, str) else "",
    )
    def test_a_misfit_is_named_and_nothing_of_its_call_is_kept(
        self, store: DocumentStore, wrong: Document, reason: str
    ) -> None:
        with pytest.raises(InvalidDocumentError, match=reason) as caught:
            store.upsert([document(1), wrong, document(3)])
        assert caught.value.id == wrong.id
        assert store.count() == 0

    # Finding

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
            lambda: filled.delete_where(filter),
        ):
            with pytest.raises(InvalidFilterError):
                call()
        assert filled.count() == 6

    # Counting and walking

    def test_existing_gives_those_that_are_held(self, filled: DocumentStore) -> None:
        assert filled.existing([doc_id(1), doc_id(99), "post-17"]) == {doc_id(1)}
        assert filled.existing([]) == set()

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
    def test_facet_takes_keyword_fields_only(self, filled: DocumentStore, field: str) -> None:
        with pytest.raises(InvalidFilterError) as caught:
            filled.facet(field)
        assert caught.value.field == field

    # Forgetting

    def test_delete_forgets_and_passes_over_unknown_ids(self, filled: DocumentStore) -> None:
        filled.delete([doc_id(1), doc_id(99), "post-17"])
        filled.delete([])
        filled.delete([doc_id(1)])
        assert matching(filled, Filter()) == [2, 3, 4, 5, 6]
        assert filled.query(Query(text="waist")) == []
        assert ("anna", 2) in filled.facet("author")

    def test_delete_where_forgets_and_says_how_many(self, filled: DocumentStore) -> None:
        anna = Filter(any_of={"author": ["anna"]})
        assert filled.delete_where(anna) == 3
        assert filled.delete_where(anna) == 0
        assert matching(filled, Filter()) == [2, 4, 6]

    def test_delete_where_refuses_an_empty_filter(self, filled: DocumentStore) -> None:
        with pytest.raises(InvalidFilterError, match="everything"):
            filled.delete_where(Filter())
        assert filled.count() == 6

    def test_a_deleted_document_can_be_kept_again(self, filled: DocumentStore) -> None:
        filled.delete([doc_id(1)])
        filled.upsert([wardrobe()[0]])
        assert numbers([hit.id for hit in filled.query(Query(text="waist"))]) == [1]

    @pytest.mark.parametrize("method", ["optimize", "purge"])
    def test_upkeep_changes_no_result(self, filled: DocumentStore, method: str) -> None:
        filled.delete([doc_id(3)])
        queries = [
            Query(text="linen coat"),
            Query(vector=unit(1, 1, 0, 0)),
            Query(text="robe", vector=unit(1, 0, 0, 0)),
        ]
        before = [filled.query(query) for query in queries]
        getattr(filled, method)()
        assert [filled.query(query) for query in queries] == before
        assert matching(filled, Filter(since={"posted_at": DAY_1 + timedelta(days=3)})) == [4, 5, 6]
        filled.upsert([document(3)])
        assert filled.count() == 6

    # Opening and closing

    def test_closing_twice_does_nothing_and_later_calls_are_refused(self, filled: DocumentStore) -> None:
        filled.close()
        filled.close()
        calls: Mapping[str, Callable[[], object]] = {
            "upsert": lambda: filled.upsert([document(1)]),
            "query": lambda: filled.query(Query(text="linen")),
            "count": filled.count,
            "existing": lambda: filled.existing([doc_id(1)]),
            "scroll": lambda: list(filled.scroll()),
            "facet": lambda: filled.facet("author"),
            "delete": lambda: filled.delete([doc_id(1)]),
            "delete_where": lambda: filled.delete_where(Filter(any_of={"author": ["anna"]})),
            "optimize": filled.optimize,
            "purge": filled.purge,
        }
        for call in calls.values():
            with pytest.raises(StoreClosedError):
                call()

    @pytest.mark.parametrize(
        ("other", "error", "what"),
        [
            (replace(SCHEMA, encoder="test@2"), EncoderMismatchError, "encoder"),
            (replace(SCHEMA, encoder="test@2", dimensions=8), EncoderMismatchError, "encoder"),
            (replace(SCHEMA, dimensions=8), SchemaMismatchError, "dimensions"),
            (replace(SCHEMA, fields={**SCHEMA.fields, "author": "integer"}), SchemaMismatchError, "fields"),
            (replace(SCHEMA, language="french"), SchemaMismatchError, "language"),
        ],
        ids=["encoder", "encoder and size", "size", "fields", "language"],
    )
    def test_opening_with_another_schema_is_refused_and_harms_nothing(
        self,
        filled: DocumentStore,
        reopen: Reopen,
        other: Schema,
        error: type[SchemaMismatchError],
        what: str,
    ) -> None:
        filled.close()
        with pytest.raises(error) as caught:
            reopen(other)
        assert caught.value.what == what
        again = reopen(SCHEMA)
        assert again.count() == 6
        again.close()

    def test_threads_may_share_the_store(self, store: DocumentStore) -> None:
        failures: list[BaseException] = []

        def work(thread: int) -> None:
            try:
                for step in range(10):
                    store.upsert([document(1 + thread * 100 + step, f"style {thread}", author=f"author {thread}")])
                    store.query(Query(text=f"style {thread}", vector=unit(1, 0, 0, 0)))
            except BaseException as error:
                failures.append(error)
                raise

        threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failures == []
        assert store.facet("author") == [(f"author {number}", 10) for number in range(4)]
