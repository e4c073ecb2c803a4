"""Ids become numbers, and numbers that a model makes up point at nothing."""

from __future__ import annotations

from datetime import date

from copilot.agent.citations import numbered, sources
from copilot.evidence import make_evidence

STOCK = make_evidence("stock", as_of=date(2026, 11, 2), sources={"stock": 1})
SALES = make_evidence(
    "sales",
    as_of=date(2026, 11, 2),
    sources={"sales": 1},
    dates={"since": date(2026, 10, 1), "last_day": date(2026, 10, 15)},
)
FOUND = {piece.id: piece for piece in (STOCK, SALES)}


def test_ids_are_numbered_in_the_order_of_their_first_mention() -> None:
    text = numbered(f"Sold [{SALES.id}]. Left [{STOCK.id}, {SALES.id}].", FOUND)
    assert text.text == "Sold [1]. Left [2][1]."
    assert text.evidence == {1: SALES, 2: STOCK}


def test_an_unknown_id_gets_a_number_without_evidence() -> None:
    text = numbered("Sold 3 [sales-00000000].", FOUND)
    assert (text.text, text.evidence) == ("Sold 3 [1].", {})


def test_numbers_of_the_models_own_are_taken_out() -> None:
    assert numbered(f"Sold 3 [1][2] [{SALES.id}].", FOUND).text == "Sold 3 [1]."


def test_sources_say_which_data_of_when() -> None:
    english, french = (sources({1: STOCK, 2: SALES}, language) for language in ("en", "fr"))
    assert [source.label for source in english] == [
        "stock, morning of 2 November",
        "sales from 1 to 15 October",
    ]
    assert [source.label for source in french] == [
        "stock, au matin du 2 novembre",
        "ventes du 1er au 15 octobre",
    ]
