"""Hits spread over authors and threads, without near-duplicates.

Hits are picked one by one, each time the one with the highest marginal relevance

    (1 - d) * score - d * likeness to the most alike hit picked before

(Carbonell and Goldstein, 1998), where likeness is the cosine of two hits' vectors, or, where there are no vectors that
know meaning, the share of words that two texts have in common (Jaccard).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from vectorstore.store import Hit, Vector

AnyHit = TypeVar("AnyHit", bound=Hit)
Vectors = Callable[[Sequence[str]], Mapping[str, Vector]]
"""Ids -> their vectors, unit length."""

_WORD = re.compile(r"\w+")
_CHANCES = 15
"""Hits that are compared at each pick, the best of those left."""


@dataclass(frozen=True, kw_only=True)
class Diversity:
    """How much hits must differ from each other."""

    once_per: str = ""
    """Payload field of which each value comes once (`author`: one post an author) until all have come; then
    second ones fill the limit. Empty: no such field."""
    at_most: Mapping[str, int] = field(default_factory=dict)
    """Payload field -> most hits of one value of it (`thread`); a hit without a value does not count."""
    weight: float = 0.1
    """`d`, from 0 (score alone) to 1 (variety alone)."""
    duplicate_at: float = 0.8
    """Hits that share this part of their words with a picked one are left out; above 1 keeps all."""
    paraphrase_at: float = 0.95
    """Hits whose vector is this near to a picked one's (cosine) are left out; above 1 keeps all."""


NO_DIVERSITY = Diversity(weight=0.0, duplicate_at=2.0, paraphrase_at=2.0)


def diversify(
    hits: Sequence[AnyHit], *, limit: int, diversity: Diversity, vectors: Vectors | None = None
) -> list[AnyHit]:
    """At most `limit` of the hits, which come best first, varied as `diversity` asks; the best always comes first.

    `vectors` gives those that hits are compared by, and is asked only about hits that have a chance; None: their words.
    """
    likeness = _Likeness(hits, vectors, diversity, limit)
    values = {name: [_value(hit, name) for hit in hits] for name in {diversity.once_per, *diversity.at_most} if name}
    left = list(range(len(hits)))
    picked: list[int] = []
    while len(picked) < limit and (fresh := _fresh(left, picked, values, diversity)):
        chances = fresh[:_CHANCES]
        scores = np.array([hits[place].score for place in chances])
        marginal = (1.0 - diversity.weight) * scores - diversity.weight * likeness.to_nearest(chances, picked)
        best = chances[int(marginal.argmax())]
        left.remove(best)
        if not likeness.repeats(best, picked):
            picked.append(best)
            likeness.pick(best)
    return [hits[place] for place in picked]


class _Likeness:
    """How alike hits are to those picked, by their places in the ranking."""

    def __init__(self, hits: Sequence[Hit], vectors: Vectors | None, diversity: Diversity, limit: int) -> None:
        self._hits = hits
        self._vectors = vectors if diversity.weight or diversity.paraphrase_at <= 1.0 else None
        self._by_words = vectors is None
        self._diversity = diversity
        self._words: dict[int, frozenset[str]] = {}
        self._most: dict[int, tuple[int, float]] = {}
        self._rows: dict[int, int] = {}
        self._table = np.empty((0, 0), dtype=np.float32)
        self._nearest = np.empty(0, dtype=np.float32)
        """Of each row of the table, to the nearest of those picked."""
        self._read(range(min(len(hits), _CHANCES + limit)), [])

    def to_nearest(self, places: Sequence[int], picked: Sequence[int]) -> NDArray[np.float64]:
        """Of each place, to the most alike of those picked; shape `(len(places),)`."""
        if not picked or not self._diversity.weight:
            return np.zeros(len(places))
        if self._by_words:
            return np.array([self._most_shared(place, picked) for place in places])
        self._read([place for place in places if place not in self._rows], picked)
        return self._nearest[[self._rows[place] for place in places]].astype(np.float64)

    def repeats(self, place: int, picked: Sequence[int]) -> bool:
        """Whether a hit says once more what one of those picked says."""
        most = self._diversity.duplicate_at
        if most <= 1.0 and any(self._shared_words(place, other) >= most for other in picked):
            return True
        nearest = self._diversity.paraphrase_at
        if self._vectors is None or nearest > 1.0 or not picked:
            return False
        self._read([place] if place not in self._rows else [], picked)
        return bool(self._nearest[self._rows[place]] >= nearest)

    def pick(self, place: int) -> None:
        """From now on hits are compared with this one too."""
        if place in self._rows:
            np.maximum(self._nearest, self._table @ self._table[self._rows[place]], out=self._nearest)

    def _read(self, places: Sequence[int], picked: Sequence[int]) -> None:
        if not places or self._vectors is None:
            return
        ids = [self._hits[place].id for place in places]
        found = self._vectors(ids)
        # One that is gone since the search is like nothing.
        gone = np.zeros_like(next(iter(found.values()))) if found else np.zeros(self._table.shape[1] or 1, np.float32)
        fresh = np.stack([found.get(id, gone) for id in ids])
        known = [self._rows[place] for place in picked if place in self._rows]
        nearest = (fresh @ self._table[known].T).max(axis=1) if known else np.full(len(places), -1.0, np.float32)
        self._rows |= {place: len(self._rows) + at for at, place in enumerate(places)}
        self._table = np.concatenate([self._table, fresh]) if self._table.size else fresh
        self._nearest = np.concatenate([self._nearest, nearest])

    def _most_shared(self, place: int, picked: Sequence[int]) -> float:
        """The highest share of words, compared with those picked since the last time alone."""
        compared, most = self._most.get(place, (0, 0.0))
        for other in picked[compared:]:
            most = max(most, self._shared_words(place, other))
        self._most[place] = len(picked), most
        return most

    def _shared_words(self, place: int, other: int) -> float:
        left, right = self._words_of(place), self._words_of(other)
        if not left and not right:
            return 1.0
        common = len(left & right)
        return common / (len(left) + len(right) - common)

    def _words_of(self, place: int) -> frozenset[str]:
        if place not in self._words:
            self._words[place] = frozenset(_WORD.findall(self._hits[place].text.lower()))
        return self._words[place]


def _fresh(
    left: Sequence[int], picked: Sequence[int], values: Mapping[str, Sequence[object]], diversity: Diversity
) -> Sequence[int]:
    """Those left whose value may come again, before the others those whose value has not come yet."""
    open_ = left
    for name, most in diversity.at_most.items():
        taken = Counter(values[name][place] for place in picked)
        full = {value for value, count in taken.items() if value is not None and count >= most}
        if full:
            open_ = [place for place in open_ if values[name][place] not in full]
    seen = {values[diversity.once_per][place] for place in picked} - {None} if diversity.once_per else set()
    if not seen:
        return open_
    return [place for place in open_ if values[diversity.once_per][place] not in seen] or open_


def _value(hit: Hit, field: str) -> object:
    value = hit.payload.get(field)
    if value == "":
        return None
    return tuple(value) if isinstance(value, list) else value
