"""Where sentences end."""

from __future__ import annotations

import pytest

from vectorstore.sentences import sentence_spans


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Too small. Sent it back!", ["Too small.", "Sent it back!"]),
        ("Trop petit 😭😭 Renvoyée", ["Trop petit 😭😭", "Renvoyée"]),
        ("Il dit : « super ! » Taille approx. 38.", ["Il dit : « super ! »", "Taille approx. 38."]),
        ("I'm 5.5 ft tall, size M. Smith", ["I'm 5.5 ft tall, size M. Smith"]),
        ("first line\nsecond line", ["first line", "second line"]),
        ("J'adore… Vraiment ?", ["J'adore…", "Vraiment ?"]),
        ("Love it !!! 😍", ["Love it !!! 😍"]),
        ("😭", ["😭"]),
        ("  ", []),
    ],
)
def test_sentences_end_where_people_end_them(text: str, sentences: list[str]) -> None:
    assert [text[start:end] for start, end in sentence_spans(text)] == sentences


def test_long_blanks_take_no_time() -> None:
    assert sentence_spans("word" + " " * 100_000 + "word") == [(0, 100_008)]
