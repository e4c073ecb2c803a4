"""The embedded store: the contract, and what only it promises."""

from __future__ import annotations

import multiprocessing
import os
import random
import shutil
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import qdrant_edge

from tests.contracts.document_store import DocumentStoreContract
from tests.contracts.material import SCHEMA, Reopen, doc_id, document, unit, wardrobe
from tests.vectorstore.edge_writer import WIDE, wide, write
from vectorstore import edge_shard
from vectorstore.edge import EdgeStore
from vectorstore.edge_disk import copy_shard
from vectorstore.edge_retiring import give_up
from vectorstore.edge_translation import points_of
from vectorstore.edge_upkeep import Work, work_beside
from vectorstore.errors import StoreCorruptError, StoreFailedError, StoreLockedError
from vectorstore.store import Filter, Query, Schema

ROOT = Path(__file__).parents[2]

OPEN = """
import sys
from pathlib import Path
from tests.contracts.material import SCHEMA
from vectorstore.edge import EdgeStore
from vectorstore.errors import StoreLockedError
try:
    EdgeStore.open(Path(sys.argv[1]), SCHEMA).close()
except StoreLockedError as error:
    print("locked", error.path)
else:
    print("open")
"""

SMALL = replace(SCHEMA, fields={"author": "keyword"})


def run(code: str, *args: object) -> list[str]:
    command = [sys.executable, "-c", code, *map(str, args)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()


@pytest.fixture(scope="session")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty index: each field of one takes a tenth of a second to make."""
    path = tmp_path_factory.mktemp("blank") / "index"
    EdgeStore.open(path, SCHEMA).close()
    return path


class TestEdgeStore(DocumentStoreContract):
    @pytest.fixture
    def reopen(self, tmp_path: Path, blank: Path) -> Reopen:
        copy_shard(blank, tmp_path / "index")
        return lambda schema: EdgeStore.open(tmp_path / "index", schema)


def test_an_index_is_made_where_there_is_none(tmp_path: Path) -> None:
    store = EdgeStore.open(tmp_path / "new" / "index", SCHEMA)
    store.upsert(wardrobe())
    assert store.facet("author", limit=1) == [("anna", 3)]
    store.close()


def test_a_second_process_is_told_at_once_that_the_index_is_in_use(tmp_path: Path) -> None:
    store = EdgeStore.open(tmp_path, SCHEMA)
    assert run(OPEN, tmp_path) == ["locked", str(tmp_path)]
    store.close()
    assert run(OPEN, tmp_path) == ["open"]


def test_a_second_store_in_this_process_is_told_so_too(tmp_path: Path) -> None:
    store = EdgeStore.open(tmp_path, SCHEMA)
    with pytest.raises(StoreLockedError):
        EdgeStore.open(tmp_path, SCHEMA)
    store.upsert([document(1)])
    store.close()


def test_a_log_that_another_owner_has_open_is_a_locked_index(tmp_path: Path) -> None:
    EdgeStore.open(tmp_path, SCHEMA).close()
    shard = qdrant_edge.EdgeShard.load(str(tmp_path / "shard-1" / "data"))
    with pytest.raises(StoreLockedError):
        EdgeStore.open(tmp_path, SCHEMA)
    shard.close()
    EdgeStore.open(tmp_path, SCHEMA).close()


@pytest.mark.parametrize(
    "damage",
    [
        lambda shard: (shard / "manifest.json").unlink(),
        lambda shard: (shard / "manifest.json").write_text("{"),
        lambda shard: (shard / "manifest.json").write_text("[]"),
        lambda shard: (shard / "data" / "edge_config.json").write_text("{"),
        lambda shard: shutil.rmtree(shard / "data"),
        lambda shard: next(shard.rglob("vector_storage-dense/deleted/status.dat")).write_bytes(b""),
    ],
    ids=[
        "no manifest",
        "cut manifest",
        "other manifest",
        "cut configuration",
        "no data",
        "a file that makes Edge panic",
    ],
)
def test_a_damaged_index_is_said_to_be_so_and_not_left_locked(tmp_path: Path, damage: object) -> None:
    EdgeStore.open(tmp_path, SCHEMA).close()
    damage(tmp_path / "shard-1")  # type: ignore[operator]  # a lambda in a table of cases
    for _ in range(2):
        with pytest.raises(StoreCorruptError) as caught:
            EdgeStore.open(tmp_path, SCHEMA)
        assert caught.value.path == str(tmp_path)


def test_a_folder_that_cannot_be_made_is_a_failure_of_the_store(tmp_path: Path) -> None:
    (tmp_path / "index").write_text("a file, not a folder")
    with pytest.raises(StoreFailedError):
        EdgeStore.open(tmp_path / "index", SCHEMA)


def test_a_failure_inside_edge_is_mapped(tmp_path: Path) -> None:
    store = EdgeStore.open(tmp_path, SCHEMA)
    store._index._shard.close()
    with pytest.raises(StoreFailedError, match="not initialized") as caught:
        store.count()
    assert caught.value.__cause__ is not None


@pytest.mark.slow
def test_nothing_acknowledged_is_lost_when_the_writer_is_killed(tmp_path: Path) -> None:
    chance = random.Random(7)
    acknowledged: dict[int, str] = {}
    start, segments = 1, 0
    for kill in range(50):
        acknowledged |= write_and_kill(tmp_path, start, after=chance.randint(1, 40))
        start = max(acknowledged) + 41
        opened = EdgeStore.open(tmp_path, WIDE, quantise_from=1)
        if kill in (15, 30, 45):  # what comes after is written beside segments that no longer change
            opened.optimize()
        held = {id: payload["author"] for batch in opened.scroll() for id, payload in batch}
        assert len(held) == opened.count()
        for number, version in acknowledged.items():
            assert held[doc_id(number)] in (version, "second")
        hit = opened.query(Query(text=f"{min(acknowledged)}", vector=wide(min(acknowledged)), limit=1))[0]
        assert hit.id == doc_id(min(acknowledged))
        segments = max(segments, opened._index._shard.info().segments_count)
        opened.close()
    assert segments >= 3


def write_and_kill(index: Path, start: int, *, after: int) -> dict[int, str]:
    """What a writer had acknowledged, by number, when it was killed."""
    context = multiprocessing.get_context("forkserver")  # imports are made once
    context.set_forkserver_preload(["pytest", "tests.vectorstore.edge_writer"])
    said, saying = context.Pipe(duplex=False)
    writer = context.Process(target=write, args=(index, start, saying))
    writer.start()
    saying.close()
    acknowledged: dict[int, str] = {}
    for _ in range(after):
        first, version = said.recv()
        acknowledged.update(dict.fromkeys(range(first, first + 20), version))
    writer.kill()
    writer.join()
    said.close()
    _await_end(writer.pid or 0)
    return acknowledged


def _await_end(pid: int) -> None:
    """Return when the process holds nothing any more: `join` may do so while the system still closes its files."""
    with suppress(ProcessLookupError):
        for _ in range(1000):
            os.kill(pid, 0)
            time.sleep(0.01)
        pytest.fail(f"process {pid} lives on")


def test_a_log_is_repeated_after_a_kill_and_written_out_at_times(tmp_path: Path) -> None:
    code = """
import os, signal, sys
from pathlib import Path
import vectorstore.edge_shard
from tests.contracts.material import document
from tests.vectorstore.test_edge import SMALL
from vectorstore.edge import EdgeStore
vectorstore.edge_shard._FLUSH_EVERY = 100
store = EdgeStore.open(Path(sys.argv[1]), SMALL)
store.upsert([document(n) for n in range(1, 131)])
store.delete([document(n).id for n in range(1, 31)])
store.upsert([document(n, "scarf") for n in range(131, 151)])
os.kill(os.getpid(), signal.SIGKILL)
"""
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, check=False)
    store = EdgeStore.open(tmp_path, SMALL)
    assert store.count() == 120
    assert len(store.query(Query(text="scarf", limit=50))) == 20
    assert len(store.query(Query(text="linen", limit=200))) == 100
    store.close()


def test_optimising_runs_in_another_process_while_this_one_searches_and_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = EdgeStore.open(tmp_path, SMALL, quantise_from=1)
    store.upsert([document(number, f"style {number}", author="old") for number in range(1, 61)])
    there = (os.getpid(), threading.get_ident())
    real, calls = work_beside, []

    def meanwhile(work: Work, building: Path, schema: Schema, *, quantised: bool) -> None:
        calls.append((work, quantised))
        real(work, building, schema, quantised=quantised)
        # The copy is made by now: what follows reaches the new shard as a change that came meanwhile.
        store.upsert([document(number, "scarf", author="new") for number in (1, 61)])
        store.delete([doc_id(2)])
        assert store.delete_where(Filter(any_of={"author": ["nobody"]})) == 0
        assert len(store.query(Query(text="scarf"))) == 2

    monkeypatch.setattr(edge_shard, "work_beside", meanwhile)
    monkeypatch.setattr(qdrant_edge.EdgeShard, "optimize", forbidden, raising=True)
    store.optimize()
    assert calls == [("optimize", True)]
    assert there == (os.getpid(), threading.get_ident())
    check_changed(store)
    store.close()
    assert shards(tmp_path) == ["shard-2"]
    again = EdgeStore.open(tmp_path, SMALL)
    check_changed(again)
    again.close()


def forbidden(*_: object, **__: object) -> None:
    raise AssertionError("not to be called")


def check_changed(store: EdgeStore) -> None:
    assert store.count() == 60
    assert store.facet("author") == [("old", 58), ("new", 2)]
    assert store.existing([doc_id(1), doc_id(2), doc_id(61)]) == {doc_id(1), doc_id(61)}
    assert len(store.query(Query(text="scarf"))) == 2
    assert store.query(Query(vector=unit(1, 0, 0, 0), limit=3))[0].dense_score == pytest.approx(1.0, abs=1e-3)


def test_a_shard_opens_in_a_thread_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    EdgeStore.open(tmp_path, SMALL).close()
    load, opened_in = qdrant_edge.EdgeShard.load, []

    def noted(path: str) -> qdrant_edge.EdgeShard:
        opened_in.append(threading.get_ident())
        return load(path)

    monkeypatch.setattr(qdrant_edge.EdgeShard, "load", staticmethod(noted))
    EdgeStore.open(tmp_path, SMALL).close()
    assert len(opened_in) == 1
    assert threading.get_ident() not in opened_in


def test_a_small_index_is_left_as_it_is(tmp_path: Path) -> None:
    store = EdgeStore.open(tmp_path, SMALL, quantise_from=3)
    store.upsert([document(1), document(2)])
    store.optimize()
    assert shards(tmp_path) == ["shard-1"]
    store.upsert([document(3)])
    store.optimize()
    assert shards(tmp_path) == ["shard-2"]
    store.close()


def test_writers_do_not_wait_until_the_shard_before_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = EdgeStore.open(tmp_path, SMALL)
    store.upsert([document(1), document(2)])

    def meanwhile(*outgoing: Any, **options: Any) -> None:
        writer = threading.Thread(target=store.upsert, args=([document(3)],))
        writer.start()
        writer.join(10)
        assert store.count() == 3
        give_up(*outgoing, **options)

    monkeypatch.setattr(edge_shard, "give_up", meanwhile)
    assert store.purge()
    store.close()
    again = EdgeStore.open(tmp_path, SMALL)
    assert again.count() == 3
    again.close()


@pytest.mark.parametrize("failing", ["work", "load"])
def test_upkeep_that_fails_leaves_the_index_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    store = EdgeStore.open(tmp_path, SMALL)
    store.upsert([document(1), document(2)])
    if failing == "work":
        monkeypatch.setattr(edge_shard, "BESIDE_FROM", 2)
        monkeypatch.setattr(sys, "executable", "/bin/false")
    else:
        monkeypatch.setattr(edge_shard, "_load", broken)
    with pytest.raises(StoreFailedError, match=r"ended with 1|broken"):
        store.purge()
    monkeypatch.undo()
    store.upsert([document(3)])
    assert store.count() == 3
    assert store.purge()
    assert store.count() == 3
    store.close()
    assert len(shards(tmp_path)) == 1


def broken(*_: object) -> None:
    raise OSError("broken disk")


def test_a_small_index_is_purged_in_this_process_while_it_is_searched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = EdgeStore.open(tmp_path, SMALL)
    store.upsert([document(number, f"style {number}") for number in range(1, 601)])
    store.delete([doc_id(number) for number in range(1, 101)])
    monkeypatch.setattr(edge_shard, "work_beside", forbidden)
    found: list[int] = []

    def meanwhile(records: list[qdrant_edge.Record]) -> list[qdrant_edge.Point]:
        found.append(len(store.query(Query(text="style", limit=5))))
        return points_of(records)

    monkeypatch.setattr(edge_shard, "points_of", meanwhile)
    assert store.purge()
    assert found == [5, 5]  # once a batch
    assert store.count() == 500
    assert not store._index.replaced
    monkeypatch.setattr(edge_shard, "BESIDE_FROM", 500)
    with pytest.raises(AssertionError, match="not to be called"):
        store.purge()
    store.close()


def test_a_shard_in_the_making_or_outdated_is_cleared_away(tmp_path: Path) -> None:
    store = EdgeStore.open(tmp_path, SMALL)
    store.upsert([document(number) for number in range(1, 7)])
    store.close()
    shutil.copytree(tmp_path / "shard-1", tmp_path / "shard-2")
    shutil.copytree(tmp_path / "shard-1", tmp_path / "shard-3")
    (tmp_path / "shard-3" / "pending").touch()
    (tmp_path / "building-x" / "data").mkdir(parents=True)
    again = EdgeStore.open(tmp_path, SMALL)
    assert again.count() == 6
    assert shards(tmp_path) == ["shard-2"]
    assert again.purge()
    again.close()
    assert shards(tmp_path) == ["shard-3"]


def test_purge_leaves_no_trace_of_what_was_deleted_or_replaced(tmp_path: Path) -> None:
    store = EdgeStore.open(tmp_path, SMALL)
    store.upsert([document(number, f"kept {number}") for number in range(1, 50)])
    store.upsert([document(50, "deleted-secret"), document(51, "replaced-secret")])
    store.delete([doc_id(50)])
    store.upsert([document(51, "harmless")])
    assert traces(tmp_path, b"secret")  # Edge alone keeps them
    store.purge()
    assert not traces(tmp_path, b"secret")
    assert store.count() == 50
    store.close()
    assert not traces(tmp_path, b"secret")
    assert traces(tmp_path, b"harmless")


def shards(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir() if entry.is_dir())


def traces(folder: Path, needle: bytes) -> list[Path]:
    return [file for file in folder.rglob("*") if file.is_file() and needle in file.read_bytes()]
