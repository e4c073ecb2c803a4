"""Texts cut into clauses."""

from __future__ import annotations

import pytest

from copilot.signals.aspects.clauses import clauses_of


@pytest.mark.parametrize(
    ("text", "clauses"),
    [
        ("Lovely colour, but size 7.5 is tight. Returned!", ["Lovely colour", "but size 7.5 is tight", "Returned"]),
        ("Tissu doux mais la coupe bâille…", ["Tissu doux", "mais la coupe bâille"]),
        ("Soft - warm\nand cheap; yes", ["Soft", "warm", "and cheap", "yes"]),
        ("The button: gone.", ["The button: gone"]),
        ("... !! 5/5", []),
        ("", []),
    ],
    ids=["contrast and number", "french", "dash, line, semicolon", "colon", "no letters", "empty"],
)
def test_sentences_and_contrasts_are_clauses(text: str, clauses: list[str]) -> None:
    assert [text[start:end] for start, end in clauses_of(text)] == clauses
