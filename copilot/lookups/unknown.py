"""Names and codes in a question that mean nothing here, with the names closest to them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from copilot.lookups.recognised import Unknown
from copilot.lookups.spans import Span, find_spans
from copilot.lookups.text import Token, fold, singular
from copilot.lookups.vocabulary import Vocabulary
from copilot.lookups.world import world_places
from copilot.signals.lexicon import Lexicon

_CODE = re.compile(r"[0-9A-Za-z][0-9A-Za-z_./-]*\d[0-9A-Za-z_./-]*|\d|[A-Za-z]+(?:[-_][0-9A-Za-z]+)+")
_CODE_AFTER = re.compile(
    r"\b(?:sku|ref|reference|article|code)s?\b\.?\s*(?:n°|no|number|numero|#|:)?\s*([0-9a-z][0-9a-z_./-]*)"
)
_LIKE_A_NAME = 70
_SHORTEST_NAME = 3
_PLACE_CUES = frozenset({"a", "au", "aux", "en", "in", "at", "to", "from", "near", "vers"})
"""What a place stands after, and no product does."""


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
    """Capitalised words inside a sentence, places of the world, and codes after `SKU`, that mean nothing here; words at
    places in `named` are known."""
    far = _far_places(read, text, vocabulary, named)
    named = named | {place for span in far for place in span.places()}
    coded = [range(match.start(), match.end()) for match in _CODE.finditer(text)]
    unknown = {text[read[span.start].start : read[span.end - 1].end]: True for span in far}
    unknown |= {
        text[token.start : token.end]: place > 0 and read[place - 1].word in _PLACE_CUES
        for place, token in enumerate(read)
        if place not in named
        and not any(token.start in part for part in coded)
        and _looks_like_name(place, token, text, vocabulary, lexicon)
    }
    codes = [code for code in _CODE_AFTER.findall(fold(text)) if any(character.isdigit() for character in code)]
    unknown |= {code: False for code in codes if code not in vocabulary.skus and not vocabulary.products.by_id(code)}
    return tuple(
        Unknown(text=name, closest=_closest(vocabulary, name, is_place=is_place), is_place=is_place)
        for name, is_place in unknown.items()
    )


def _far_places(read: Sequence[Token], text: str, vocabulary: Vocabulary, named: Set[int]) -> list[Span]:
    """Cities and countries where the retailer has no place, said as places are."""
    everyday = vocabulary.common | vocabulary.listed | vocabulary.spellings
    return [
        span
        for span in find_spans(read, {phrase: phrase for phrase in world_places()})
        if not named & set(span.places())
        and not all(read[place].word in everyday for place in span.places())
        and (text[read[span.start].start].isupper() or (span.start and read[span.start - 1].word in _PLACE_CUES))
    ]


def _looks_like_name(place: int, token: Token, text: str, vocabulary: Vocabulary, lexicon: Lexicon) -> bool:
    original = text[token.start : token.end]
    starts = place == 0 or text[: token.start].rstrip().endswith((".", "?", "!", ":"))
    if starts or not original[0].isupper() or len(original) < _SHORTEST_NAME:
        return False
    everyday = {token.word, singular(token.word)} & (vocabulary.common | vocabulary.spellings | set(vocabulary.sizes))
    return not everyday and not lexicon.find(original, "en") and not lexicon.find(original, "fr")


def _closest(vocabulary: Vocabulary, name: str, *, is_place: bool) -> tuple[str, ...]:
    if any(character.isdigit() for character in name):
        near = process.extract(name, list(vocabulary.skus.values()), processor=fold, limit=3, score_cutoff=_LIKE_A_NAME)
        return tuple(code for code, _, _ in near)
    places = process.extract(name, vocabulary.place_names, scorer=fuzz.WRatio, limit=2, score_cutoff=_LIKE_A_NAME)
    products = () if is_place else vocabulary.products.closest(name)
    return (*products, *(place for place, _, _ in places))
