"""The index of a workspace built anew, in its folder and on a server."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from qdrant_client import QdrantClient

from copilot.indexing import opened_index, post_differences, rebuild_index, save_index
from copilot.workspace import Workspace
from tests.copilot.test_ingesting import ingest, workspace
from vectorstore.encoder import HashEncoder
from vectorstore.errors import EncoderMismatchError, SnapshotError, StoreLockedError
from vectorstore.store import Query


@pytest.fixture
def filled(tmp_path: Path) -> Workspace:
    (tmp_path / "export.csv").write_text(
        "text,author,date\nA linen dress,jane,2026-02-01\nA wool coat,joan,2026-02-02\n", encoding="utf-8"
    )
    found = workspace(tmp_path, export={"kind": "file", "path": "export.csv"})
    assert ingest(found)["export"].new == 2
    return found


def test_a_rebuilt_index_answers_as_before(filled: Workspace) -> None:
    with opened_index(filled) as (store, _):
        before = store.query(Query(text="linen"))
    assert rebuild_index(filled).indexed == 2
    with opened_index(filled) as (store, _):
        assert [(hit.id, hit.text) for hit in store.query(Query(text="linen"))] == [
            (hit.id, hit.text) for hit in before
        ]
    assert len(before) == 1
    assert post_differences(filled) == []


def test_an_index_of_another_encoder_is_opened_again_after_rebuilding(
    filled: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = HashEncoder(32)
    monkeypatch.setattr("copilot.indexing.load_encoder", lambda *_: other)
    with pytest.raises(EncoderMismatchError, match="reassort reindex"), opened_index(filled):
        pytest.fail("vectors of two encoders cannot be compared")
    assert rebuild_index(filled).indexed == 2
    with opened_index(filled) as (store, _):
        assert store.schema.encoder == other.fingerprint
        assert store.count() == 2


def test_an_index_that_is_open_is_not_rebuilt(filled: Workspace) -> None:
    with opened_index(filled) as (store, _), pytest.raises(StoreLockedError):
        rebuild_index(filled)
    assert store.schema.dimensions > 0
    assert post_differences(filled) == []


def test_a_server_gets_what_came_while_it_was_rebuilt(filled: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    client = QdrantClient(":memory:")
    monkeypatch.setattr(client, "close", lambda: None)
    for module in ("server", "server_rebuild"):
        monkeypatch.setattr(f"vectorstore.{module}.connect", lambda _: client)
    index = filled.settings.index.model_copy(update={"url": ":memory:"})
    remote = Workspace(filled.settings.model_copy(update={"index": index}))
    assert rebuild_index(remote).indexed == 2
    with opened_index(remote) as (store, _):
        store.delete([id for batch in store.scroll() for id, _ in batch][:1])
    assert rebuild_index(remote).indexed == 2
    with opened_index(remote) as (store, _):
        assert store.count() == 2
    assert [entry.name for entry in client.get_collections().collections] == ["posts-2"]


def test_what_the_lake_no_longer_has_does_not_come_back_with_a_saved_index(filled: Workspace, tmp_path: Path) -> None:
    saved = tmp_path / "index.zip"
    assert save_index(filled, saved) == 2
    gone = str(filled.lake.read("posts").filter(pl.col("text").str.contains("linen"))["post_id"].item())
    filled.lake.erase("posts", f"post_id = '{gone}'")
    report = rebuild_index(filled, snapshot=saved)
    assert (report.indexed, report.restored) == (0, 1)
    with opened_index(filled) as (store, _):
        assert store.existing([gone]) == set()
    kept = b"".join(file.read_bytes() for file in filled.index_path.rglob("*") if file.is_file())
    assert b"wool coat" in kept
    assert b"linen dress" not in kept


def test_a_damaged_snapshot_leaves_the_index_as_it_is(filled: Workspace, tmp_path: Path) -> None:
    saved = tmp_path / "index.zip"
    saved.write_bytes(b"PK\x03\x04 and no more")
    with pytest.raises(SnapshotError, match=r"index\.zip"):
        rebuild_index(filled, snapshot=saved)
    assert post_differences(filled) == []
