"""Misspelt words read as the names that they are closest to."""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from dataclasses import replace

from rapidfuzz import process
from rapidfuzz.distance import OSA, JaroWinkler

from copilot.lookups.text import Token, singular

_SHORTEST = 4
_LONG = 7
"""Letters from which two slips are forgiven instead of one."""
_SOUNDS = str.maketrans("ykqz", "iccs")
_DOUBLED = re.compile(r"(.)\1")


def respell(found: Sequence[Token], spellings: Set[str], common: Set[str]) -> tuple[list[Token], dict[str, str]]:
    """The words with misspelt ones replaced, and which became what.

    A word is left alone when it is known, an everyday one, short or with digits. One slip (a letter more, less, other,
    or two exchanged) is forgiven, two in words of seven letters or more; the first letter holds, except in long words.
    Of names equally close one that sounds alike comes first: `lion` is Lyon rather than Leon.
    """
    ordered = sorted(spellings)
    read: list[Token] = []
    corrections: dict[str, str] = {}
    for token in found:
        word = token.word
        known = word in spellings or singular(word) in spellings or word in common or singular(word) in common
        if known or len(word) < _SHORTEST or not word.isalpha():
            read.append(token)
            continue
        best = _closest(word, ordered)
        read.append(replace(token, word=best) if best else token)
        if best:
            corrections[word] = best
    return read, corrections


def _by_ear(word: str) -> str:
    """Alike for words that are often taken for each other when written by ear."""
    return _DOUBLED.sub(r"\1", word.replace("ph", "f").replace("h", "").translate(_SOUNDS))


def _closest(word: str, spellings: Sequence[str]) -> str | None:
    slips = 2 if len(word) >= _LONG else 1
    near = process.extract(word, spellings, scorer=OSA.distance, score_cutoff=slips, limit=20)
    allowed = [
        (distance, _by_ear(other) != _by_ear(word), -JaroWinkler.similarity(word, other), other)
        for other, distance, _ in near
        if len(other) >= _SHORTEST and (other[0] == word[0] or (distance == 1 and len(word) >= _LONG))
    ]
    return min(allowed)[3] if allowed else None
