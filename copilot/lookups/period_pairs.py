"""Two stretches of days that a question sets against each other: `October vs September`, `compared with last month`."""

from __future__ import annotations

import re
from datetime import date, timedelta

from copilot.lookups.period_words import WEEKDAYS
from copilot.lookups.periods import NamedPeriod, compares_last_year, find_period
from copilot.lookups.scope import Period
from copilot.lookups.text import fold

_COMPARES = re.compile(
    r"\b(?:vs|versus|compar\w+|par rapport (?:a|au|aux)|contre|against|than|evolu\w+|differen\w+|entre|between)\b"
    r"|\b(?:plus|moins|mieux)\b.*\bqu(?:e\b|')"
)
_AGAINST = re.compile(
    r"\b(?:vs\.?|versus|compared (?:to|with)|comparee?s? (?:a|au|aux)|par rapport (?:a|au|aux)|contre|against|than"
    r"|qu')\s*(?:(?:en|au|a)\s+)?(?:(?:a|the|la|le|les|l'|celles?|ceux|celui|those|that|de|du|des|d'|of|in|en)\s*)*$"
)
"""What stands before days that others are compared with."""
_JOINED = re.compile(r"\W*(?:et|and|ou|or|puis|then)\b\W*(?:(?:en|in|de|du|d'|of|la|le|celles? d\w*)\W*)*")
_BEFORE = re.compile(
    r"\b(?:(?:la |le |the |celles? de )*(?:semaine|mois|week.?end|jour|week|month|day|period\w*)s? "
    r"(?:d'avant|precedente?|before)|(?:the )?(?:previous|preceding|prior) (?:week.?end|week|month|day|period)"
    r"|(?:la )?precedente?\b)"
)
"""Days before others: `the week before`."""
_WEEKDAY = re.compile(rf"\b(?:{'|'.join(WEEKDAYS)})\s+(?:le\s+|the\s+)?$")
_WEEKEND_DAYS, _SATURDAY = 2, 6


def find_compared(text: str, as_of: date, first: NamedPeriod | None) -> tuple[NamedPeriod | None, NamedPeriod | None]:
    """The days asked for and those that they are compared with, where the text names such; `first` is what it names.

    Of two stretches the later is asked for. One alone after a word like `vs` is what is compared with, and nothing is
    asked for. A year before is none of them: `compares_last_year` tells.
    """
    folded = fold(text).replace("’", "'")
    if first is None or compares_last_year(text):
        return first, None
    # The Saturday of `samedi 24 octobre` is no other day.
    start = _WEEKDAY.search(folded[: first.start])
    begin = start.start() if start else first.start
    rest = f"{text[:begin]}{' ' * (first.end - begin)}{text[first.end :]}"
    earlier = _BEFORE.search(fold(rest).replace("’", "'"))
    if earlier and _COMPARES.search(folded):
        return first, NamedPeriod(period=preceding(first.period), start=earlier.start(), end=earlier.end())
    second = find_period(rest, as_of)
    if second is None:
        return (None, first) if _AGAINST.search(folded[: first.start]) else (first, None)
    between = folded[min(first.end, second.end) : max(first.start, second.start)]
    if not (_COMPARES.search(folded) or _JOINED.fullmatch(between)):
        return first, None
    if second.period == first.period:
        # On a Monday the days of this week and the last are the same.
        return first, NamedPeriod(period=preceding(first.period), start=second.start, end=second.end)
    later, base = sorted((first, second), key=lambda named: named.period.since, reverse=True)
    return later, base


def preceding(period: Period) -> Period:
    """As much before it: the month before a month, the 7 days before a week, the week-end before a week-end."""
    since, before = period.since, period.before
    if period.days == _WEEKEND_DAYS and since.isoweekday() == _SATURDAY:
        return Period(since=since - timedelta(days=7), before=before - timedelta(days=7))
    if since.day == before.day == 1:
        months = (before.year - since.year) * 12 + before.month - since.month
        month = since.month - 1 - months
        return Period(since=date(since.year + month // 12, month % 12 + 1, 1), before=since)
    return Period(since=since - timedelta(days=period.days), before=since)


def asked_against(base: Period, as_of: date) -> tuple[Period, Period]:
    """What is compared with `base` where no other days are named: those since; where none is over, `base` itself.

    The second is what it is compared with.
    """
    if base.before < as_of:
        return Period(since=base.before, before=as_of), base
    return base, preceding(base)
