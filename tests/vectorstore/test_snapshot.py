"""Snapshots between stores, and the files that are none."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from tests.contracts.material import SCHEMA, unit, wardrobe
from vectorstore.edge import EdgeStore
from vectorstore.errors import EncoderMismatchError, SnapshotError
from vectorstore.server import ServerStore
from vectorstore.settings import IndexSettings
from vectorstore.snapshot import restore_snapshot, write_snapshot
from vectorstore.store import Query, Schema


@pytest.fixture
def snapshot(tmp_path: Path) -> Path:
    store = EdgeStore.open(tmp_path / "index", SCHEMA)
    store.upsert(wardrobe())
    write_snapshot(store, tmp_path / "posts.snapshot")
    store.close()
    return tmp_path / "posts.snapshot"


def server(schema: Schema = SCHEMA) -> ServerStore:
    return ServerStore.open(IndexSettings(url=":memory:"), schema)


def test_an_embedded_index_moves_to_a_server_with_equal_answers(snapshot: Path, tmp_path: Path) -> None:
    theirs, ours = server(), EdgeStore.open(tmp_path / "index", SCHEMA)
    assert restore_snapshot(snapshot, theirs) == 6
    query = Query(text="linen robe", vector=unit(1, 0.5, 0, 0))
    assert [(hit.id, hit.payload) for hit in theirs.query(query)] == [
        (hit.id, hit.payload) for hit in ours.query(query)
    ]
    theirs.close()
    ours.close()


def test_a_snapshot_of_another_encoder_is_refused_and_nothing_is_kept(snapshot: Path) -> None:
    store = server(replace(SCHEMA, encoder="test@2"))
    with pytest.raises(EncoderMismatchError, match="reassort reindex"):
        restore_snapshot(snapshot, store)
    assert store.count() == 0
    store.close()


def test_a_file_that_is_no_whole_snapshot_is_refused(snapshot: Path, tmp_path: Path) -> None:
    whole = snapshot.read_bytes()
    (tmp_path / "cut").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "text").write_text("posts")
    with zipfile.ZipFile(tmp_path / "other", "w") as file:
        file.writestr("notes.txt", "posts")
    middle = len(whole) // 2
    (tmp_path / "damaged").write_bytes(whole[:middle] + bytes([whole[middle] ^ 255]) + whole[middle + 1 :])
    store = server()
    for name in ("cut", "text", "other", "damaged", "absent"):
        with pytest.raises(SnapshotError) as caught:
            restore_snapshot(tmp_path / name, store)
        assert caught.value.path == str(tmp_path / name)
    assert store.count() == 0
    store.close()


def test_a_snapshot_that_cannot_be_written_leaves_no_file(tmp_path: Path) -> None:
    store = server()
    with pytest.raises(SnapshotError, match="cannot be written"):
        write_snapshot(store, tmp_path / "nowhere" / "posts.snapshot")
    store.close()
    assert list(tmp_path.iterdir()) == []
