"""The current shard of an embedded index: read, changed and renewed by several threads at once.

Locks are taken in this order: `_upkeep` while the shard is renewed, `_changes` for a change, `_call` for one call of
Edge's. A search waits for the last one only.
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import qdrant_edge as edge

from vectorstore.edge_errors import opening, using
from vectorstore.edge_folder import DATA, EdgeFolder, note_replaced, was_replaced
from vectorstore.edge_log import sync_log
from vectorstore.edge_translation import point_ids, points_of
from vectorstore.edge_upkeep import COPY, Work, create_shard, work_beside
from vectorstore.errors import StoreClosedError
from vectorstore.store import Schema

AT_ONCE = 250
"""Documents in one changing call of Edge's, which holds Python's lock for 16 ms: searches come between."""

_FLUSH_EVERY = 50_000
"""Changes after which indexes are written out, so that opening after a kill repeats some 3 s of changes at most."""
_CARRIED_AT_LAST = 1000
"""Changes that are carried over to a renewed shard while writers wait."""


class EdgeIndex:
    """The current shard in a folder."""

    def __init__(self, path: Path, schema: Schema, *, quantise_from: int) -> None:
        """Open the folder `path`; raises what `EdgeStore.open` says."""
        self._path = path
        self._schema = schema
        self._quantise_from = quantise_from
        self._folder = EdgeFolder(path)
        self._upkeep, self._changes, self._call = threading.Lock(), threading.RLock(), threading.RLock()
        self._closed = False
        self._touched: set[str] | None = None
        self._unflushed = 0
        try:
            self._home = self._folder.current(schema, lambda data: create_shard(data, schema).close())
            self._shard = _load(self._home, path)
        except BaseException:
            self._folder.release()
            raise
        self.replaced = was_replaced(self._home)
        """Whether documents were deleted or replaced since the shard was made."""

    @contextmanager
    def reading(self) -> Iterator[edge.EdgeShard]:
        """The shard, for one call or a few quick ones."""
        with self._call:
            if self._closed:
                raise StoreClosedError(str(self._path))
            with using(self._path):
                yield self._shard

    @contextmanager
    def changing(self) -> Iterator[None]:
        """No other thread changes documents meanwhile; others may read."""
        with self._changes:
            yield

    def upsert(self, ids: Sequence[str], points: Sequence[edge.Point]) -> None:
        """Keep the points under their ids, on disk at the return."""
        with self._changed(ids):
            known = self._points_count()
            for start in range(0, len(points), AT_ONCE):
                with self.reading() as shard:
                    shard.update(edge.UpdateOperation.upsert_points(list(points[start : start + AT_ONCE])))
            if self._points_count() < known + len(points):
                self._note_replaced()

    def delete(self, ids: Sequence[str]) -> None:
        """Forget the points with the canonical ids, on disk at the return."""
        with self._changed(ids):
            self._note_replaced()
            for start in range(0, len(ids), AT_ONCE):
                with self.reading() as shard:
                    shard.update(edge.UpdateOperation.delete_points(point_ids(ids[start : start + AT_ONCE])))

    def renew(self, work: Work) -> None:
        """Put a shard made by `work` from a copy in the place of this one, with all that changed meanwhile."""
        with self._upkeep, using(self._path):
            building = self._folder.building()
            try:
                with self._changes:
                    quantised = self._points_count() >= self._quantise_from
                    shutil.copytree(self._home / DATA, building / COPY)
                    if self.replaced and work == "optimize":
                        note_replaced(building)
                    self._touched = set()
                work_beside(work, building, self._schema, quantised=quantised)
                self._put_in_place(building)
            finally:
                self._touched = None
                shutil.rmtree(building, ignore_errors=True)  # renamed by now, unless something failed

    def close(self) -> None:
        """Make everything durable and give the folder free. A second call does nothing."""
        with self._upkeep, self._changes, self._call:
            if self._closed:
                return
            self._closed = True
            try:
                with using(self._path):
                    self._shard.flush()
                    self._shard.close()
            finally:
                self._folder.release()

    def _put_in_place(self, building: Path) -> None:
        home = self._folder.place(building, self._schema)
        shard = _load(home, self._path)
        while True:
            with self._changes:
                touched = self._take_touched()
                if len(touched) <= _CARRIED_AT_LAST:
                    self._carry(touched, shard, home)
                    sync_log(home / DATA)
                    with self._call:
                        self._shard, self._home, self.replaced = shard, home, was_replaced(home)
                        self._touched, self._unflushed = None, 0
                    self._folder.finish(home)
                    return
            self._carry(touched, shard, home)

    def _carry(self, ids: list[str], target: edge.EdgeShard, home: Path) -> None:
        """Bring the documents in the shard that will be current to their present state."""
        for start in range(0, len(ids), AT_ONCE):
            batch = ids[start : start + AT_ONCE]
            with self.reading() as shard:
                records = shard.retrieve(point_ids(batch), True, True)
                known = int(target.info().points_count)
                target.update(edge.UpdateOperation.upsert_points(points_of(records)))
                gone = set(batch) - {str(record.id) for record in records}
                if gone or int(target.info().points_count) < known + len(records):
                    note_replaced(home)
                if gone:
                    target.update(edge.UpdateOperation.delete_points(point_ids(gone)))

    def _take_touched(self) -> list[str]:
        touched = sorted(self._touched or ())
        self._touched = set()
        return touched

    @contextmanager
    def _changed(self, ids: Sequence[str]) -> Iterator[None]:
        with self._changes, using(self._path):
            if self._touched is not None:
                self._touched.update(ids)
            yield
            sync_log(self._home / DATA)
            self._unflushed += len(ids)
            if self._unflushed >= _FLUSH_EVERY:
                with self.reading() as shard:
                    shard.flush()
                self._unflushed = 0

    def _note_replaced(self) -> None:
        if not self.replaced:
            note_replaced(self._home)
            self.replaced = True

    def _points_count(self) -> int:
        with self.reading() as shard:
            return int(shard.info().points_count)


def _load(home: Path, path: Path) -> edge.EdgeShard:
    with opening(path):
        return edge.EdgeShard.load(str(home / DATA))
