"""Slips of the pen: slang, typing mistakes, dropped accents and capitals. Slots in braces are left alone."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from random import Random

_OPEN_SLOT = re.compile(r"(\{\w+\})")
_LONG_WORD = re.compile(r"\b[^\W\d_]{5,}\b")
_SHORTEST_SWAP = 3


def blur(sentence: str, slang: Mapping[str, str], sloppiness: float, chance: Random) -> str:
    """The sentence as someone of that sloppiness (0 to 1) types it."""
    if chance.random() >= sloppiness:
        return sentence
    parts = _OPEN_SLOT.split(sentence)
    for place in range(0, len(parts), 2):
        parts[place] = _blur_part(parts[place], slang, sloppiness, chance)
    return "".join(parts)


def _blur_part(text: str, slang: Mapping[str, str], sloppiness: float, chance: Random) -> str:
    for said, written in slang.items():
        if said in text and chance.random() < 0.6:
            text = text.replace(said, written)
    if chance.random() < sloppiness:
        text = text.lower()
    if chance.random() < sloppiness:
        text = strip_accents(text)
    if chance.random() < 0.5:
        text = _mistype(text, chance)
    return text


def _mistype(text: str, chance: Random) -> str:
    words = list(_LONG_WORD.finditer(text))
    if not words:
        return text
    match = chance.choice(words)
    word = match[0]
    at = chance.randrange(1, len(word) - _SHORTEST_SWAP + 1)
    kind = chance.randrange(3)
    if kind == 0:
        slip = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    elif kind == 1:
        slip = word[:at] + word[at + 1 :]
    else:
        slip = word[:at] + word[at] + word[at:]
    return text[: match.start()] + slip + text[match.end() :]


def strip_accents(text: str) -> str:
    """`léopard` -> `leopard`."""
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
