"""The store's records in Qdrant Edge's own types."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID

import qdrant_edge as edge

from vectorstore.bm25 import Terms
from vectorstore.filters import CheckedFilter, Condition, Match, NumberRange
from vectorstore.payload import Stored
from vectorstore.store import FieldKind, Schema, Vector

DENSE = "dense"
BM25 = "bm25"

_INDEX_TYPES: Mapping[FieldKind, edge.PayloadSchemaType] = {
    "keyword": edge.PayloadSchemaType.Keyword,
    "integer": edge.PayloadSchemaType.Integer,
    "float": edge.PayloadSchemaType.Float,
    "bool": edge.PayloadSchemaType.Integer,  # booleans are kept as 0 and 1
    "datetime": edge.PayloadSchemaType.Datetime,
}


def shard_config(dimensions: int) -> edge.EdgeConfig:
    """One dense vector by cosine, one sparse vector weighted by inverse document frequency."""
    return edge.EdgeConfig(
        vectors={DENSE: edge.EdgeVectorParams(size=dimensions, distance=edge.Distance.Cosine)},
        sparse_vectors={BM25: edge.EdgeSparseVectorParams(modifier=edge.Modifier.Idf)},
    )


def field_indexes(schema: Schema) -> list[edge.UpdateOperation]:
    """The operations that index the schema's fields."""
    return [edge.UpdateOperation.create_field_index(name, _INDEX_TYPES[kind]) for name, kind in schema.fields.items()]


def point_ids(ids: Iterable[str]) -> list[int | UUID | str]:
    """Canonical ids in the list type that Edge's calls take."""
    return [UUID(id) for id in ids]


def make_point(id: str, *, vector: Vector, terms: Terms, payload: Stored) -> edge.Point:
    """A document as a point."""
    return edge.Point(UUID(id), {DENSE: vector.tolist(), BM25: edge.SparseVector(terms.indices, terms.values)}, payload)


def dense_request(vector: Vector, filter: edge.Filter | None, limit: int) -> edge.QueryRequest:
    """The `limit` documents nearest to the vector."""
    return edge.QueryRequest(limit=limit, query=edge.Query.Nearest(vector.tolist(), using=DENSE), filter=filter)


def bm25_request(terms: Terms, filter: edge.Filter | None, limit: int) -> edge.QueryRequest:
    """The `limit` documents with the highest BM25 score.

    Document frequencies are counted over the documents that exist: the index's own count goes on
    counting deleted ones until it is rebuilt.
    """
    return edge.QueryRequest(
        limit=limit,
        query=edge.Query.Nearest(edge.SparseVector(terms.indices, terms.values), using=BM25),
        filter=filter,
        params=edge.SearchParams(idf=edge.IdfParams(corpus=edge.Filter())),
    )


def edge_filter(checked: CheckedFilter) -> edge.Filter | None:
    """The filter in Edge's types; None matches everything."""
    if not checked:
        return None
    return edge.Filter(
        must=[_condition(condition) for condition in checked.must],
        must_not=[_condition(condition) for condition in checked.must_not],
    )


def _condition(condition: Condition) -> edge.FieldCondition:
    if isinstance(condition, Match):
        return edge.FieldCondition(condition.field, match=edge.MatchAny(condition.values))
    if isinstance(condition, NumberRange):
        numbers = edge.RangeFloat(gte=condition.since, lt=condition.before)
        return edge.FieldCondition(condition.field, range=numbers)
    moments = edge.RangeDateTime(gte=condition.since, lt=condition.before)
    return edge.FieldCondition(condition.field, range=moments)
