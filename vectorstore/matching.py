"""Where a post says what is asked for: each wish, in any of its wordings, by stem and in the post's own language."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from vectorstore.bm25 import LANGUAGES
from vectorstore.stems import stemmer
from vectorstore.wanted import Wanted

_PIECE = re.compile(r"\w+|[.!?…\n]+")
_SENTENCE_GAP = 20
"""Words that a sentence's end counts for, so that nothing is near across it."""


@dataclass(frozen=True, slots=True)
class Match:
    """One wording found in a text."""

    wish: int
    """Place of the wish in `Wanted.wishes`."""
    weight: float
    """Of the wording."""
    position: int
    """Of its first word; words count from 0, and a sentence's end for 20."""
    words: int
    """How many it has."""
    sentence: int
    """Sentences count from 0."""
    piece: int
    """Place of its first word among words and sentence marks."""


@dataclass(frozen=True, slots=True)
class Matches:
    """All that was found in a text, in its order."""

    found: tuple[Match, ...]
    words: int
    """Of the text."""


class Matcher:
    """Finds the wishes of one search in texts; keeps what it has learnt of words for the next text."""

    def __init__(self, wanted: Wanted) -> None:
        self._wanted = wanted
        self._languages: dict[str, _InLanguage] = {}

    def match(self, text: str, language: str) -> Matches:
        """Where `text`, written in `language` (ISO 639-1, or empty), says what is asked for."""
        known = language if language in LANGUAGES else ""
        if known not in self._languages:
            self._languages[known] = _InLanguage(self._wanted, known)
        return self._languages[known].match(text)

    def said(self, text: str, language: str) -> list[tuple[int, int, int]]:
        """(wish, start, end) of each wording in `text`, as places of characters."""
        spans = [(piece.start(), piece.end()) for piece in _PIECE.finditer(text)]
        return [
            (match.wish, spans[match.piece][0], spans[match.piece + match.words - 1][1])
            for match in self.match(text, language).found
        ]


class _InLanguage:
    """The wordings by the stem of their first word in one language."""

    def __init__(self, wanted: Wanted, language: str) -> None:
        self._stem: Callable[[str], int] = stemmer(language)
        self._starts: dict[int, list[tuple[int, float, tuple[int, ...]]]] = {}
        self._known: dict[str, list[tuple[int, float, tuple[int, ...]]]] = {}
        for number, wish in enumerate(wanted.wishes):
            for wording in wish.wordings:
                if wording.language and language and wording.language != language:
                    continue
                stems = tuple(self._stem(word) for word in wording.words)
                self._starts.setdefault(stems[0], []).append((number, wording.weight, stems[1:]))

    def match(self, text: str) -> Matches:
        pieces: list[str] = _PIECE.findall(text.lower())
        found: list[Match] = []
        position = sentence = 0
        known = self._known
        for at, piece in enumerate(pieces):
            starts = known.get(piece)
            if starts is None:
                starts = known[piece] = self._starts.get(self._stem(piece), []) if piece[0].isalnum() else _END
            if starts:
                for number, weight, rest in starts:
                    if not rest or self._follows(pieces, at, rest):
                        words = 1 + len(rest)
                        found.append(Match(number, weight, position, words, sentence, at))
            if starts is _END:
                position += _SENTENCE_GAP
                sentence += 1
            else:
                position += 1
        return Matches(tuple(found), position - sentence * _SENTENCE_GAP)

    def _follows(self, pieces: Sequence[str], at: int, rest: tuple[int, ...]) -> bool:
        ahead = pieces[at + 1 : at + 1 + len(rest)]
        return len(ahead) == len(rest) and all(self._stem(word) == stem for word, stem in zip(ahead, rest, strict=True))


_END: list[tuple[int, float, tuple[int, ...]]] = []
