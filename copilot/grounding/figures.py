"""Numbers, shares and amounts as people write them in English and French, found in a text without accents."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from babel.numbers import get_currency_symbol

from copilot.evidence import Unit
from copilot.settings import Language

_CURRENCIES = ["EUR", "GBP", "USD", "CHF", "SEK", "DKK", "NOK", "PLN", "CZK", "JPY", "CNY", "AED", "CAD", "AUD"]
_UNIT_WORDS: Mapping[Unit, str] = {
    "units": r"pieces?|pcs?|units?|unites?|paires?|pairs?",
    "days": r"days?|jours?|j|d",
    "weeks": r"weeks?|semaines?|sem|wk",
    "authors": r"authors?|auteurs?|autrices?",
    "posts": r"posts?|publications?|avis|reviews?",
    "stores": r"stores?|shops?|magasins?|boutiques?|locations?|lieux",
    "products": r"products?|produits?|styles?|modeles?",
    "skus": r"skus?|references?",
    "lines": r"lines?|lignes?",
    "stars": r"stars?|etoiles?",
    "terms": r"terms?|termes?",
    "degrees": r"degrees?|degres?",
    "millimetres": r"millimetres?|mm",
    "severity": r"(?:out of|of|sur|/) ?10",
    "ratio": r"x|×|times|fois",
}
_WORDS = {
    "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "dozen": 12, "twice": 2, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50,
    "hundred": 100, "thousand": 1000,
    "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "sept": 7, "huit": 8, "neuf": 9, "dix": 10, "onze": 11,
    "douze": 12, "douzaine": 12, "vingt": 20, "trente": 30, "quarante": 40, "cinquante": 50, "mille": 1000,
}  # fmt: skip
_SCALES = {"k": 1e3, "K": 1e3, "thousand": 1e3, "mille": 1e3, "M": 1e6, "million": 1e6, "millions": 1e6}
_UNIT = "|".join(rf"(?P<{unit}>{words})" for unit, words in _UNIT_WORDS.items())
# "les deux" is "both"; "neuf" is "new" as often as "nine", so it counts only before a noun of measure.
_PLAIN_WORDS = "|".join(word for word in _WORDS if word != "neuf")
_NUMBER_WORD = re.compile(
    rf"(?<![\w-])(?<!les )(?:(?P<word>{_PLAIN_WORDS})|neuf(?=\s+(?:{_UNIT})\b))\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True)
class WrittenFigure:
    """A number in a text, as it may be read."""

    start: int
    end: int
    value: float
    tolerance: float
    """Half of its last displayed place: what rounding for display may have changed."""
    unit: Unit | None = None
    """Unit that is written beside it; `share` for percents, whose readings are 0 to 1."""
    currency: str = ""
    sign: str = ""
    """`+`, `-`, or empty where none is written."""
    bound: str = ""
    """`<` or `>`: below or above the value."""


def written_figures(text: str, language: Language) -> Iterator[WrittenFigure]:
    """Figures in a text without accents. Ordinals (`1st`, `2e`) are none; digits that belong to a word are."""
    for match in _number_pattern(language).finditer(text):
        if not re.match(r"(?:er|ere|re|eme|e|st|nd|rd|th)\b", text[match.end("digits") :]):
            yield _figure(match, language)
    for match in _NUMBER_WORD.finditer(text):
        value = _WORDS[(match["word"] or "neuf").lower()]
        unit = re.match(rf"\s+(?:{_UNIT})\b", text[match.end() :], re.IGNORECASE)
        yield WrittenFigure(
            start=match.start(), end=match.end(), value=value, tolerance=0.0, unit=_unit(unit) if unit else None
        )


def _figure(match: re.Match[str], language: Language) -> WrittenFigure:
    percent = bool(match["percent"])
    scale = _SCALES.get(match["scale"] or "", 1.0) / (100 if percent else 1)
    value, decimals = _value(match["digits"], language)
    currency = _signs().get(match["before"] or match["after"] or "", "")
    return WrittenFigure(
        start=match.start(),
        end=match.end(),
        value=value * scale,
        tolerance=0.5 * 10**-decimals * scale,
        unit="share" if percent else "money" if currency else _unit(match),
        currency=currency,
        sign=(match["sign"] or "").replace("−", "-"),
        bound=match["bound"] or "",
    )


def _value(digits: str, language: Language) -> tuple[float, int]:
    """Value and number of decimals, read the language's way, or the other one's where that fails: `3.1` in French.

    What neither reads (`1.2.3`) is not a number that evidence could hold.
    """
    compact = re.sub(r"\s", "", digits)
    first, second = (".", ",") if language == "en" else (",", ".")
    return _read(compact, first, second) or _read(compact, second, first) or (float("nan"), 0)


def _read(digits: str, decimal: str, group: str) -> tuple[float, int] | None:
    whole, _, fraction = digits.partition(decimal)
    if group in fraction or (group in whole and not re.fullmatch(rf"\d{{1,3}}(?:{re.escape(group)}\d{{3}})+", whole)):
        return None
    if fraction and not fraction.isdecimal():
        return None
    return float(f"{whole.replace(group, '')}.{fraction or 0}"), len(fraction)


def _unit(match: re.Match[str]) -> Unit | None:
    return next((unit for unit in _UNIT_WORDS if match[unit]), None)


@cache
def _signs() -> Mapping[str, str]:
    signs = {"€": "EUR", "£": "GBP", "$": "USD", "¥": "JPY", "euros": "EUR", "euro": "EUR"}
    for code in _CURRENCIES:
        signs |= {code: code} | {get_currency_symbol(code, locale=locale): code for locale in ("en_GB", "fr")}
    return signs


@cache
def _number_pattern(language: Language) -> re.Pattern[str]:
    sign = "|".join(re.escape(sign) for sign in sorted(_signs(), key=len, reverse=True))
    # A plain space groups thousands in French only: in English it separates two numbers.
    space = " \u00a0\u202f" if language == "fr" else "\u00a0\u202f"
    return re.compile(
        rf"(?:(?P<bound>[<>])\s?)?(?P<sign>(?<![\w%)])[-+−])?(?:(?P<before>{sign})\s?)?"
        rf"(?P<digits>(?<![\d.,])\d{{1,3}}(?:[{space}]\d{{3}})+(?!\d)(?:[.,]\d+)?|(?<!\d)\d+(?:[.,]\d+)*)"
        rf"(?:[\s-]?(?P<scale>[kKM](?![a-z])|thousand\b|mille\b|millions?\b))?"
        rf"(?:[\s-]?(?:d'|de )?(?:(?P<percent>%|pour cent|per ?cent)|(?P<after>{sign})(?!\w)|(?i:{_UNIT})(?![\w'])))?"
    )
