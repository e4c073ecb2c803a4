"""What the head of the name model is told of each token beside its hidden state.

The tokenizer drops case, and case is what marks a name: so each token gets small numbers for the shape of its word, the
signs around the word, the style of the whole text, and the lists that the word is in. All are features of words; a
token has those of the word that it is a piece of.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from ingestion.pseudonymise.names import brands as brand_kinds
from ingestion.pseudonymise.names import gazetteer as lists
from ingestion.pseudonymise.names.brands import Brands
from ingestion.pseudonymise.names.gazetteer import Gazetteer, folded
from ingestion.pseudonymise.names.words import WORD

NO_WORD, LOWER, TITLE, INITIAL, UPPER, MIXED, DIGITS, WITH_DIGITS, CASELESS = range(9)
_SHAPES = 9
_LETTERS = (LOWER, TITLE, UPPER, MIXED)

_GAPS = (" ", "@", "#", "/", "-", "'", "_", ".", "stop", ",", ":", '"', "(", "&", "other", "edge")
"""Kinds of what stands between two words. From "@" to "." the sign touches the word after it."""
_GAP = {name: place for place, name in enumerate(_GAPS)}
_TOUCHING = {"@": "@", "＠": "@", "#": "#", "/": "/", "-": "-", "'": "'", "’": "'", "_": "_", ".": "."}
_STRONGEST_FIRST = (("stop", ".!?…\n♥❤"), (":", ":;|—–"), ('"', '"“”«»„'), ("(", "()[]"), ("&", "&+"), (",", ","))

_STYLES = 5
_PLAIN, ALL_LOWER, ALL_UPPER, _TITLED, _NO_CASE = range(_STYLES)
_TITLED_FROM = 0.6

_ENDINGS = 256
_PART = re.compile(r"[A-Z][a-z]{2,}")
_SHORTEST_COMPOUND = 8
_SHORTEST_PART = 4

IN_PARTS = lists.KINDS
"""Beside the flags of `gazetteer`: a word in no list, written as one, with a first name in it ("tonysfriend")."""

SHAPE, GAP_BEFORE, GAP_AFTER, STYLE, LISTS, BRAND, PIECE, ENDING = range(8)
"""Columns of the features."""
SIZES = (_SHAPES, len(_GAPS), len(_GAPS), _STYLES, 2 * lists.KINDS, brand_kinds.KINDS, 3, _ENDINGS + 1)
"""How many values each column can take, 0 among them, which padding has."""
FIRST_PIECE, NEXT_PIECE = 1, 2

Offsets = Sequence[tuple[int, int]]
"""Start and end in the text of each token, in characters; (0, 0) for special tokens and padding."""


class FeatureMaker:
    """Makes features of texts. Remembers the words that it saw; not thread-safe."""

    def __init__(self, gazetteer: Gazetteer, brands: Brands) -> None:
        self._gazetteer = gazetteer
        self._brands = brands
        self._brand_starts = brands.first_words
        self._words: dict[str, tuple[int, int, int, str]] = {}
        self._gaps: dict[str, int] = {}

    def make(self, texts: Sequence[str], offsets: Sequence[Offsets]) -> NDArray[np.int64]:
        """Features of a batch, shape `(texts, tokens, len(SIZES))`; shorter texts are padded with 0."""
        length = max((len(tokens) for tokens in offsets), default=0)
        features = np.zeros((len(texts), length, len(SIZES)), dtype=np.int64)
        for row, (text, tokens) in enumerate(zip(texts, offsets, strict=True)):
            if tokens:
                self._fill(features[row], text, tokens)
        return features

    def _fill(self, row: NDArray[np.int64], text: str, tokens: Offsets) -> None:
        starts, ends, columns = self._of_words(text)
        places = np.array(tokens, dtype=np.int64)
        word = np.searchsorted(starts, places[:, 0], side="right") - 1
        real = places[:, 1] > places[:, 0]
        inside = real & (word >= 0)
        inside[inside] = places[inside, 0] < ends[word[inside]]
        if not inside.any():
            return
        which = word[inside]
        at = np.flatnonzero(inside)
        row[at, :PIECE] = columns[which, :PIECE]
        row[at, ENDING] = columns[which, ENDING]
        row[at, PIECE] = np.where(places[at, 0] == starts[which], FIRST_PIECE, NEXT_PIECE)

    def _of_words(self, text: str) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """Starts and ends of the words, and their features by column."""
        starts: list[int] = []
        ends: list[int] = []
        known: list[tuple[int, int, int, str]] = []
        gaps: list[int] = []
        end = 0
        for match in WORD.finditer(text):
            start = match.start()
            gaps.append(self._gap(text[end:start]) if end else self._opening(text[:start]))
            end = match.end()
            starts.append(start)
            ends.append(end)
            known.append(self._word(match.group()))
        gaps.append(_GAP["edge"])
        columns = np.zeros((len(starts), len(SIZES)), dtype=np.int64)
        if starts:
            shapes, flags, endings, words = zip(*known, strict=True)
            columns[:, SHAPE] = shapes
            columns[:, GAP_BEFORE] = gaps[:-1]
            columns[:, GAP_AFTER] = gaps[1:]
            columns[:, STYLE] = _style(shapes)
            columns[:, LISTS] = flags
            columns[:, ENDING] = endings
            if not self._brand_starts.isdisjoint(words):
                columns[:, BRAND] = self._brands.kinds(words)
        return np.array(starts, dtype=np.int64), np.array(ends, dtype=np.int64), columns

    def _word(self, word: str) -> tuple[int, int, int, str]:
        known = self._words.get(word)
        if known is None:
            plain = folded(word)
            ending = 1 + crc32(plain[-3:].encode()) % _ENDINGS
            shape, flags = _shape(word), self._gazetteer.look_up_form(plain)
            if not flags and shape == MIXED:
                flags = self._flags_of_parts(word)
            if not flags and shape in _LETTERS and len(plain) >= _SHORTEST_COMPOUND and self._has_first_name(plain):
                flags = IN_PARTS
            known = self._words[word] = (shape, flags, ending, plain)
        return known

    def _flags_of_parts(self, word: str) -> int:
        """Whether words that are written as one are names: "DonaldSterling"."""
        flags = 0
        for part in _PART.findall(word):
            flags |= self._gazetteer.look_up(folded(part)) & (lists.FIRST | lists.LAST)
        return flags | IN_PARTS if flags else 0

    def _has_first_name(self, plain: str) -> bool:
        """Whether the word starts or ends with a first name that is no common word and no place."""
        longest = len(plain) - 2
        return any(
            self._gazetteer.look_up(part) & (lists.FIRST | lists.COMMON | lists.PLACE) == lists.FIRST
            for length in range(_SHORTEST_PART, longest)
            for part in (plain[:length], plain[-length:])
        )

    def _gap(self, between: str) -> int:
        known = self._gaps.get(between)
        if known is None:
            known = self._gaps[between] = _gap(between)
        return known

    def _opening(self, before: str) -> int:
        """The kind of what stands before the first word."""
        return _GAP.get(_TOUCHING.get(before[-1:], ""), _GAP["edge"])


def _gap(between: str) -> int:
    if between == " ":
        return _GAP[" "]
    touching = _TOUCHING.get(between[-1:])
    # A sign after a space touches the next word alone ("with @ann"); without one it joins two ("jean-paul").
    if touching in {"@", "#"} or (touching and len(between) == 1):
        return _GAP[touching]
    for kind, signs in _STRONGEST_FIRST:
        if any(sign in between for sign in signs):
            return _GAP[kind]
    return _GAP["other"] if between.strip() else _GAP[" "]


def _shape(word: str) -> int:
    if word.isdigit():
        return DIGITS
    if any(character.isdigit() for character in word):
        return WITH_DIGITS
    if word.islower():
        return LOWER
    if word.isupper():
        return INITIAL if len(word) == 1 else UPPER
    if word[0].isupper() and word[1:].islower():
        return TITLE
    return MIXED if word.lower() != word else CASELESS


def _style(shapes: Sequence[int]) -> int:
    lower, title = shapes.count(LOWER), shapes.count(TITLE)
    upper = shapes.count(UPPER) + shapes.count(INITIAL) + shapes.count(MIXED)
    if not lower + title + upper:
        return _NO_CASE
    if not title + upper:
        return ALL_LOWER
    if not lower + title:
        return ALL_UPPER
    return _TITLED if title >= _TITLED_FROM * (lower + title + upper) and title >= 4 else _PLAIN
