"""The conformance suite of the document store: a store's test class inherits it and gives a fixture `reopen`.

`reopen(schema)` gives the store under test, a second time on the same documents.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

import numpy as np
import pytest

from tests.contracts.finding import FindingContract
from tests.contracts.material import DAY_1, SCHEMA, Reopen, doc_id, document, matching, numbers, unit, wardrobe
from vectorstore.errors import (
    EncoderMismatchError,
    InvalidDocumentError,
    InvalidFilterError,
    SchemaMismatchError,
    StoreClosedError,
)
from vectorstore.snapshot import restore_snapshot, write_snapshot
from vectorstore.store import SCHEMA_VERSION, Document, DocumentStore, Filter, Payload, Query, Schema


class DocumentStoreContract(FindingContract):
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

    # Snapshots

    def test_a_snapshot_brings_everything_back(self, filled: DocumentStore, tmp_path: Path) -> None:
        queries = [
            Query(text="linen coat"),
            Query(vector=unit(1, 1, 0, 0)),
            Query(text="robe", vector=unit(1, 0, 0, 0)),
        ]
        before = [filled.query(query) for query in queries]
        assert write_snapshot(filled, tmp_path / "posts.snapshot") == 6
        filled.delete([kept.id for kept in wardrobe()])
        for _ in range(2):
            assert restore_snapshot(tmp_path / "posts.snapshot", filled) == 6
            assert [filled.query(query) for query in queries] == before
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
            "vectors": lambda: filled.vectors([doc_id(1)]),
            "scroll": lambda: list(filled.scroll()),
            "documents": lambda: list(filled.documents()),
            "facet": lambda: filled.facet("author"),
            "distinct": lambda: filled.distinct("author"),
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

    def test_an_index_of_another_version_is_refused_with_the_remedy(
        self, filled: DocumentStore, reopen: Reopen, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        filled.close()
        monkeypatch.setattr("vectorstore.manifest.SCHEMA_VERSION", SCHEMA_VERSION + 1)
        with pytest.raises(SchemaMismatchError, match=r"schema_version 1, .*`reassort reindex`"):
            reopen(SCHEMA)

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
