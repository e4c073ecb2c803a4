"""What the range has in place of a colour, size or material that it does not come in."""

from __future__ import annotations

import pytest

from copilot.lookups.context import Context
from copilot.lookups.lacking import not_in_range
from copilot.lookups.scope import Scope

DRESS = ("dress",)


@pytest.mark.parametrize(
    ("scope", "lacking", "there"),
    [
        (Scope(categories=DRESS, colours=("pink",)), "pink", ["black", "ecru"]),
        (Scope(categories=DRESS, colours=("camel",)), "camel", ["black", "ecru"]),
        (Scope(categories=DRESS, colours=("black", "pink")), "pink", ["black", "ecru"]),
        (Scope(categories=DRESS, colours=("black", "camel")), "", []),
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
