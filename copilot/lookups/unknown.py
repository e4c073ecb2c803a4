"""Names and codes in a question that mean nothing here, with the names closest to them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from copilot.lookups.recognised import Unknown
from copilot.lookups.text import Token, fold, singular
from copilot.lookups.vocabulary import Vocabulary
from copilot.signals.lexicon import Lexicon

_CODE = re.compile(r"[0-9A-Za-z][0-9A-Za-z_./-]*\d[0-9A-Za-z_./-]*|\d|[A-Za-z]+(?:[-_][0-9A-Za-z]+)+")
_CODE_AFTER = re.compile(
    r"\b(?:sku|ref|reference|article|code)s?\b\.?\s*(?:n°|no|number|numero|#|:)?\s*([0-9a-z][0-9a-z_./-]*)"
)
_LIKE_A_NAME = 70
_SHORTEST_NAME = 3


@dataclass(frozen=True, kw_only=True)
class FoundCode:
    """An id in a text: `text[start:end]`."""

    id: str
    start: int
    end: int


def find_codes(text: str, known: Mapping[str, str]) -> list[FoundCode]:
    """Ids in the text that `known` (folded id -> id) has, in order."""
    matches = [(match[0].rstrip("./-"), match.start()) for match in _CODE.finditer(text)]
    matches += [(match[1], match.start(1)) for match in _CODE_AFTER.finditer(fold(text))]
    found = [(start, code) for code, start in matches if fold(code) in known]
    return [FoundCode(id=known[fold(code)], start=start, end=start + len(code)) for start, code in sorted(set(found))]


def find_unknown(
    read: Sequence[Token], text: str, vocabulary: Vocabulary, lexicon: Lexicon, *, named: Set[int]
) -> tuple[Unknown, ...]:
    """Capitalised words inside a sentence, and codes after `SKU`, that mean nothing; places in `named` are known."""
    coded = [range(match.start(), match.end()) for match in _CODE.finditer(text)]
    names = [
        text[token.start : token.end]
        for place, token in enumerate(read)
        if place not in named
        and not any(token.start in part for part in coded)
        and _looks_like_name(place, token, text, vocabulary, lexicon)
    ]
    codes = [code for code in _CODE_AFTER.findall(fold(text)) if any(character.isdigit() for character in code)]
    names += [code for code in codes if code not in vocabulary.skus and not vocabulary.products.by_id(code)]
    return tuple(Unknown(text=name, closest=_closest(vocabulary, name)) for name in dict.fromkeys(names))


def _looks_like_name(place: int, token: Token, text: str, vocabulary: Vocabulary, lexicon: Lexicon) -> bool:
    original = text[token.start : token.end]
    starts = place == 0 or text[: token.start].rstrip().endswith((".", "?", "!", ":"))
    if starts or not original[0].isupper() or len(original) < _SHORTEST_NAME:
        return False
    everyday = {token.word, singular(token.word)} & (vocabulary.common | vocabulary.spellings | set(vocabulary.sizes))
    return not everyday and not lexicon.find(original, "en") and not lexicon.find(original, "fr")


def _closest(vocabulary: Vocabulary, name: str) -> tuple[str, ...]:
    if any(character.isdigit() for character in name):
        near = process.extract(name, list(vocabulary.skus.values()), processor=fold, limit=3, score_cutoff=_LIKE_A_NAME)
        return tuple(code for code, _, _ in near)
    places = process.extract(name, vocabulary.place_names, scorer=fuzz.WRatio, limit=2, score_cutoff=_LIKE_A_NAME)
    return (*vocabulary.products.closest(name), *(place for place, _, _ in places))
