"""What the packaged model sees of a clause: its vector, its words and pairs of words, and counts of telling ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from copilot.signals.aspects.lexicon import load_words, tokens_of
from copilot.signals.aspects.records import NAMED_ASPECTS

Floats = NDArray[np.float32]

STAR_FEATURES = 3
LEXICON_FEATURES = len(NAMED_ASPECTS) + 2
COUNTED = STAR_FEATURES + LEXICON_FEATURES
"""Columns beside those of the vector."""
_STAR_SCALE = 0.2
_MOST_HITS, _MOST_JUDGED = 2, 3
_COUNT_SCALE = 1.0


@dataclass(frozen=True, kw_only=True)
class Vocabulary:
    """Words and pairs of words that weights belong to."""

    entries: tuple[str, ...]
    """The first `learned` come from labelled clauses; the others from reviews with stars alone."""
    learned: int
    stars: Floats
    """What each entry says of the stars of a review, shape `(len(entries),)`; 0: nothing."""

    @cached_property
    def _places(self) -> Mapping[str, int]:
        return {entry: place for place, entry in enumerate(self.entries)}

    def places(self, text: str) -> NDArray[np.int64]:
        """Places of the entries that the text has, each once, in order."""
        found = {self._places[entry] for entry in entries_of(text) if entry in self._places}
        return np.array(sorted(found), dtype=np.int64)

    def star_features(self, places: NDArray[np.int64]) -> list[float]:
        """Mean leaning of the entries towards many stars, and the parts for and against, shape `(STAR_FEATURES,)`."""
        told = self.stars[places]
        told = told[told != 0.0]
        scale = _STAR_SCALE / np.sqrt(max(len(told), 1))
        return [
            float(told.sum() * scale),
            float(told[told > 0].sum() * scale),
            float(-told[told < 0].sum() * scale),
        ]


def entries_of(text: str) -> list[str]:
    """Words and pairs of neighbours.

    >>> entries_of("Runs small!")
    ['runs', 'small', 'runs small']
    """
    tokens = tokens_of(text)
    return [*tokens, *(f"{left} {right}" for left, right in pairwise(tokens))]


def dense_features(
    clauses: Sequence[str], vectors: Floats, places: Sequence[NDArray[np.int64]], vocabulary: Vocabulary
) -> Floats:
    """Vectors and counts side by side, shape `(len(clauses), dimensions + COUNTED)`."""
    counted = np.array(
        [
            [*vocabulary.star_features(there), *_lexicon_features(clause)]
            for clause, there in zip(clauses, places, strict=True)
        ],
        dtype=np.float32,
    )
    return np.hstack([vectors, counted.reshape(len(clauses), COUNTED)])


def _lexicon_features(clause: str) -> list[float]:
    words, tokens = load_words(), tokens_of(clause)
    hits = words.hits(tokens)
    said = [min(hits.get(aspect, 0), _MOST_HITS) for aspect in NAMED_ASPECTS]
    return [_COUNT_SCALE * count for count in (*said, *(min(n, _MOST_JUDGED) for n in words.praise_and_blame(tokens)))]
