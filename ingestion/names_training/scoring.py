"""How well names are found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from ingestion.names_training.examples import Bounds, Example
from ingestion.names_training.fitting import padded
from ingestion.names_training.lower import Encoded
from ingestion.pseudonymise.names.decoding import NameDecoder
from ingestion.pseudonymise.names.features import FeatureMaker
from ingestion.pseudonymise.names.head import NameHead
from ingestion.pseudonymise.names.words import WORD

_BATCH = 64


@dataclass(frozen=True, kw_only=True)
class Score:
    """Shares, from 0 to 1."""

    recall: float
    """Of the marked names, those that a found one overlaps."""
    precision: float
    """Of the found names, those that overlap a marked one."""
    word_recall: float
    """Of the words of marked names, those in a found one."""
    word_precision: float
    """Of the words in found names, those in a marked one."""
    names: int
    """Marked names."""

    def __str__(self) -> str:
        return (
            f"recall {self.recall:.3f} precision {self.precision:.3f} "
            f"(words {self.word_recall:.3f} {self.word_precision:.3f}; {self.names} names)"
        )


@dataclass(frozen=True, kw_only=True)
class Judged:
    """Texts and what the head says of their tokens."""

    examples: Sequence[Example]
    encoded: Sequence[Encoded]
    logits: Sequence[NDArray[np.float32]]

    def found(self, decoder: NameDecoder) -> list[list[Bounds]]:
        """Names in each text, but for those on handles."""
        return [
            [
                (span.start, span.end)
                for span in decoder.decode(example.text, text.offsets, logits)
                if not any(_overlap((span.start, span.end), handle) for handle in example.handles)
            ]
            for example, text, logits in zip(self.examples, self.encoded, self.logits, strict=True)
        ]


def judged(head: NameHead, examples: Sequence[Example], encoded: Sequence[Encoded], maker: FeatureMaker) -> Judged:
    """The head's logits for each text."""
    head.eval()
    logits: list[NDArray[np.float32]] = [np.empty((0, 0), dtype=np.float32)] * len(examples)
    by_length = sorted(range(len(examples)), key=lambda at: len(encoded[at].hidden))
    with torch.inference_mode():
        for start in range(0, len(examples), _BATCH):
            places = by_length[start : start + _BATCH]
            batch = [encoded[at] for at in places]
            made = maker.make([examples[at].text for at in places], [text.offsets for text in batch])
            hidden, mask, features = padded(batch, list(made))
            for at, row in zip(places, head(hidden, mask, features).numpy(), strict=True):
                logits[at] = row[: len(encoded[at].hidden)]
    return Judged(examples=examples, encoded=encoded, logits=logits)


def score(examples: Sequence[Example], found: Sequence[Sequence[Bounds]]) -> Score:
    """Overlap and word scores over all the texts."""
    hits = right = names = spans = 0
    words = np.zeros(3, dtype=np.int64)
    for example, bounds in zip(examples, found, strict=True):
        names += len(example.names)
        spans += len(bounds)
        hits += sum(any(_overlap(name, span) for span in bounds) for name in example.names)
        right += sum(any(_overlap(name, span) for name in example.names) for span in bounds)
        marked, taken = _words(example.text, example.names), _words(example.text, bounds)
        words += (len(marked), len(taken), len(marked & taken))
    return Score(
        recall=_share(hits, names),
        precision=_share(right, spans),
        word_recall=_share(int(words[2]), int(words[0])),
        word_precision=_share(int(words[2]), int(words[1])),
        names=names,
    )


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0


def _overlap(one: Bounds, other: Bounds) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _words(text: str, bounds: Sequence[Bounds]) -> set[int]:
    return {
        match.start() for match in WORD.finditer(text) if any(_overlap((match.start(), match.end()), b) for b in bounds)
    }
