"""The files of an embedded shard, brought to and from the disk without holding Python's lock.

Edge holds Python's lock while it opens, writes out and drops a shard. What takes long in that is the disk: a file that
is not in memory is read a page at a time, and each of some hundred small files is waited for by itself. Both are done
here beforehand, so that Edge finds nothing left to wait for:

                                     by Edge alone    after `warm` and `sync`
    opening 100,000 documents           1.2 to 2.1 s                  0.2 s
    making an empty shard, 10 fields    1.6 to 2.4 s                 0.15 s    (made in memory, then copied)
"""

from __future__ import annotations

import errno
import os
import platform
import shutil
import tempfile
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from vectorstore.edge_log import UNFINISHED

ORIGINALS = "matrix.dat"
"""The dense vectors of a segment that no longer changes."""

_MEMORY = Path("/dev/shm")  # noqa: S108  # only a folder of ours is made in it
_SYNC_WAITS = platform.system() == "Linux"  # elsewhere it only asks
_PIECE = 1 << 20
_NEVER_CHANGED = {ORIGINALS, "quantized.data", "links_compressed.bin", "inverted_index.dat"}


def read_at_opening(data: Path) -> list[Path]:
    """Files that Edge reads whole when it opens the shard in the folder `data`."""
    return [file for file in _files(data / "segments") if not _read_by_query(file)]


def read_by_queries(data: Path) -> list[Path]:
    """The other files: original vectors, texts and payloads, of which a query reads some pages."""
    return [file for file in _files(data / "segments") if _read_by_query(file)]


def warm(files: Iterable[Path], *, stop: threading.Event | None = None) -> None:
    """Have the system read the files into memory; those that vanish meanwhile are passed over.

    `stop`: ends it early.
    """
    piece = bytearray(_PIECE)
    for file in files:
        try:
            with file.open("rb", buffering=0) as opened:
                while opened.readinto(piece):
                    if stop is not None and stop.is_set():
                        return
        except FileNotFoundError:
            continue


def sync(folder: Path) -> None:
    """Have everything under `folder` on disk at the return."""
    if _SYNC_WAITS:
        os.sync()  # one wait, where file by file each would be one
        return
    for path in [folder, *folder.rglob("*")]:
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def copy_shard(source: Path, target: Path) -> None:
    """Copy a shard's folder. Files of documents that never change are shared with the copy, not doubled."""
    shutil.copytree(source, target, copy_function=_copy, ignore=shutil.ignore_patterns(f"{UNFINISHED}*"))


@contextmanager
def folder_in_memory() -> Iterator[Path]:
    """A folder to make something in where waiting for the disk costs nothing, removed afterwards."""
    with tempfile.TemporaryDirectory(dir=_MEMORY if _MEMORY.is_dir() else None) as folder:
        yield Path(folder)


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def _read_by_query(file: Path) -> bool:
    return file.name == ORIGINALS or file.parent.name in ("payload_storage", "store")


def _copy(source: str, target: str) -> str:
    path = Path(source)
    if path.name in _NEVER_CHANGED and (path.parent.parent / "vector_storage-dense" / ORIGINALS).exists():
        with suppress(OSError):  # of a file system without links
            os.link(source, target)
            return target
    return _copy_what_is_written(source, target)


def _copy_what_is_written(source: str, target: str) -> str:
    """Copy a file but for the holes in it: Edge makes files larger than it needs, and a log is mostly hole."""
    with Path(source).open("rb") as before, Path(target).open("wb") as after:
        size = os.fstat(before.fileno()).st_size
        after.truncate(size)
        at = 0
        while at < size:
            try:
                at = os.lseek(before.fileno(), at, os.SEEK_DATA)
            except OSError as error:
                if error.errno != errno.ENXIO:
                    raise
                break  # nothing but a hole is left
            end = os.lseek(before.fileno(), at, os.SEEK_HOLE)
            while at < end:
                at += os.pwrite(after.fileno(), os.pread(before.fileno(), min(_PIECE, end - at), at), at)
    return target
