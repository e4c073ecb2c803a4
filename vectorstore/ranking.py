"""From a query to hits: what both stores do alike around their own searches."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

import numpy as np

from vectorstore.fusion import Id
from vectorstore.payload import decode_payload
from vectorstore.store import Hit, Query, Schema


def check_query(query: Query, schema: Schema) -> None:
    """Raises `ValueError` for a query without words or vector, of another vector size, or without a limit."""
    if query.vector is None and not query.asks_words:
        raise ValueError("a query needs words or a vector")
    if query.vector is not None and query.vector.shape != (schema.dimensions,):
        raise ValueError(f"the query vector has shape {query.vector.shape}, not ({schema.dimensions},)")
    if query.vector is not None and not np.isfinite(query.vector).all():
        raise ValueError("the query vector holds a value that is not finite")
    if query.limit < 1:
        raise ValueError(f"the limit is {query.limit}, at least 1 is needed")


def make_hits(
    ranked: list[tuple[Id, float]],
    *,
    dense: Mapping[Id, float] | None,
    bm25: Mapping[Id, float] | None,
    stored: Mapping[Id, Mapping[str, object]],
    schema: Schema,
) -> list[Hit]:
    """Hits in the order of `ranked`, ids as texts or numbers; a document that is gone since (not in `stored`) is left
    out."""
    hits = []
    for id, score in ranked:
        if id in stored:
            text, payload = decode_payload(stored[id], schema)
            hits.append(
                Hit(
                    id=id if isinstance(id, str) else str(UUID(int=id)),
                    text=text,
                    payload=payload,
                    score=score,
                    dense_score=dense.get(id) if dense is not None else None,
                    bm25_score=bm25.get(id) if bm25 is not None else None,
                )
            )
    return hits
