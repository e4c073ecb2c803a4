"""The log of an embedded shard, which is read whole at each opening."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.contracts.material import doc_id, document
from tests.vectorstore.test_edge import SMALL
from vectorstore.edge import EdgeStore
from vectorstore.edge_disk import copy_shard
from vectorstore.edge_folder import DATA
from vectorstore.edge_log import sync_log
from vectorstore.store import Filter

MIB = 1 << 20


def log(index: Path) -> dict[str, int]:
    """Files of the current shard's log and their sizes in MiB."""
    return {file.name: file.stat().st_size // MIB for file in (max(index.glob("shard-*")) / DATA / "wal").iterdir()}


def test_a_log_is_kept_short_and_counts_on(tmp_path: Path) -> None:
    store = EdgeStore.open(tmp_path, SMALL, quantise_from=1)
    for author in ("anna", "bea", "chloe"):
        store.upsert([document(number, author=author, note="x" * 30_000) for number in range(1, 251)])
    assert any(name.startswith("closed") for name in log(tmp_path))  # 7 MiB each
    store.optimize()
    store.upsert([document(1, author="zoe")])
    store.close()
    assert sum(log(tmp_path).values()) <= 4 * 8
    store = EdgeStore.open(tmp_path, SMALL, quantise_from=1)
    store.upsert([document(2, author="zoe")])
    store.delete([doc_id(3)])
    assert store.count(Filter(any_of={"author": ["zoe"]})) == 2
    assert store.count(Filter(any_of={"author": ["chloe"]})) == 247
    store.close()


def test_a_shard_that_is_written_anew_keeps_its_log_short(tmp_path: Path) -> None:
    store = EdgeStore.open(tmp_path, SMALL)
    store.upsert([document(1)])
    store.purge()
    store.close()
    assert max(log(tmp_path).values()) == 8


def test_what_edge_is_still_making_of_a_log_is_neither_waited_for_nor_copied(tmp_path: Path) -> None:
    data = tmp_path / "data"
    (data / "wal").mkdir(parents=True)
    (data / "wal" / "open-1").write_bytes(b"changes")
    (data / "wal" / "tmp-open-2").symlink_to(tmp_path / "renamed meanwhile")
    sync_log(data, set())
    copy_shard(data, tmp_path / "copy")
    assert [file.name for file in (tmp_path / "copy" / "wal").iterdir()] == ["open-1"]


def test_files_of_a_log_that_are_full_are_written_to_disk_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wal = tmp_path / "wal"
    wal.mkdir()
    for name in ("closed-0", "open-2", "open-3"):
        (wal / name).write_bytes(b"changes")
    written: list[str] = []
    opened = os.open

    def noted(path: Path, flags: int) -> int:
        written.append(Path(path).name)
        return opened(path, flags)

    monkeypatch.setattr("vectorstore.edge_log.os.open", noted)
    full: set[str] = set()
    sync_log(tmp_path, full)
    assert sorted(written) == ["closed-0", "open-2", "open-3", "wal"]
    (wal / "open-2").rename(wal / "closed-44")
    for expected in (["closed-44", "open-3", "wal"], ["open-3", "wal"]):
        written.clear()
        sync_log(tmp_path, full)
        assert sorted(written) == expected
