"""A snapshot of an index in one file, the same from either store, and its way back into either.

    manifest.json        what the index was made with
    00000.npy            dense vectors of a batch, shape (documents, dimensions)
    00000.jsonl          its documents: id, text and payload, one a line

It holds what the index holds: keep it as well guarded, and delete it when someone in it is forgotten.
"""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from vectorstore.errors import SnapshotError
from vectorstore.manifest import check_manifest, manifest_of
from vectorstore.payload import decode_document, encode_payload
from vectorstore.store import Document, DocumentStore, Schema

_MANIFEST = "manifest.json"


def write_snapshot(store: DocumentStore, path: Path) -> int:
    """Write every document of the store to the file `path`, which appears when it is whole; return how many.

    Raises what the store raises, and `SnapshotError` where the file cannot be written.
    """
    unfinished = path.with_name(path.name + ".unfinished")
    written = 0
    try:
        with zipfile.ZipFile(unfinished, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as file:
            file.writestr(_MANIFEST, json.dumps(manifest_of(store.schema)))
            for number, batch in enumerate(store.documents()):
                _write_batch(file, f"{number:05d}", batch, store.schema)
                written += len(batch)
        unfinished.replace(path)
    except OSError as error:
        raise SnapshotError(str(path), f"it cannot be written ({error.strerror})") from error
    finally:
        unfinished.unlink(missing_ok=True)
    return written


def restore_snapshot(path: Path, store: DocumentStore) -> int:
    """Keep every document of the snapshot in the store; return how many. What the store has besides stays.

    Raises `SchemaMismatchError` or `EncoderMismatchError` where it was taken of an index of another kind,
    `SnapshotError` where the file cannot be read, and what the store raises. May be repeated: nothing is doubled.
    """
    restored = 0
    try:
        with zipfile.ZipFile(path) as file:
            check_manifest(json.loads(file.read(_MANIFEST)), store.schema)
            damaged = file.testzip()
            if damaged is not None:
                raise SnapshotError(str(path), f"{damaged} in it is damaged")
            for batch in _batches(file, store.schema):
                restored += store.upsert(batch)
    except (OSError, KeyError, ValueError, zipfile.BadZipFile, zlib.error) as error:
        raise SnapshotError(str(path), f"it cannot be read ({type(error).__name__})") from error
    return restored


def _write_batch(file: zipfile.ZipFile, name: str, batch: list[Document], schema: Schema) -> None:
    vectors = io.BytesIO()
    np.save(vectors, np.stack([document.vector for document in batch]), allow_pickle=False)
    lines = [json.dumps([document.id, encode_payload(document, schema)], ensure_ascii=False) for document in batch]
    file.writestr(f"{name}.npy", vectors.getvalue())
    file.writestr(f"{name}.jsonl", "\n".join(lines))


def _batches(file: zipfile.ZipFile, schema: Schema) -> Iterator[list[Document]]:
    for name in sorted(entry for entry in file.namelist() if entry.endswith(".npy")):
        vectors = np.load(io.BytesIO(file.read(name)), allow_pickle=False)
        lines = file.read(name.replace(".npy", ".jsonl")).decode().split("\n")
        yield [
            decode_document(id, vector, stored=stored, schema=schema)
            for (id, stored), vector in zip(map(json.loads, lines), vectors, strict=True)
        ]
