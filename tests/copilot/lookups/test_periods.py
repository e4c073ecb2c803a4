"""Days that questions name."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from copilot.lookups.periods import compares_last_year, find_period

AS_OF = date(2026, 11, 2)  # a Monday


@pytest.mark.parametrize(
    ("text", "since", "last_day"),
    [
        ("what sold yesterday", "2026-11-01", "2026-11-01"),
        ("les ventes d'hier", "2026-11-01", "2026-11-01"),
        ("Qu'est-ce qui monte cette semaine en Italie ?", "2026-10-26", "2026-11-01"),
        ("prévision pour cette semaine", "2026-11-02", "2026-11-08"),
        ("sales last week", "2026-10-26", "2026-11-01"),
        ("la semaine dernière", "2026-10-26", "2026-11-01"),
        ("forecast next week", "2026-11-09", "2026-11-15"),
        ("sales last month", "2026-10-01", "2026-10-31"),
        ("ventes de la semaine du 14 octobre", "2026-10-12", "2026-10-18"),
        ("sales the week of 12 October", "2026-10-12", "2026-10-18"),
        ("depuis le début de l'année", "2026-01-01", "2026-11-01"),
        ("YTD sales", "2026-01-01", "2026-11-01"),
        ("since the start of the month", "2026-11-01", "2026-11-01"),
        ("ventes en 2025", "2025-01-01", "2025-12-31"),
        ("le mois dernier", "2026-10-01", "2026-10-31"),
        ("les 7 derniers jours", "2026-10-26", "2026-11-01"),
        ("over the last two weeks", "2026-10-19", "2026-11-01"),
        ("depuis 3 semaines", "2026-10-12", "2026-11-01"),
        ("dans les 14 prochains jours", "2026-11-02", "2026-11-15"),
        ("Ventes du 1er au 15 octobre", "2026-10-01", "2026-10-15"),
        ("Ventes du 1er au 15 vs l'an dernier", "2026-10-01", "2026-10-15"),
        ("prévision du 10 au 15", "2026-11-10", "2026-11-15"),
        ("20 % off from Black Friday to Cyber Monday", "2026-11-27", "2026-11-30"),
        ("Ventes du 10 au 15", "2026-10-10", "2026-10-15"),
        ("du 28 septembre au 3 octobre 2025", "2025-09-28", "2025-10-03"),
        ("from 20 December to 5 January 2026", "2025-12-20", "2026-01-05"),
        ("sales October 1-15", "2026-10-01", "2026-10-15"),
        ("1 to 15 October 2025", "2025-10-01", "2025-10-15"),
        ("prévision du manteau Odette pour décembre", "2026-12-01", "2026-12-31"),
        ("ventes de décembre", "2025-12-01", "2025-12-31"),
        ("sales in October", "2026-10-01", "2026-10-31"),
        ("sales in May 2026", "2026-05-01", "2026-05-31"),
        ("Que dois-je réassortir à Milan avant vendredi", "2026-11-02", "2026-11-05"),
        ("what to restock by Friday", "2026-11-02", "2026-11-06"),
        ("jusqu'au 15 novembre", "2026-11-02", "2026-11-15"),
        ("since 12 October", "2026-10-12", "2026-11-01"),
        ("depuis lundi", "2026-10-26", "2026-11-01"),
        ("sales on 2026-10-03", "2026-10-03", "2026-10-03"),
        ("2026-10-01 to 2026-10-03", "2026-10-01", "2026-10-03"),
        ("le 03/10/2026", "2026-10-03", "2026-10-03"),
        ("ventes en T3", "2026-07-01", "2026-09-30"),
        ("cet été", "2026-06-01", "2026-08-31"),
        ("sales this year", "2026-01-01", "2026-12-31"),
        ("sales last year", "2025-01-01", "2025-12-31"),
        ("sales in September last year", "2025-09-01", "2025-09-30"),
        ("ventes d'octobre de l'an dernier", "2025-10-01", "2025-10-31"),
        ("ventes du 1er au 15 octobre l'année dernière", "2025-10-01", "2025-10-15"),
        ("the same week last year", "2025-10-27", "2025-11-02"),
        ("ventes semaine 43", "2026-10-19", "2026-10-25"),
        ("ventes S43", "2026-10-19", "2026-10-25"),
        ("sales week 50", "2025-12-08", "2025-12-14"),
        ("forecast for week 50", "2026-12-07", "2026-12-13"),
        ("week 1 2026", "2025-12-29", "2026-01-04"),
        ("cette semaine 3 produits", "2026-10-26", "2026-11-01"),
        ("vendus samedi dernier", "2026-10-31", "2026-10-31"),
        ("combien de ventes lundi ?", "2026-10-26", "2026-10-26"),
        ("du lundi au mercredi", "2026-10-26", "2026-10-28"),
        ("ventes du week-end", "2026-10-31", "2026-11-01"),
        ("remise le week-end prochain", "2026-11-07", "2026-11-08"),
        ("d'ici Noël", "2026-11-02", "2026-12-24"),
        ("sales over Christmas", "2025-12-01", "2025-12-25"),
    ],
)
def test_period_is_read(text: str, since: str, last_day: str) -> None:
    found = find_period(text, AS_OF)
    assert found is not None
    assert (found.period.since.isoformat(), found.period.last_day.isoformat()) == (since, last_day)
    assert text[found.start : found.end].strip()


@pytest.mark.parametrize(
    "text",
    ["Combien de robes Alba en 38 à Lyon ?", "may I see the stock", "sales vs last year", "Les tailles taillent petit",
     "du 31 au 31 février", "le 45 octobre"],
)  # fmt: skip
def test_no_period_is_read(text: str) -> None:
    assert find_period(text, date(2026, 3, 2)) is None


@pytest.mark.parametrize("text", ["vs l'an dernier", "compared to last year", "par rapport à l'année dernière", "YoY"])
def test_comparison_is_seen(text: str) -> None:
    assert compares_last_year(f"Ventes du 1er au 15 octobre {text}, à magasins constants ?")


def test_mondays_meet_mondays_a_year_before() -> None:
    found = find_period("last week", AS_OF)
    assert found is not None
    before = found.period.year_before()
    assert before.since.weekday() == found.period.since.weekday()
    assert found.period.since - before.since == timedelta(days=364)
