"""The language of short questions."""

from __future__ import annotations

import pytest

from copilot.agent.language import language_of


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Combien de robes Alba à Lyon ?", "fr"),
        ("stock robe alba lyon svp", "fr"),
        ("How many Alba dresses are left?", "en"),
        ("wat is trnding this week", "en"),
        ("what is the stock of the manteau Odette in Bordeaux", "en"),
        ("Et à Bordeaux ?", "fr"),
        ("à Milan", "fr"),
        ("Tout va bien à Lyon ?", "fr"),
        ("Invendus à Milan ?", "fr"),
        ("give me a coat", "en"),
        ("Alba", None),
        ("", None),
        ("Quanti vestiti Alba?", None),
    ],
)
def test_language_of_questions(text: str, language: str | None) -> None:
    assert language_of(text) == language
