"""Facts worked out from the tables of a retailer small enough to check by hand."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from evals.errors import FactError
from evals.facts import Expected, Tables, expected
from tests.copilot.lookups.retailer import AS_OF, write_retailer


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    home: Path = tmp_path_factory.mktemp("facts")
    return Tables(workspace=write_retailer(home), as_of=AS_OF, language="en")


@pytest.mark.parametrize(
    ("fact", "value"),
    [
        ({"on_hand": {"product": "Alba", "category": "dress", "size": "38", "city": "Lyon"}}, 1.0),
        ({"on_hand": {"product": "Alba", "category": "dress", "city": "Paris"}}, 34.0),
        ({"on_the_way": {"product": "Alba", "category": "dress"}}, 6.0),
        ({"sold": {"product": "Odette", "days": 7}}, 2.0),
        ({"sold": {"city": "Lyon", "since": date(2026, 10, 30), "last_day": date(2026, 10, 31)}}, 4.0),
        ({"sold_change": {"city": "Lyon", "days": 7}}, 1.0),
        ({"returned": {"city": "Lyon", "days": 7}}, 1 / 12),
        ({"price": {"product": "Odette", "country": "FR"}}, 289.0),
        ({"to_send": {"product": "Odette"}}, 2.0),
        ({"at_risk": {}}, 3.0),
    ],
)
def test_figures(tables: Tables, fact: dict[str, dict[str, Any]], value: float) -> None:
    (found,) = expected(tables, fact)
    assert found.value == pytest.approx(value)


def test_names_and_days(tables: Tables) -> None:
    assert expected(tables, {"best_seller": {"days": 7}})[0].text == "Alba"
    assert [fact.text for fact in expected(tables, {"products": {"material": "linen"}})] == ["Alba"]
    assert expected(tables, {"last_day": {"table": "sales"}}) == [Expected(name="last day", day=date(2026, 11, 1))]


@pytest.mark.parametrize(
    ("fact", "message"),
    [
        ({"on_hand": {"product": "Zebulon"}}, "demo retailer"),
        ({"on_hand": {"city": "Oslo"}}, "demo retailer"),
        ({"moon_phase": {}}, "moon_phase"),
    ],
)
def test_what_the_tables_lack_is_named(tables: Tables, fact: dict[str, dict[str, Any]], message: str) -> None:
    with pytest.raises(FactError, match=message):
        expected(tables, fact)
