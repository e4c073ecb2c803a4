"""The current shard of an embedded index: read, changed and renewed by several threads at once.

Locks are taken in this order: `_upkeep` while the shard is renewed, `_changes` for a change, a turn for one call of
Edge's. A search waits for its turn only (see `edge_turns`). What Edge does while it holds Python's lock is prepared so
that it is short: see `edge_disk`.
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from uuid import UUID

import qdrant_edge as edge

from vectorstore.edge_disk import copy_shard, read_at_opening, read_by_queries, sync, warm
from vectorstore.edge_errors import opening, using
from vectorstore.edge_folder import DATA, EdgeFolder, note_replaced, was_replaced
from vectorstore.edge_index_lists import prepare_index_lists
from vectorstore.edge_log import sync_log
from vectorstore.edge_placement import candidates, flags_in
from vectorstore.edge_retiring import give_up
from vectorstore.edge_translation import point_ids, points_of
from vectorstore.edge_turns import Turns
from vectorstore.edge_upkeep import COPY, Work, create_shard, every_record, work_beside
from vectorstore.errors import StoreClosedError, StoreFailedError
from vectorstore.store import Schema

AT_ONCE = 250
"""Documents in one changing call of Edge's, which holds Python's lock for 16 ms: searches come between."""

BESIDE_FROM = 5000
"""Documents from which on a shard is written anew in another process; starting one takes longer than these take."""

_FLUSH_EVERY = 50_000
"""Changes after which indexes are written out, so that opening after a kill repeats some 3 s of changes at most."""
_CARRIED_AT_LAST = 1000
"""Changes that are carried over to a renewed shard while writers wait."""
_WARMED_MIB = 1024
"""Texts and original vectors are read into memory beforehand where they are no more than this."""


class EdgeIndex:
    """The current shard in a folder."""

    def __init__(self, path: Path, schema: Schema, *, quantise_from: int) -> None:
        """Open the folder `path`; raises what `EdgeStore.open` says."""
        self._path = path
        self._schema = schema
        self._quantise_from = quantise_from
        self._folder = EdgeFolder(path)
        self._upkeep, self._changes, self._turns = threading.Lock(), threading.RLock(), Turns()
        self._closed = False
        self._touched: set[str] | None = None
        self._unflushed = 0
        self._full_logs: set[str] = set()
        try:
            self._home = self._folder.current(schema, lambda data: create_shard(data, schema))
            self._shard = _load(self._home, path, self._turns.piece)
        except BaseException:
            self._folder.release()
            raise
        self.flags = flags_in(self._shard.info())
        """Fields that documents and filters have booleans for; the same in each shard that takes this one's place."""
        self.replaced = was_replaced(self._home)
        """Whether documents were deleted or replaced since the shard was made."""
        self.candidates = _candidates(self._shard)
        """How many nearest documents to look for in each of the shard's graphs."""
        self.waiting = self._not_indexed()
        """Documents that came since the shard was last optimised, or a few more."""
        self._closing = threading.Event()
        self._warming = threading.Thread(target=_warm_queries, args=(self._home, self._closing), daemon=True)
        self._warming.start()

    @contextmanager
    def reading(self) -> Iterator[edge.EdgeShard]:
        """The shard, for one call or a few quick ones, which are not to be asked for within these."""
        with self._turns.search(), self._in_use() as shard:
            yield shard

    @contextmanager
    def changing(self) -> Iterator[None]:
        """No other thread changes documents meanwhile; others may read."""
        with self._changes:
            yield

    @property
    def renewing(self) -> bool:
        """Whether a shard is being made of a copy of this one; `waiting` is then what came since it was copied."""
        return self._touched is not None

    def points_count(self) -> int:
        """How many documents there are."""
        with self.reading() as shard:
            return int(shard.info().points_count)

    def upsert(self, ids: Sequence[str], points: Sequence[edge.Point]) -> None:
        """Keep the points under their ids, on disk at the return."""
        with self._changed(ids):
            known = self.points_count()
            for start in range(0, len(points), AT_ONCE):
                with self._turns.piece(), self._in_use() as shard:
                    shard.update(edge.UpdateOperation.upsert_points(list(points[start : start + AT_ONCE])))
            self.waiting += len(points)
            if self.points_count() < known + len(points):
                self._note_replaced()

    def delete(self, ids: Sequence[str]) -> None:
        """Forget the points with the canonical ids, on disk at the return."""
        with self._changed(ids):
            self._note_replaced()
            for start in range(0, len(ids), AT_ONCE):
                with self._turns.piece(), self._in_use() as shard:
                    shard.update(edge.UpdateOperation.delete_points(point_ids(ids[start : start + AT_ONCE])))

    def renew(self, work: Work, *, due: Callable[[], bool] = lambda: True) -> None:
        """Put a shard made by `work` in the place of this one, with all that changed meanwhile.

        `due`: asked when no other upkeep is going on any more; if it is not, nothing is done.
        """
        with self._upkeep, using(self._path):
            if not due():
                return
            building = self._folder.building()
            try:
                if work == "rewrite" and self.points_count() < min(BESIDE_FROM, self._quantise_from):
                    self._rewrite_here(building)
                else:
                    self._renew_beside(work, building)
            finally:
                self._touched = None
                shutil.rmtree(building, ignore_errors=True)  # renamed by now, unless something failed

    def close(self) -> None:
        """Make everything durable and give the folder free. A second call does nothing."""
        self._closing.set()
        with self._upkeep, self._changes, self._turns.piece():
            if self._closed:
                return
            self._closed = True
            try:
                self._warming.join()
                with using(self._path):
                    self._shard.close()  # which writes it out
            finally:
                self._folder.release()

    def _rewrite_here(self, building: Path) -> None:
        """Write all documents to a new shard, while writers wait and searches come between."""

        def scroll(request: edge.ScrollRequest) -> tuple[list[edge.Record], int | UUID | str | None]:
            with self.reading() as shard:
                return shard.scroll(request)

        (building / DATA).mkdir()
        create_shard(building / DATA, self._schema, flags=self.flags)
        with self._changes:
            home = self._folder.place(building, self._schema)
            shard = _load(home, self._path, self._turns.unhurried)
            for records in every_record(scroll):
                points = points_of(records)
                with self._turns.piece():
                    shard.update(edge.UpdateOperation.upsert_points(points))
            outgoing, outdated = self._put_in_place(shard, home)
        self._give_up(outgoing, outdated)

    def _renew_beside(self, work: Work, building: Path) -> None:
        """Have another process make a shard of a copy of this one."""
        with self._changes:
            quantised = self.points_count() >= self._quantise_from
            copy_shard(self._home / DATA, building / COPY)
            if self.replaced and work == "optimize":
                note_replaced(building)
            self._touched = set()
            waiting, self.waiting = self.waiting, 0
        try:
            work_beside(work, building, self._schema, quantised=quantised)
        except StoreFailedError:
            self.waiting += waiting
            raise
        home = self._folder.place(building, self._schema)
        shard = _load(home, self._path, self._turns.unhurried)
        _warm_queries(home, self._closing)
        while True:
            with self._changes:
                touched = self._take_touched()
                if len(touched) <= _CARRIED_AT_LAST:
                    self._carry(touched, shard, home)
                    outgoing, outdated = self._put_in_place(shard, home)
                    break
            self._carry(touched, shard, home)
        self._give_up(outgoing, outdated)

    def _put_in_place(self, shard: edge.EdgeShard, home: Path) -> tuple[list[edge.EdgeShard], Path]:
        """Make the loaded shard the current one; the caller holds `_changes`. The one before, and its folder."""
        sync(home)
        with self._turns.piece():
            outgoing, outdated = [self._shard], self._home
            self._shard, self._home, self.replaced = shard, home, was_replaced(home)
            self.candidates = _candidates(shard)
            self._touched, self._unflushed, self._full_logs = None, 0, set()
        self._folder.finish(home)
        return outgoing, outdated

    def _give_up(self, outgoing: list[edge.EdgeShard], outdated: Path) -> None:
        turn = self._turns.unhurried
        give_up(outgoing, outdated, fields=self._schema.fields, aside=self._folder.building(), turn=turn)
        self._folder.clear_all_but(self._home)  # also what failed to load before

    def _carry(self, ids: list[str], target: edge.EdgeShard, home: Path) -> None:
        """Bring the documents in the shard that will be current to their present state."""
        for start in range(0, len(ids), AT_ONCE):
            batch = ids[start : start + AT_ONCE]
            with self.reading() as shard:
                records = shard.retrieve(point_ids(batch), True, True)
            points = points_of(records)  # what changes meanwhile is carried once more
            known = int(target.info().points_count)
            with self._turns.unhurried():
                target.update(edge.UpdateOperation.upsert_points(points))
            gone = set(batch) - {str(record.id) for record in records}
            if gone or int(target.info().points_count) < known + len(records):
                note_replaced(home)
            if gone:
                with self._turns.unhurried():
                    target.update(edge.UpdateOperation.delete_points(point_ids(gone)))

    @contextmanager
    def _in_use(self) -> Iterator[edge.EdgeShard]:
        """The shard, for a caller whose turn it is."""
        if self._closed:
            raise StoreClosedError(str(self._path))
        with using(self._path):
            yield self._shard

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
            sync_log(self._home / DATA, self._full_logs)
            self._unflushed += len(ids)
            if self._unflushed >= _FLUSH_EVERY:
                sync(self._home)
                with self._turns.piece(), self._in_use() as shard:
                    shard.flush()
                self._unflushed = 0

    def _note_replaced(self) -> None:
        if not self.replaced:
            note_replaced(self._home)
            self.replaced = True

    def _not_indexed(self) -> int:
        with self.reading() as shard:
            return int(shard.info().points_count) - _in_graphs(shard.info())


def _load(home: Path, path: Path, turn: Callable[[], AbstractContextManager[None]]) -> edge.EdgeShard:
    with opening(path):
        prepare_index_lists(home / DATA)
        warm(read_at_opening(home / DATA))
        # In a thread of its own: where this one has written 100,000 documents, what glibc has free for it lies in small
        # pieces all over, and to fill these takes as long again.
        with ThreadPoolExecutor(1) as apart, turn():
            return apart.submit(edge.EdgeShard.load, str(home / DATA)).result()


def _candidates(shard: edge.EdgeShard) -> int:
    info = shard.info()
    return candidates(_in_graphs(info), graphs=int(info.segments_count) - 1)  # one is there to be added to


def _in_graphs(info: edge.ShardInfo) -> int:
    # Sparse vectors are always indexed, and are counted among those that are.
    in_graphs = int(info.indexed_vectors_count) - int(info.points_count)
    return max(0, min(int(info.points_count), in_graphs))


def _warm_queries(home: Path, stop: threading.Event) -> None:
    """Read beforehand what queries would each wait for a little; Edge drops it from memory as it opens a shard."""
    files = read_by_queries(home / DATA)
    try:
        size_mib = sum(file.stat().st_size for file in files) / 2**20
        if size_mib <= _WARMED_MIB:
            warm(files, stop=stop)
    except FileNotFoundError:  # of a shard that was replaced meanwhile
        return
