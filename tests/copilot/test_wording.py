"""Numbers, dates and phrases in both languages."""

from __future__ import annotations

from datetime import date

import pytest
import yaml

from copilot import wording
from copilot.evidence import Figure
from copilot.settings import Language

LANGUAGES: tuple[Language, ...] = ("en", "fr")


def spaced(text: str) -> str:
    """With plain spaces in place of the non-breaking ones, which are hard to read in a table of cases."""
    return text.replace("\u00a0", " ").replace("\u202f", " ")


@pytest.mark.parametrize(
    ("value", "english", "french"),
    [
        (1234.5, "1,234.5", "1 234,5"),
        (1234567, "1,234,567", "1 234 567"),
        (7, "7", "7"),
        (0.254, "0.25", "0,25"),
        (-0.001, "0.00", "0,00"),
        (-3, "-3", "-3"),
    ],
)
def test_numbers(value: float, english: str, french: str) -> None:
    assert spaced(wording.number(value, "en")) == english
    assert spaced(wording.number(value, "fr")) == french


@pytest.mark.parametrize(
    ("value", "english", "french"),
    [
        (0.86, "86%", "86 %"),
        (0.004, "0.4%", "0,4 %"),
        (0.996, "99.6%", "99,6 %"),
        (0.0002, "<0.1%", "<0,1 %"),
        (0.9999, ">99.9%", ">99,9 %"),
        (0, "0%", "0 %"),
        (1, "100%", "100 %"),
    ],
)
def test_shares(value: float, english: str, french: str) -> None:
    assert wording.share(value, "en") == english
    assert spaced(wording.share(value, "fr")) == french


@pytest.mark.parametrize(
    ("value", "currency", "english", "french"),
    [
        (18400, "EUR", "€18.4k", "18,4 k€"),
        (1234.4, "EUR", "€1,234", "1 234 €"),
        (1_840_000, "GBP", "£1.8M", "1,8 M£"),
        (999_990, "EUR", "€1.0M", "1,0 M€"),
        (-18400, "EUR", "-€18.4k", "-18,4 k€"),
        (-0.2, "EUR", "€0", "0 €"),
        (12, "", "12", "12"),
    ],
)
def test_money(value: float, currency: str, english: str, french: str) -> None:
    assert wording.money(value, currency, "en") == english
    assert spaced(wording.money(value, currency, "fr")) == french


def test_money_with_cents() -> None:
    assert wording.money(1049.5, "EUR", "en", cents=True) == "€1,049.50"
    assert spaced(wording.money(1049.5, "EUR", "fr", cents=True)) == "1 049,50 €"


@pytest.mark.parametrize(
    ("value", "english", "french"),
    [
        (date(2026, 11, 2), "Monday 2 November 2026", "lundi 2 novembre 2026"),
        (date(2026, 11, 1), "Sunday 1 November 2026", "dimanche 1er novembre 2026"),
        (date(2026, 8, 31), "Monday 31 August 2026", "lundi 31 août 2026"),
    ],
)
def test_days(value: date, english: str, french: str) -> None:
    assert wording.day(value, "en", year=True, weekday=True) == english
    assert wording.day(value, "fr", year=True, weekday=True) == french


@pytest.mark.parametrize(
    ("name", "english", "french"),
    [
        ("Christmas Day", "Christmas Day", "Noël"),
        ("Noël", "Christmas Day", "Noël"),
        ("All Saints' Day; National Unity Day", "All Saints' Day; National Unity Day",
         "Toussaint; fête de l'unité nationale"),
        ("summer sales", "summer sales", "soldes d'été"),
        ("Fashion week", "Fashion week", "Fashion week"),
    ],
)  # fmt: skip
def test_events_are_called_as_readers_call_them(name: str, english: str, french: str) -> None:
    assert (wording.event(name, "en"), wording.event(name, "fr")) == (english, french)


def test_a_day_is_written_without_year_or_weekday_unless_asked() -> None:
    assert wording.day(date(2026, 11, 1), "fr") == "1er novembre"
    assert wording.month(date(2026, 8, 1), "fr") == "août 2026"


@pytest.mark.parametrize(
    ("figure", "english", "french"),
    [
        (Figure(name="on_hand_units", value=1, unit="units"), "1 piece", "1 pièce"),
        (Figure(name="on_hand_units", value=1.5, unit="units"), "1.5 pieces", "1,5 pièce"),
        (Figure(name="on_hand_units", value=0, unit="units"), "0 pieces", "0 pièce"),
        (Figure(name="authors", value=312, unit="authors"), "312 authors", "312 auteurs"),
        (Figure(name="ratio", value=3.14, unit="ratio"), "3.1x", "3,1 x"),
        (Figure(name="revenue", value=18400, unit="money", currency="EUR"), "€18.4k", "18,4 k€"),
        (Figure(name="return_share", value=0.1234, unit="share"), "12%", "12 %"),
    ],
)
def test_figures_carry_their_unit(figure: Figure, english: str, french: str) -> None:
    assert wording.figure(figure, "en") == english
    assert spaced(wording.figure(figure, "fr")) == french


def test_changes_carry_their_sign() -> None:
    assert wording.change(0.12, "en") == "+12%"
    assert spaced(wording.change(-0.03, "fr")) == "-3 %"
    assert wording.change(0.001, "en") == "0%"


def test_lists() -> None:
    assert wording.listing(["a", "b", "c"], "en") == "a, b and c"
    assert wording.listing(["a", "b", "c"], "fr") == "a, b et c"
    assert wording.listing([], "fr") == ""


def test_both_languages_have_the_same_phrases_with_the_same_variables() -> None:
    assert wording.phrase_keys("en") == wording.phrase_keys("fr")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_unit_that_is_not_a_share_ratio_or_amount_has_words(language: Language) -> None:
    for unit in ("units", "days", "authors", "posts", "stars", "stores", "products", "weeks"):
        assert "{count}" not in wording.phrase(f"units.{unit}", language, count=2)


def test_labels() -> None:
    assert wording.label("stages", "rising", "fr") == "en hausse"
    assert wording.label("reasons", "a_new_reason", "en") == "a new reason"
    assert wording.label("reasons", "signal:wide_leg", "fr") == "« wide leg » monte"


@pytest.mark.parametrize("values", [{}, {"count": 2, "more": 1}])
def test_a_phrase_refuses_missing_and_extra_variables(values: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=r"units\.units"):
        wording.phrase("units.units", "en", **values)


def test_an_unknown_phrase_is_named() -> None:
    with pytest.raises(KeyError, match="no_such_key"):
        wording.phrase("no_such_key", "en")


def test_phrase_files_parse_to_text_only() -> None:
    for path in wording.FOLDER.glob("*.yaml"):
        assert yaml.safe_load(path.read_text(encoding="utf-8")), path.name


@pytest.mark.parametrize(
    ("since", "last_day", "english", "french"),
    [
        (date(2026, 10, 1), date(2026, 10, 15), "from 1 to 15 October", "du 1er au 15 octobre"),
        (date(2026, 10, 30), date(2026, 11, 1), "from 30 October to 1 November", "du 30 octobre au 1er novembre"),
        (date(2025, 10, 2), date(2026, 10, 1), "from 2 October 2025 to 1 October 2026",
         "du 2 octobre 2025 au 1er octobre 2026"),
        (date(2026, 10, 1), date(2026, 10, 1), "on 1 October", "le 1er octobre"),
    ],
)  # fmt: skip
def test_spans_say_a_month_once(since: date, last_day: date, english: str, french: str) -> None:
    assert wording.span(since, last_day, "en") == english
    assert wording.span(since, last_day, "fr") == french


def test_a_span_of_one_month_keeps_its_year() -> None:
    assert wording.span(date(2025, 10, 2), date(2025, 10, 9), "fr", year=True) == "du 2 au 9 octobre 2025"
