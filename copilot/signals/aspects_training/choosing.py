"""Folds of the labelled reviews: how well the model does on reviews that it has not seen, and its thresholds."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from copilot.signals.aspects.features import Floats
from copilot.signals.aspects.packaged import PackagedAspects
from copilot.signals.aspects.records import ASPECTS, POLARITIES, Aspect, Polarity
from copilot.signals.aspects_training.material import LabelledClause
from copilot.signals.aspects_training.scoring import Said, Scores, score
from copilot.signals.aspects_training.training import Plan, train
from vectorstore.encoder import Encoder

_FOLDS = 5
_THRESHOLDS = np.arange(0.3, 0.625, 0.025)
"""Lower ones would do a little better on reviews, and take the material in a name (`mesh flats`) for an opinion in
posts that judge nothing."""
_NEUTRAL_WEIGHTS = (1.0, 1.5, 2.0, 2.5, 3.0, 4.0)


def out_of_fold(
    clauses: Sequence[LabelledClause],
    vectors: Floats,
    stars: dict[str, float],
    plan: Plan,
    *,
    encoder: Encoder,
    seed: int,
) -> tuple[Floats, Floats]:
    """Probabilities as `PackagedAspects.probabilities` gives them, each clause by a model without its review."""
    reviews = np.array([one.review for one in clauses])
    folds = np.random.default_rng(seed).integers(0, _FOLDS, reviews.max() + 1)[reviews]
    spoken = np.zeros((len(clauses), len(ASPECTS)), dtype=np.float32)
    polarity = np.zeros((*spoken.shape, len(POLARITIES)), dtype=np.float32)
    for fold in range(_FOLDS):
        known, held = np.flatnonzero(folds != fold).tolist(), np.flatnonzero(folds == fold).tolist()
        model = train(
            [clauses[row] for row in known],
            vectors[known],
            stars,
            plan,
            encoder=encoder.fingerprint,
            thresholds=[0.5] * len(ASPECTS),
            neutral_weight=1.0,
        )
        reader = PackagedAspects(encoder, model)
        spoken[held], polarity[held] = reader.probabilities([clauses[row].text for row in held], vectors[held])
    return spoken, polarity


def best_thresholds(clauses: Sequence[LabelledClause], spoken: Floats) -> list[float]:
    """For each aspect the probability from which its F1 is highest."""
    chosen = []
    for place, aspect in enumerate(ASPECTS):
        said = np.array([aspect in one.said for one in clauses])
        values = [_f1(said, spoken[:, place] >= threshold) for threshold in _THRESHOLDS]
        chosen.append(round(float(_THRESHOLDS[int(np.argmax(values))]), 3))
    return chosen


def best_neutral_weight(clauses: Sequence[LabelledClause], polarity: Floats) -> float:
    """What to multiply the probability of neutral by so that the mean F1 of the three is highest."""
    labels = [one.said for one in clauses]
    return max(_NEUTRAL_WEIGHTS, key=lambda one: score(labels, labels, polarity_of(labels, polarity, one)).polarity_f1)


def scores_of(
    clauses: Sequence[LabelledClause], spoken: Floats, polarity: Floats, thresholds: Sequence[float], neutral: float
) -> Scores:
    """How well such probabilities do with such choices."""
    labels = [one.said for one in clauses]
    all_said: list[Said] = [dict.fromkeys(ASPECTS, "neutral")] * len(clauses)
    likeliest = polarity_of(all_said, polarity, neutral)
    found: list[dict[Aspect, Polarity]] = [
        {aspect: there[aspect] for place, aspect in enumerate(ASPECTS) if row[place] >= thresholds[place]}
        for there, row in zip(likeliest, spoken, strict=True)
    ]
    return score(labels, found, polarity_of(labels, polarity, neutral))


def polarity_of(labels: Sequence[Said], polarity: Floats, neutral: float) -> list[dict[Aspect, Polarity]]:
    """The likeliest polarity of each aspect that the labels have."""
    weights = np.array([neutral if one == "neutral" else 1.0 for one in POLARITIES])
    likeliest = (polarity * weights).argmax(axis=-1)
    return [
        {aspect: POLARITIES[likeliest[row, ASPECTS.index(aspect)]] for aspect in said}
        for row, said in enumerate(labels)
    ]


def _f1(said: np.ndarray, found: np.ndarray) -> float:
    return float(2.0 * (said & found).sum() / max(said.sum() + found.sum(), 1))
