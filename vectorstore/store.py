"""The contract of a document store: what every store promises, and what the conformance suite tests.

A store keeps documents under ids, each with a text, a dense vector and a flat payload, and finds them again by
meaning, by words and by filters. Two stores exist: `edge` (embedded) and `server` (Qdrant over the network).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

FieldKind = Literal["keyword", "integer", "float", "bool", "datetime"]
Scalar = str | int | float | bool | datetime | None
Payload = Mapping[str, Scalar | Sequence[str]]
Vector = NDArray[np.float32]

SCHEMA_VERSION = 1


@dataclass(frozen=True, kw_only=True)
class Schema:
    """Shape of a collection, fixed when it is created."""

    dimensions: int
    """Length of the dense vectors."""
    fields: Mapping[str, FieldKind]
    """Payload fields that filters may name."""
    encoder: str
    """Fingerprint of the encoder that made the vectors."""
    language: str = "english"
    """Stemming language of the BM25 analyser where a document's own is not known."""


@dataclass(frozen=True, kw_only=True)
class Document:
    """One document as kept."""

    id: str
    """UUID in text form."""
    text: str
    """Text that BM25 indexes and hits quote."""
    vector: Vector = field(repr=False)
    """Dense vector, shape `(dimensions,)`, unit length."""
    payload: Payload = field(default_factory=dict)
    """Flat values to filter by and to give back. Fields of the schema hold their kind, or None (keyword fields:
    text or a list of texts); datetimes are for fields declared so, carry a zone, and come back in UTC. The field
    `language` (ISO 639-1), where there is one, picks the BM25 analyser. Names with a leading underscore are kept
    for the store."""


@dataclass(frozen=True, kw_only=True)
class Filter:
    """Conditions that all must hold. Empty: everything matches."""

    any_of: Mapping[str, Sequence[str | int | bool]] = field(default_factory=dict)
    """Field -> values: the field has one of them (for list fields: contains one of them)."""
    none_of: Mapping[str, Sequence[str | int | bool]] = field(default_factory=dict)
    """Field -> values: the field has none of them."""
    since: Mapping[str, datetime | float] = field(default_factory=dict)
    """Field -> bound: the field is at or after it."""
    before: Mapping[str, datetime | float] = field(default_factory=dict)
    """Field -> bound: the field is strictly before it."""


@dataclass(frozen=True, kw_only=True)
class Query:
    """What to look for. At least one of `text` and `vector` is given."""

    text: str = ""
    """Words for BM25."""
    further: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    """Other wordings for BM25: language (ISO 639-1) -> word -> weight, where a word of `text` weighs 1."""
    vector: Vector | None = field(default=None, repr=False)
    """Dense vector, shape `(dimensions,)`, for likeness of meaning."""
    filter: Filter = field(default_factory=Filter)
    limit: int = 10
    """Hits wanted, at least 1."""

    @property
    def asks_words(self) -> bool:
        """Whether there are words for BM25."""
        return bool(self.text.strip() or any(self.further.values()))


@dataclass(frozen=True, kw_only=True)
class Hit:
    """A document found, with the scores that put it there."""

    id: str
    text: str
    payload: Payload
    score: float
    """Fused score in [0, 1]; higher is better. Comparable within one result only."""
    dense_score: float | None
    """Cosine likeness, or None where no vector was asked for."""
    bm25_score: float | None
    """BM25 score, or None where no word matched."""


class DocumentStore(Protocol):
    """Keep, find, forget. Every method raises `VectorStoreError` or nothing, but for a `ValueError` from `query`.

    A store is used by one thread at a time unless its class says otherwise, and is closed after use: any call but
    `close` then raises `StoreClosedError`. A filter that names an unknown field, gives a value of another kind than
    the field's, no values or an empty range raises `InvalidFilterError`.
    """

    @property
    def schema(self) -> Schema:
        """Shape that the store was created with; opening with another raises `SchemaMismatchError`
        (`EncoderMismatchError` for another encoder)."""

    def upsert(self, documents: Sequence[Document]) -> int:
        """Keep the documents, replacing those whose id is known; return how many were given.

        All-or-nothing for the caller: after a return every document is durable and found; after a raise the same
        call may be repeated without doubling anything. A document that does not fit the schema raises
        `InvalidDocumentError`, and none of the call's documents is kept. Of documents with equal ids the last
        one counts.
        """

    def query(self, query: Query) -> list[Hit]:
        """The best hits, best first, at most `query.limit`, each id once, all matching the filter.

        With text and vector both given, scores are fused; with one given, it alone ranks. A query without words
        or vector raises `ValueError`. Equal input on an equal store gives equal output.
        """

    def count(self, filter: Filter | None = None) -> int:
        """How many documents match, exactly."""

    def existing(self, ids: Sequence[str]) -> set[str]:
        """Those of the ids that the store holds."""

    def vectors(self, ids: Sequence[str]) -> Mapping[str, Vector]:
        """The vectors of those of the ids that the store holds, by the id as given."""

    def scroll(self, filter: Filter | None = None, *, batch_size: int = 1000) -> Iterator[list[tuple[str, Payload]]]:
        """Every matching document once, as (id, payload), in batches, in id order."""

    def documents(self, filter: Filter | None = None, *, batch_size: int = 1000) -> Iterator[list[Document]]:
        """Every matching document once, whole, in batches, in id order: what a snapshot is made of."""

    def facet(self, field: str, filter: Filter | None = None, *, limit: int = 20) -> list[tuple[str, int]]:
        """Values of a keyword field with their document counts, most frequent first, then by value."""

    def distinct(self, field: str, filter: Filter | None = None) -> int:
        """How many values a keyword field has among the matching documents: of how many authors they are, so that
        what is shown rests on enough of them."""

    def delete(self, ids: Sequence[str]) -> None:
        """Forget the documents; unknown ids are passed over."""

    def delete_where(self, filter: Filter) -> int:
        """Forget every matching document; return how many. An empty filter raises `InvalidFilterError`."""

    def optimize(self) -> None:
        """Build what makes later queries fast. May take long; changes no result beyond approximation."""

    def purge(self) -> bool:
        """Remove from storage what was deleted or replaced, so that no file holds it any more; call it after an
        erasure. True: done at the return. False: the store does it by itself later (a server).
        """

    def close(self) -> None:
        """Make everything durable and give the index free. A second call does nothing."""
