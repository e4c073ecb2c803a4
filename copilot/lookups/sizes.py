"""Sizes that a question names (`en 38`, `taille M`, `38 et 40`, `36-40`), and the order of sizes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence, Set

from copilot.lookups.text import Token

_CUES = frozenset({"taille", "tailles", "size", "sizes", "sz", "pointure", "pointures", "en", "in", "t"})
_JOINS = frozenset({"et", "and", "ou", "or", "a", "to", "au"})
_RANGE = re.compile(r"\b(\d{2})\s*(?:-|–|/|à|a|to|au)\s*(\d{2})\b")

_SAY_SIZE = frozenset({"taille", "tailles", "size", "sizes", "sz", "pointure", "pointures"})
_NEXT = frozenset(
    {"a", "au", "aux", "at", "in", "en", "for", "pour", "de", "of", "to", "dans", "chez", "sur", "et", "and", "ou",
     "or", "left", "est", "is", "are", "sont"}
)  # fmt: skip
"""What follows a size; a number before any other word counts or measures something: `en 15 jours`."""
_COUNTED = frozenset({("combien", "de"), ("stock", "de"), ("how", "many")})
"""What counts sizes: `combien de 42`."""
_SMALLEST, _LARGEST = 20, 99
_MEASURE = re.compile(r"\s*(?:%|€|£|\$|[.,:/]\d)")
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
        counted = place > 1 and (read[place - 2].word, before) in _COUNTED
        cued = before in _CUES or joined or counted or place - 1 in after or place - 1 in sized
        cued = cued or _says_itself(token)
        # A lower-case letter alone is a word (`a`, `m` of "m'en"), not a size.
        written = len(token.word) > 1 or token.word.isdigit() or text[token.start].isupper()
        if token.word in known and cued and written:
            sized.add(place)
            found.append(known[token.word])
    return tuple(dict.fromkeys(found))


def find_absent_sizes(read: Sequence[Token], text: str, known: Mapping[str, str], *, after: Set[int]) -> dict[int, str]:
    """Sizes that are not in `known`, by place: called for as those of `find_sizes` are, and written like sizes."""
    if not known:
        return {}
    found: dict[int, str] = {}
    for place, token in enumerate(read):
        before = read[place - 1].word if place else ""
        following = read[place + 1] if place + 1 < len(read) else None
        said = before in _SAY_SIZE
        cued = said or before in _CUES or place - 1 in after or (before in _JOINS and place - 2 in found)
        ends = following is None or following.word in _NEXT or text[following.start].isupper()
        fits = _says_itself(token) or (cued and (said or ends) and _is_size(token, text))
        if token.word not in known and fits:
            found[place] = token.word.upper()
    return found


def _says_itself(token: Token) -> bool:
    """Whether it is a size wherever it stands: `XXL jumpers`."""
    return len(token.word) > 1 and bool(_LETTERS.fullmatch(token.word.upper()))


def _is_size(token: Token, text: str) -> bool:
    if token.word.isdigit():
        return _SMALLEST <= int(token.word) <= _LARGEST and not _MEASURE.match(text[token.end :])
    written = text[token.start : token.end]
    return bool(_LETTERS.fullmatch(written)) and (len(written) > 1 or written not in ("S", "M", "L"))


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
