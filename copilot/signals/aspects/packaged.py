"""The packaged model at work: numpy over the vectors of the default encoder and the words of a clause."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from copilot.errors import AspectModelError
from copilot.signals.aspects.features import Floats, dense_features
from copilot.signals.aspects.records import ASPECTS, POLARITIES, Finding
from copilot.signals.aspects.weights import Head, StoredAspects
from vectorstore.encoder import Encoder


class PackagedAspects:
    """Reads English clauses with the model that ships."""

    def __init__(self, encoder: Encoder, stored: StoredAspects | None = None) -> None:
        """`encoder` must be the one that the model was trained with. Raises `AspectModelError` for another."""
        self._stored = stored or StoredAspects.load()
        if encoder.fingerprint != self._stored.description.encoder:
            wanted = self._stored.description.encoder
            raise AspectModelError("packaged", f"it reads vectors of {wanted}, not of {encoder.fingerprint}")
        self._encoder = encoder

    @property
    def fingerprint(self) -> str:
        """Checksum of the weights and their description."""
        return self._stored.fingerprint

    def read(self, clauses: Sequence[str]) -> list[list[Finding]]:
        """What each clause says, in the order of `ASPECTS`."""
        if not clauses:
            return []
        spoken, polarity = self.probabilities(clauses, self._encoder.encode(clauses))
        return [list(self._findings(*rows)) for rows in zip(spoken, polarity, strict=True)]

    def probabilities(self, clauses: Sequence[str], vectors: Floats) -> tuple[Floats, Floats]:
        """Whether each clause speaks of each aspect, shape `(clauses, aspects)`, and of each polarity if it does, shape
        `(clauses, aspects, polarities)`, from their `vectors`, shape `(clauses, dimensions)`."""
        stored = self._stored
        places = [stored.vocabulary.places(clause) for clause in clauses]
        dense = dense_features(clauses, vectors, places, stored.vocabulary)
        words = [there[there < stored.description.learned] for there in places]
        scale = stored.description.word_scale
        spoken = 1.0 / (1.0 + np.exp(-_logits(stored.aspects, dense, words, scale) - stored.aspects.bias))
        told = _logits(stored.polarity, dense, words, scale)[:, None, :] + stored.polarity.bias[None]
        likely = np.exp(told - told.max(axis=-1, keepdims=True))
        likely /= likely.sum(axis=-1, keepdims=True)
        return spoken, likely

    def _findings(self, spoken: Floats, polarity: Floats) -> list[Finding]:
        weights = np.ones(len(POLARITIES))
        weights[POLARITIES.index("neutral")] = self._stored.description.neutral_weight
        found = []
        for place in np.flatnonzero(spoken >= np.array(self._stored.description.thresholds)):
            likeliest = int((polarity[place] * weights).argmax())
            surety = float(spoken[place] * polarity[place, likeliest])
            found.append(Finding(aspect=ASPECTS[place], polarity=POLARITIES[likeliest], surety=surety))
        return found


def _logits(head: Head, dense: Floats, words: Sequence[NDArray[np.int64]], scale: float) -> Floats:
    """Without the bias, shape `(clauses, outputs)`."""
    logits: Floats = dense @ head.dense
    for row, there in enumerate(words):
        if len(there):
            logits[row] += head.words[there].sum(axis=0) * (scale / np.sqrt(len(there)))
    return logits
