"""Quotes and matched words."""

from __future__ import annotations

import pytest

from vectorstore.matching import Matcher
from vectorstore.quoting import best_quote, matched_terms
from vectorstore.wanted import as_asked

TEXT = (
    "I wore it to work. The linen dress shrank in the wash! Sending it back. " + "Nothing more to say about it. " * 12
)


def quote(text: str, asked: str, longest: int = 280) -> str:
    return best_quote(text, Matcher(as_asked(asked)).said(text, "en"), longest=longest)


def test_the_quote_is_whole_sentences_around_the_best_one() -> None:
    assert quote(TEXT, "linen dress", longest=70) == "… The linen dress shrank in the wash! Sending it back. …"


def test_a_short_text_is_quoted_whole() -> None:
    assert quote("Too small.\nSent back 😭", "small") == "Too small. Sent back 😭"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A staple\nCustomer for 7 years.", "A staple – Customer for 7 years."),
        ("A staple\n\n« Élégant » et petit", "A staple – « Élégant » et petit"),
        ("Size\n38 fits", "Size – 38 fits"),
        ("A staple!\nCustomer for 7 years.", "A staple! Customer for 7 years."),
        ("bought it for\nmy birthday", "bought it for my birthday"),
    ],
)
def test_a_title_is_kept_apart_from_what_follows(text: str, expected: str) -> None:
    assert quote(text, "staple") == expected


def test_without_a_match_the_quote_begins_with_the_text() -> None:
    assert quote(TEXT, "velvet", longest=30) == "I wore it to work. …"


@pytest.mark.parametrize("longest", [20, 40, 80])
def test_a_long_sentence_is_cut_at_words_around_the_match(longest: int) -> None:
    text = "word " * 60 + "linen dress " + "more " * 60
    found = quote(text, "linen dress", longest=longest)
    assert "linen" in found
    assert found.startswith("… ")
    assert found.endswith(" …")
    assert len(found) <= longest + 4
    assert set(found.split()) <= {"…", "word", "linen", "dress", "more"}


def test_matched_terms_are_as_written_and_come_once() -> None:
    text = "Dresses! A DRESS in Linen, linen."
    assert matched_terms(text, Matcher(as_asked("linen dress")).said(text, "en")) == ("Dresses", "DRESS", "Linen")
