"""Products of the range."""

from __future__ import annotations

import pytest

from copilot.lookups.context import Context
from copilot.lookups.products import find_products
from copilot.lookups.scope import EVERYTHING, Scope
from tests.copilot.lookups.figures import cells, totals


def test_best_sellers_come_first_with_what_they_come_in(context: Context) -> None:
    found = find_products(context, EVERYTHING)
    alba = found.rows[0]
    assert (alba.labels["product_id"], alba.labels["colours"], alba.labels["sizes"]) == (
        "alba-dress",
        "black, ecru",
        "38, 40",
    )
    assert cells(alba)["sold_units_28_days"] == 29
    assert totals(found) == {"products": 4}


@pytest.mark.parametrize(("country", "price", "currency"), [("FR", 129.0, "EUR"), ("GB", 119.0, "GBP")])
def test_price_is_that_of_the_country(context: Context, country: str, price: float, currency: str) -> None:
    found = find_products(context, Scope(product_ids=("alba-dress",), countries=(country,)))
    figure = found.rows[0].figures[0]
    assert (figure.value, figure.currency) == (price, currency)


def test_no_product_is_noted(context: Context) -> None:
    assert find_products(context, Scope(categories=("bag",))).notes == ("no_products",)


def test_products_by_price(context: Context) -> None:
    france = Scope(countries=("FR",))
    assert [row.labels["product"] for row in find_products(context, france, most_price=200.0).rows] == ["Alba"]
    assert [row.labels["product"] for row in find_products(context, france, least_price=200.0).rows] == ["Odette"]
