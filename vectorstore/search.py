"""From words to varied hits: the store's fused ranking, spread over authors and without near-duplicates.

Hits are picked one by one, each time the one with the highest marginal relevance

    (1 - d) * score - d * likeness to the most alike hit picked before

(Carbonell and Goldstein, 1998), where likeness is the share of words that two texts have in common (Jaccard).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from vectorstore.encoder import Encoder
from vectorstore.store import DocumentStore, Filter, Hit, Query

_WORD = re.compile(r"\w+")
_CANDIDATES_PER_HIT = 5
_LEAST_CANDIDATES = 50


@dataclass(frozen=True, kw_only=True)
class Diversity:
    """How much hits must differ from each other."""

    once_per: str = ""
    """Payload field of which each value comes once (`author`: one post an author) until all have come; then
    second ones fill the limit. Empty: no such field."""
    weight: float = 0.2
    """`d`, from 0 (score alone) to 1 (variety alone)."""
    duplicate_at: float = 0.8
    """Hits whose likeness to a picked one is at or above this are left out; above 1 keeps all."""


NO_DIVERSITY = Diversity(weight=0.0, duplicate_at=2.0)


def search(
    store: DocumentStore,
    encoder: Encoder,
    text: str,
    *,
    filter: Filter | None = None,
    limit: int = 10,
    diversity: Diversity | None = None,
) -> list[Hit]:
    """The best hits for the words and their meaning, at most `limit`, in the order picked; scores are the store's.

    Raises `ValueError` for a text without words, `InvalidFilterError`, and what the store raises.
    """
    if not text.strip():
        raise ValueError("a search needs words")
    query = Query(
        text=text,
        vector=encoder.encode([text])[0],
        filter=filter if filter is not None else Filter(),
        limit=max(_LEAST_CANDIDATES, limit * _CANDIDATES_PER_HIT),
    )
    return diversify(store.query(query), limit=limit, diversity=diversity or Diversity())


def diversify(hits: Sequence[Hit], *, limit: int, diversity: Diversity) -> list[Hit]:
    """At most `limit` of the hits, varied as `diversity` asks; the best hit always comes first."""
    words = {hit.id: frozenset(_WORD.findall(hit.text.lower())) for hit in hits}
    likeness = dict.fromkeys(words, 0.0)
    left = list(hits)
    picked: list[Hit] = []
    seen: set[object] = set()
    while left and len(picked) < limit:
        fresh = [hit for hit in left if _value(hit, diversity) not in seen]
        best = max(fresh or left, key=lambda hit: _marginal(hit, likeness[hit.id], diversity.weight))
        picked.append(best)
        if diversity.once_per and _value(best, diversity) is not None:
            seen.add(_value(best, diversity))
        for hit in left:
            likeness[hit.id] = max(likeness[hit.id], _jaccard(words[hit.id], words[best.id]))
        left = [hit for hit in left if hit.id != best.id and likeness[hit.id] < diversity.duplicate_at]
    return picked


def _value(hit: Hit, diversity: Diversity) -> object:
    value = hit.payload.get(diversity.once_per) if diversity.once_per else None
    return tuple(value) if isinstance(value, list) else value


def _marginal(hit: Hit, likeness: float, weight: float) -> float:
    return (1.0 - weight) * hit.score - weight * likeness


def _jaccard(left: frozenset[str], right: frozenset[str]) -> float:
    if not left and not right:
        return 1.0
    return len(left & right) / len(left | right)
