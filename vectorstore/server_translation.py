"""The store's records in qdrant-client's own types."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from qdrant_client import models

from vectorstore.bm25 import Terms
from vectorstore.filters import CheckedFilter, Condition, Match, NumberRange
from vectorstore.payload import Stored
from vectorstore.store import FieldKind, Vector

DENSE = "dense"
BM25 = "bm25"

INDEX_TYPES: Mapping[FieldKind, models.PayloadSchemaType] = {
    "keyword": models.PayloadSchemaType.KEYWORD,
    "integer": models.PayloadSchemaType.INTEGER,
    "float": models.PayloadSchemaType.FLOAT,
    "bool": models.PayloadSchemaType.INTEGER,  # booleans are kept as 0 and 1
    "datetime": models.PayloadSchemaType.DATETIME,
}


def dense_config(dimensions: int) -> dict[str, models.VectorParams]:
    """One dense vector, by cosine."""
    return {DENSE: models.VectorParams(size=dimensions, distance=models.Distance.COSINE)}


def sparse_config() -> dict[str, models.SparseVectorParams]:
    """One sparse vector, weighted by inverse document frequency."""
    return {BM25: models.SparseVectorParams(modifier=models.Modifier.IDF)}


def make_point(id: str, *, vector: Vector, terms: Terms, payload: Stored) -> models.PointStruct:
    """A document as a point."""
    return models.PointStruct(id=id, vector={DENSE: vector.tolist(), BM25: _sparse(terms)}, payload=payload)


def dense_vector(record: models.Record) -> Vector:
    """The dense vector of a record that was read with it, shape `(dimensions,)`."""
    vectors = record.vector
    if not isinstance(vectors, dict):
        raise TypeError("the record was read without its named vectors")
    return np.asarray(vectors[DENSE], dtype=np.float32)


def dense_request(vector: Vector, filter: models.Filter | None, limit: int) -> models.QueryRequest:
    """The `limit` documents nearest to the vector."""
    return models.QueryRequest(query=vector.tolist(), using=DENSE, filter=filter, limit=limit, with_payload=False)


def cosine_request(vector: Vector, ids: Sequence[str]) -> models.QueryRequest:
    """How near to the vector these documents are."""
    return dense_request(vector, models.Filter(must=[models.HasIdCondition(has_id=list(ids))]), len(ids))


def bm25_request(terms: Terms, filter: models.Filter | None, limit: int) -> models.QueryRequest:
    """The `limit` documents with the highest BM25 score."""
    return models.QueryRequest(query=_sparse(terms), using=BM25, filter=filter, limit=limit, with_payload=False)


def server_filter(checked: CheckedFilter) -> models.Filter | None:
    """The filter in qdrant-client's types; None matches everything."""
    if not checked:
        return None
    return models.Filter(
        must=[_condition(condition) for condition in checked.must],
        must_not=[_condition(condition) for condition in checked.must_not],
    )


def _sparse(terms: Terms) -> models.SparseVector:
    return models.SparseVector(indices=terms.indices, values=terms.values)


def _condition(condition: Condition) -> models.FieldCondition:
    if isinstance(condition, Match):
        return models.FieldCondition(key=condition.field, match=models.MatchAny(any=condition.values))
    if isinstance(condition, NumberRange):
        numbers = models.Range(gte=condition.since, lt=condition.before)
        return models.FieldCondition(key=condition.field, range=numbers)
    moments = models.DatetimeRange(gte=condition.since, lt=condition.before)
    return models.FieldCondition(key=condition.field, range=moments)
