"""An index built anew beside the live one, in a folder and on a server."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from qdrant_client import QdrantClient

from tests.contracts.material import SCHEMA, doc_id, document
from vectorstore.edge import EdgeStore
from vectorstore.errors import EncoderMismatchError, InvalidDocumentError, StoreLockedError
from vectorstore.rebuild import rebuilding
from vectorstore.server import ServerStore
from vectorstore.server_rebuild import rebuilding_on_server
from vectorstore.settings import IndexSettings

SMALL = replace(SCHEMA, fields={"author": "keyword"})
OTHER = replace(SMALL, encoder="test@2")
MEMORY = IndexSettings(url=":memory:")
SIX = [document(number) for number in range(1, 7)]


def test_a_folder_gets_an_index_of_another_encoder_when_it_is_whole(tmp_path: Path) -> None:
    old = EdgeStore.open(tmp_path, SMALL)
    old.upsert(SIX)
    old.close()
    with rebuilding(IndexSettings(quantise_from=1), path=tmp_path, schema=OTHER) as store:
        store.upsert([document(7), document(8)])
        with pytest.raises(StoreLockedError):
            EdgeStore.open(tmp_path, SMALL)
    with pytest.raises(EncoderMismatchError):
        EdgeStore.open(tmp_path, SMALL)
    new = EdgeStore.open(tmp_path, OTHER)
    assert new.existing([doc_id(1), doc_id(7), doc_id(8)]) == {doc_id(7), doc_id(8)}
    new.close()
    assert [entry.name for entry in tmp_path.iterdir() if entry.is_dir()] == ["shard-2"]


def test_a_folder_is_as_it_was_when_the_rebuilding_fails(tmp_path: Path) -> None:
    old = EdgeStore.open(tmp_path, SMALL)
    old.upsert(SIX)
    with pytest.raises(StoreLockedError), rebuilding(IndexSettings(), path=tmp_path, schema=OTHER):
        pytest.fail("the index is open")
    old.close()
    with pytest.raises(InvalidDocumentError), rebuilding(IndexSettings(), path=tmp_path, schema=OTHER) as store:
        store.upsert([document(7), replace(document(8), id="no id")])
    again = EdgeStore.open(tmp_path, SMALL)
    assert again.count() == 6
    again.close()
    assert [entry.name for entry in tmp_path.iterdir() if entry.is_dir()] == ["shard-1"]


def test_a_server_answers_from_the_old_collection_until_the_new_one_is_whole() -> None:
    client = QdrantClient(":memory:")
    live = ServerStore.open(MEMORY, SMALL, client=client)
    live.upsert(SIX)
    for number in (7, 8, 9):
        with rebuilding_on_server(MEMORY, SMALL, client=client) as store:
            store.upsert([document(number)])
            assert doc_id(number) not in live.existing([doc_id(number)])
        assert live.existing([doc_id(number), doc_id(1)]) == {doc_id(number)}
        assert len(client.get_collections().collections) == 1
    with rebuilding_on_server(MEMORY, OTHER, client=client) as store:
        store.upsert([document(10)])
    with pytest.raises(EncoderMismatchError):
        ServerStore.open(MEMORY, SMALL, client=client)
    client.close()


def test_a_server_is_as_it_was_when_the_rebuilding_fails() -> None:
    client = QdrantClient(":memory:")
    live = ServerStore.open(MEMORY, SMALL, client=client)
    live.upsert(SIX)
    with pytest.raises(InvalidDocumentError), rebuilding_on_server(MEMORY, SMALL, client=client) as store:
        store.upsert([document(7), replace(document(8), id="no id")])
    assert live.count() == 6
    assert len(client.get_collections().collections) == 1
    client.close()


def test_a_collection_that_has_the_name_for_its_own_is_replaced_too() -> None:
    client = QdrantClient(":memory:")
    first = ServerStore.open(MEMORY, SMALL, client=client)
    first.upsert(SIX)
    named = MEMORY.model_copy(update={"collection": "posts-1"})  # what an earlier version made
    with rebuilding_on_server(named, SMALL, client=client) as store:
        store.upsert([document(7)])
    live = ServerStore.open(named, SMALL, client=client)
    assert live.existing([doc_id(1), doc_id(7)]) == {doc_id(7)}
    client.close()


def test_a_server_that_has_nothing_gets_a_first_index(tmp_path: Path) -> None:
    with rebuilding(MEMORY, path=tmp_path, schema=SMALL) as store:
        assert store.upsert(SIX) == 6
    assert list(tmp_path.iterdir()) == []
