"""BM25 terms of documents and queries."""

from __future__ import annotations

import pytest

from vectorstore.bm25 import Bm25Analyser

ANALYSER = Bm25Analyser("english")


def matches(query: str, text: str, language: str | None) -> int:
    """How many terms the query and the document share."""
    return len(set(ANALYSER.query(query).indices) & set(ANALYSER.document(text, language).indices))


@pytest.mark.parametrize(
    ("query", "text", "language"),
    [
        ("dresses", "a dress", "en"),
        ("robes", "une robe", "fr"),
        ("élégantes", "elegante", "fr"),
        ("été", "pour l'été", "fr"),
        ("scarpa", "belle scarpe", "it"),
        ("Kleider", "ein schönes Kleid", "de"),
        ("zapato", "los zapatos", "es"),
        ("dresses", "a dress", None),
        ("dresses", "a dress", "ja"),
        ("#linen", "LINEN!", "en"),
        ("Zara", "zara", "fr"),
        ("🔥", "cette veste 🔥🔥", "fr"),
        ("👍", "bello 👍🏽", "it"),
        ("❤️", "love it ❤", "en"),
    ],
)
def test_a_query_finds_its_word_in_any_language(query: str, text: str, language: str | None) -> None:
    assert matches(query, text, language) == 1


@pytest.mark.parametrize(
    ("query", "kept"),
    [
        ("the hat is too big", "hat big"),
        ("red hat", "red hat"),
        ("la robe", "robe"),
        ("que disent les clients sur la robe", "disent clients robe"),
        ("fur coat", "fur coat"),
        ("the", ""),
    ],
)
def test_stop_words_of_the_querys_language_are_dropped(query: str, kept: str) -> None:
    expected = {index for word in kept.split() for index in ANALYSER.query(word).indices}
    assert set(ANALYSER.query(query).indices) == expected


@pytest.mark.parametrize(
    ("text", "language"), [("à la même", "fr"), ("für über", "de"), ("perché è più", "it"), ("él también más", "es")]
)
def test_accented_stop_words_are_dropped_though_accents_are_folded(text: str, language: str) -> None:
    assert not ANALYSER.document(text, language)


def test_a_repeated_word_weighs_more_and_a_longer_text_less() -> None:
    def weight(text: str) -> float:
        terms = ANALYSER.document(text, "en")
        return terms.values[terms.indices.index(ANALYSER.query("dress").indices[0])]

    assert weight("dress dress") > weight("dress coat") > weight("dress " + "coat " * 40)


def test_weights_follow_the_formula() -> None:
    (value,) = ANALYSER.document("dress", "en").values
    assert value == pytest.approx(1 * 2.2 / (1 + 1.2 * (1 - 0.4 + 0.4 * 1 / 32)), rel=1e-5)


def test_an_unknown_default_language_is_refused() -> None:
    with pytest.raises(ValueError, match="klingon"):
        Bm25Analyser("klingon")
