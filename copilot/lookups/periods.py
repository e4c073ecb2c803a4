"""Days that a question names, in French and English, resolved from a given morning: `du 1er au 15 octobre`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from re import Match, Pattern

from copilot.lookups import period_words as words
from copilot.lookups.scope import Period
from copilot.lookups.text import fold

_EVENT_AHEAD_DAYS = 60
"""An event that is nearer than this is the coming one, unless a text says otherwise."""


@dataclass(frozen=True, kw_only=True)
class NamedPeriod:
    """A period found in a text, and where: `text[start:end]`."""

    period: Period
    start: int
    end: int


def find_period(text: str, as_of: date) -> NamedPeriod | None:
    """The period that the text names, or None.

    Months and days without a year are the last that had begun by `as_of`, or the next where the text speaks of the
    future (`forecast`, `prévision`, `will`, ...). Weeks begin on Monday; on a Monday morning "this week" has no day of
    sales yet and means the 7 days before, unless the text speaks of the future. A year before that is only compared
    with (`vs last year`) is no period; one that is asked for moves the other days named: `September last year`.
    """
    folded = _folded(text)
    reader = _Reader(as_of=as_of, future=speaks_of_future(text), compares=compares_last_year(text))
    year_before = None if reader.compares else words.YEAR_BEFORE.search(folded)
    if year_before:
        start, end = year_before.span()
        found = _first(reader, f"{folded[:start]}{' ' * (end - start)}{folded[end:]}")
        if found is not None:
            return NamedPeriod(
                period=_a_year_earlier(found.period, as_of, weekdays=bool(words.OF_WEEK.search(folded))),
                start=min(start, found.start),
                end=max(end, found.end),
            )
    return _first(reader, folded)


def _first(reader: _Reader, folded: str) -> NamedPeriod | None:
    """What the first rule that finds days finds."""
    no_days: list[range] = []
    for pattern, resolve in _RULES:
        for match in pattern.finditer(folded):
            # What is no day as a whole (`45 octobre`) is not read in part (`octobre`) either.
            if any(match.start() in part for part in no_days):
                continue
            period = resolve(reader, match)
            if period is not None:
                return NamedPeriod(period=period, start=match.start(), end=match.end())
            no_days.append(range(match.start(), match.end()))
    return None


def _a_year_earlier(period: Period, as_of: date, *, weekdays: bool) -> Period:
    """The period in the calendar year before that of `as_of`: `weekdays` meet, or dates do; earlier ones stay."""
    years = period.since.year - (as_of.year - 1)
    if years <= 0:
        return period
    return period.year_before() if weekdays and years == 1 else _years_back(period, years)


def _years_back(period: Period, years: int) -> Period:
    """The same dates of an earlier year; a 29 February becomes the 28th."""
    since, last = (
        _date(day.year - years, day.month, day.day) or _date(day.year - years, day.month, 28)
        for day in (period.since, period.last_day)
    )
    return _between(since, last) or period


def compares_last_year(text: str) -> bool:
    """Whether the text asks for a comparison with the year before."""
    return bool(words.COMPARED.search(_folded(text)))


def speaks_of_future(text: str) -> bool:
    """Whether the text asks what will be."""
    return bool(words.FUTURE.search(_folded(text)))


def _folded(text: str) -> str:
    return fold(text).replace("’", "'")


@dataclass(frozen=True, kw_only=True)
class _Reader:
    """What dates without a year are read from."""

    as_of: date
    future: bool
    compares: bool

    def month(self, month: int, year: str | None) -> Period:
        if year:
            return _months(int(year), month, 1)
        this_year = self.as_of.year
        if self.future:
            return _months(this_year if month >= self.as_of.month else this_year + 1, month, 1)
        begun = date(this_year, month, 1) < self.as_of
        return _months(this_year if begun else this_year - 1, month, 1)

    def day(self, day: int, month: int, year: str | None, *, ahead_days: int = 0) -> date | None:
        """The day; without a year the last one by `as_of` + `ahead_days`, or the next one in the future."""
        if year:
            return _date(int(year), month, day)
        found = _date(self.as_of.year, month, day)
        if found is None:
            return None
        if self.future:
            return found if found >= self.as_of else _date(found.year + 1, month, day)
        return found if found <= self.as_of + timedelta(days=ahead_days) else _date(found.year - 1, month, day)

    def weekday(self, name: str, *, past: bool) -> date:
        """The nearest day of that name, other than `as_of`."""
        shift = (words.WEEKDAYS[name] - self.as_of.weekday()) % 7
        return self.as_of + timedelta(days=(shift or 7) - (7 if past and shift else 14 if past else 0))


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _months(year: int, month: int, count: int) -> Period:
    last = month - 1 + count
    return Period(since=date(year, month, 1), before=date(year + last // 12, last % 12 + 1, 1))


def _between(since: date | None, last_day: date | None) -> Period | None:
    if since is None or last_day is None or last_day < since:
        return None
    return Period(since=since, before=last_day + timedelta(days=1))


def _iso_range(reader: _Reader, match: Match[str]) -> Period | None:
    return _between(_iso(match[1]), _iso(match[2]))


def _iso_day(reader: _Reader, match: Match[str]) -> Period | None:
    return _between(_iso(match[1]), _iso(match[1]))


def _iso(text: str) -> date | None:
    year, month, day = map(int, text.split("-"))
    return _date(year, month, day)


def _slashed(reader: _Reader, match: Match[str]) -> Period | None:
    """Day before month, as French and British readers write it."""
    day, month, year = int(match[1]), int(match[2]), match[3]
    if not 1 <= month <= 12:
        return None
    found = reader.day(day, month, f"20{year}" if year and len(year) == 2 else year)
    return _between(found, found)


def _days_of_month(reader: _Reader, match: Match[str]) -> Period | None:
    month = words.MONTHS[match["month"]]
    # A range that reaches into coming days is this year's, not last year's.
    last = reader.day(int(match["last"]), month, match["year"], ahead_days=31)
    return None if last is None else _between(_date(last.year, month, int(match["first"])), last)


def _across_months(reader: _Reader, match: Match[str]) -> Period | None:
    last = reader.day(int(match["last"]), words.MONTHS[match["last_month"]], match["year"], ahead_days=31)
    if last is None:
        return None
    month = words.MONTHS[match["first_month"]]
    return _between(_date(last.year if month <= last.month else last.year - 1, month, int(match["first"])), last)


def _days_alone(reader: _Reader, match: Match[str]) -> Period | None:
    """`du 1er au 15`: of this month once it is over there or where the text speaks of the future, else of the last."""
    first, last, this = int(match["first"]), int(match["last"]), reader.as_of
    if not reader.future and last >= this.day:
        this = this.replace(day=1) - timedelta(days=1)
    return _between(_date(this.year, this.month, first), _date(this.year, this.month, last))


def _since(reader: _Reader, match: Match[str]) -> Period | None:
    day = _point(reader, match, past=True)
    return Period(since=day, before=reader.as_of) if day and day < reader.as_of else None


def _until(reader: _Reader, match: Match[str]) -> Period | None:
    """`avant vendredi` leaves Friday out, `jusqu'au 15 novembre` keeps the 15th."""
    day = _point(reader, match, past=False)
    if day is None:
        return None
    return _between(reader.as_of, day if match["included"] else day - timedelta(days=1))


def _point(reader: _Reader, match: Match[str], *, past: bool) -> date | None:
    if match["weekday"]:
        return reader.weekday(match["weekday"], past=past)
    if match["iso"]:
        return _iso(match["iso"])
    day, month = int(match["day"] or match["day2"] or 1), words.MONTHS[match["month"] or match["month2"]]
    facing = _Reader(as_of=reader.as_of, future=not past, compares=False)
    return facing.day(day, month, match["year"] or match["year2"])


def _last_count(reader: _Reader, match: Match[str]) -> Period | None:
    return Period(since=reader.as_of - timedelta(days=_span(match)), before=reader.as_of)


def _next_count(reader: _Reader, match: Match[str]) -> Period | None:
    return Period(since=reader.as_of, before=reader.as_of + timedelta(days=_span(match)))


def _span(match: Match[str]) -> int:
    """Days of `3 weeks`; a month is 30 days."""
    count, unit = match["count"], match["unit"]
    number = max(int(count) if count.isdigit() else words.NUMBERS[count], 1)
    return number * (1 if unit[0] in "dj" else 7 if unit[0] in "ws" else 30)


def _days_ago(count: int) -> Callable[[_Reader, Match[str]], Period | None]:
    def resolve(reader: _Reader, match: Match[str]) -> Period | None:
        day = reader.as_of - timedelta(days=count)
        return _between(day, day)

    return resolve


def _relative(reader: _Reader, match: Match[str]) -> Period | None:
    text, today = match[0], reader.as_of
    shift = -1 if words.LAST.search(text) else 1 if words.NEXT.search(text) else 0
    if "week" in text or "semaine" in text:
        monday = today - timedelta(days=today.weekday()) + timedelta(days=7 * shift)
        if shift == 0 and monday == today and not reader.future:
            monday -= timedelta(days=7)
        return Period(since=monday, before=monday + timedelta(days=7))
    if "month" in text or "mois" in text:
        month = today.month - 1 + shift
        return _months(today.year + month // 12, month % 12 + 1, 1)
    return None if reader.compares else _months(today.year + shift, 1, 12)


def _day_and_month(reader: _Reader, match: Match[str]) -> Period | None:
    day = reader.day(int(match["day"]), words.MONTHS[match["month"]], match["year"])
    return _between(day, day)


def _month_alone(reader: _Reader, match: Match[str]) -> Period | None:
    if match["month"] in words.AMBIGUOUS_MONTHS and not match["cue"] and not match["year"]:
        return None
    return reader.month(words.MONTHS[match["month"]], match["year"])


def _event(reader: _Reader, match: Match[str]) -> Period | None:
    """Black Friday, the Friday after the fourth Thursday of November, and the Monday after it."""
    this_year = reader.as_of.year
    friday = words.black_friday(int(match["year"]) if match["year"] else this_year)
    if not match["year"] and not reader.future and friday >= reader.as_of + timedelta(days=_EVENT_AHEAD_DAYS):
        friday = words.black_friday(this_year - 1)
    if not match["year"] and reader.future and friday + timedelta(days=3) < reader.as_of:
        friday = words.black_friday(this_year + 1)
    monday = friday + timedelta(days=3)
    return _between(friday if match["friday"] else monday, monday if match["monday"] else friday)


def _quarter(reader: _Reader, match: Match[str]) -> Period | None:
    month, this_year = 3 * int(match[1]) - 2, reader.as_of.year
    begun = date(this_year, month, 1) < reader.as_of
    return _months(int(match[2]) if match[2] else this_year - (not begun and not reader.future), month, 3)


def _season(reader: _Reader, match: Match[str]) -> Period | None:
    month, year = words.SEASON_MONTHS[match["season"]], reader.as_of.year
    if match["year"]:
        return _months(int(match["year"]), month, 3)
    over = _months(year, month, 3).before <= reader.as_of
    begun = date(year, month, 1) <= reader.as_of
    if words.LAST.search(match[0]):
        return _months(year if over else year - 1, month, 3)
    if reader.future:
        return _months(year + 1 if over else year, month, 3)
    return _months(year if begun else year - 1, month, 3)


def _weekday_range(reader: _Reader, match: Match[str]) -> Period | None:
    first, last = words.WEEKDAYS[match["weekday"]], words.WEEKDAYS[match["last_weekday"]]
    length = (last - first) % 7
    if reader.future:
        since = reader.weekday(match["weekday"], past=False)
        return Period(since=since, before=since + timedelta(days=length + 1))
    until = reader.weekday(match["last_weekday"], past=True)
    return Period(since=until - timedelta(days=length), before=until + timedelta(days=1))


def _weekend(reader: _Reader, match: Match[str]) -> Period | None:
    """Saturday and Sunday: the last two that are over, or the next."""
    saturday = reader.weekday("saturday", past=not reader.future)
    if not reader.future and saturday + timedelta(days=2) > reader.as_of:
        saturday -= timedelta(days=7)
    return Period(since=saturday, before=saturday + timedelta(days=2))


def _week_number(reader: _Reader, match: Match[str]) -> Period | None:
    """An ISO week; without a year the last that has begun, or the next in the future."""
    number, this_year = int(match["week"]), reader.as_of.year
    years = [int(match["year"])] if match["year"] else [this_year - 1, this_year, this_year + 1]
    weeks = [date.fromisocalendar(year, number, 1) for year in years if number <= date(year, 12, 28).isocalendar().week]
    begun = [monday for monday in weeks if monday < reader.as_of]
    ahead = [monday for monday in weeks if monday + timedelta(days=7) > reader.as_of]
    if match["year"] or not (begun or ahead):
        monday = weeks[0] if weeks else None
    else:
        monday = ahead[0] if ahead and (reader.future or not begun) else begun[-1]
    return Period(since=monday, before=monday + timedelta(days=7)) if monday else None


def _christmas(reader: _Reader, match: Match[str]) -> Period | None:
    """The days of December up to Christmas Day."""
    christmas = reader.day(25, 12, match["year"])
    return _between(christmas.replace(day=1), christmas) if christmas else None


def _until_christmas(reader: _Reader, match: Match[str]) -> Period | None:
    this_year = date(reader.as_of.year, 12, 24)
    return _between(reader.as_of, this_year if this_year >= reader.as_of else date(reader.as_of.year + 1, 12, 24))


def _week_of(reader: _Reader, match: Match[str]) -> Period | None:
    """`la semaine du 12 octobre`: the week of that day, from its Monday."""
    day = _point(reader, match, past=not reader.future)
    monday = day - timedelta(days=day.weekday()) if day else None
    return Period(since=monday, before=monday + timedelta(days=7)) if monday else None


def _so_far(reader: _Reader, match: Match[str]) -> Period | None:
    """`year to date`; on the first day of a year or month, the one that is over."""
    yesterday = reader.as_of - timedelta(days=1)
    if (match["span"] or match["short"])[0] in "ya":
        return Period(since=date(yesterday.year, 1, 1), before=reader.as_of)
    return Period(since=yesterday.replace(day=1), before=reader.as_of)


def _year_alone(reader: _Reader, match: Match[str]) -> Period | None:
    return _months(int(match["year"]), 1, 12)


def _weekday(reader: _Reader, match: Match[str]) -> Period | None:
    day = reader.weekday(match["weekday"], past=not reader.future)
    return _between(day, day)


_RULES: tuple[tuple[Pattern[str], Callable[[_Reader, Match[str]], Period | None]], ...] = (
    (words.ISO_RANGE, _iso_range),
    (words.ACROSS_MONTHS, _across_months),
    (words.DAYS_THEN_MONTH, _days_of_month),
    (words.MONTH_THEN_DAYS, _days_of_month),
    (words.LAST_COUNT, _last_count),
    (words.COUNT_LAST, _last_count),
    (words.NEXT_COUNT, _next_count),
    (words.COUNT_NEXT, _next_count),
    (words.UNTIL_CHRISTMAS, _until_christmas),
    (words.SO_FAR, _so_far),
    (words.SINCE, _since),
    (words.UNTIL, _until),
    (words.DAYS_ALONE, _days_alone),
    (words.WEEK_OF, _week_of),
    (words.ISO_DAY, _iso_day),
    (words.SLASHED, _slashed),
    (words.BEFORE_YESTERDAY, _days_ago(2)),
    (words.YESTERDAY, _days_ago(1)),
    (words.TODAY, _days_ago(0)),
    (words.TOMORROW, _days_ago(-1)),
    (words.WEEK_NUMBER, _week_number),
    (words.WEEKEND, _weekend),
    (words.RELATIVE, _relative),
    (words.DAY_AND_MONTH, _day_and_month),
    (words.MONTH_AND_DAY, _day_and_month),
    (words.MONTH_ALONE, _month_alone),
    (words.EVENT, _event),
    (words.QUARTER, _quarter),
    (words.SEASON, _season),
    (words.CHRISTMAS, _christmas),
    (words.WEEKDAY_RANGE, _weekday_range),
    (words.WEEKDAY, _weekday),
    (words.YEAR_ALONE, _year_alone),
)
"""Longer and more definite forms first."""
