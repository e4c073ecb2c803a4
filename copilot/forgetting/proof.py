"""The proof: after an erasure every byte of the workspace is read, and searched for what should be gone.

Files are searched as they are and as what they store: columns of Parquet files, cells of SQLite files, members of
archives. The index is searched document by document, and its files byte by byte.
"""

from __future__ import annotations

import gzip
import sqlite3
import zipfile
import zlib
from collections import Counter
from contextlib import closing
from pathlib import Path

import polars as pl
from polars.exceptions import PolarsError

from copilot.forgetting.extents import written_bytes
from copilot.forgetting.files import files_of
from copilot.forgetting.records import Proof, Remaining
from copilot.workspace import Workspace
from ingestion.privacy.holdings import tables_of
from ingestion.privacy.traces import TraceKind, Traces
from ingestion.progress import Progress, silent
from vectorstore.store import DocumentStore

_READ = 4_000_000
_READ_WHOLE = 65_536
_SQLITE = b"SQLite format 3\x00"
_UNREADABLE = (PolarsError, sqlite3.DatabaseError, zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError)
"""Raised over what is not whole; the last over an archive with a password."""
_KINDS: tuple[TraceKind, ...] = ("pseudonym", "post id", "text")


def prove(workspace: Workspace, traces: Traces, store: DocumentStore | None, *, progress: Progress = silent) -> Proof:
    """Search everything for the traces. `store`: the open index, None where the workspace has none."""
    remaining: list[Remaining] = []
    unread: list[str] = []
    paths = list(files_of(workspace))
    read = 0
    for number, path in enumerate(paths):
        progress("proof", number, len(paths))
        name = str(path.relative_to(workspace.home))
        read += path.stat().st_size
        found = _in_bytes(path, traces)
        try:
            found += _in_stored(path, traces)
        except _UNREADABLE as error:
            # Parts of messages may be of the content.
            unread.append(f"{name}: searched as it is; what it stores cannot be read ({type(error).__name__})")
        remaining += _remaining(name, found)
    documents, in_index = _in_index(store, traces) if store is not None else (0, Counter())
    remaining += _remaining("index (documents)", in_index)
    elsewhere = _in_remote_lake(workspace, traces)
    for table, found in elsewhere.items():
        remaining += _remaining(f"table {table}", found)
    return Proof(
        files=len(paths),
        bytes_read=read,
        documents=documents,
        remaining=tuple(remaining),
        unproved=(*unread, *_unproved(workspace)),
    )


def _remaining(place: str, found: Counter[TraceKind]) -> list[Remaining]:
    return [Remaining(place=place, kinds=tuple(kind for kind in _KINDS if kind in found))] if found else []


def _in_bytes(path: Path, traces: Traces) -> Counter[TraceKind]:
    small = path.stat().st_size <= _READ_WHOLE
    found = traces.find_in_bytes(path.read_bytes()) if small else traces.find_in_chunks(written_bytes(path))
    return found + traces.find_in_bytes(path.name.encode())


def _in_stored(path: Path, traces: Traces) -> Counter[TraceKind]:
    with path.open("rb") as file:
        head = file.read(len(_SQLITE))
    if path.suffix == ".parquet":
        return _in_frame(pl.scan_parquet(path), traces)
    if head == _SQLITE:
        return _in_sqlite(path, traces)
    if head[:2] == b"\x1f\x8b":
        with gzip.open(path, "rb") as unpacked:
            return traces.find_in_chunks(iter(lambda: unpacked.read(_READ), b""))
    return _in_zip(path, traces) if zipfile.is_zipfile(path) else Counter()


def _in_frame(frame: pl.LazyFrame, traces: Traces) -> Counter[TraceKind]:
    found: Counter[TraceKind] = Counter()
    for name, kind in frame.collect_schema().items():
        if not kind.is_numeric() and not kind.is_temporal() and kind != pl.Boolean:
            column = frame.select(pl.col(name).drop_nulls().unique() if kind == pl.String else name).collect()
            texts = column[name] if kind == pl.String else pl.Series([str(value) for value in column[name].to_list()])
            found += traces.find_in_bytes("\n".join(texts.cast(pl.String)).encode())
    return found


def _in_sqlite(path: Path, traces: Traces) -> Counter[TraceKind]:
    """Cell by cell: a long value lies in pieces in the file."""
    found: Counter[TraceKind] = Counter()
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as state:
        tables = state.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        for (table,) in tables:
            for row in state.execute(f'SELECT * FROM "{table}"'):  # noqa: S608  # name of a table
                cells = [cell if isinstance(cell, bytes) else str(cell).encode() for cell in row]
                found += traces.find_in_bytes(b"\n".join(cells))
    return found


def _in_zip(path: Path, traces: Traces) -> Counter[TraceKind]:
    found: Counter[TraceKind] = Counter()
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            found += traces.find_in_bytes(archive.read(name))
    return found


def _in_index(store: DocumentStore, traces: Traces) -> tuple[int, Counter[TraceKind]]:
    documents, found = 0, Counter[TraceKind]()
    for batch in store.scroll():
        documents += len(batch)
        found += traces.find_in_bytes("\n".join(f"{id} {dict(payload)}" for id, payload in batch).encode())
    return documents, found


def _in_remote_lake(workspace: Workspace, traces: Traces) -> dict[str, Counter[TraceKind]]:
    """Newest versions of tables that are not in the workspace; the files of a local lake were read above."""
    if Path(workspace.lake.url).is_relative_to(workspace.home):
        return {}
    return {table: _in_frame(workspace.lake.scan(table), traces) for table in tables_of(workspace.lake)}


def _unproved(workspace: Workspace) -> tuple[str, ...]:
    places = []
    if workspace.settings.index.url:
        places.append("index server: deleted there; it frees its files and snapshots by itself")
    if not Path(workspace.lake.url).is_relative_to(workspace.home):
        places.append(
            "lake elsewhere: newest rows read, older files deleted; versions that the store keeps are its own"
        )
    places.append("copies that left the workspace: delivered briefs, exports, backups")
    return tuple(places)
