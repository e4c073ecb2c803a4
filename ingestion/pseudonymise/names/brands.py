"""Brands, and products with the name of a person, which must stay in a text: "Kate Spade", "Kelly bag"."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from ingestion.pseudonymise.names.gazetteer import folded
from ingestion.pseudonymise.names.words import WORD

NONE = 0
WORD_OF_ITS_OWN = 1
PHRASE = 2
KINDS = 3


class Brands:
    """A list of brands of one or more words; case and accents don't count."""

    def __init__(self, names: Iterable[str]) -> None:
        self._by_first: dict[str, list[tuple[str, ...]]] = {}
        for name in names:
            words = tuple(folded(word) for word in WORD.findall(name))
            if words:
                self._by_first.setdefault(words[0], []).append(words)
        for listed in self._by_first.values():
            listed.sort(key=len, reverse=True)

    @classmethod
    def load(cls, path: Path) -> Brands:
        """From a text file, one brand a line; a line that starts with # is a comment."""
        lines = path.read_text(encoding="utf-8").splitlines()
        return cls(line for line in lines if not line.startswith("#"))

    @property
    def first_words(self) -> frozenset[str]:
        """Folded words that a brand starts with: where none is in a text, no brand is."""
        return frozenset(self._by_first)

    def length_at(self, folded_words: Sequence[str], start: int) -> int:
        """How many words the longest brand that starts at `start` has; 0 where none does."""
        for brand in self._by_first.get(folded_words[start], ()):
            if tuple(folded_words[start : start + len(brand)]) == brand:
                return len(brand)
        return 0

    def covered(self, folded_words: Sequence[str]) -> list[int]:
        """For each word `NONE`, `WORD_OF_ITS_OWN` (a brand of one word) or `PHRASE` (in a brand of several)."""
        kinds = [NONE] * len(folded_words)
        place = 0
        while place < len(folded_words):
            length = self.length_at(folded_words, place)
            if length:
                kinds[place : place + length] = [PHRASE if length > 1 else WORD_OF_ITS_OWN] * length
            place += max(length, 1)
        return kinds
