"""Sizes that a question names (`en 38`, `taille M`, `38 et 40`, `36-40`), and the order of sizes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence, Set

from copilot.lookups.text import Token

_CUES = frozenset({"taille", "tailles", "size", "sizes", "sz", "pointure", "pointures", "en", "in", "t"})
_JOINS = frozenset({"et", "and", "ou", "or", "a", "to", "au"})
_RANGE = re.compile(r"\b(\d{2})\s*(?:-|–|/|à|a|to|au)\s*(\d{2})\b")

_LETTERS = re.compile(r"(?:(\d)X|(X*))([SML])")


def find_sizes(read: Sequence[Token], text: str, known: Mapping[str, str], *, after: Set[int]) -> tuple[str, ...]:
    """Sizes after a word that calls for one, after a word at a place in `after`, or joined to another size.

    `known` maps folded sizes to those of the catalogue. `36-40` means every size of the catalogue between the two.
    """
    found = [size for match in _RANGE.finditer(text) for size in _between(match[1], match[2], known)]
    sized: set[int] = set()
    for place, token in enumerate(read):
        before = read[place - 1].word if place else ""
        joined = before in _JOINS and place - 2 in sized
        cued = before in _CUES or joined or place - 1 in after or place - 1 in sized
        # A lower-case letter alone is a word (`a`, `m` of "m'en"), not a size.
        written = len(token.word) > 1 or token.word.isdigit() or text[token.start].isupper()
        if token.word in known and cued and written:
            sized.add(place)
            found.append(known[token.word])
    return tuple(dict.fromkeys(found))


def _between(low: str, high: str, known: Mapping[str, str]) -> list[str]:
    if low not in known or high not in known:
        return []
    numbers = [size for size in known.values() if size.isdigit() and int(low) <= int(size) <= int(high)]
    return sorted(numbers, key=int)


def size_order(size: str) -> float:
    """What sizes are sorted by: letters from small to large (`3XL` as `XXXL`), numbers by value, others last."""
    letters = _LETTERS.fullmatch(size.upper())
    if letters:
        times, extra, letter = letters.groups()
        beyond = int(times) if times else len(extra)
        return -100.0 + {"S": -1 - beyond, "M": 0, "L": 1 + beyond}[letter]
    try:
        return float(size.replace(",", "."))
    except ValueError:
        return 1e6
