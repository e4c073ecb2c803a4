"""Hits spread over authors and threads, without near-duplicates.

Hits are picked one by one, each time the one with the highest marginal relevance

    (1 - d) * score - d * likeness to the most alike hit picked before

(Carbonell and Goldstein, 1998), where likeness is the share of words that two texts have in common (Jaccard).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from vectorstore.store import Hit

AnyHit = TypeVar("AnyHit", bound=Hit)

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, kw_only=True)
class Diversity:
    """How much hits must differ from each other."""

    once_per: str = ""
    """Payload field of which each value comes once (`author`: one post an author) until all have come; then
    second ones fill the limit. Empty: no such field."""
    at_most: Mapping[str, int] = field(default_factory=dict)
    """Payload field -> most hits of one value of it (`thread`); a hit without a value does not count."""
    weight: float = 0.2
    """`d`, from 0 (score alone) to 1 (variety alone)."""
    duplicate_at: float = 0.8
    """Hits whose likeness to a picked one is at or above this are left out; above 1 keeps all."""


NO_DIVERSITY = Diversity(weight=0.0, duplicate_at=2.0)


def diversify(hits: Sequence[AnyHit], *, limit: int, diversity: Diversity) -> list[AnyHit]:
    """At most `limit` of the hits, varied as `diversity` asks; the best hit always comes first."""
    words = {hit.id: frozenset(_WORD.findall(hit.text.lower())) for hit in hits}
    likeness = dict.fromkeys(words, 0.0)
    left = list(hits)
    picked: list[AnyHit] = []
    seen: set[object] = set()
    counts: Counter[tuple[str, object]] = Counter()
    while left and len(picked) < limit:
        fresh = [hit for hit in left if _value(hit, diversity.once_per) not in seen]
        best = max(fresh or left, key=lambda hit: _marginal(hit, likeness[hit.id], diversity.weight))
        picked.append(best)
        seen |= {_value(best, diversity.once_per)} - {None}
        counts.update((name, _value(best, name)) for name in diversity.at_most)
        if diversity.weight or diversity.duplicate_at <= 1.0:
            for hit in left:
                likeness[hit.id] = max(likeness[hit.id], _jaccard(words[hit.id], words[best.id]))
        left = [
            hit
            for hit in left
            if hit.id != best.id and likeness[hit.id] < diversity.duplicate_at and not _is_full(hit, counts, diversity)
        ]
    return picked


def _is_full(hit: Hit, counts: Mapping[tuple[str, object], int], diversity: Diversity) -> bool:
    values = ((name, _value(hit, name), most) for name, most in diversity.at_most.items())
    return any(value is not None and counts.get((name, value), 0) >= most for name, value, most in values)


def _value(hit: Hit, field: str) -> object:
    value = hit.payload.get(field) if field else None
    if value == "":
        return None
    return tuple(value) if isinstance(value, list) else value


def _marginal(hit: Hit, likeness: float, weight: float) -> float:
    return (1.0 - weight) * hit.score - weight * likeness


def _jaccard(left: frozenset[str], right: frozenset[str]) -> float:
    if not left and not right:
        return 1.0
    common = len(left & right)
    return common / (len(left) + len(right) - common)
