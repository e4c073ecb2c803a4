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
    total = sum(rarity) or 1.0
    bm25, dense = _column([hit.bm25_score for hit in hits]), _column([hit.dense_score for hit in hits])
    table = np.empty((len(hits), len(NAMES)))
    if not hits:
        return table
    table[:, 0] = bm25 / max(float(bm25.max()), _TINY)
    table[:, 1] = (dense - dense.min()) / max(float(dense.max() - dense.min()), _TINY)
    table[:, 2:5] = np.array([_said(found, rarity, total) for found in matches])
    table[:, 5] = np.log1p([found.words for found in matches])
    return table


def _column(scores: Sequence[float | None]) -> NDArray[np.float64]:
    lowest = min((score for score in scores if score is not None), default=0.0)
    return np.array([lowest if score is None else score for score in scores], dtype=np.float64)


def _rarity(matches: Sequence[Matches], wishes: int) -> list[float]:
    counts = [0] * wishes
    for found in matches:
        for wish in {match[0] for match in found.found}:
            counts[wish] += 1
    return [math.log((len(matches) + 1) / (count + 0.5)) if count else 0.0 for count in counts]


def _said(matches: Matches, rarity: Sequence[float], total: float) -> tuple[float, float, float]:
    """`cover`, `pairs` and `sentence` of one text; `total`: of the rarities."""
    whole: dict[int, float] = {}
    told: dict[int, float] = {}
    ends: set[tuple[int, int]] = set()
    following: set[int] = set()
    sentence, best = -1, 0.0
    for wish, weight, position, words, said_in, _ in matches.found:
        if said_in != sentence:
            best = max(best, _cover(told, rarity))
            told, sentence = {}, said_in
        told[wish] = max(told.get(wish, 0.0), weight)
        whole[wish] = max(whole.get(wish, 0.0), weight)
        ends.add((wish, position + words))
        if (wish - 1, position) in ends:
            following.add(wish)
    best = max(best, _cover(told, rarity))
    follow = sum(rarity[wish - 1] + rarity[wish] for wish in following)
    neighbours = 2 * sum(rarity) - rarity[0] - rarity[-1] if rarity else 0.0
    return _cover(whole, rarity) / total, follow / neighbours if neighbours else 0.0, best / total


def _cover(weights: Mapping[int, float], rarity: Sequence[float]) -> float:
    cover = 0.0
    for wish, weight in weights.items():
        cover += rarity[wish] * weight
    return cover
