"""The store's records in Qdrant Edge's own types."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import cast
from uuid import UUID

import numpy as np
import qdrant_edge as edge

from vectorstore.bm25 import Terms
from vectorstore.edge_placement import BM25, DENSE, dense_params
from vectorstore.filters import CheckedFilter, Condition, Match, NumberRange
from vectorstore.payload import Stored
from vectorstore.store import Vector


def point_ids(ids: Iterable[str]) -> list[int | UUID | str]:
    """Canonical ids in the list type that Edge's calls take."""
    return [UUID(id) for id in ids]


def number_of(id: int | UUID | str) -> int:
    """The number that a point's UUID is; numbers are in the order of the ids' texts."""
    return cast(UUID, id).int


def make_point(id: str, *, vector: Vector, terms: Terms, payload: Stored, flags: Collection[str] = ()) -> edge.Point:
    """A document as a point; `flags` are the fields whose 0 and 1 the shard keeps as booleans."""
    sparse = edge.SparseVector(terms.indices, terms.values)
    kept = {name: bool(payload[name]) for name in flags if payload.get(name) is not None}
    # Edge's declared type is a list; a tuple is read in two thirds of the time.
    dense = cast(list[float], tuple(vector.tolist()))
    return edge.Point(UUID(id), {DENSE: dense, BM25: sparse}, {**payload, **kept})


def points_of(records: Sequence[edge.Record]) -> list[edge.Point]:
    """Points read from one shard, to be written to another."""
    return [edge.Point(record.id, record.vector or {}, record.payload) for record in records]


def dense_vector(record: edge.Record) -> Vector:
    """The dense vector of a record that was read with it, shape `(dimensions,)`."""
    vectors = record.vector
    if not isinstance(vectors, dict):
        raise TypeError("the record was read without its named vectors")
    return np.asarray(vectors[DENSE], dtype=np.float32)


def dense_request(
    vector: Vector, filter: edge.Filter | None, limit: int, *, candidates: int | None = None
) -> edge.QueryRequest:
    """The `limit` documents nearest to the vector, of so many candidates in each graph (as many as there are to find
    where that is not said)."""
    return edge.QueryRequest(
        limit=limit,
        query=edge.Query.Nearest(vector.tolist(), using=DENSE),
        filter=filter,
        params=dense_params(candidates or limit),
    )


def cosine_request(vector: Vector, numbers: Sequence[int]) -> edge.QueryRequest:
    """How near to the vector these documents are, by the numbers of their ids."""
    ids: set[int | UUID | str] = {UUID(int=number) for number in numbers}
    return dense_request(vector, edge.Filter(must=[edge.HasIdCondition(ids)]), len(ids))


def bm25_request(terms: Terms, filter: edge.Filter | None, limit: int, *, recount: bool) -> edge.QueryRequest:
    """The `limit` documents with the highest BM25 score.

    `recount`: document frequencies are counted over the documents that exist, which takes 1 ms for 100,000; the
    index's own count goes on counting deleted ones until it is rebuilt.
    """
    return edge.QueryRequest(
        limit=limit,
        query=edge.Query.Nearest(edge.SparseVector(terms.indices, terms.values), using=BM25),
        filter=filter,
        params=edge.SearchParams(idf=edge.IdfParams(corpus=edge.Filter())) if recount else None,
    )


def edge_filter(checked: CheckedFilter, *, flags: Collection[str] = ()) -> edge.Filter | None:
    """The filter in Edge's types; None matches everything. `flags`: see `make_point`."""
    if not checked:
        return None
    return edge.Filter(
        must=[_condition(condition, flags) for condition in checked.must],
        must_not=[_condition(condition, flags) for condition in checked.must_not],
    )


def _condition(condition: Condition, flags: Collection[str]) -> edge.FieldCondition | edge.Filter:
    if isinstance(condition, Match):
        if condition.field in flags:
            either = [_has_flag(condition.field, value=bool(value)) for value in condition.values]
            return either[0] if len(either) == 1 else edge.Filter(should=list(either))
        if len(condition.values) == 1:  # checked in half the time of a list of one
            return edge.FieldCondition(condition.field, match=edge.MatchValue(condition.values[0]))
        return edge.FieldCondition(condition.field, match=edge.MatchAny(condition.values))
    if isinstance(condition, NumberRange):
        numbers = edge.RangeFloat(gte=condition.since, lt=condition.before)
        return edge.FieldCondition(condition.field, range=numbers)
    moments = edge.RangeDateTime(gte=condition.since, lt=condition.before)
    return edge.FieldCondition(condition.field, range=moments)


def _has_flag(field: str, *, value: bool) -> edge.FieldCondition:
    # Edge takes a boolean of Python's for a whole number, as it is one; NumPy's are not.
    return edge.FieldCondition(field, match=edge.MatchValue(cast(bool, np.bool_(value))))
