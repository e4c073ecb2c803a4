"""Cleaning: what goes, what stays."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.clean import clean_posts, clean_text, in_utc, is_blank
from ingestion.languages import LanguageDetector
from tests.ingestion.raw_posts import raw_post

SCOTLAND = "🏴" + "".join(chr(0xE0000 + ord(c)) for c in "gbsct") + "\U000e007f"


@pytest.mark.parametrize(
    ("given", "cleaned"),
    [
        pytest.param("&lt;br /&gt;nice &amp;amp; warm", "nice & warm", id="escaped-twice"),
        pytest.param("<b>Robe</b>s d'été", "Robes d'été", id="inline-tag"),
        pytest.param("<p>un</p><p>deux</p>", "un\ndeux", id="blocks-are-lines"),
        pytest.param("<script>x()</script>ok<!-- no -->", "ok", id="script-and-comment"),
        pytest.param("I <3 it, a<b, 30 < 40", "I <3 it, a<b, 30 < 40", id="signs-that-are-no-tags"),
        pytest.param("<i>a</i> <3 a<b b", "a <3 a<b b", id="signs-beside-tags"),
        pytest.param("cafe\u0301", "café", id="nfc"),
        pytest.param("zero\u200bwidth\ufeff \u202eabc", "zerowidth abc", id="hidden"),
        pytest.param("bell\x07 tab\tx", "bell tab x", id="control"),
        pytest.param("a \n\n\n\n b\u2028c\r\nd", "a\n\nb\nc\nd", id="lines"),
        pytest.param("120\u00a0€", "120 €", id="no-break-space"),
        pytest.param("👩\u200d💻 ❤\ufe0f #robe 🇫🇷", "👩\u200d💻 ❤\ufe0f #robe 🇫🇷", id="emoji-and-hashtag-stay"),
        pytest.param(
            "👩\u200d👩\u200d👧 👍🏽 1\ufe0f\u20e3", "👩\u200d👩\u200d👧 👍🏽 1\ufe0f\u20e3", id="emoji-sequences-stay"
        ),
        pytest.param(f"{SCOTLAND} ok", f"{SCOTLAND} ok", id="flag-of-a-region-stays"),
        pytest.param("ok" + "".join(chr(0xE0000 + ord(c)) for c in "obey me"), "ok", id="hidden-message"),
        pytest.param("lone \ud83d surrogate", "lone surrogate", id="surrogate"),
    ],
)
def test_clean_text(given: str, cleaned: str) -> None:
    assert clean_text(given) == cleaned


@given(st.text(max_size=60))
def test_clean_text_can_be_encoded_and_has_no_outer_space(text: str) -> None:
    cleaned = clean_text(text)
    assert cleaned.encode("utf-8") is not None
    assert cleaned == cleaned.strip()


def test_a_text_of_markup_alone_is_blank() -> None:
    assert is_blank("<p>&nbsp;\u200b</p>")
    assert not is_blank("👍")


def test_dates_without_a_zone_are_in_utc() -> None:
    naive = datetime(2026, 1, 1, 10)  # noqa: DTZ001 - the case under test
    assert in_utc(naive) == datetime(2026, 1, 1, 10, tzinfo=UTC)
    paris = datetime(2026, 1, 1, 10, tzinfo=timezone(timedelta(hours=1)))
    assert in_utc(paris) == datetime(2026, 1, 1, 9, tzinfo=UTC)
    assert in_utc(None) is None


def test_the_language_of_the_source_is_trusted() -> None:
    posts = [
        raw_post(text="A lovely warm coat for the winter", language="it"),
        raw_post(text="A lovely warm coat for the winter"),
    ]
    assert [post.language for post in clean_posts(posts, LanguageDetector(("en", "it")))] == ["it", "en"]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Cette robe taille petit, prenez une taille au-dessus", "fr"),
        ("The fabric is soft and it fits true to size", "en"),
        ("La giacca è bellissima e la consegna è stata veloce", "it"),
        ("Die Hose sitzt perfekt und der Stoff ist angenehm", "de"),
        ("El vestido es precioso y la tela es muy suave", "es"),
        ("Adorei este vestido, muito confortável", "pt"),
        ("Ik vind deze jurk geweldig, de stof is zacht", "nl"),
        ("Buona qualità e buon prezzo", "it"),
        ("Buena calidad y buen precio", "es"),
        ("La gonna è più corta del previsto", "it"),
        ("La falda es más corta de lo esperado", "es"),
        ("Trop beau ce manteau camel !! 😍😍", "fr"),
        ("top 👍", "und"),
        ("https://example.com/une-robe-rouge-pour-cet-hiver @sophie_la_belle_robe", "und"),
    ],
)
def test_detects_the_language_or_says_nothing(text: str, language: str) -> None:
    assert LanguageDetector(("en", "fr", "it", "de", "es")).detect(text) == language
