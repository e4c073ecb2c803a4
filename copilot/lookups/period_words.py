"""Words and patterns of days in French and English, over folded text (`text.fold`)."""

from __future__ import annotations

import re
from datetime import date, timedelta


def black_friday(year: int) -> date:
    """The Friday after the fourth Thursday of November."""
    first = date(year, 11, 1)
    return first + timedelta(days=(3 - first.weekday()) % 7 + 22)


def _numbered(names: tuple[str, ...], start: int) -> dict[str, int]:
    return {name: number for number, group in enumerate(names, start=start) for name in group.split()}


MONTHS = _numbered(
    (
        "january janvier jan janv", "february fevrier feb fevr", "march mars mar", "april avril apr avr",
        "may mai", "june juin jun", "july juillet jul juil", "august aout aug", "september septembre sept sep",
        "october octobre oct", "november novembre nov", "december decembre dec",
    ),
    1,
)  # fmt: skip
WEEKDAYS = _numbered(
    (
        "monday lundi", "tuesday mardi", "wednesday mercredi", "thursday jeudi", "friday vendredi",
        "saturday samedi", "sunday dimanche",
    ),
    0,
)  # fmt: skip
NUMBERS = _numbered(
    (
        "one un une", "two deux", "three trois", "four quatre", "five cinq", "six", "seven sept", "eight huit",
        "nine neuf", "ten dix", "eleven onze", "twelve douze",
    ),
    1,
)  # fmt: skip
SEASON_MONTHS = {
    "summer": 6, "ete": 6, "autumn": 9, "fall": 9, "automne": 9, "winter": 12, "hiver": 12, "spring": 3, "printemps": 3,
}  # fmt: skip
"""Season -> its first month of three."""

AMBIGUOUS_MONTHS = frozenset({"may", "mar"})
"""Read as months only after a word that calls for one."""

LAST = re.compile(r"\b(last|past|previous|derni\w+|passee?|precedente?)\b")
NEXT = re.compile(r"\b(next|coming|prochaine?|suivante?)\b")
FUTURE = re.compile(
    r"\b(forecasts?|will|expect(ed)?|prevision(s|nel|nelle)?|prevoi\w*|prevue?s?|next|proch\w+|upcoming|a venir|vont|"
    r"va|faudra|arrivages?|arrives?|arrivent|arriving|attendue?s?|due|reassort\w*|restock\w*|replenish\w*)\b"
)
_YEAR_BEFORE = r"(last year|year before|previous year|an (dernier|passe)|annee (derniere|passee|precedente))"
COMPARED = re.compile(
    r"\b(vs\.?|versus|compare[ds]?( to| with)?|against|than|par rapport a|contre|compar\w+( a)?)\s+"
    rf"(a |the |l'|celles? de )*{_YEAR_BEFORE}|\b(n-1|yoy|year on year|year over year|a un an)\b"
)

_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
_WEEKDAY = "|".join(WEEKDAYS)
_COUNT = r"(?P<count>\d{1,3}|" + "|".join(NUMBERS) + ")"
_UNIT = r"(?P<unit>days?|jours?|weeks?|semaines?|months?|mois)"
_ORDINAL = r"(?:er|st|nd|rd|th)?"
_YEAR = r"(?:,?\s+(?P<year>20\d\d))?"
_TO = r"\s*(?:au|a|to|until|-|and|et)\s*(?:le\s+|the\s+)?"
_FIRST, _LAST_DAY = rf"(?P<first>\d{{1,2}}){_ORDINAL}", rf"(?P<last>\d{{1,2}}){_ORDINAL}"
_DAY = rf"(?P<day>\d{{1,2}}){_ORDINAL}"
_POINT = (
    rf"(?:(?P<weekday>{_WEEKDAY})\b(?!\s+\d)|(?P<iso>\d{{4}}-\d\d-\d\d)"
    rf"|(?:(?:{_WEEKDAY})\s+)?{_DAY}\s+(?:of\s+)?(?P<month>{_MONTH})\b{_YEAR}"
    rf"|(?P<month2>{_MONTH})\b(?:\s+(?P<day2>\d{{1,2}}){_ORDINAL}\b)?(?:,?\s+(?P<year2>20\d\d))?)"
)

ISO_RANGE = re.compile(r"(\d{4}-\d\d-\d\d)\s*(?:to|au?|-|until|jusqu'au|\.\.)\s*(\d{4}-\d\d-\d\d)")
ISO_DAY = re.compile(r"\b(\d{4}-\d\d-\d\d)\b")
SLASHED = re.compile(r"\b(\d{1,2})/(\d{1,2})(?:/(20\d\d|\d\d))?\b")
ACROSS_MONTHS = re.compile(
    rf"\b{_FIRST}\s+(?P<first_month>{_MONTH})\b\.?{_TO}{_LAST_DAY}\s+(?P<last_month>{_MONTH})\b{_YEAR}"
)
DAYS_THEN_MONTH = re.compile(rf"\b{_FIRST}{_TO}{_LAST_DAY}\s+(?:of\s+)?(?P<month>{_MONTH})\b{_YEAR}")
MONTH_THEN_DAYS = re.compile(rf"\b(?P<month>{_MONTH})\s+{_FIRST}{_TO}{_LAST_DAY}\b{_YEAR}")
DAYS_ALONE = re.compile(rf"\b(?:du|from)\s+(?:the\s+)?{_FIRST}\s+(?:au|to)\s+(?:the\s+)?{_LAST_DAY}\b")
SINCE = re.compile(rf"\b(?:since|depuis)\s+(?:le\s+|the\s+|last\s+)?{_POINT}")
SO_FAR = re.compile(
    r"\b(?:(?:since|depuis)\s+(?:the\s+|le\s+)?(?:start|beginning|debut)\s+(?:of|de|du)\s*(?:the\s+|this\s+|l'|la\s+)?"
    r"(?P<span>year|annee|month|mois)|(?P<short>(?:year|month).to.date|ytd|mtd))\b"
)
WEEK_OF = re.compile(rf"\b(?:week\s+of|semaine\s+du)\s+(?:the\s+)?{_POINT}")
YEAR_ALONE = re.compile(r"\b(?:in|en|of|de|annee|year|for|pour|vs\.?|versus|sales|ventes|ca)\s+(?P<year>20[1-4]\d)\b")
UNTIL_CHRISTMAS = re.compile(
    r"\b(?:until|till|through|by|before|avant|jusqu'a|d'ici(?:\s+a)?)\s+(?:noel|christmas|xmas)\b"
)
UNTIL = re.compile(
    rf"\b(?:(?P<included>until|till|through|by|jusqu'au|jusqu'a|d'ici(?:\s+au)?)|before|avant)\s+"
    rf"(?:le\s+|the\s+|next\s+)?{_POINT}"
)
LAST_COUNT = re.compile(rf"\b(?:last|past|previous|depuis|over)\s+(?:the\s+)?(?:last\s+|past\s+)?{_COUNT}\s+{_UNIT}\b")
COUNT_LAST = re.compile(rf"\b{_COUNT}\s+derni\w+\s+{_UNIT}\b")
NEXT_COUNT = re.compile(rf"\b(?:next|coming|dans les|sous|within)\s+{_COUNT}\s+(?:prochaine?s?\s+)?{_UNIT}\b")
COUNT_NEXT = re.compile(rf"\b{_COUNT}\s+prochaine?s?\s+{_UNIT}\b")
BEFORE_YESTERDAY = re.compile(r"\b(?:day before yesterday|avant-hier)\b")
YESTERDAY = re.compile(r"\b(?:yesterday|hier)\b")
TODAY = re.compile(r"\b(?:today|aujourd'hui)\b")
TOMORROW = re.compile(r"\b(?:tomorrow|demain)\b")
RELATIVE = re.compile(
    r"\b(?:this|same|last|past|previous|next|coming)\s+(?:week|month|year)\b|\bmeme (?:semaine|mois)\b"
    r"|\b(?:(?:cette|la)\s+semaine|ce\s+mois|le\s+mois|l'an|l'annee|cette\s+annee|semaine|mois)"
    r"(?:\s+(?:derni\w+|passee?|precedente?|prochaine?|suivante?))\b"
    r"|\b(?:cette\s+semaine|ce\s+mois|cette\s+annee)\b"
)
DAY_AND_MONTH = re.compile(rf"\b{_DAY}\s+(?:of\s+)?(?P<month>{_MONTH})\b{_YEAR}")
MONTH_AND_DAY = re.compile(rf"\b(?P<month>{_MONTH})\s+{_DAY}\b(?!\s*%){_YEAR}")
MONTH_ALONE = re.compile(
    rf"\b(?P<cue>(?:in|en|for|pour|of|de|during|d'|since|this|last)\s*)?(?P<month>{_MONTH})\b{_YEAR}"
)
EVENT = re.compile(
    r"\b(?:(?P<friday>black friday)\b"
    r"(?:\s*(?:to|through|a|au|until|jusqu'au|-|and|et)\s*(?:le\s+)?(?P<monday>cyber monday)\b)?"
    rf"|cyber monday\b){_YEAR}"
)
QUARTER = re.compile(r"\b(?:q|t)([1-4])(?:\s+(20\d\d))?\b")
SEASON = re.compile(
    rf"\b(?:this|last|next|cet|cette|ce|l'|le|en|in|au)\s*(?P<season>{'|'.join(SEASON_MONTHS)})"
    rf"(?:\s+(?:dernier|passe|prochain))?{_YEAR}\b"
)
WEEKDAY_RANGE = re.compile(rf"\b(?P<weekday>{_WEEKDAY})\s+(?:au|a|to|until|-|through)\s+(?P<last_weekday>{_WEEKDAY})\b")
WEEKDAY = re.compile(rf"\b(?P<weekday>{_WEEKDAY})s?\b")
WEEKEND = re.compile(r"\bweek.?ends?\b")
_OTHER_WEEK = "".join(f"(?<!{word} )" for word in ("cette", "this", "last", "next", "par", "per"))
WEEK_NUMBER = re.compile(
    rf"{_OTHER_WEEK}\b(?:(?:semaine|week|sem\.?|wk)\s*(?:n°|no\.?|#)?\s*|[sw])(?P<week>[1-9]|[1-4]\d|5[0-3])\b"
    rf"(?!\s*(?:%|k\b|€)){_YEAR}"
)
CHRISTMAS = re.compile(rf"\b(?:noel|christmas|xmas)\b{_YEAR}")
OF_WEEK = re.compile(rf"\b(?:weeks?|semaines?|week.?ends?|{_WEEKDAY})\b")
YEAR_BEFORE = re.compile(rf"\b(?:(?:of|in|de|d'|a|the|l'|la|meme periode)\s*)*{_YEAR_BEFORE}\b")
