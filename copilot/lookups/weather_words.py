"""Weather as a planner says it: `5 degrees colder`, `canicule`, `rain`, `+3`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from copilot.lookups.text import fold

USUAL_CHANGE_DEGREES = 5.0
"""What `warmer` and `colder` mean without a number."""
RAIN_MM = 10.0
"""What falls on a day of `rain`, without a number."""

_COLD_WORDS = r"cold\w*|cool\w*|chill\w*|frost\w*|freez\w*|froid\w*|frais|fraich\w*|gel\w*"
_WARM_WORDS = r"warm\w*|hot\w*|heat\w*|mild\w*|chaud\w*|canicul\w*|doux|douce\w*"
_DRY_WORDS = r"dry|drier|sunny|sun|sec|seche\w*|soleil|ensoleill\w*|(?:no|without|sans|pas de) (?:rain|pluie)"
_WET_WORDS = r"rain\w*|wet\w*|shower\w*|pluie\w*|pluvieu\w*|pleu\w*|averse\w*"
_OTHER_WORDS = r"weather|meteo|temperature|snow\w*|neige\w*"
"""Weather that says neither warmth nor rain."""

_DEGREES = re.compile(r"([+-]?)\s*(\d+(?:[.,]\d+)?)\s*(?:degrees?\b|degres?\b|deg\b|°|c\b|celsius\b)")
_NUMBER = re.compile(r"\s*([+-])\s*(\d+(?:[.,]\d+)?)\s*")
_MILLIMETRES = re.compile(r"(\d+(?:[.,]\d+)?)\s*(?:mm\b|millimetres?\b)")
_COLDER = re.compile(rf"\b(?:{_COLD_WORDS}|moins|less|below|lower)\b")
_WARM = re.compile(rf"\b(?:{_WARM_WORDS})\b")
_DRY = re.compile(rf"\b(?:{_DRY_WORDS})\b")
_WET = re.compile(rf"\b(?:{_WET_WORDS})\b")
_ANY = re.compile(rf"\b(?:{_DRY_WORDS}|{_WET_WORDS}|{_COLD_WORDS}|{_WARM_WORDS}|{_OTHER_WORDS})\b")


@dataclass(frozen=True, kw_only=True)
class SaidWeather:
    """A change of weather; at least one of the two."""

    degrees: float = 0.0
    """Warmer than expected, below 0 colder; 0: as expected."""
    rain_mm: float | None = None
    """Falling on each of the days; None: as expected."""


def weather_said(said: str) -> SaidWeather | None:
    """What the words mean; None where they say neither warmth nor rain (snow, wind, `weather`)."""
    text = fold(said)
    rain = _rain(text)
    degrees = _degrees(text)
    return SaidWeather(degrees=degrees, rain_mm=rain) if degrees or rain is not None else None


def weather_in(question: str) -> str:
    """The words of a question that say a change of weather, folded, for `weather_said`; empty where there are none."""
    text = fold(question)
    degrees = _DEGREES.search(text)
    if degrees is None:
        named = _ANY.search(text)
        return named[0] if named else ""
    colder = _COLDER.search(text)
    return f"{degrees[0].strip()} {colder[0] if colder else ''}".strip()


def _degrees(text: str) -> float:
    number = _DEGREES.search(text) or _NUMBER.fullmatch(text)
    cold = bool(_COLDER.search(text))
    if number is None:
        return -USUAL_CHANGE_DEGREES if cold else USUAL_CHANGE_DEGREES if _WARM.search(text) else 0.0
    degrees = float(number[2].replace(",", "."))
    return -degrees if number[1] == "-" or (cold and not number[1]) else degrees


def _rain(text: str) -> float | None:
    if _DRY.search(text):
        return 0.0
    amount = _MILLIMETRES.search(text)
    if amount:
        return float(amount[1].replace(",", "."))
    return RAIN_MM if _WET.search(text) else None
