"""Panels: what could be seen of demand, by the stock's change rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from copilot.planning.series import DemandPanel, build_panel
from ingestion.errors import ContractError
from tests.copilot.planning.shop import catalogue, daily_sales, day, locations, stock_rows

Sold = Sequence[tuple[date, str, str, int]]


def panel(sales: Sold, stock: Sold = (), *, days: int = 5, skus: pl.DataFrame | None = None) -> DemandPanel:
    return build_panel(
        sales=daily_sales(sales),
        stock=stock_rows(stock),
        catalogue=catalogue("S") if skus is None else skus,
        locations=locations("A", "B"),
        since=day(0),
        before=day(days),
    )


def sold(*units: int) -> Sold:
    return [(day(i), "S", "A", n) for i, n in enumerate(units) if n]


@pytest.mark.parametrize(
    ("units", "stock", "availability", "censored"),
    [
        pytest.param((1, 0, 1), {-1: 5}, (1, 1, 1), (0, 0, 0), id="in stock throughout"),
        pytest.param((1, 2, 0), {-1: 3, 0: 2, 1: 0}, (1, 1, 0), (0, 1, 0), id="sold out, then empty"),
        pytest.param((0, 0, 1), {-1: 0, 1: 4, 2: 3}, (0, 1, 1), (0, 0, 0), id="empty, then received"),
        pytest.param((0, 3, 0), {-1: 0}, (0, 1, 0), (0, 1, 0), id="received and sold out within a day"),
        pytest.param((0, 0, 0), {-1: 3, 1: 0}, (1, 0, 0), (0, 0, 0), id="taken away without a sale"),
        pytest.param((0, 0, 1), {1: 4, 2: 3}, (0, 1, 1), (0, 0, 0), id="first stocked in the window"),
        pytest.param((0, 1, 1), {2: 4}, (0, 1, 1), (0, 0, 0), id="sold before its first stock row"),
        pytest.param((0, 2, 0), {}, (0, 1, 1), (0, 0, 0), id="never counted: seen from its first sale on"),
    ],
)
def test_availability_follows_the_stock(
    units: tuple[int, ...], stock: dict[int, int], availability: tuple[int, ...], censored: tuple[int, ...]
) -> None:
    levels = [(day(offset), "S", "A", level) for offset, level in stock.items()]
    found = panel(sold(*units), levels, days=3)
    assert found.units.tolist() == [list(units)]
    assert found.availability.tolist() == [list(availability)]
    assert found.censored.tolist() == [[bool(flag) for flag in censored]]


def test_gaps_are_days_without_sales() -> None:
    found = panel([(day(0), "S", "A", 2), (day(4), "S", "A", 1)], [(day(-1), "S", "A", 9)])
    assert found.units.tolist() == [[2, 0, 0, 0, 1]]
    assert found.availability.sum() == 5


def test_never_counted_location_is_in_stock_from_the_launch_and_noted() -> None:
    launched = catalogue("S").with_columns(launched_on=pl.lit(day(-3)))
    found = panel(sold(0, 0, 1), skus=launched)
    assert found.availability.tolist() == [[1, 1, 1, 1, 1]]
    assert found.notes == ("no_stock_rows:A",)


def test_stocked_sku_that_never_sold_is_a_series() -> None:
    found = panel([], [(day(-1), "S", "B", 4)])
    assert found.series.select("sku_id", "location_id").rows() == [("S", "B")]
    assert found.availability.sum() == 5
    assert found.units.sum() == 0


def test_warehouse_is_a_series_only_where_it_sells() -> None:
    places = pl.concat([locations("A"), locations("W", kind="warehouse")])
    stock = stock_rows([(day(-1), "S", "W", 90), (day(-1), "S", "A", 2)])
    for sales, expected in (([], ["A"]), ([(day(1), "S", "W", 1)], ["A", "W"])):
        found = build_panel(
            sales=daily_sales(sales),
            stock=stock,
            catalogue=catalogue("S"),
            locations=places,
            since=day(0),
            before=day(3),
        )
        assert found.series["location_id"].to_list() == expected


def test_unknown_skus_and_locations_are_left_out_and_noted() -> None:
    found = panel([(day(0), "ghost", "A", 1), (day(0), "S", "nowhere", 1), (day(0), "S", "A", 1)])
    assert found.series.height == 1
    assert set(found.notes) == {"not_in_catalogue:ghost", "not_a_location:nowhere", "no_stock_rows:A"}


@pytest.mark.parametrize(
    ("sales", "problem", "remedy"),
    [
        pytest.param([(day(1), "S", "A", -2)], "negative units", "returns apart", id="negative"),
        pytest.param([(day(1), "S", "A", 1), (day(1), "S", "A", 2)], "the same day twice", "Sum the rows", id="twice"),
    ],
)
def test_bad_series_are_named_with_the_remedy(sales: Sold, problem: str, remedy: str) -> None:
    with pytest.raises(ContractError) as error:
        panel(sales)
    for part in (problem, remedy, "SKU 'S' at 'A'", str(day(1))):
        assert part in str(error.value)


def test_missing_level_is_named() -> None:
    stock = stock_rows([(day(0), "S", "A", 1)]).with_columns(on_hand_units=pl.lit(None, dtype=pl.Int64))
    with pytest.raises(ContractError, match="missing units"):
        build_panel(
            sales=daily_sales([]),
            stock=stock,
            catalogue=catalogue("S"),
            locations=locations("A"),
            since=day(0),
            before=day(2),
        )


def test_long_frame_has_a_row_for_each_series_and_day() -> None:
    long = panel(sold(1, 2), [(day(-1), "S", "A", 3), (day(1), "S", "A", 0)], days=3).long()
    assert long.columns == ["sku_id", "location_id", "date", "units", "availability", "censored"]
    assert long.select("date", "units", "availability", "censored").rows() == [
        (day(0), 1.0, 1.0, False),
        (day(1), 2.0, 1.0, True),
        (day(2), 0.0, 0.0, False),
    ]


def test_panel_until_a_morning_holds_the_days_before_it() -> None:
    found = panel(sold(1, 2, 3)).until(day(2))
    assert (found.days, found.before) == (2, day(2))
    assert found.units.tolist() == [[1, 2]]


def test_availability_equals_a_slow_walk_through_the_days() -> None:
    """Oracle: levels and sales walked day by day, one series at a time."""
    chance = np.random.default_rng(4)
    sales, stock, expected = [], [(day(-1), "S", "A", 4)], []
    level = 4
    for today in range(60):
        morning, level = level, level + (int(chance.integers(1, 5)) if chance.random() < 0.2 else 0)
        out = min(level, int(chance.poisson(1.0)))
        evening = level - out
        expected.append((morning == 0 and evening == 0 and out == 0, evening == 0 and out > 0))
        if out:
            sales.append((day(today), "S", "A", out))
        if evening != morning:
            stock.append((day(today), "S", "A", evening))
        level = evening
    found = panel(sales, stock, days=60)
    assert [(bool(a == 0), bool(c)) for a, c in zip(found.availability[0], found.censored[0], strict=True)] == expected
    assert found.before == day(0) + timedelta(days=60)
