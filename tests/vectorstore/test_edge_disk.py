"""The files of an embedded shard, read and copied beforehand."""

from __future__ import annotations

import errno
import os
import threading
from pathlib import Path

import pytest

from vectorstore.edge_disk import copy_shard, folder_in_memory, read_at_opening, read_by_queries, sync, warm

MIB = 1 << 20


def file(path: Path, content: bytes = b"x") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A shard with a segment that no longer changes and one that does."""
    data = tmp_path / "data"
    file(data / "wal" / "open-1")
    for segment in ("sealed", "open"):
        file(data / "segments" / segment / "payload_storage" / "page_0.dat")
        file(data / "segments" / segment / "payload_index" / "market" / "page_0.dat")
        file(data / "segments" / segment / "vector_storage-bm25" / "store" / "page_0.dat")
    file(data / "segments" / "sealed" / "vector_storage-dense" / "matrix.dat")
    file(data / "segments" / "sealed" / "vector_index-bm25" / "inverted_index.dat")
    file(data / "segments" / "open" / "vector_index-bm25" / "inverted_index.dat")
    return data


def test_what_opening_reads_and_what_queries_read_are_all_files_of_the_segments(data: Path) -> None:
    opening, queries = set(read_at_opening(data)), set(read_by_queries(data))
    assert not opening & queries
    assert opening | queries == {path for path in (data / "segments").rglob("*") if path.is_file()}
    assert data / "segments" / "sealed" / "vector_storage-dense" / "matrix.dat" in queries
    assert data / "segments" / "open" / "payload_index" / "market" / "page_0.dat" in opening


def test_a_copy_shares_only_what_never_changes(data: Path, tmp_path: Path) -> None:
    copy_shard(data, tmp_path / "copy")
    files = {path.relative_to(data) for path in data.rglob("*") if path.is_file()}
    shared = {str(path) for path in files if (tmp_path / "copy" / path).samefile(data / path)}
    assert shared == {
        "segments/sealed/vector_storage-dense/matrix.dat",
        "segments/sealed/vector_index-bm25/inverted_index.dat",
    }
    assert {path.relative_to(tmp_path / "copy") for path in (tmp_path / "copy").rglob("*") if path.is_file()} == files


def test_a_copy_has_the_bytes_and_leaves_the_holes_out(tmp_path: Path) -> None:
    source = tmp_path / "source" / "page_0.dat"
    source.parent.mkdir()
    with source.open("wb") as written:
        written.truncate(8 * MIB)
        written.seek(MIB + 5)
        written.write(b"middle" * 300_000)
        written.seek(7 * MIB)
        written.write(b"end")
    copy_shard(tmp_path / "source", tmp_path / "copy")
    copied = tmp_path / "copy" / "page_0.dat"
    assert copied.read_bytes() == source.read_bytes()
    assert copied.stat().st_blocks * 512 < 4 * MIB
    file(tmp_path / "source" / "page_1.dat", b"")
    copy_shard(tmp_path / "source", tmp_path / "again")
    assert (tmp_path / "again" / "page_1.dat").read_bytes() == b""


def test_a_failing_disk_is_no_hole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file(tmp_path / "source" / "page_0.dat", b"content")

    def failing(*_: int) -> int:
        raise OSError(errno.EIO, "broken disk")

    monkeypatch.setattr(os, "lseek", failing)
    with pytest.raises(OSError, match="broken disk"):
        copy_shard(tmp_path / "source", tmp_path / "copy")


def test_warming_reads_all_but_what_vanished(tmp_path: Path) -> None:
    there, read = file(tmp_path / "there", b"x" * 3 * MIB), read_calls()
    warm([tmp_path / "gone", there])
    assert read_calls() - read >= 3
    sync(tmp_path)


def test_warming_ends_when_told(tmp_path: Path) -> None:
    stop, read = threading.Event(), read_calls()
    stop.set()
    warm([file(tmp_path / "there", b"x" * 20 * MIB)], stop=stop)
    assert read_calls() - read < 10


def read_calls() -> int:
    """How often this process has read so far."""
    return int(Path("/proc/self/io").read_text().split("syscr: ")[1].split()[0])


def test_a_folder_in_memory_is_gone_afterwards() -> None:
    with folder_in_memory() as folder:
        file(folder / "made")
        assert (folder / "made").exists()
    assert not folder.exists()
