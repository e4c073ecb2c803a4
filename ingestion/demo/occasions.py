"""Holidays, sales periods and commercial events of each country."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import holidays
import polars as pl

from ingestion.demo.network import COUNTRIES
from ingestion.retail.contracts import CALENDAR

_MONDAY, _WEDNESDAY, _THURSDAY, _SATURDAY = 0, 2, 3, 5


@dataclass(frozen=True, kw_only=True)
class SalesPeriod:
    """Days on which a country's shops reduce prices."""

    name: str
    country: str
    starts_on: date
    ends_on: date


def public_holidays(first: date, last: date) -> dict[tuple[str, date], str]:
    """(country, day) -> name, for days from `first` to `last` inclusive."""
    years = range(first.year, last.year + 1)
    found = {}
    for country in COUNTRIES:
        region = "ENG" if country == "GB" else None
        for day, name in holidays.country_holidays(country, subdiv=region, years=years).items():
            if first <= day <= last:
                found[country, day] = str(name)
    return found


def sales_periods(first: date, last: date) -> list[SalesPeriod]:
    """Sales periods that begin from `first` to `last` inclusive, in order."""
    periods = [period for year in range(first.year - 1, last.year + 1) for period in _periods_of(year)]
    return sorted(
        (period for period in periods if first <= period.starts_on <= last),
        key=lambda period: (period.starts_on, period.country),
    )


def _periods_of(year: int) -> Iterator[SalesPeriod]:
    black_friday = _nth_weekday(year, 11, _THURSDAY, 4) + timedelta(days=1)
    spans = {
        "FR": [
            ("winter sales", _nth_weekday(year, 1, _WEDNESDAY, 2), 28),
            ("summer sales", _last_weekday(year, 6, _WEDNESDAY), 28),
        ],
        "IT": [
            ("winter sales", date(year, 1, 4), 42),
            ("summer sales", _nth_weekday(year, 7, _SATURDAY, 1), 42),
        ],
        "GB": [("winter sales", date(year, 12, 26), 26), ("summer sales", date(year, 6, 18), 30)],
        "DE": [
            ("winter sales", _last_weekday(year, 1, _MONDAY), 13),
            ("summer sales", _last_weekday(year, 7, _MONDAY), 13),
        ],
    }
    for country in COUNTRIES:
        for name, starts_on, days in [*spans[country], ("Black Friday week-end", black_friday, 4)]:
            yield SalesPeriod(
                name=name, country=country, starts_on=starts_on, ends_on=starts_on + timedelta(days=days - 1)
            )


def _nth_weekday(year: int, month: int, weekday: int, nth: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))


def _last_weekday(year: int, month: int, weekday: int) -> date:
    last = date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
    return last - timedelta(days=(last.weekday() - weekday) % 7)


def calendar_frame(first: date, last: date) -> pl.DataFrame:
    """Table `calendar` from `first` to `last` inclusive."""
    rows = [(day, country, name, "holiday") for (country, day), name in public_holidays(first, last).items()]
    for period in sales_periods(first - timedelta(days=60), last):
        for ahead in range((period.ends_on - period.starts_on).days + 1):
            day = period.starts_on + timedelta(days=ahead)
            if first <= day <= last:
                rows.append((day, period.country, period.name, "sales_period"))
    for year in range(first.year, last.year + 1):
        day = date(year, 2, 14)
        if first <= day <= last:
            rows += [(day, country, "Valentine's Day", "event") for country in COUNTRIES]
    return pl.DataFrame(rows, schema=CALENDAR.schema, orient="row").sort("date", "country", "event")
