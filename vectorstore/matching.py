"""Where a post says what is asked for: each wish, in any of its wordings, by stem and in the post's own language.

Every candidate of a search is read, so nothing is worked out twice: what stands between two spaces of a text is taken
apart once in a process, and a search knows beforehand which of all that was ever read says something for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

from vectorstore.bm25 import LANGUAGES
from vectorstore.emoji import EMOJI_RANGE
from vectorstore.stems import stemmer
from vectorstore.wanted import Wanted

_PIECE = re.compile(rf"\w+|[{EMOJI_RANGE}]|[.!?…\n]+")
_SENTENCE_GAP = 20
"""Words that a sentence's end counts for, so that nothing is near across it."""
_MOST_KEPT = 200_000


class Match(NamedTuple):
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
    """Finds the wishes of one search in texts; for one thread, and not to be kept for long."""

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
        found = self.match(text, language).found
        if not found:
            return []
        spans = [piece.span() for piece in _PIECE.finditer(text)]
        return [(match.wish, spans[match.piece][0], spans[match.piece + match.words - 1][1]) for match in found]


class _Tokens:
    """Tokens, which is what stands between two spaces, of all texts read so far in one language.

    Threads share it: `read` is added to last, so that whoever finds a token there finds the rest too.
    """

    def __init__(self, language: str) -> None:
        self._stem = stemmer(language)
        self.read: set[str] = set()
        self.stems: dict[str, tuple[int | None, ...]] = {}
        """Of each word of a token; None for a sentence mark."""
        self.log: list[str] = []
        """In the order read."""
        self.compound: dict[str, tuple[int, int]] = {}
        """Tokens that are not one word (`wow!`, `t-shirt`): how many pieces, how many of them sentence marks."""
        self.by_stem: dict[int, list[str]] = {}

    def learn(self, tokens: set[str]) -> None:
        for token in tokens:
            stems = tuple(None if _is_mark(piece) else self._stem(piece) for piece in _PIECE.findall(token))
            self.stems[token] = stems
            for stem in {stem for stem in stems if stem is not None}:
                self.by_stem.setdefault(stem, []).append(token)
            if len(stems) != 1 or stems[0] is None:
                self.compound[token] = len(stems), stems.count(None)
            self.log.append(token)
            self.read.add(token)


_known: dict[str, _Tokens] = {}


def _tokens_of(language: str) -> _Tokens:
    if language not in _known or len(_known[language].log) > _MOST_KEPT:
        _known[language] = _Tokens(language)
    return _known[language]


_Start = tuple[int, float, tuple[int, ...]]
"""A wish, the weight of one of its wordings, and the stems of that wording after its first word."""


class _InLanguage:
    """The wordings by the stem of their first word in one language."""

    def __init__(self, wanted: Wanted, language: str) -> None:
        stem = stemmer(language)
        self._tokens = _tokens_of(language)
        self._starts: dict[int, list[_Start]] = {}
        for number, wish in enumerate(wanted.wishes):
            for wording in wish.wordings:
                if wording.language and language and wording.language != language:
                    continue
                stems = tuple(stem(word) for word in wording.words)
                self._starts.setdefault(stems[0], []).append((number, wording.weight, stems[1:]))
        self._logged = len(self._tokens.log)
        self._telling = {token for found in self._starts for token in self._tokens.by_stem.get(found, ())}

    def match(self, text: str) -> Matches:
        tokens = text.lower().split(" ")  # nothing that is looked for has a space in it
        self._read(tokens)
        telling, compound = self._telling, self._tokens.compound
        found: list[Match] = []
        ahead = marks = 0  # pieces more than tokens, and sentence marks among the pieces
        for place in [at for at, token in enumerate(tokens) if token in telling or token in compound]:
            token = tokens[place]
            if token in telling:
                self._find(tokens, place, ahead, marks, found)
            if token in compound:
                pieces, ends = compound[token]
                ahead += pieces - 1
                marks += ends
        return Matches(tuple(found), len(tokens) + ahead - marks)

    def _find(self, tokens: Sequence[str], place: int, ahead: int, marks: int, found: list[Match]) -> None:
        """Add what begins in the token at `place`, before which there are `ahead` pieces more than tokens, `marks` of
        them sentence marks."""
        for inside, stem in enumerate(self._tokens.stems[tokens[place]]):
            if stem is None:
                marks += 1
                continue
            piece = place + ahead + inside
            for wish, weight, rest in self._starts.get(stem, ()):
                if not rest or self._follows(tokens, place, inside, rest):
                    position = piece + (_SENTENCE_GAP - 1) * marks
                    found.append(Match(wish, weight, position, 1 + len(rest), marks, piece))

    def _read(self, tokens: Sequence[str]) -> None:
        """Take notice of the tokens, and of what other searches read meanwhile."""
        if not self._tokens.read.issuperset(tokens):
            self._tokens.learn(set(tokens) - self._tokens.read)
        if len(self._tokens.log) > self._logged:
            fresh = self._tokens.log[self._logged :]
            self._logged += len(fresh)
            self._telling.update(
                token for token in fresh if not self._starts.keys().isdisjoint(self._tokens.stems[token])
            )

    def _follows(self, tokens: Sequence[str], place: int, inside: int, rest: tuple[int, ...]) -> bool:
        """Whether the words after word `inside` of token `place` have these stems."""
        return tuple(islice(self._stems(tokens, place), inside + 1, inside + 1 + len(rest))) == rest

    def _stems(self, tokens: Sequence[str], place: int) -> Iterator[int | None]:
        for token in islice(tokens, place, None):
            yield from self._tokens.stems[token]


def _is_mark(piece: str) -> bool:
    return piece[0] in ".!?…\n"
