"""Drivers: events and reductions placed on their days."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from copilot.planning.drivers import Drivers, build_drivers
from tests.copilot.planning.shop import day, table


def drivers(
    *,
    calendar: list[dict[str, object]] | None = None,
    promotions: list[dict[str, object]] | None = None,
    prices: list[dict[str, object]] | None = None,
) -> Drivers:
    return build_drivers(
        since=day(0),
        before=day(6),
        calendar=table("calendar", calendar or []),
        promotions=table("promotions", promotions or []),
        prices=table("prices", prices or []),
    )


def discount_of(found: Drivers, product: str) -> list[float]:
    series = pl.DataFrame({"product_id": [product], "country": ["FR"]})
    return [round(float(share), 3) for share in found.discount[found.discount_rows(series)[0]]]


def test_events_are_on_their_days_in_their_country() -> None:
    fete = {"date": day(2), "country": "FR", "event": "Fête", "kind": "holiday"}
    late = {**fete, "date": day(9)}
    found = drivers(calendar=[fete, late, {**fete, "country": "IT", "date": day(4)}])
    assert found.countries == ("FR", "IT")
    assert np.argwhere(found.event_days).tolist() == [[0, 2, 0], [1, 4, 0]]


def test_promotions_reduce_on_their_days_only_and_on_top_of_markdowns() -> None:
    promotion = {"promotion_id": "1", "product_id": "P", "country": "FR", "starts_on": day(1), "ends_on": day(3)}
    price = {"product_id": "P", "country": "FR", "currency": "EUR"}
    found = drivers(
        promotions=[{**promotion, "discount_share": 0.2}],
        prices=[{**price, "valid_from": day(-9), "price": 100.0}, {**price, "valid_from": day(3), "price": 50.0}],
    )
    assert discount_of(found, "P") == [0, 0.2, 0.2, 0.6, 0.5, 0.5]
    assert discount_of(found, "another") == [0] * 6


def test_a_higher_price_later_makes_no_reduction_of_the_price_before() -> None:
    price = {"product_id": "P", "country": "FR", "currency": "EUR"}
    found = drivers(
        prices=[{**price, "valid_from": day(-9), "price": 80.0}, {**price, "valid_from": day(3), "price": 100.0}]
    )
    assert discount_of(found, "P") == [0] * 6


def test_days_outside_what_is_known_are_refused() -> None:
    found = drivers()
    assert found.weekdays(found.columns(day(1), 3)).tolist() == [1, 2, 3]
    with pytest.raises(ValueError, match="outside"):
        found.columns(day(4), 3)
