"""The model from its material: a vocabulary with leanings from stars, then two linear models over labelled clauses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack

from copilot.signals.aspects.features import Floats, Vocabulary, dense_features, entries_of
from copilot.signals.aspects.records import ASPECTS, POLARITIES
from copilot.signals.aspects.weights import AspectDescription, Head, StoredAspects
from copilot.signals.aspects_training.fitting import Linear, Matrix, fit_each, fit_one_of
from copilot.signals.aspects_training.material import LabelledClause, StarReview

_MIDDLE = 3


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is chosen by folds of the labelled reviews."""

    word_scale: float = 1.5
    aspect_strength: float = 2.0
    polarity_strength: float = 2.0
    star_strength: float = 3.0
    star_reviews_with: int = 15
    """Reviews with stars that an entry must be in to lean towards either."""
    star_entries: int = 12_000
    clauses_with: int = 2
    """Labelled clauses that an entry must be in to have weights of its own."""


def leanings(reviews: Sequence[StarReview], plan: Plan) -> dict[str, float]:
    """Words and pairs -> what they say for many stars (4 and 5) against few (1 and 2)."""
    told = [review for review in reviews if review.stars != _MIDDLE]
    seen = [set(entries_of(review.text)) for review in told]
    entries = _commonest(seen, plan.star_reviews_with, plan.star_entries)
    rows = _words_matrix(seen, entries, scale=1.0)
    good = np.array([[review.stars > _MIDDLE] for review in told])
    share = good.mean()
    weights = np.where(good[:, 0], 0.5 / share, 0.5 / (1.0 - share))
    fitted = fit_each(rows, good, strength=plan.star_strength, weights=weights)
    return dict(zip(entries, fitted.weights[:, 0].tolist(), strict=True))


def train(
    clauses: Sequence[LabelledClause],
    vectors: Floats,
    stars: dict[str, float],
    plan: Plan,
    *,
    encoder: str,
    thresholds: Sequence[float],
    neutral_weight: float,
) -> StoredAspects:
    """The model, with what was chosen by folds. `vectors` are those of the clauses, from the encoder of that name."""
    vocabulary = _vocabulary(clauses, stars, plan)
    rows, width = _design(clauses, vectors, vocabulary, plan)
    spoken = np.array([[aspect in one.said for aspect in ASPECTS] for one in clauses])
    aspects = fit_each(rows, spoken, strength=plan.aspect_strength)
    pairs = [(row, ASPECTS.index(aspect), told) for row, one in enumerate(clauses) for aspect, told in one.said.items()]
    of_aspect = np.eye(len(ASPECTS))[[aspect for _, aspect, _ in pairs]]
    judged = hstack([rows[[row for row, _, _ in pairs]], csr_matrix(of_aspect)]).tocsr()
    chosen = np.array([[told == polarity for polarity in POLARITIES] for _, _, told in pairs])
    polarity = fit_one_of(judged, chosen, strength=plan.polarity_strength)
    return StoredAspects(
        description=AspectDescription(
            encoder=encoder,
            thresholds=tuple(thresholds),
            neutral_weight=neutral_weight,
            word_scale=plan.word_scale,
            learned=vocabulary.learned,
        ),
        vocabulary=vocabulary,
        aspects=_head(aspects, width, vocabulary.learned),
        polarity=_head(polarity, width, vocabulary.learned),
    )


def _vocabulary(clauses: Sequence[LabelledClause], stars: dict[str, float], plan: Plan) -> Vocabulary:
    learned = _commonest([set(entries_of(one.text)) for one in clauses], plan.clauses_with)
    entries = [*learned, *sorted(set(stars) - set(learned))]
    told = np.array([stars.get(entry, 0.0) for entry in entries], dtype=np.float32)
    # As it is stored, so that what is measured by folds is what ships.
    return Vocabulary(entries=tuple(entries), learned=len(learned), stars=told.astype(np.float16).astype(np.float32))


def _design(
    clauses: Sequence[LabelledClause], vectors: Floats, vocabulary: Vocabulary, plan: Plan
) -> tuple[Matrix, int]:
    """Rows for the clauses, and how many of their columns are dense."""
    texts = [one.text for one in clauses]
    dense = dense_features(texts, vectors, [vocabulary.places(text) for text in texts], vocabulary)
    entries = vocabulary.entries[: vocabulary.learned]
    words = _words_matrix([set(entries_of(text)) for text in texts], entries, scale=plan.word_scale)
    return hstack([csr_matrix(dense.astype(np.float64)), words]).tocsr(), dense.shape[1]


def _words_matrix(seen: Sequence[set[str]], entries: Sequence[str], *, scale: float) -> Matrix:
    """Rows of length `scale` over the entries that each has."""
    places = {entry: place for place, entry in enumerate(entries)}
    found = [sorted(places[entry] for entry in there if entry in places) for there in seen]
    values = [np.full(len(there), scale / np.sqrt(max(len(there), 1))) for there in found]
    ends = np.cumsum([0, *map(len, found)])
    columns: NDArray[np.int64] = np.array([place for there in found for place in there], dtype=np.int64)
    return csr_matrix((np.concatenate(values), columns, ends), shape=(len(seen), len(entries)))


def _commonest(seen: Iterable[set[str]], at_least: int, at_most: int | None = None) -> list[str]:
    counts = Counter(entry for there in seen for entry in there)
    kept = sorted((entry for entry, count in counts.items() if count >= at_least), key=lambda one: (-counts[one], one))
    return sorted(kept[:at_most])


def _head(fitted: Linear, width: int, learned: int) -> Head:
    """The weights by part; those of the aspects themselves, behind the words, are the polarity's bias."""
    dense, words, own = np.split(fitted.weights.astype(np.float32), [width, width + learned])
    bias = fitted.bias.astype(np.float32)
    return Head(dense=dense, words=words, bias=own + bias if len(own) else bias)
