"""Brands, and products with the name of a person, which must stay in a text: "Kate Spade", "Kelly bag"."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from ingestion.pseudonymise.names.gazetteer import folded
from ingestion.pseudonymise.names.words import WORD

NONE, DOUBTFUL, WORD_OF_ITS_OWN, PHRASE = range(4)
KINDS = 4

_DOUBTFUL = "?"


class Brands:
    """A list of brands of one or more words; case and accents don't count, and a brand of several may be written as one
    ("#MichaelKors").

    One that starts with a question mark is the name of people as often: it is known, but not `kept`.
    """

    def __init__(self, names: Iterable[str]) -> None:
        names = list(names)
        self.names = tuple(name for name in names if not name.startswith(_DOUBTFUL))
        """The brands that are kept, as they are written."""
        self._by_first: dict[str, list[tuple[tuple[str, ...], int]]] = {}
        for name in names:
            words = tuple(folded(word) for word in WORD.findall(name))
            kind = PHRASE if len(words) > 1 else WORD_OF_ITS_OWN
            if words:
                entry = (words, DOUBTFUL if name.startswith(_DOUBTFUL) else kind)
                self._by_first.setdefault(words[0], []).append(entry)
            if kind == PHRASE and entry[1] == PHRASE:
                joined = "".join(words)
                self._by_first.setdefault(joined, []).append(((joined,), WORD_OF_ITS_OWN))
        for listed in self._by_first.values():
            listed.sort(key=lambda entry: len(entry[0]), reverse=True)

    @classmethod
    def load(cls, *paths: Path) -> Brands:
        """From text files, one brand a line; a line that starts with # is a comment."""
        lines = [line for path in paths for line in path.read_text(encoding="utf-8").splitlines()]
        return cls(line for line in lines if not line.startswith("#"))

    @property
    def first_words(self) -> frozenset[str]:
        """Folded words that a brand starts with: where none is in a text, no brand is."""
        return frozenset(self._by_first)

    def kinds(self, folded_words: Sequence[str]) -> list[int]:
        """For each word `NONE`, `DOUBTFUL`, `WORD_OF_ITS_OWN` (a brand of one word) or `PHRASE` (in one of several)."""
        kinds = [NONE] * len(folded_words)
        place = 0
        while place < len(folded_words):
            length, kind = self._longest_at(folded_words, place)
            kinds[place : place + length] = [kind] * length
            place += max(length, 1)
        return kinds

    def kept(self, folded_words: Sequence[str]) -> list[bool]:
        """For each word whether it is in a brand that must stay."""
        return [kind > DOUBTFUL for kind in self.kinds(folded_words)]

    def _longest_at(self, folded_words: Sequence[str], start: int) -> tuple[int, int]:
        for words, kind in self._by_first.get(folded_words[start], ()):
            if tuple(folded_words[start : start + len(words)]) == words:
                return len(words), kind
        return 0, NONE
