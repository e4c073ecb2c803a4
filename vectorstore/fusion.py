"""Dense and BM25 scores fused into one ranking.

Each list is scaled to [0, 1] and the two are added by weight:

    score = w * dense' + (1 - w) * bm25'
    dense' = (dense - lowest) / (highest - lowest)        bm25' = bm25 / highest

A document that a list lacks has 0 there. BM25's floor is 0, which is what a document without any of the words
scores; cosine has no such floor, so the lowest of the list takes its place. Convex combination after Bruch, Gai
and Ingber, "An Analysis of Fusion Functions for Hybrid Retrieval" (2022), where it beats reciprocal rank fusion,
as it did in our own measurements.

>>> fuse({"a": 0.9, "b": 0.5}, {"b": 4.0, "c": 2.0}, dense_weight=0.3)
[('b', 0.7), ('c', 0.35), ('a', 0.3)]
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeVar

_DECIMALS = 6

Id = TypeVar("Id", str, int)
"""A document's id as text, or the number that its UUID is: both give one order."""


def fuse(
    dense: Mapping[Id, float] | None,
    bm25: Mapping[Id, float] | None,
    *,
    dense_weight: float,
    limit: int | None = None,
) -> list[tuple[Id, float]]:
    """Ids with fused scores in [0, 1], best first, equals by id; `limit` of them, or all. A list that was not asked for
    is None: the other then ranks alone."""
    if dense is None or bm25 is None:
        alone = _scale(dense) if dense is not None else _scale(bm25 or {}, floor=0.0)
        return _ranked(alone, limit)
    scores = _scale(dense, weight=dense_weight)
    for id, score in _scale(bm25, floor=0.0, weight=1.0 - dense_weight).items():
        scores[id] = scores.get(id, 0.0) + score
    return _ranked(scores, limit)


def pool_size(limit: int) -> int:
    """How many candidates each list gives to the fusion for `limit` hits.

    For 10 hits 60 do: with 100, which take a seventh longer, 9 in 10 hits are the same and 2 of 240 reviews more are
    found by their titles. For many hits, which are put in order once more, half as many would lose some.
    """
    return max(60, 4 * limit)


def _scale(scores: Mapping[Id, float], *, floor: float | None = None, weight: float = 1.0) -> dict[Id, float]:
    if not scores:
        return {}
    highest = max(scores.values())
    lowest = min(scores.values()) if floor is None else floor
    if highest <= lowest:
        return dict.fromkeys(scores, weight)
    span = highest - lowest
    return {id: weight * ((score - lowest) / span) for id, score in scores.items()}


def _ranked(scores: Mapping[Id, float], limit: int | None) -> list[tuple[Id, float]]:
    # Rounding lets documents that score alike but for float noise fall in id order, in every store.
    falling = sorted([(-round(score, _DECIMALS), id) for id, score in _foremost(scores, limit)])
    return [(id, -score) for score, id in falling[:limit]]


def _foremost(scores: Mapping[Id, float], limit: int | None) -> Iterable[tuple[Id, float]]:
    """Those that may be among the first `limit` after rounding: most are not, and are left out at little cost."""
    if limit is None or limit >= len(scores):
        return scores.items()
    least = sorted(scores.values())[-limit] - 10**-_DECIMALS * 2
    return [entry for entry in scores.items() if entry[1] >= least]
