"""The embedded document store: Qdrant Edge, in this process, in one folder.

Edge writes each change to its log before it applies it, and `upsert` and `delete` return only after a flush to
disk: what was acknowledged is there after a kill. One process owns the folder; threads may share the store, their
calls wait for each other.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import qdrant_edge as edge

from vectorstore import edge_translation as translation
from vectorstore.bm25 import Bm25Analyser
from vectorstore.edge_errors import opening, using
from vectorstore.edge_folder import EdgeFolder
from vectorstore.errors import InvalidFilterError, StoreClosedError
from vectorstore.filters import check_facet, check_filter
from vectorstore.fusion import fuse, pool_size
from vectorstore.payload import canonical_id, check_documents, decode_payload, encode_payload
from vectorstore.ranking import check_query, make_hits
from vectorstore.store import Document, Filter, Hit, Payload, Query, Schema

_BATCH = 1000
_ALL_VALUES = 1_000_000


class EdgeStore:
    """A `DocumentStore` in a folder. Safe to call from several threads."""

    def __init__(self, folder: EdgeFolder, shard: edge.EdgeShard, *, path: Path, schema: Schema, weight: float) -> None:
        self._folder = folder
        self._shard = shard
        self._path = path
        self._schema = schema
        self._dense_weight = weight
        self._analyser = Bm25Analyser(schema.language)
        self._lock = threading.RLock()
        self._closed = False

    @classmethod
    def open(cls, path: Path, schema: Schema, *, dense_weight: float = 0.3) -> Self:
        """Load the index in the folder `path`, or create it there.

        Raises `StoreLockedError` at once where another process (or another store of this one) has it open,
        `SchemaMismatchError` or `EncoderMismatchError` where it was made with another schema,
        `StoreCorruptError` where it cannot be loaded and `StoreFailedError` where it cannot be created.
        """
        with using(path):
            folder = EdgeFolder(path)
            try:
                data = folder.current(schema, lambda empty: _create(empty, schema).close())
                shard = _load(data, path)
            except BaseException:
                folder.release()
                raise
        return cls(folder, shard, path=path, schema=schema, weight=dense_weight)

    @property
    def schema(self) -> Schema:
        """Shape that the store was created with."""
        return self._schema

    def upsert(self, documents: Sequence[Document]) -> int:
        """Keep the documents; see `DocumentStore.upsert`."""
        checked = check_documents(documents, self._schema)
        points = []
        for id, document in checked.items():
            terms = self._analyser.document(document.text, document.payload.get("language"))
            payload = encode_payload(document, self._schema)
            points.append(translation.make_point(id, vector=document.vector, terms=terms, payload=payload))
        with self._shard_in_use() as shard:
            for start in range(0, len(points), _BATCH):
                shard.update(edge.UpdateOperation.upsert_points(points[start : start + _BATCH]))
            shard.flush()
        return len(documents)

    def query(self, query: Query) -> list[Hit]:
        """The best hits; see `DocumentStore.query`. Exact until `optimize` has built the approximate index."""
        check_query(query, self._schema)
        filter = self._filter(query.filter)
        pool = pool_size(query.limit)
        with self._shard_in_use() as shard:
            dense = bm25 = None
            if query.vector is not None:
                dense = _scores(shard, translation.dense_request(query.vector, filter, pool))
            if query.text.strip():
                terms = self._analyser.query(query.text)
                bm25 = _scores(shard, translation.bm25_request(terms, filter, pool)) if terms else {}
            ranked = fuse(dense, bm25, dense_weight=self._dense_weight)[: query.limit]
            records = shard.retrieve(translation.point_ids(id for id, _ in ranked), True, False)
        stored = {str(record.id): record.payload or {} for record in records}
        return make_hits(ranked, dense=dense, bm25=bm25, stored=stored, schema=self._schema)

    def count(self, filter: Filter | None = None) -> int:
        """How many documents match, exactly."""
        wanted = self._filter(filter)
        with self._shard_in_use() as shard:
            return int(shard.count(edge.CountRequest(exact=True, filter=wanted)))

    def existing(self, ids: Sequence[str]) -> set[str]:
        """Those of the ids that the store holds."""
        canonical = {id: canonical_id(id) for id in ids}
        wanted = translation.point_ids(sorted({id for id in canonical.values() if id is not None}))
        found: set[str] = set()
        with self._shard_in_use() as shard:
            for start in range(0, len(wanted), _BATCH):
                found.update(str(record.id) for record in shard.retrieve(wanted[start : start + _BATCH], False, False))
        return {id for id in ids if canonical[id] in found}

    def scroll(self, filter: Filter | None = None, *, batch_size: int = 1000) -> Iterator[list[tuple[str, Payload]]]:
        """Every matching document once, in batches, in id order; other threads may call between batches."""
        wanted = self._filter(filter)
        offset = None
        while True:
            request = edge.ScrollRequest(limit=batch_size, offset=offset, filter=wanted, with_payload=True)
            with self._shard_in_use() as shard:
                records, offset = shard.scroll(request)
            if records:
                yield [(str(record.id), decode_payload(record.payload or {}, self._schema)[1]) for record in records]
            if offset is None:
                return

    def facet(self, field: str, filter: Filter | None = None, *, limit: int = 20) -> list[tuple[str, int]]:
        """Values of a keyword field with their document counts."""
        check_facet(field, self._schema)
        # All values are asked for, and cut here: Edge does not say how it breaks ties at the limit.
        request = edge.FacetRequest(field, limit=_ALL_VALUES, exact=True, filter=self._filter(filter))
        with self._shard_in_use() as shard:
            counts = [(str(hit.value), int(hit.count)) for hit in shard.facet(request).hits]
        return sorted(counts, key=lambda entry: (-entry[1], entry[0]))[:limit]

    def delete(self, ids: Sequence[str]) -> None:
        """Forget the documents; unknown ids are passed over."""
        known = translation.point_ids(canonical for id in ids if (canonical := canonical_id(id)) is not None)
        with self._shard_in_use() as shard:
            if known:
                shard.update(edge.UpdateOperation.delete_points(known))
                shard.flush()

    def delete_where(self, filter: Filter) -> int:
        """Forget every matching document; return how many."""
        wanted = self._filter(filter)
        if wanted is None:
            raise InvalidFilterError("", "an empty filter would delete everything")
        with self._shard_in_use() as shard:
            matching = int(shard.count(edge.CountRequest(exact=True, filter=wanted)))
            if matching:
                shard.update(edge.UpdateOperation.delete_points_by_filter(wanted))
                shard.flush()
        return matching

    def optimize(self) -> None:
        """Build the approximate vector index. Holds Python's lock throughout: 12 s for 30,000 documents."""
        with self._shard_in_use() as shard:
            shard.optimize()
            shard.flush()

    def purge(self) -> bool:
        """Write the index anew without what was deleted; True, as nothing of it is on disk after the return.

        Needed because Edge keeps deleted text in its segments and in its log, even after `optimize`.
        """
        with self._shard_in_use():
            data = self._folder.replace(self._schema, self._move_to)
            self._shard = _load(data, self._path)
        return True

    def close(self) -> None:
        """Make everything durable and give the index free. A second call does nothing."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            try:
                with using(self._path):
                    self._shard.flush()
                    self._shard.close()
            finally:
                self._folder.release()

    def _move_to(self, data: Path) -> None:
        """Copy all documents to a new shard in `data`, then close the present one."""
        target = _create(data, self._schema)
        offset = None
        while True:
            request = edge.ScrollRequest(limit=_BATCH, offset=offset, with_payload=True, with_vector=True)
            records, offset = self._shard.scroll(request)
            if records:
                points = [edge.Point(record.id, record.vector or {}, record.payload) for record in records]
                target.update(edge.UpdateOperation.upsert_points(points))
            if offset is None:
                break
        target.flush()
        target.close()
        self._shard.close()

    def _filter(self, filter: Filter | None) -> edge.Filter | None:
        return translation.edge_filter(check_filter(filter, self._schema))

    @contextmanager
    def _shard_in_use(self) -> Iterator[edge.EdgeShard]:
        with self._lock:
            if self._closed:
                raise StoreClosedError(str(self._path))
            with using(self._path):
                yield self._shard


def _create(data: Path, schema: Schema) -> edge.EdgeShard:
    shard = edge.EdgeShard.create(str(data), translation.shard_config(schema.dimensions))
    for operation in translation.field_indexes(schema):
        shard.update(operation)
    shard.flush()
    return shard


def _load(data: Path, path: Path) -> edge.EdgeShard:
    with opening(path):
        return edge.EdgeShard.load(str(data))


def _scores(shard: edge.EdgeShard, request: edge.QueryRequest) -> dict[str, float]:
    return {str(point.id): float(point.score) for point in shard.query(request)}
