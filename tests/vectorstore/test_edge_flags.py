"""How an embedded index keeps booleans: one bit a document, or 0 and 1 where it was made before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import qdrant_edge

from tests.contracts.material import SCHEMA, doc_id, document, matching, unit
from vectorstore.bm25 import Terms
from vectorstore.edge import EdgeStore
from vectorstore.edge_folder import DATA
from vectorstore.edge_translation import make_point
from vectorstore.payload import Stored
from vectorstore.store import Filter

FLAGGED = replace(SCHEMA, fields={"author": "keyword", "spam": "bool"})


@pytest.fixture(params=["flags", "numbers"])
def opened(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], EdgeStore]:
    """Opens an index made now, or one made before there were flags."""
    if request.param == "numbers":
        monkeypatch.setattr("vectorstore.edge_shard.BESIDE_FROM", 0)  # so that the other process is seen too
        with monkeypatch.context() as patch:
            patch.setattr("vectorstore.edge_upkeep.flags_of", lambda schema: frozenset())
            EdgeStore.open(tmp_path / "index", FLAGGED).close()
    return lambda: EdgeStore.open(tmp_path / "index", FLAGGED, quantise_from=1)


def kept_as(path: Path) -> set[type]:
    """What the current shard's payloads hold of booleans."""
    shard = qdrant_edge.EdgeShard.load(str(max(path.glob("index/shard-*")) / DATA))
    records, _ = shard.scroll(qdrant_edge.ScrollRequest(limit=100, with_payload=True))
    shard.close()
    return {type((record.payload or {}).get("spam")) for record in records} - {type(None)}


def check(store: EdgeStore) -> None:
    """Documents 1, 4, 7 are spam, 2, 5, 8 are not, of the others it is not known."""
    assert matching(store, Filter(any_of={"spam": [True]})) == [1, 4, 7]
    assert matching(store, Filter(any_of={"spam": [False]})) == [2, 5, 8]
    assert matching(store, Filter(any_of={"spam": [True, False]})) == [1, 2, 4, 5, 7, 8]
    assert matching(store, Filter(none_of={"spam": [True]})) == [2, 3, 5, 6, 8, 9]
    assert matching(store, Filter(none_of={"spam": [True, False]})) == [3, 6, 9]
    assert matching(store, Filter(none_of={"spam": [True]}, any_of={"author": ["a0"]})) == [2, 6, 8]
    payloads = {id: dict(payload) for batch in store.scroll() for id, payload in batch}
    assert [payloads[doc_id(number)]["spam"] for number in (1, 2, 3)] == [True, False, None]


def test_booleans_are_found_and_given_back_through_all_that_is_done_to_an_index(
    opened: Callable[[], EdgeStore], tmp_path: Path
) -> None:
    spam = {1: True, 2: False, 0: None}
    made = [document(number, author=f"a{number % 2}", spam=spam[number % 3]) for number in range(1, 10)]
    store = opened()
    store.upsert(made)
    check(store)
    store.close()
    before = kept_as(tmp_path)
    store = opened()
    store.purge()
    store.upsert([document(9, author="a1", spam=None)])
    check(store)
    store.close()
    assert kept_as(tmp_path) == before
    assert len(before) == 1


def test_an_index_made_now_has_flags(tmp_path: Path) -> None:
    store = EdgeStore.open(tmp_path / "index", FLAGGED)
    store.upsert([document(1, spam=True)])
    store.close()
    assert kept_as(tmp_path) == {bool}


def test_a_payload_is_left_as_it_was_given() -> None:
    payload: Stored = {"author": "a1", "spam": 1, "other": 1}
    point = make_point(
        doc_id(1), vector=unit(1), terms=Terms(indices=[], values=[]), payload=payload, flags=["spam", "missing"]
    )
    assert type(payload["spam"]) is int
    assert point.payload == {"author": "a1", "spam": True, "other": 1}
    assert (point.payload or {})["spam"] is True
