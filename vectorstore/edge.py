"""The embedded document store: Qdrant Edge, in this process, in one folder.

Edge writes each change to its log before it applies it, and `upsert` and `delete` return only when the log is on
disk: what was acknowledged is there after a kill. One process owns the folder; threads may share the store.
Searches never wait for upkeep, which the store does by itself after enough was added: `optimize` works on a copy, in
another process.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Self
from uuid import UUID

import qdrant_edge as edge

from vectorstore import edge_translation as translation
from vectorstore.bm25 import Bm25Analyser, Terms
from vectorstore.edge_errors import using
from vectorstore.edge_placement import DENSE
from vectorstore.edge_shard import EdgeIndex
from vectorstore.edge_tending import TEND_FROM, Tending
from vectorstore.errors import InvalidFilterError
from vectorstore.filters import check_facet, check_filter
from vectorstore.fusion import fuse, pool_size
from vectorstore.payload import canonical_id, check_documents, decode_document, decode_payload, encode_payload
from vectorstore.ranking import check_query, make_hits
from vectorstore.settings import QUANTISE_FROM
from vectorstore.store import Document, Filter, Hit, Payload, Query, Schema, Vector

_BATCH = 1000
_ALL_VALUES = 1_000_000


class EdgeStore:
    """A `DocumentStore` in a folder. Safe to call from several threads."""

    def __init__(
        self, index: EdgeIndex, *, schema: Schema, dense_weight: float, quantise_from: int, tend_from: int
    ) -> None:
        self._index = index
        self._tending = Tending(index, quantise_from=quantise_from, tend_from=tend_from)
        self._schema = schema
        self._dense_weight = dense_weight
        self._quantise_from = quantise_from
        self._analyser = Bm25Analyser(schema.language)

    @classmethod
    def open(
        cls,
        path: Path,
        schema: Schema,
        *,
        dense_weight: float = 0.3,
        quantise_from: int = QUANTISE_FROM,
        tend_from: int = TEND_FROM,
    ) -> Self:
        """Load the index in the folder `path`, or create it there.

        `quantise_from`: documents from which on `optimize` makes vectors smaller. `tend_from`: documents added since
        that it optimises itself for, where it has more than `quantise_from`. Raises `StoreLockedError` at once
        where another process (or another store of this one) has it open, `SchemaMismatchError` or
        `EncoderMismatchError` where it was made with another schema, `StoreCorruptError` where it cannot be loaded
        and `StoreFailedError` where it cannot be created.
        """
        with using(path):
            index = EdgeIndex(path, schema, quantise_from=quantise_from)
        return cls(index, schema=schema, dense_weight=dense_weight, quantise_from=quantise_from, tend_from=tend_from)

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
            points.append(
                translation.make_point(
                    id, vector=document.vector, terms=terms, payload=payload, flags=self._index.flags
                )
            )
        self._index.upsert(list(checked), points)
        self._tending.notice(len(checked))
        return len(documents)

    def query(self, query: Query) -> list[Hit]:
        """The best hits; see `DocumentStore.query`."""
        check_query(query, self._schema)
        filter = self._filter(query.filter)
        pool = pool_size(query.limit)
        terms = self._analyser.query(query.text, query.further) if query.asks_words else None
        with self._index.reading() as shard:
            dense, bm25 = self._search(shard, query.vector, terms, filter, pool)
            ranked = fuse(dense, bm25, dense_weight=self._dense_weight, limit=query.limit)
            cosines = _completed(shard, dense, query.vector, [id for id, _ in ranked])
            records = shard.retrieve([UUID(int=id) for id, _ in ranked], True, False)
        stored = {translation.number_of(record.id): record.payload or {} for record in records}
        return make_hits(ranked, dense=cosines, bm25=bm25, stored=stored, schema=self._schema)

    def count(self, filter: Filter | None = None) -> int:
        """How many documents match, exactly."""
        wanted = self._filter(filter)
        with self._index.reading() as shard:
            return int(shard.count(edge.CountRequest(exact=True, filter=wanted)))

    def existing(self, ids: Sequence[str]) -> set[str]:
        """Those of the ids that the store holds."""
        canonical = {id: canonical_id(id) for id in ids}
        wanted = translation.point_ids(sorted({id for id in canonical.values() if id is not None}))
        found: set[str] = set()
        with self._index.reading() as shard:
            for start in range(0, len(wanted), _BATCH):
                found.update(str(record.id) for record in shard.retrieve(wanted[start : start + _BATCH], False, False))
        return {id for id in ids if canonical[id] in found}

    def vectors(self, ids: Sequence[str]) -> Mapping[str, Vector]:
        """The vectors of those of the ids that the store holds."""
        canonical = {id: found for id in ids if (found := canonical_id(id)) is not None}
        with self._index.reading() as shard:
            records = shard.retrieve(translation.point_ids(set(canonical.values())), False, [DENSE])
        vectors = {str(record.id): translation.dense_vector(record) for record in records}
        return {id: vectors[found] for id, found in canonical.items() if found in vectors}

    def scroll(self, filter: Filter | None = None, *, batch_size: int = 1000) -> Iterator[list[tuple[str, Payload]]]:
        """Every matching document once, in batches, in id order; other threads may call between batches."""
        for records in self._records(filter, batch_size):
            yield [(str(record.id), decode_payload(record.payload or {}, self._schema)[1]) for record in records]

    def documents(self, filter: Filter | None = None, *, batch_size: int = 1000) -> Iterator[list[Document]]:
        """Every matching document whole, in batches, in id order; other threads may call between batches."""
        for records in self._records(filter, batch_size, with_vector=[DENSE]):
            yield [
                decode_document(
                    str(record.id), translation.dense_vector(record), stored=record.payload or {}, schema=self._schema
                )
                for record in records
            ]

    def facet(self, field: str, filter: Filter | None = None, *, limit: int = 20) -> list[tuple[str, int]]:
        """Values of a keyword field with their document counts."""
        return sorted(self._values(field, filter), key=lambda entry: (-entry[1], entry[0]))[:limit]

    def distinct(self, field: str, filter: Filter | None = None) -> int:
        """How many values a keyword field has among the matching documents."""
        return len(self._values(field, filter))

    def delete(self, ids: Sequence[str]) -> None:
        """Forget the documents; unknown ids are passed over."""
        with self._index.reading():  # a closed store is said to be closed, whatever the ids
            known = sorted({canonical for id in ids if (canonical := canonical_id(id)) is not None})
        if known:
            self._index.delete(known)

    def delete_where(self, filter: Filter) -> int:
        """Forget every matching document; return how many."""
        if self._filter(filter) is None:
            raise InvalidFilterError("", "an empty filter would delete everything")
        with self._index.changing():
            matching = [str(record.id) for records in self._records(filter, _BATCH) for record in records]
            if matching:
                self._index.delete(matching)
        return len(matching)

    def optimize(self) -> None:
        """Make vectors smaller and filters quicker to check (see `edge_placement`) in another process, while this
        one goes on answering. There is nothing to gain in an index below `quantise_from` documents, or where nothing
        changed since the last time."""
        if self.count() >= self._quantise_from:
            self._index.renew("optimize", due=lambda: self._index.waiting > 0 or self._index.replaced)

    def purge(self) -> bool:
        """Write the index anew without what was deleted, in another process; True, as nothing of it is on disk
        after the return.

        Needed because Edge keeps deleted text in its segments and in its log, even after its own `optimize`.
        """
        self._index.renew("rewrite")
        return True

    def close(self) -> None:
        """Make everything durable and give the index free, after the upkeep that was begun. A second call does
        nothing."""
        self._tending.finish()
        self._index.close()

    def _search(
        self, shard: edge.EdgeShard, vector: Vector | None, terms: Terms | None, filter: edge.Filter | None, pool: int
    ) -> tuple[dict[int, float] | None, dict[int, float] | None]:
        """Dense and BM25 scores of `pool` documents each, by id as a number, as making texts of all takes 0.2 ms; None
        for what is not asked for."""
        requests = []
        if vector is not None:
            requests.append(translation.dense_request(vector, filter, pool, candidates=self._index.candidates))
        if terms:
            requests.append(translation.bm25_request(terms, filter, pool, recount=self._index.replaced))
        answers = _answers(shard, requests)
        found = [{translation.number_of(point.id): point.score for point in points} for points in answers]
        dense = None if vector is None else found.pop(0)
        bm25 = None if terms is None else found.pop() if terms else {}
        return dense, bm25

    def _records(
        self, filter: Filter | None, batch_size: int, *, with_vector: bool | list[str] = False
    ) -> Iterator[list[edge.Record]]:
        wanted = self._filter(filter)
        offset = None
        while True:
            request = edge.ScrollRequest(
                limit=batch_size, offset=offset, filter=wanted, with_payload=True, with_vector=with_vector
            )
            with self._index.reading() as shard:
                records, offset = shard.scroll(request)
            if records:
                yield records
            if offset is None:
                return

    def _values(self, field: str, filter: Filter | None) -> list[tuple[str, int]]:
        check_facet(field, self._schema)
        # All values are asked for: Edge does not say how it breaks ties at a limit.
        request = edge.FacetRequest(field, limit=_ALL_VALUES, exact=True, filter=self._filter(filter))
        with self._index.reading() as shard:
            return [(str(hit.value), int(hit.count)) for hit in shard.facet(request).hits]

    def _filter(self, filter: Filter | None) -> edge.Filter | None:
        return translation.edge_filter(check_filter(filter, self._schema), flags=self._index.flags)


def _completed(
    shard: edge.EdgeShard, dense: Mapping[int, float] | None, vector: Vector | None, ids: Sequence[int]
) -> Mapping[int, float] | None:
    """The cosines, with those of the ids that are not among them; 0.3 ms for 70."""
    if dense is None or vector is None or not (without := [id for id in ids if id not in dense]):
        return dense
    answer = shard.query(translation.cosine_request(vector, without))
    return {**dense, **{translation.number_of(point.id): point.score for point in answer}}


def _answers(shard: edge.EdgeShard, requests: list[edge.QueryRequest]) -> list[list[edge.ScoredPoint]]:
    """One list a request. Together they take a fifth less than one after the other, or two at a time."""
    return shard.query_batch(edge.QueryBatchRequest(requests)) if requests else []
