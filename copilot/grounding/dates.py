"""Dates as people write them in English and French, found in a text without accents."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from babel.dates import get_day_names, get_month_names

from copilot.grounding.sentences import without_accents

_LOCALES = ("en_GB", "en_US", "fr")


def _names(widths: tuple[str, ...], getter: str) -> dict[str, int]:
    read = get_month_names if getter == "month" else get_day_names
    return {
        without_accents(name).rstrip(".").lower(): number
        for locale in _LOCALES
        for width in widths
        for number, name in read(width, locale=locale).items()  # type: ignore[arg-type]  # babel's widths are literals
    }


_MONTHS = _names(("wide", "abbreviated"), "month") | {"sept": 9, "janv": 1, "fev": 2}
_WEEKDAYS = _names(("wide",), "day")
_MONTH = rf"({'|'.join(sorted(_MONTHS, key=len, reverse=True))})\b\.?"
_ORDINAL = r"(?:er|st|nd|rd|th)?"
_YEAR = r"((?:19|20)\d\d)(?!\d|[.,]\d)"

_ISO = re.compile(r"(?<![\w-])(\d{4})-(\d\d)-(\d\d)(?![\w-])")
_NUMERIC = re.compile(r"(?<![\w/])(\d{1,2})[/.](\d{1,2})[/.](\d{4}|\d\d)(?![\w/])")
_DAY_MONTH = re.compile(
    rf"(?<![\w.,-])(?:(\d{{1,2}}){_ORDINAL}\s*(?:-|–|\bto\b|\bau\b|\band\b|\bet\b)\s*(?:le\s+|the\s+)?)?"
    rf"(\d{{1,2}}){_ORDINAL}\s+(?:of\s+)?{_MONTH}(?:\s+{_YEAR})?",
    re.IGNORECASE,
)
_MONTH_DAY = re.compile(
    rf"\b{_MONTH}\s+(\d{{1,2}})(?:st|nd|rd|th)?\b(?:,?\s+{_YEAR})?(?!\s?[%€£$]|[.,]?\d)", re.IGNORECASE
)
_MONTH_YEAR = re.compile(rf"\b{_MONTH}\s+{_YEAR}", re.IGNORECASE)
_WEEKDAY_BEFORE = re.compile(rf"\b({'|'.join(_WEEKDAYS)}),?\s+(?:the\s+|le\s+)?$", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class WrittenDate:
    """A date in a text, as far as it is written out."""

    start: int
    end: int
    month: int
    day: int | None = None
    """None: a month of a year."""
    year: int | None = None
    """None: any year."""
    weekday: int | None = None
    """0 Monday to 6 Sunday, where it is named."""

    def is_meant_by(self, candidate: date) -> bool:
        """Whether `candidate` is what is written."""
        return (
            candidate.month == self.month
            and self.day in (None, candidate.day)
            and self.year in (None, candidate.year)
            and self.weekday in (None, candidate.weekday())
        )


def written_dates(text: str) -> Iterator[WrittenDate]:
    """Dates in a text without accents, without overlaps; days of a range (`1 to 15 May`) one by one."""
    taken = [False] * (len(text) + 1)
    for pattern in (_ISO, _NUMERIC, _DAY_MONTH, _MONTH_YEAR, _MONTH_DAY):
        for match in pattern.finditer(text):
            if any(taken[match.start() : match.end()]):
                continue
            taken[match.start() : match.end()] = [True] * (match.end() - match.start())
            yield from _read(pattern, match, _weekday_before(text, match.start()))


def _read(pattern: re.Pattern[str], match: re.Match[str], weekday: int | None) -> Iterator[WrittenDate]:
    parts = [part.lower() if part else "" for part in match.groups()]
    first = ""
    if pattern is _ISO:
        year, month, day = int(parts[0]), int(parts[1]), parts[2]
    elif pattern is _NUMERIC:
        year, month, day = int(parts[2]) + (2000 if len(parts[2]) == 2 else 0), int(parts[1]), parts[0]
    elif pattern is _DAY_MONTH:
        first, day, month, year = parts[0], parts[1], _MONTHS[parts[2]], int(parts[3] or 0)
    elif pattern is _MONTH_DAY:
        month, day, year = _MONTHS[parts[0]], parts[1], int(parts[2] or 0)
    else:
        month, day, year = _MONTHS[parts[0]], "", int(parts[1])
    for written in filter(None, (first, day or "0")):
        yield WrittenDate(
            start=match.start(),
            end=match.end(),
            month=month,
            day=int(written) or None,
            year=year or None,
            weekday=weekday if written == (first or day) else None,
        )


def _weekday_before(text: str, position: int) -> int | None:
    match = _WEEKDAY_BEFORE.search(text[max(0, position - 20) : position])
    return _WEEKDAYS[match[1].lower()] if match else None
