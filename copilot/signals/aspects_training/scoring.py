"""How well aspects and polarity are found, against labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from copilot.signals.aspects.records import ASPECTS, NAMED_ASPECTS, POLARITIES, Aspect, Polarity

Said = Mapping[Aspect, Polarity]


@dataclass(frozen=True, kw_only=True)
class Scores:
    """Of one reader on labelled clauses. Aspects are scored without `other`, the class of all that has no name."""

    aspect_f1: Mapping[Aspect, float]
    """Of each aspect, `other` too."""
    micro_f1: float
    """Of the named aspects, over all clauses together."""
    macro_f1: float
    """Mean of the named aspects'."""
    pair_f1: float
    """Of named aspects with the right polarity, over all clauses together."""
    polarity_accuracy: float
    """Where the labels have an aspect (`other` too)."""
    polarity_f1: float
    """Mean of the F1 of the three polarities, over the same."""


def score(labels: Sequence[Said], found: Sequence[Said], polarity: Sequence[Said]) -> Scores:
    """`found`: what a reader says; `polarity`: what it says of the aspects that the labels have."""
    named = {aspect: _f1_of(labels, found, (aspect,)) for aspect in ASPECTS}
    pairs = [
        (said[aspect], there.get(aspect, "")) for said, there in zip(labels, polarity, strict=True) for aspect in said
    ]
    return Scores(
        aspect_f1=named,
        micro_f1=_f1_of(labels, found, NAMED_ASPECTS),
        macro_f1=float(np.mean([named[aspect] for aspect in NAMED_ASPECTS])),
        pair_f1=_f1_of(labels, found, NAMED_ASPECTS, with_polarity=True),
        polarity_accuracy=float(np.mean([told == read for told, read in pairs])),
        polarity_f1=float(np.mean([_f1_of_class(pairs, one) for one in POLARITIES])),
    )


def _f1_of(
    labels: Sequence[Said], found: Sequence[Said], aspects: Sequence[Aspect], *, with_polarity: bool = False
) -> float:
    right = said = read = 0
    for told, there in zip(labels, found, strict=True):
        for aspect in aspects:
            said += aspect in told
            read += aspect in there
            both = aspect in told and aspect in there
            right += both and (not with_polarity or told[aspect] == there[aspect])
    return 2.0 * right / max(said + read, 1)


def _f1_of_class(pairs: Sequence[tuple[str, str]], polarity: str) -> float:
    right = sum(told == read == polarity for told, read in pairs)
    return 2.0 * right / max(sum((told == polarity) + (read == polarity) for told, read in pairs), 1)
