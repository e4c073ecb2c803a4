"""What re-ranking looks at: how each candidate says what is asked for, as numbers.

    bm25       BM25 score / highest of the candidates
    dense      (cosine - lowest) / (highest - lowest)
    cover      sum over wishes of idf * weight of the best wording found / sum of idf
    pairs      neighbouring wishes that follow each other in the text, by idf / all neighbouring wishes, by idf
    sentence   `cover` of the sentence that covers most
    length     log(1 + words)

`idf` is a wish's rarity among the candidates themselves, log((n + 1) / (df + 0.5)): stop words count, for little;
what no candidate says does not count.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from vectorstore.matching import Matches
from vectorstore.store import Hit

NAMES = ("bm25", "dense", "cover", "pairs", "sentence", "length")
"""The columns of `features`."""

_TINY = 1e-9


def features(hits: Sequence[Hit], matches: Sequence[Matches], wishes: int) -> NDArray[np.float64]:
    """One row a candidate, shape `(len(hits), len(NAMES))`; `matches` are those of each hit's text, `wishes` how many
    things are asked for. Who is missing in one of the store's lists has the lowest score of the candidates there."""
    rarity = _rarity(matches, wishes)
    bm25, dense = _column([hit.bm25_score for hit in hits]), _column([hit.dense_score for hit in hits])
    table = np.empty((len(hits), len(NAMES)))
    if not hits:
        return table
    table[:, 0] = bm25 / max(float(bm25.max()), _TINY)
    table[:, 1] = (dense - dense.min()) / max(float(dense.max() - dense.min()), _TINY)
    table[:, 2:5] = np.array([_said(found, rarity) for found in matches])
    table[:, 5] = np.log1p([found.words for found in matches])
    return table


def _column(scores: Sequence[float | None]) -> NDArray[np.float64]:
    lowest = min((score for score in scores if score is not None), default=0.0)
    return np.array([lowest if score is None else score for score in scores], dtype=np.float64)


def _rarity(matches: Sequence[Matches], wishes: int) -> list[float]:
    counts = [0] * wishes
    for found in matches:
        for wish in {match.wish for match in found.found}:
            counts[wish] += 1
    return [math.log((len(matches) + 1) / (count + 0.5)) if count else 0.0 for count in counts]


def _said(matches: Matches, rarity: Sequence[float]) -> tuple[float, float, float]:
    """`cover`, `pairs` and `sentence` of one text."""
    whole: dict[int, float] = {}
    sentences: dict[int, dict[int, float]] = {}
    ends: dict[int, set[int]] = {}
    starts: dict[int, set[int]] = {}
    for match in matches.found:
        wish, weight = match.wish, match.weight
        whole[wish] = max(whole.get(wish, 0.0), weight)
        told = sentences.setdefault(match.sentence, {})
        told[wish] = max(told.get(wish, 0.0), weight)
        starts.setdefault(wish, set()).add(match.position)
        ends.setdefault(wish, set()).add(match.position + match.words)
    total = sum(rarity) or 1.0
    best = max((_cover(told, rarity) for told in sentences.values()), default=0.0)
    return _cover(whole, rarity) / total, _pairs(starts, ends, rarity), best / total


def _cover(weights: Mapping[int, float], rarity: Sequence[float]) -> float:
    return sum(rarity[wish] * weight for wish, weight in weights.items())


def _pairs(starts: Mapping[int, set[int]], ends: Mapping[int, set[int]], rarity: Sequence[float]) -> float:
    total = follow = 0.0
    for first in range(len(rarity) - 1):
        weight = rarity[first] + rarity[first + 1]
        total += weight
        if first in ends and first + 1 in starts and not ends[first].isdisjoint(starts[first + 1]):
            follow += weight
    return follow / total if total else 0.0
