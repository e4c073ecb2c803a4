"""The folder of an embedded index: its lock, and which of its shards is the current one.

    index.lock               held by the process that has the index open
    shard-N/manifest.json    what the shard was made with
    shard-N/data/            the shard itself; the highest N is the current one
    building/                a shard in the making

A shard is made under `building/`, manifest included, and then renamed: a process killed at any moment leaves the
shard before or the shard after, never half of one.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

from filelock import FileLock, Timeout

from vectorstore.errors import StoreCorruptError, StoreLockedError
from vectorstore.manifest import check_manifest, manifest_of
from vectorstore.store import Schema

_MANIFEST = "manifest.json"
_DATA = "data"
_PREFIX = "shard-"


class EdgeFolder:
    """One folder, owned until `release`; raises `StoreLockedError` where it has another owner."""

    def __init__(self, path: Path) -> None:
        path.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._lock = FileLock(path / "index.lock", thread_local=False)
        try:
            self._lock.acquire(timeout=0)
        except Timeout as error:
            raise StoreLockedError(str(path)) from error

    def current(self, schema: Schema, create: Callable[[Path], None]) -> Path:
        """The data folder to load, made with `create` where there is none.

        Raises `SchemaMismatchError` where it was made with another schema, `StoreCorruptError` where that
        cannot be known.
        """
        shards = self._shards()
        if not shards:
            return self.replace(schema, create)
        check_manifest(self._read_manifest(shards[-1]), schema)
        for outdated in shards[:-1]:
            shutil.rmtree(outdated)
        return shards[-1] / _DATA

    def replace(self, schema: Schema, create: Callable[[Path], None]) -> Path:
        """The data folder of a new shard, made with `create` and put in the place of those before it."""
        building = self._path / "building"
        shutil.rmtree(building, ignore_errors=True)
        data = building / _DATA
        data.mkdir(parents=True)
        create(data)
        with (building / _MANIFEST).open("w", encoding="utf-8") as file:
            json.dump(manifest_of(schema), file, indent=2)
            file.flush()
            os.fsync(file.fileno())
        outdated = self._shards()
        number = _number(outdated[-1]) + 1 if outdated else 1
        shard = building.rename(self._path / f"{_PREFIX}{number}")
        for folder in outdated:
            shutil.rmtree(folder)
        return shard / _DATA

    def release(self) -> None:
        """Give the folder free."""
        self._lock.release()

    def _shards(self) -> list[Path]:
        return sorted(self._path.glob(f"{_PREFIX}*"), key=_number)

    def _read_manifest(self, shard: Path) -> dict[str, object]:
        try:
            found = json.loads((shard / _MANIFEST).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise StoreCorruptError(str(self._path), f"{_MANIFEST} is not readable ({error})") from error
        if not isinstance(found, dict):
            raise StoreCorruptError(str(self._path), f"{_MANIFEST} holds no object")
        return found


def _number(shard: Path) -> int:
    return int(shard.name.removeprefix(_PREFIX))
