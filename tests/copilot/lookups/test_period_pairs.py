"""Two stretches of days that a question sets against each other."""

from __future__ import annotations

from datetime import date

import pytest

from copilot.lookups.period_pairs import asked_against, find_compared
from copilot.lookups.periods import NamedPeriod, find_period
from copilot.lookups.scope import Period

AS_OF = date(2026, 11, 2)  # a Monday
SEPTEMBER = Period(since=date(2026, 9, 1), before=date(2026, 10, 1))


def spans(text: str) -> tuple[str, str]:
    asked, against = find_compared(text, AS_OF, find_period(text, AS_OF))
    return _span(asked), _span(against)


def _span(named: NamedPeriod | None) -> str:
    return f"{named.period.since:%m-%d} {named.period.last_day:%m-%d}" if named else ""


@pytest.mark.parametrize(
    ("text", "asked", "against"),
    [
        ("ventes en octobre vs septembre", "10-01 10-31", "09-01 09-30"),
        ("Did we sell more in September than in October?", "10-01 10-31", "09-01 09-30"),
        ("sales in September and October", "10-01 10-31", "09-01 09-30"),
        ("les ventes de la semaine dernière et celles de la semaine d'avant, compare", "10-26 11-01", "10-19 10-25"),
        ("sales this week vs last week", "10-26 11-01", "10-19 10-25"),
        ("last month vs the month before", "10-01 10-31", "09-01 09-30"),
        ("le week-end dernier par rapport au précédent", "10-31 11-01", "10-24 10-25"),
        ("T3 vs T2", "07-01 09-30", "04-01 06-30"),
        ("vs septembre ?", "", "09-01 09-30"),
        ("how did boots do compared with last month?", "", "10-01 10-31"),
        ("Compare Odette and Jeanne last week", "10-26 11-01", ""),
        ("Which products launched in September sold best last week?", "10-26 11-01", ""),
        ("ventes du 1er au 15 octobre vs l'an dernier", "10-01 10-15", ""),
        ("Ventes du samedi 24 octobre", "10-24 10-24", ""),
        ("Compare Odette and Jeanne on Saturday 24 October", "10-24 10-24", ""),
        ("samedi vs dimanche", "11-01 11-01", "10-31 10-31"),
        ("Which of those launched in September sold more last week?", "10-26 11-01", ""),
        ("What sold best?", "", ""),
    ],
)
def test_days_asked_for_and_compared_with(text: str, asked: str, against: str) -> None:
    assert spans(text) == (asked, against)


def test_days_compared_with_alone_are_set_against_those_since() -> None:
    assert asked_against(SEPTEMBER, AS_OF) == (Period(since=date(2026, 10, 1), before=AS_OF), SEPTEMBER)


def test_up_to_yesterday_they_are_asked_for_themselves() -> None:
    october = Period(since=date(2026, 10, 1), before=date(2026, 11, 1))
    assert asked_against(october, date(2026, 11, 1)) == (october, SEPTEMBER)
