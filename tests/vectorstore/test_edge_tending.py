"""An embedded index that optimises itself."""

from __future__ import annotations

import logging
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from benchmarks.figures import private_mib
from tests.contracts.material import document
from tests.vectorstore.test_edge import SMALL, shards
from vectorstore import edge_shard, edge_tending
from vectorstore.edge import EdgeStore
from vectorstore.edge_upkeep import work_beside
from vectorstore.store import Document


def documents(first: int, last: int) -> list[Document]:
    return [document(number, f"style {number}") for number in range(first, last + 1)]


def begun(store: EdgeStore) -> bool:
    return store._tending._thread is not None


def test_what_was_begun_is_ended_before_the_index_is_closed(tmp_path: Path) -> None:
    store = EdgeStore.open(tmp_path, SMALL, quantise_from=1, tend_from=30)
    store.upsert(documents(1, 29))
    assert not begun(store)
    store.upsert(documents(30, 40))
    assert begun(store)
    store.close()
    assert shards(tmp_path) == ["shard-2"]
    again = EdgeStore.open(tmp_path, SMALL, quantise_from=1, tend_from=30)
    assert again.count() == 40
    again.close()


def test_a_writer_waits_where_too_much_is_waiting(tmp_path: Path) -> None:
    store = EdgeStore.open(tmp_path, SMALL, quantise_from=1, tend_from=10)
    store.upsert(documents(1, 60))
    assert shards(tmp_path) == ["shard-2"]
    assert store._index.waiting == 0
    store.upsert(documents(61, 65))
    assert store.count() == 65
    store.close()
    assert shards(tmp_path) == ["shard-2"]


def test_a_writer_waits_where_much_comes_while_the_index_is_optimised(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun_beside, may_end = threading.Event(), threading.Event()

    def held_back(*work: Any, **options: Any) -> None:
        begun_beside.set()
        assert may_end.wait(10)
        work_beside(*work, **options)

    monkeypatch.setattr(edge_shard, "work_beside", held_back)
    monkeypatch.setattr(edge_tending, "_QUIET_S", 0.01)
    store = EdgeStore.open(tmp_path, SMALL, quantise_from=1, tend_from=10)
    store.upsert(documents(1, 12))
    assert begun_beside.wait(10)
    store.upsert(documents(13, 16))  # less than half of what is worth it: nobody waits
    writer = threading.Thread(target=store.upsert, args=(documents(17, 17),))
    writer.start()
    writer.join(0.2)
    assert writer.is_alive()
    assert store.count() == 17
    may_end.set()
    writer.join(10)
    assert shards(tmp_path) == ["shard-2"]
    assert store._index.waiting == 5
    store.close()


def test_what_was_waiting_still_is_when_the_index_is_opened_again(tmp_path: Path) -> None:
    store = EdgeStore.open(tmp_path, SMALL, quantise_from=30)
    store.upsert(documents(1, 40))
    store.close()
    again = EdgeStore.open(tmp_path, SMALL, quantise_from=30, tend_from=41)
    assert again._index.waiting == 40
    again.upsert(documents(41, 41))
    again.close()
    assert shards(tmp_path) == ["shard-2"]


def test_an_index_below_the_size_for_it_is_left_alone(tmp_path: Path) -> None:
    store = EdgeStore.open(tmp_path, SMALL, quantise_from=100, tend_from=10)
    store.upsert(documents(1, 60))
    store.close()
    assert shards(tmp_path) == ["shard-1"]


def test_upkeep_that_fails_is_told_once_and_the_index_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    store = EdgeStore.open(tmp_path, SMALL, quantise_from=1, tend_from=10)
    with caplog.at_level(logging.WARNING):
        store.upsert(documents(1, 60))
        store.upsert(documents(61, 130))
    assert store.count() == 130
    monkeypatch.undo()
    store.optimize()
    store.close()
    assert shards(tmp_path) == ["shard-2"]
    assert [record.levelname for record in caplog.records] == ["WARNING"]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems are not asked")
def test_memory_that_is_free_but_kept_is_given_back() -> None:
    blocks = [b"x" * (1500 + number % 1000) for number in range(50_000)]
    still_used = blocks[::500]
    del blocks
    kept_mib = private_mib()
    edge_tending._give_memory_back()
    assert private_mib() < kept_mib - 50
    assert len(still_used) == 100
