"""Aspects and polarity by lists of words."""

from __future__ import annotations

import pytest

from copilot.signals.aspects.lexicon import load_words
from copilot.signals.aspects.records import NAMED_ASPECTS


@pytest.mark.parametrize(
    ("clause", "said"),
    [
        ("The fabric is soft", {"fabric": "positive"}),
        ("not at all comfortable", {"comfort": "negative"}),
        ("No regrets", {"other": "positive"}),
        ("The seam ripped", {"quality": "negative"}),
        ("I wore it in June", {}),
        ("Great price, terrible fit", {"price": "neutral", "fit": "neutral"}),
    ],
)
def test_words_say_aspect_and_polarity(clause: str, said: dict[str, str]) -> None:
    assert load_words().read(clause) == said


def test_every_named_aspect_has_words() -> None:
    assert tuple(load_words().aspects) == NAMED_ASPECTS
