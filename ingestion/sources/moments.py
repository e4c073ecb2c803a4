"""When a post was written, as exports write it: ISO 8601, mail headers, epochs, numbers and month names."""

from __future__ import annotations

import contextlib
import math
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, tzinfo
from email.utils import parsedate_to_datetime

EPOCH = "epoch"
"""Date format of seconds (or milliseconds) since 1970-01-01 in UTC."""

_LARGEST_SECONDS = 32_503_680_000  # the year 3000; larger numbers are milliseconds, and then microseconds
_EPOCH = re.compile(r"\d{9,10}(?:\.\d+)?|\d{13}|\d{16}")
_NUMBERS = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4}|\d{2})(?:,?[ T]+(.*))?")
_YEAR_FIRST = re.compile(r"(\d{4})[/.](\d{1,2})[/.](\d{1,2})(?:,?[ T]+(.*))?")
_DAY_NAMED = re.compile(
    r"(?:^|.*?\b)(\d{1,2})(?:er|st|nd|rd|th|\.|º)?\s+(?:de\s+)?([^\W\d_]{3,})\.?,?\s+(?:de\s+)?(\d{4})\b(.*)"
)
_MONTH_NAMED = re.compile(r"(?:^|.*?\b)([^\W\d_]{3,})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})\b(.*)")
_TIME = re.compile(
    r"(?:at|à|alle|um|a las)?\s*(\d{1,2})[:h](\d{2})(?::(\d{2})(?:\.\d+)?)?"
    r"\s*([ap])?\.?(?:m\.?)?\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2})?",
    re.IGNORECASE,
)
_TIMED, _ZONED = re.compile(r"\d[:h]\d\d"), re.compile(r"(?:Z|UTC|GMT|[+-]\d\d:?\d\d)$")
_TWITTER = "%a %b %d %H:%M:%S %z %Y"
_MONTHS = (
    "jan janv january janvier gennaio gen januar enero ene",
    "feb fev fevr february fevrier febbraio februar febrero",
    "mar mars march marzo marz maerz mrz",
    "apr avr april avril aprile abril abr",
    "may mai maggio mag mayo",
    "jun juin june giugno giu juni junio",
    "jul juil july juillet luglio lug juli julio",
    "aug aou aout august agosto ago",
    "sep sept september septembre settembre set septiembre",
    "oct october octobre ottobre ott oktober okt octubre",
    "nov november novembre noviembre",
    "dec december decembre dicembre dic dezember dez diciembre",
)
_MONTH_NUMBERS = {name: number for number, names in enumerate(_MONTHS, start=1) for name in names.split()}
_ACCENTS = str.maketrans("éèêûôäáíóúç", "eeeuoaaiouc")
_FIRST_YEAR, _AFTER_LAST_YEAR = 1990, 2100


def read_moment(text: str, *, formats: Sequence[str], day_first: bool, zone: tzinfo) -> datetime | None:
    """The moment with its zone, None where the text is none; of several formats the first that fits.

    Without formats, the usual ones are tried. `day_first` decides 03/04/2026 there. A time of day without a zone is in
    `zone`; a date alone is midnight in UTC, so that it stays that day.
    """
    for form in formats:
        found = _by_format(text, form)
        if found is not None:
            return _zoned(found, zone)
    if formats:
        return None
    for read in (_iso, _epoch, lambda given: _numbers(given, day_first), _named, _mail):
        moment = read(text)
        if moment is not None and _FIRST_YEAR <= moment.year < _AFTER_LAST_YEAR:
            return _zoned(moment, zone)
    return None


def tells_day_first(texts: Iterable[str]) -> bool | None:
    """Whether days come before months in dates such as 13/04/2026: None where nothing tells."""
    day = month = False
    for text in texts:
        found = _NUMBERS.fullmatch(text.strip())
        if found:
            day, month = day or int(found[1]) > 12, month or int(found[2]) > 12
    return None if day == month else day


def has_numbers(texts: Iterable[str]) -> bool:
    """Whether dates are written in numbers with the year last."""
    return any(_NUMBERS.fullmatch(text.strip()) for text in texts)


def has_no_zone(texts: Iterable[str]) -> bool:
    """Whether a time of day comes without its zone."""
    return any(_TIMED.search(text) and not _ZONED.search(text.strip()) for text in texts)


def _by_format(text: str, form: str) -> datetime | None:
    with contextlib.suppress(ValueError, OverflowError, OSError):
        return _from_epoch(float(text)) if form == EPOCH else datetime.strptime(text, form)  # noqa: DTZ007 - zone added
    return None


def _from_epoch(number: float) -> datetime:
    if not math.isfinite(number):
        raise ValueError("is no moment")
    while number > _LARGEST_SECONDS:
        number /= 1000
    return datetime.fromtimestamp(number, tz=UTC)


def _iso(text: str) -> datetime | None:
    with contextlib.suppress(ValueError):
        return datetime.fromisoformat(re.sub(r"\s*(?:UTC|GMT)$", "Z", text))
    return None


def _epoch(text: str) -> datetime | None:
    return _from_epoch(float(text)) if _EPOCH.fullmatch(text) else None


def _numbers(text: str, day_first: bool) -> datetime | None:
    if found := _YEAR_FIRST.fullmatch(text):
        return _moment(int(found[1]), int(found[2]), int(found[3]), found[4])
    found = _NUMBERS.fullmatch(text)
    if found is None:
        return None
    day, month = (int(found[1]), int(found[2])) if day_first else (int(found[2]), int(found[1]))
    year = int(found[3]) + (2000 if len(found[3]) == 2 else 0)
    return _moment(year, month, day, found[4])


def _named(text: str) -> datetime | None:
    plain = text.casefold().translate(_ACCENTS)
    if (found := _DAY_NAMED.fullmatch(plain)) and found[2] in _MONTH_NUMBERS:
        return _moment(int(found[3]), _MONTH_NUMBERS[found[2]], int(found[1]), found[4])
    if (found := _MONTH_NAMED.fullmatch(plain)) and found[1] in _MONTH_NUMBERS:
        return _moment(int(found[3]), _MONTH_NUMBERS[found[1]], int(found[2]), found[4])
    return None


def _mail(text: str) -> datetime | None:
    with contextlib.suppress(ValueError, TypeError, IndexError):
        return datetime.strptime(text, _TWITTER)  # noqa: DTZ007 - the form has its zone
    with contextlib.suppress(ValueError, TypeError, IndexError, OverflowError):
        return parsedate_to_datetime(text)
    return None


def _moment(year: int, month: int, day: int, rest: str | None) -> datetime | None:
    """A day and what follows it: nothing, or a time of day."""
    rest = (rest or "").strip(" ,")
    found = _TIME.fullmatch(rest)
    if rest and found is None:
        return None
    hour, minute, second, zone = 0, 0, 0, None
    with contextlib.suppress(ValueError):
        if found:
            hour, minute, second = int(found[1]), int(found[2]), int(found[3] or 0)
            if found[4]:
                hour = hour % 12 + (12 if found[4] in "pP" else 0)
            zone = _offset(found[5])
        return datetime(year, month, day, hour, minute, second, tzinfo=zone)
    return None


def _offset(text: str | None) -> tzinfo | None:
    if not text:
        return None
    return UTC if text[0] not in "+-" else datetime.strptime(text.replace(":", ""), "%z").tzinfo


def _zoned(moment: datetime, zone: tzinfo) -> datetime:
    if moment.tzinfo is not None:
        return moment
    midnight = not (moment.hour or moment.minute or moment.second or moment.microsecond)
    return moment.replace(tzinfo=UTC if midnight else zone)
