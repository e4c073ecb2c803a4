"""The document store on a Qdrant server or cluster, through qdrant-client.

The same vectors, analyser, filters and fusion as the embedded store, so both rank alike. `:memory:` as the URL
runs qdrant-client's local mode, the test double of a server. Needs Qdrant 1.16 or later, which keeps a
collection's metadata.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any, ParamSpec, Self, TypeVar

from qdrant_client import QdrantClient, models

from vectorstore import server_translation as translation
from vectorstore.bm25 import Bm25Analyser
from vectorstore.errors import InvalidFilterError, StoreClosedError
from vectorstore.filters import check_facet, check_filter
from vectorstore.fusion import fuse, pool_size
from vectorstore.manifest import check_manifest
from vectorstore.payload import canonical_id, check_documents, decode_document, decode_payload, encode_payload
from vectorstore.ranking import check_query, make_hits
from vectorstore.server_collections import MANIFEST_KEY, create_collection, names_of, point_alias
from vectorstore.server_errors import RETRY_PAUSES_S, call_server
from vectorstore.settings import IndexSettings
from vectorstore.store import Document, Filter, Hit, Payload, Query, Schema, Vector

MEMORY = ":memory:"
_BATCH = 256
_ALL_VALUES = 1_000_000

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


class ServerStore:
    """A `DocumentStore` in a collection of a Qdrant server. Safe to call from several threads.

    A call that fails because the server is unavailable is tried again after each of `retry_pauses_s`; every
    call is safe to repeat.
    """

    def __init__(
        self,
        client: QdrantClient,
        schema: Schema,
        *,
        settings: IndexSettings,
        retry_pauses_s: Sequence[float] = RETRY_PAUSES_S,
        owns_client: bool = False,
    ) -> None:
        self._client = client
        self._schema = schema
        self._url = settings.url
        self._collection = settings.collection
        self._dense_weight = settings.dense_weight
        self._analyser = Bm25Analyser(schema.language)
        self._retry_pauses_s = tuple(retry_pauses_s)
        self._owns_client = owns_client
        self._closed = False
        # Local mode corrupts under concurrent calls; a server takes them.
        self._turn: AbstractContextManager[Any] = threading.RLock() if self._url == MEMORY else nullcontext()

    @classmethod
    def open(
        cls,
        settings: IndexSettings,
        schema: Schema,
        *,
        client: QdrantClient | None = None,
        retry_pauses_s: Sequence[float] = RETRY_PAUSES_S,
    ) -> Self:
        """Use the collection `settings.collection` on the server `settings.url`, or create it there.

        A `client` that is given stays the caller's to close. Raises `StoreUnavailableError` where the server does
        not answer, `StoreRefusedError` where it refuses the key, and `SchemaMismatchError` or
        `EncoderMismatchError` where the collection was made with another schema.
        """
        store = cls(
            client or connect(settings),
            schema,
            settings=settings,
            retry_pauses_s=retry_pauses_s,
            owns_client=client is None,
        )
        try:
            store._create_or_check()
        except BaseException:
            store.close()
            raise
        return store

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
        for start in range(0, len(points), _BATCH):
            batch = points[start : start + _BATCH]
            self._call(self._client.upsert, self._collection, batch, wait=True)
        return len(documents)

    def query(self, query: Query) -> list[Hit]:
        """The best hits; see `DocumentStore.query`."""
        check_query(query, self._schema)
        filter = self._filter(query.filter)
        pool = pool_size(query.limit)
        dense = bm25 = None
        if query.vector is not None:
            dense = self._scores(translation.dense_request(query.vector, filter, pool))
        if query.asks_words:
            terms = self._analyser.query(query.text, query.further)
            bm25 = self._scores(translation.bm25_request(terms, filter, pool)) if terms else {}
        ranked = fuse(dense, bm25, dense_weight=self._dense_weight, limit=query.limit)
        if dense is not None and query.vector is not None and (without := [id for id, _ in ranked if id not in dense]):
            dense |= self._scores(translation.cosine_request(query.vector, without))
        records = self._call(self._client.retrieve, self._collection, [id for id, _ in ranked], with_payload=True)
        stored = {str(record.id): record.payload or {} for record in records}
        return make_hits(ranked, dense=dense, bm25=bm25, stored=stored, schema=self._schema)

    def count(self, filter: Filter | None = None) -> int:
        """How many documents match, exactly."""
        wanted = self._filter(filter)
        return int(self._call(self._client.count, self._collection, count_filter=wanted, exact=True).count)

    def existing(self, ids: Sequence[str]) -> set[str]:
        """Those of the ids that the store holds."""
        canonical = {id: canonical_id(id) for id in ids}
        wanted = sorted({id for id in canonical.values() if id is not None})
        found: set[str] = set()
        for start in range(0, len(wanted), _BATCH):
            batch = wanted[start : start + _BATCH]
            records = self._call(self._client.retrieve, self._collection, batch, with_payload=False)
            found.update(str(record.id) for record in records)
        return {id for id in ids if canonical[id] in found}

    def vectors(self, ids: Sequence[str]) -> Mapping[str, Vector]:
        """The vectors of those of the ids that the store holds."""
        canonical = {id: found for id in ids if (found := canonical_id(id)) is not None}
        wanted = sorted(set(canonical.values()))
        vectors: dict[str, Vector] = {}
        for start in range(0, len(wanted), _BATCH):
            batch = wanted[start : start + _BATCH]
            records = self._call(
                self._client.retrieve,
                self._collection,
                batch,
                with_payload=False,
                with_vectors=[translation.DENSE],
            )
            vectors |= {str(record.id): translation.dense_vector(record) for record in records}
        return {id: vectors[found] for id, found in canonical.items() if found in vectors}

    def scroll(self, filter: Filter | None = None, *, batch_size: int = 1000) -> Iterator[list[tuple[str, Payload]]]:
        """Every matching document once, in batches, in id order."""
        for records in self._records(filter, batch_size):
            yield [(str(record.id), decode_payload(record.payload or {}, self._schema)[1]) for record in records]

    def documents(self, filter: Filter | None = None, *, batch_size: int = 1000) -> Iterator[list[Document]]:
        """Every matching document whole, in batches, in id order."""
        for records in self._records(filter, batch_size, with_vectors=[translation.DENSE]):
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
        known = [canonical for id in ids if (canonical := canonical_id(id)) is not None]
        for start in range(0, len(known), _BATCH):
            selector = models.PointIdsList(points=known[start : start + _BATCH])
            self._call(self._client.delete, self._collection, selector, wait=True)

    def delete_where(self, filter: Filter) -> int:
        """Forget every matching document; return how many."""
        wanted = self._filter(filter)
        if wanted is None:
            raise InvalidFilterError("", "an empty filter would delete everything")
        matching = self.count(filter)
        if matching:
            selector = models.FilterSelector(filter=wanted)
            self._call(self._client.delete, self._collection, selector, wait=True)
        return matching

    def optimize(self) -> None:
        """Nothing to do: a server builds its indexes by itself."""
        self._check_open()

    def purge(self) -> bool:
        """False: a server rewrites its segments by itself, once enough of them was deleted."""
        self._check_open()
        return False

    def close(self) -> None:
        """Give the connection free. A second call does nothing."""
        if not self._closed:
            self._closed = True
            if self._owns_client:
                self._client.close()

    def _records(
        self, filter: Filter | None, batch_size: int, *, with_vectors: bool | list[str] = False
    ) -> Iterator[list[models.Record]]:
        wanted = self._filter(filter)
        offset: Any = None
        while True:
            records, offset = self._call(
                self._client.scroll,
                self._collection,
                scroll_filter=wanted,
                limit=batch_size,
                offset=offset,
                with_payload=True,
                with_vectors=with_vectors,
            )
            if records:
                yield records
            if offset is None:
                return

    def _values(self, field: str, filter: Filter | None) -> list[tuple[str, int]]:
        check_facet(field, self._schema)
        # All values are asked for: a server does not say how it breaks ties at a limit.
        response = self._call(
            self._client.facet,
            self._collection,
            key=field,
            facet_filter=self._filter(filter),
            limit=_ALL_VALUES,
            exact=True,
        )
        return [(str(hit.value), int(hit.count)) for hit in response.hits]

    def _create_or_check(self) -> None:
        if self._collection not in self._call(names_of, self._client):
            self._call(self._create_collection)
        config = self._call(self._client.get_collection, self._collection).config
        check_manifest((config.metadata or {}).get(MANIFEST_KEY) or {}, self._schema)
        if self._url != MEMORY:  # local mode has no payload indexes
            for name, kind in self._schema.fields.items():
                self._call(
                    self._client.create_payload_index,
                    self._collection,
                    name,
                    field_schema=translation.INDEX_TYPES[kind],
                    wait=True,
                )

    def _create_collection(self) -> None:
        """A collection of its own name and the collection's as its alias, so that `server_rebuild` can switch."""
        own_name = f"{self._collection}-1"
        create_collection(self._client, own_name, self._schema)
        point_alias(self._client, self._collection, to=own_name)

    def _scores(self, request: models.QueryRequest) -> dict[str, float]:
        responses = self._call(self._client.query_batch_points, self._collection, [request])
        return {str(point.id): float(point.score) for point in responses[0].points}

    def _filter(self, filter: Filter | None) -> models.Filter | None:
        return translation.server_filter(check_filter(filter, self._schema))

    def _check_open(self) -> None:
        if self._closed:
            raise StoreClosedError(self._url)

    def _call(self, method: Callable[Arguments, Result], *args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
        self._check_open()
        with self._turn:
            return call_server(lambda: method(*args, **kwargs), url=self._url, pauses_s=self._retry_pauses_s)


def connect(settings: IndexSettings) -> QdrantClient:
    """A client for the server of the settings; nothing is sent yet."""
    if settings.url == MEMORY:
        return QdrantClient(MEMORY)
    key = settings.api_key.get_secret_value() if settings.api_key is not None else None
    return QdrantClient(
        url=settings.url,
        api_key=key,
        timeout=math.ceil(settings.timeout_s),
        check_compatibility=False,
    )
