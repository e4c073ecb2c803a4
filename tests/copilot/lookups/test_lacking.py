"""What the range has in place of a colour, size or material that it does not come in."""

from __future__ import annotations

import pytest

from copilot.lookups.context import Context
from copilot.lookups.lacking import not_in_range, partly_not_in_range
from copilot.lookups.scope import Scope

DRESS = ("dress",)


@pytest.mark.parametrize(
    ("scope", "lacking", "there"),
    [
        (Scope(categories=DRESS, colours=("pink",)), "pink", ["black", "ecru"]),
        (Scope(categories=DRESS, colours=("camel",)), "camel", ["black", "ecru"]),
        (Scope(categories=DRESS, colours=("black", "pink")), "", []),
        (Scope(categories=DRESS, colours=("camel", "pink")), "pink", ["black", "ecru"]),
        (Scope(categories=DRESS, colours=("black",)), "", []),
        (Scope(product_ids=("odette",), sizes=("52",)), "52", ["38"]),
        (Scope(product_ids=("odette",), colours=("camel",), sizes=("40",)), "40", ["38"]),
        (Scope(categories=DRESS, materials=("velvet",)), "velvet", ["linen"]),
        (Scope(categories=("gloves",)), "gloves", ["coat", "dress", "sandals", "top"]),
        (Scope(), "", []),
    ],
)
def test_values_that_nothing_comes_in(context: Context, scope: Scope, lacking: str, there: list[str]) -> None:
    found = not_in_range(context, scope)
    assert (found.notes if found else ()) == ((f"not_in_range:{lacking}",) if lacking else ())
    assert [list(row.labels.values())[-1] for row in (found.rows if found else ())] == there


def test_rows_say_what_was_asked_about(context: Context) -> None:
    found = not_in_range(context, Scope(product_ids=("odette",), sizes=("52",)))
    assert found is not None
    assert found.rows[0].labels == {"product": "Odette", "size": "38"}


@pytest.mark.parametrize(
    ("scope", "notes"),
    [
        (Scope(categories=DRESS, colours=("black", "pink")), ["no_such_colour:pink"]),
        (Scope(categories=DRESS, colours=("black", "camel")), ["no_such_colour:camel"]),
        (Scope(product_ids=("odette",), sizes=("38", "52")), ["no_such_size:52"]),
        (Scope(categories=("dress", "parka")), ["no_such_category:parka"]),
        (Scope(categories=DRESS, materials=("silk", "linen")), ["no_such_material:silk"]),
        (Scope(categories=DRESS, colours=("black", "jet black")), []),
        (Scope(categories=DRESS, colours=("pink",)), []),
        (Scope(categories=DRESS, colours=("black", "ecru")), []),
    ],
)
def test_values_that_only_some_of_it_comes_in(context: Context, scope: Scope, notes: list[str]) -> None:
    assert partly_not_in_range(context, scope) == notes


def test_a_size_between_two_that_there_are_is_not_missed(context: Context) -> None:
    there = sorted(Scope(categories=DRESS).skus(context.catalogue)["size"].unique())
    assert {"38", "40"} <= set(there)
    assert partly_not_in_range(context, Scope(categories=DRESS, sizes=("38", "39", "40"))) == []
