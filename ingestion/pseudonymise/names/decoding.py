"""From the head's logits to the names of people in a text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ingestion.pseudonymise.names.brands import Brands
from ingestion.pseudonymise.names.features import Offsets
from ingestion.pseudonymise.names.finder import PERSON
from ingestion.pseudonymise.names.gazetteer import folded
from ingestion.pseudonymise.names.words import WORD
from ingestion.pseudonymise.span import Span

_PARTICLES = frozenset(
    [
        "al",
        "ben",
        "bin",
        "d",
        "da",
        "dal",
        "dalla",
        "de",
        "degli",
        "dei",
        "del",
        "della",
        "den",
        "der",
        "des",
        "di",
        "do",
        "dos",
        "du",
        "el",
        "ibn",
        "la",
        "las",
        "le",
        "lo",
        "los",
        "mc",
        "o",
        "st",
        "ten",
        "ter",
        "van",
        "vom",
        "von",
        "y",
        "zu",
        "zum",
        "zur",
    ]
)
_JOINERS = frozenset({" ", "-", "'", "’", ". ", ".", " - "})
_LONGEST_BRIDGE = 2


@dataclass(frozen=True, kw_only=True)
class _Word:
    start: int
    end: int
    text: str
    plain: str


class NameDecoder:
    """Makes spans of kind `PERSON` from what the head says of tokens."""

    def __init__(self, *, threshold: float, brands: Brands) -> None:
        if not 0.0 < threshold < 1.0:
            raise ValueError(f"A threshold lies between 0 and 1: {threshold!r}.")
        self.threshold = threshold
        self._margin = float(np.log(threshold) - np.log1p(-threshold))
        self._brands = brands

    def decode(self, text: str, offsets: Offsets, logits: NDArray[np.float32]) -> list[Span]:
        """Names in a text, in order, without overlaps.

        `logits` (tokens, labels) belong to the tokens at `offsets`; what the first piece of a word says counts for the
        word. Names that are a known brand as a whole, or letters alone, are left out.
        """
        margins = logits[: len(offsets), 1] - logits[: len(offsets), 0]
        likely = [offsets[at] for at in np.flatnonzero(margins >= self._margin).tolist()]
        if not likely:
            return []
        words = [
            _Word(start=match.start(), end=match.end(), text=match.group(), plain=folded(match.group()))
            for match in WORD.finditer(text)
        ]
        places = {word.start: place for place, word in enumerate(words)}
        named = sorted({places[start] for start, end in likely if end > start and start in places})
        return [
            Span(start=words[first].start, end=words[last].end, kind=PERSON)
            for first, last in _groups(text, words, named)
            if not self._is_brand(words, first, last) and any(len(word.text) > 1 for word in words[first : last + 1])
        ]

    def _is_brand(self, words: Sequence[_Word], first: int, last: int) -> bool:
        """Whether brands cover the whole name, be it that one of them goes on after it ("Stan" in "Stan Smith")."""
        before = max(0, first - _LONGEST_BRIDGE)
        plain = [word.plain for word in words[before : last + 1 + _LONGEST_BRIDGE]]
        return all(self._brands.kept(plain)[first - before : last - before + 1])


def _groups(text: str, words: Sequence[_Word], named: Sequence[int]) -> list[tuple[int, int]]:
    """First and last word of each name: neighbours, and those that an initial or a particle stands between."""
    groups: list[tuple[int, int]] = []
    for place in named:
        if groups and _joined(text, words, groups[-1][1], place):
            groups[-1] = (groups[-1][0], place)
        else:
            groups.append((place, place))
    return groups


def _joined(text: str, words: Sequence[_Word], last: int, place: int) -> bool:
    between = range(last + 1, place)
    if len(between) > _LONGEST_BRIDGE:
        return False
    if not all(words[at].plain in _PARTICLES or _is_initial(words[at]) for at in between):
        return False
    return all(text[words[at].end : words[at + 1].start] in _JOINERS for at in range(last, place))


def _is_initial(word: _Word) -> bool:
    return len(word.text) == 1 and word.text.isupper()
