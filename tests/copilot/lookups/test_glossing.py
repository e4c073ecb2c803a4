"""Texts of other languages, word by word in English."""

from __future__ import annotations

import pytest

from copilot.lookups.glossing import gloss
from copilot.signals.lexicon import load_lexicon


@pytest.mark.parametrize(
    ("text", "language", "english"),
    [
        ("La robe taille petit, mais le tissu est doux", "fr", "the dress runs small but the fabric is soft"),
        ("Ce n'est pas cher", "fr", "it is affordable"),
        ("Un vrai coup de cœur", "fr", "a very love"),
        ("Il tessuto prude", "it", "the fabric itchy"),
        ("Die Hose ist zu eng", "de", "the trousers is runs small"),
        ("Runs small", "en", "Runs small"),
        ("Платье", "ru", "Платье"),
        ("", "fr", ""),
    ],
)
def test_known_words_are_put_into_english(text: str, language: str, english: str) -> None:
    assert gloss(text, language, load_lexicon()) == english
