"""Misspelt words read as names."""

from __future__ import annotations

from copilot.lookups.spelling import respell
from copilot.lookups.text import tokens


def test_of_names_equally_close_the_one_that_sounds_alike_is_meant() -> None:
    read, corrections = respell(tokens("lion"), {"leon", "lyon"}, set())
    assert [token.word for token in read] == ["lyon"]
    assert corrections == {"lion": "lyon"}


def test_a_closer_name_is_meant_however_it_sounds() -> None:
    _, corrections = respell(tokens("jaquemuss"), {"jacquemus", "jaquemusa"}, set())
    assert corrections == {"jaquemuss": "jaquemusa"}
