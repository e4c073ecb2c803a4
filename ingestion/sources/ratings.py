"""Ratings as they are written: `4`, `4,5`, `8/10`, `4.0 out of 5 stars`, `80 %`, `★★★★☆`, `FIVE`."""

from __future__ import annotations

import re
from collections.abc import Iterable

_NUMBER = r"\d+(?:[.,]\d+)?"
_UNIT = "stars?|étoiles?|etoiles?|stelle|stella|sterne?n?|estrellas?|points?|pts"
_OF = re.compile(rf"({_NUMBER})\s*(?:{_UNIT})?\s*(?:/|out of|sur|su|von|de|of)\s*({_NUMBER})\b", re.IGNORECASE)
_PERCENT = re.compile(rf"({_NUMBER})\s*%")
_PLAIN = re.compile(rf"(-?{_NUMBER})\s*(?:{_UNIT})?\.?", re.IGNORECASE)
_STARS = re.compile(r"[★⭐✭✮☆½\ufe0f\s]+")
_WORDS = {"one": 1.0, "two": 2.0, "three": 3.0, "four": 4.0, "five": 5.0}
_SCALES = (5.0, 10.0, 20.0, 100.0)


def read_rating(text: str, scale: float) -> float:
    """Stars, 1 to 5; a plain number is on a scale up to `scale`. Raises ValueError: `no number`, or the range."""
    value, highest = _parts(text.strip(), scale)
    rating = value * 5.0 / highest
    lowest = 1.0 if highest == 5.0 and not _STARS.fullmatch(text) else 0.0
    if not lowest <= rating <= 5.0:
        raise ValueError(f"outside 1 to {highest:g}")
    return max(rating, 1.0)


def usual_scale(texts: Iterable[str]) -> float:
    """The scale, out of 5, 10, 20 and 100, that plain numbers are on: the smallest that holds them all."""
    highest = 0.0
    for text in texts:
        found = _PLAIN.fullmatch(text.strip())
        if found:
            highest = max(highest, _value(found[1]))
    return next((scale for scale in _SCALES if highest <= scale), _SCALES[0])


def _parts(text: str, scale: float) -> tuple[float, float]:
    if found := _OF.search(text):
        return _value(found[1]), _value(found[2]) or scale
    if found := _PERCENT.fullmatch(text):
        return _value(found[1]), 100.0
    if _STARS.fullmatch(text):
        return sum(text.count(star) for star in "★⭐✭✮") + 0.5 * text.count("½"), 5.0
    if text.casefold() in _WORDS:
        return _WORDS[text.casefold()], 5.0
    if found := _PLAIN.fullmatch(text):
        return _value(found[1]), scale
    if text.casefold().lstrip("+-") in ("inf", "infinity"):
        raise ValueError(f"outside 1 to {scale:g}")
    raise ValueError("no number")


def _value(digits: str) -> float:
    return float(digits.replace(",", "."))
