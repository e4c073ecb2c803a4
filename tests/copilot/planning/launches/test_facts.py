"""How much products differ in what is known of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import polars as pl
import pytest

from copilot.planning.arrays import Floats
from copilot.planning.launches.facts import FACTS, Facts, differences, product_facts
from tests.copilot.planning.shop import day, table

CATALOGUE = pl.DataFrame(
    [
        {"product_id": "A", "category": "coat", "material": "wool", "attributes": "long; belted", "colour": "camel",
         "launched_on": date(2025, 9, 1), "name": "Alba", "sku_id": "A1"},
        {"product_id": "B", "category": "coat", "material": None, "attributes": "long", "colour": "camel",
         "launched_on": date(2025, 9, 1), "name": "Bea", "sku_id": "B1"},
        {"product_id": "C", "category": "bag", "material": "wool", "attributes": None, "colour": "black",
         "launched_on": date(2026, 3, 2), "name": "Cleo", "sku_id": "C1"},
    ]
).with_columns(department=pl.lit(None, pl.String), brand=pl.lit(""), supplier=pl.lit("S"))  # fmt: skip
CATALOGUE = CATALOGUE.with_columns(description=pl.lit(None, pl.String))
SERIES = pl.DataFrame({"sku_id": ["A1", "A1", "B1"], "location_id": ["L1", "L2", "L1"]})


def facts(embed: object = None) -> Facts:
    rows = [
        {"product_id": "A", "country": "FR", "valid_from": day(-9), "price": 100.0},
        {"product_id": "A", "country": "IT", "valid_from": day(-9), "price": 400.0},
        {"product_id": "B", "country": "FR", "valid_from": day(-9), "price": 100.0},
        {"product_id": "B", "country": "FR", "valid_from": day(9), "price": 900.0},
        {"product_id": "C", "country": "FR", "valid_from": day(9), "price": 200.0},
    ]
    return product_facts(CATALOGUE, table("prices", rows), SERIES, day(0), embed)  # type: ignore[arg-type]


def apart(found: Facts, fact: str) -> Floats:
    rows = np.arange(found.products.height)
    by_fact: Floats = differences(found, rows, rows)[FACTS.index(fact)]
    return by_fact


@pytest.mark.parametrize(
    ("fact", "a_b", "a_c"),
    [
        ("category", 0.0, 1.0),
        ("material", 0.5, 0.0),
        ("attributes", 0.5, 0.5),
        ("colours", 0.0, 1.0),
        ("price", 0.5, 0.0),
        ("season", 0.0, 1.0),
        ("collection", 0.0, 182 / 365.25),
        ("breadth", 0.301, 0.5),
    ],
)
def test_products_differ_in_a_fact(fact: str, a_b: float, a_c: float) -> None:
    found = apart(facts(), fact)
    assert found[0, 1] == pytest.approx(a_b, abs=0.01)
    assert found[0, 2] == pytest.approx(a_c, abs=0.01)
    assert found == pytest.approx(found.T)


@pytest.mark.parametrize("fact", ["department", "brand", "supplier", "text"])
def test_a_fact_that_nobody_tells_or_all_share_tells_nobody_apart(fact: str) -> None:
    assert not apart(facts(), fact).any()


def test_texts_are_told_apart_by_their_vectors() -> None:
    def embed(texts: Sequence[str]) -> Floats:
        assert texts == ["Alba. ", "Bea. ", "Cleo. "]
        return np.array([[1.0, 0.0], [0.6, 0.8], [0.0, 1.0]])

    assert apart(facts(embed), "text")[0] == pytest.approx([0.0, 0.4, 1.0])


def test_rows_are_found_by_id() -> None:
    assert facts().rows(["C", "A"]).tolist() == [2, 0]
    with pytest.raises(KeyError):
        facts().rows(["D"])
