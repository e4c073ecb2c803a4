"""The folder of an embedded index: its lock, and which of its shards is the current one.

    index.lock               held by the process that has the index open
    shard-N/manifest.json    what the shard was made with
    shard-N/data/            the shard itself; the highest N is the current one
    shard-N/pending          the shard still lacks something, and does not count
    shard-N/replaced         documents were deleted or replaced since the shard was made
    building-*/              a shard in the making, or one that is to be removed

A shard is made under `building-*/`, renamed, and counts from the moment that `pending` is gone: a process killed at
any moment leaves the shard before or the shard after, never half of one.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from filelock import FileLock, Timeout

from vectorstore.errors import StoreCorruptError, StoreLockedError
from vectorstore.manifest import check_manifest, manifest_of
from vectorstore.store import Schema

DATA = "data"
_MANIFEST = "manifest.json"
_PENDING = "pending"
_REPLACED = "replaced"
_PREFIX = "shard-"
_BUILDING = "building-"


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
        """The current shard, made with `create` in its data folder where there is none.

        Raises `SchemaMismatchError` where it was made with another schema, `StoreCorruptError` where that
        cannot be known.
        """
        for unfinished in self._path.glob(f"{_BUILDING}*"):
            # A process that was left alone may be at work in it a moment longer: the next opening clears the rest.
            shutil.rmtree(unfinished, ignore_errors=True)
        shards = self._shards()
        if not shards:
            building = self.building()
            (building / DATA).mkdir()
            create(building / DATA)
            shard = self.place(building, schema)
            self.finish(shard)
            return shard
        check_manifest(self._read_manifest(shards[-1]), schema)
        self.clear_all_but(shards[-1])
        return shards[-1]

    def building(self) -> Path:
        """A new folder to make a shard in; a killed process's helper may still write to an older one."""
        return Path(tempfile.mkdtemp(prefix=_BUILDING, dir=self._path))

    def place(self, building: Path, schema: Schema) -> Path:
        """Give the shard in `building` its name; it counts from `finish` on."""
        (building / _PENDING).touch()
        with (building / _MANIFEST).open("w", encoding="utf-8") as file:
            json.dump(manifest_of(schema), file, indent=2)
            file.flush()
            os.fsync(file.fileno())
        sync_folder(building)
        numbers = [_number(shard) for shard in self._path.glob(f"{_PREFIX}*")]
        return building.rename(self._path / f"{_PREFIX}{max(numbers, default=0) + 1}")

    def finish(self, shard: Path) -> None:
        """Make `shard` the current one; those before it no longer count, and are to be removed."""
        (shard / _PENDING).unlink()
        sync_folder(shard)
        sync_folder(self._path)

    def clear_all_but(self, shard: Path) -> None:
        """Remove the shards that no longer count, none of which is open."""
        for outdated in self._path.glob(f"{_PREFIX}*"):
            if outdated.is_symlink():
                outdated.unlink()  # left by a process that was killed while it gave up a shard
            elif outdated != shard:
                shutil.rmtree(outdated)

    def release(self) -> None:
        """Give the folder free."""
        self._lock.release()

    def _shards(self) -> list[Path]:
        shards = [shard for shard in self._path.glob(f"{_PREFIX}*") if not shard.is_symlink()]
        return sorted((shard for shard in shards if not (shard / _PENDING).exists()), key=_number)

    def _read_manifest(self, shard: Path) -> dict[str, object]:
        try:
            found = json.loads((shard / _MANIFEST).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise StoreCorruptError(str(self._path), f"{_MANIFEST} is not readable ({error})") from error
        if not isinstance(found, dict):
            raise StoreCorruptError(str(self._path), f"{_MANIFEST} holds no object")
        return found


def was_replaced(shard: Path) -> bool:
    """Whether documents of the shard were deleted or replaced since it was made."""
    return (shard / _REPLACED).exists()


def note_replaced(shard: Path) -> None:
    """Keep, on disk at the return, that documents of the shard were deleted or replaced."""
    (shard / _REPLACED).touch()
    sync_folder(shard)


def sync_folder(folder: Path) -> None:
    """Write to disk which files the folder holds."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _number(shard: Path) -> int:
    return int(shard.name.removeprefix(_PREFIX))
