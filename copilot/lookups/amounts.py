"""How many and for how much: `top 5`, `les 3 premiers`, `budget 20 k€`."""

from __future__ import annotations

import re

from copilot.lookups.text import fold

_AMOUNT = r"(\d{1,3}(?:[ \u00a0\u202f.,]\d{3})+|\d+(?:[.,]\d+)?)\s*(k|m|mille|thousand)?"
_MONEY = r"(?:€|£|\$|eur(?:os?)?|gbp|usd|pounds?|livres?)"
_BUDGET = re.compile(
    rf"(?:budget|enveloppe)\s*(?:of|de|d'|:|is|est)?\s*{_MONEY}?\s*{_AMOUNT}"
    rf"|{_AMOUNT}\s*{_MONEY}|{_MONEY}\s*{_AMOUNT}"
)
_WORDS = {"two": 2, "three": 3, "four": 4, "five": 5, "ten": 10, "twenty": 20,
          "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "dix": 10, "vingt": 20}  # fmt: skip
_COUNT = r"(\d{1,3}|" + "|".join(_WORDS) + ")"
_LIMIT = re.compile(
    rf"\b(?:top|first|best|worst|biggest)\s+{_COUNT}\b"
    rf"|\b{_COUNT}\s+(?:premiere?s?|meilleure?s?|best|first|top|worst|pires|plus)\b"
)


_TOP = re.compile(rf"\btop\b(?=\s+(?:{_COUNT}\b|of\b|ventes?\b|sell\w*|reassort\w*|produits?\b|products?\b|style\w*))")
"""`top` as the first of a list, not as a garment."""


def find_top(text: str) -> list[tuple[int, int]]:
    """Where the text says `top` for the first of a list: `text[start:end]`."""
    return [match.span() for match in _TOP.finditer(fold(text))]


def find_budget(text: str) -> float | None:
    """The amount of money that the text names, in whole currency units; `20 k€` is 20000."""
    match = _BUDGET.search(fold(text))
    if match is None:
        return None
    number, scale = next((match[i], match[i + 1]) for i in range(1, match.re.groups, 2) if match[i])
    grouped = re.sub(r"[ \u00a0\u202f.,](?=\d{3}(\D|$))", "", number)
    value = float(grouped.replace(",", "."))
    return value * {"k": 1e3, "mille": 1e3, "thousand": 1e3, "m": 1e6}.get(scale or "", 1.0)


def find_limit(text: str) -> int | None:
    """How many rows the text asks for."""
    match = _LIMIT.search(fold(text))
    if match is None:
        return None
    count = match[1] or match[2]
    number = int(count) if count.isdigit() else _WORDS[count]
    return number or None
