"""From the head's logits to the names of people in a text."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ingestion.pseudonymise.names.brands import Brands
from ingestion.pseudonymise.names.features import Offsets
from ingestion.pseudonymise.names.finder import PERSON
from ingestion.pseudonymise.names.gazetteer import Gazetteer, folded
from ingestion.pseudonymise.names.namesakes import names_a_place, names_a_style
from ingestion.pseudonymise.names.surety import Surety
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
_HYPHENS = frozenset({" ", "-", "'", "’"})
_SHORTENED = frozenset({"st", "ste"})
_LONGEST_BRIDGE = 2
_HANDLE = re.compile(r"[@＠]\w+")


@dataclass(frozen=True, kw_only=True)
class _Word:
    start: int
    end: int
    text: str
    plain: str


class NameDecoder:
    """Makes spans of kind `PERSON` from what the head says of tokens."""

    def __init__(self, *, threshold: float, brands: Brands, gazetteer: Gazetteer | None = None) -> None:
        """`threshold`: a word is a name from this probability on; with a gazetteer, as `Surety` says. `brands` stay."""
        self._surety = Surety(threshold, gazetteer)
        self.threshold = threshold
        self._lowest = _margin(self._surety.lowest)
        self._brands = brands

    def decode(self, text: str, offsets: Offsets, logits: NDArray[np.float32]) -> list[Span]:
        """Names in a text, in order, without overlaps.

        `logits` (tokens, labels) belong to the tokens at `offsets`; what the first piece of a word says counts for the
        word. Left out are names that are a known brand as a whole, or letters alone, places, houses and styles of
        clothes that have a person's name, and the words of @handles, which patterns find.
        """
        margins = logits[: len(offsets), 1] - logits[: len(offsets), 0]
        likely = [(offsets[at], float(margins[at])) for at in np.flatnonzero(margins >= self._lowest).tolist()]
        if not likely:
            return []
        words = [
            _Word(start=match.start(), end=match.end(), text=match.group(), plain=folded(match.group()))
            for match in WORD.finditer(text)
        ]
        handles = [match.span() for match in _HANDLE.finditer(text)]
        places = {
            word.start: place
            for place, word in enumerate(words)
            if not any(first < word.start < last for first, last in handles)
        }
        sure = {places[start]: margin for (start, end), margin in likely if end > start and start in places}
        return [
            Span(start=words[first].start, end=words[last].end, kind=PERSON)
            for first, last in self._names(text, words, sure)
            if not self._is_brand(words, first, last) and not _is_namesake(text, words, first, last)
        ]

    def _names(self, text: str, words: Sequence[_Word], sure: Mapping[int, float]) -> list[tuple[int, int]]:
        """First and last word of each name. One word of it that is sure enough by itself is enough: the others go with
        it from the threshold on.
        """
        needed = {
            place: _margin(self._surety.needed(text, words[place].start, words[place].end, words[place].plain))
            for place in sure
        }
        usual = _margin(self.threshold)
        named = sorted(place for place, margin in sure.items() if margin >= min(usual, needed[place]))
        return [
            (first, last)
            for first, last in _groups(text, words, named)
            if any(sure[place] >= needed[place] for place in range(first, last + 1) if place in sure)
            and any(len(word.text) > 1 for word in words[first : last + 1])
        ]

    def _is_brand(self, words: Sequence[_Word], first: int, last: int) -> bool:
        """Whether brands cover the whole name, be it that one of them goes on after it ("Stan" in "Stan Smith")."""
        before = max(0, first - _LONGEST_BRIDGE)
        plain = [word.plain for word in words[before : last + 1 + _LONGEST_BRIDGE]]
        return all(self._brands.kept(plain)[first - before : last - before + 1])


def _margin(probability: float) -> float:
    """By how much the logit of a name must be above the other one."""
    return float(np.log(probability) - np.log1p(-probability))


def _is_namesake(text: str, words: Sequence[_Word], first: int, last: int) -> bool:
    """Whether what stands beside the name says that it is none of a person."""
    before: list[str] = []
    for at in range(first - 1, max(-1, first - 3), -1):
        gap = text[words[at].end : words[at + 1].start]
        if gap not in _HYPHENS and not (words[at].plain in _SHORTENED and gap in _JOINERS):
            break
        before.insert(0, words[at].plain)
    start, end = words[first].start, words[last].end
    follows = last + 1 < len(words) and text[end : words[last + 1].start] == " "
    after = words[last + 1].plain if follows else ""
    length = last - first + 1
    opens, closes = not text[:start].rpartition("\n")[2].strip(), not text[end:].partition("\n")[0].strip(" .!?")
    return names_a_place(before, length, after) or names_a_style(before, length, after, opens=opens, closes=closes)


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
