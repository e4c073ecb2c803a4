"""What bad input comes to in a forecast: each kind has one named outcome.

summed          rows of one day are one day's sales
left out        returns and days to come are no demand
nothing sold    days in stock without a sale count as such
from its like   too little of its own: forecast from what it resembles, marked `thin_history`
passed over     rows of what the catalogue or the locations lack make no series, and are named
refused         what cannot be one day of one series, or nothing at all, is an error that says what to do
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Literal

import polars as pl
import pytest

from copilot.errors import NoDataError
from copilot.planning.forecast import forecast_demand
from copilot.planning.series import build_panel
from copilot.settings import PlanningSettings
from ingestion.errors import ContractError
from tests.copilot.planning.shop import catalogue, daily_sales, day, locations, stock_rows, warehouse_of

DAYS = 30
MORNING = day(DAYS)
PLANNING = PlanningSettings(horizon_days=7)
Outcome = Literal["summed", "left out", "nothing sold", "from its like", "passed over", "refused"]
Rows = list[Mapping[str, object]]


@dataclass(frozen=True, kw_only=True)
class Shop:
    """One product in two sizes: store A sells 2 a day of each for `DAYS` days, always in stock; store B nothing."""

    sales: Rows = field(default_factory=list)
    stock: Rows = field(default_factory=list)
    inbound: Rows = field(default_factory=list)


def sale(number: int, sku: str = "S1", units: int = 2, place: str = "A", line: str = "") -> Mapping[str, object]:
    return {"sale_line_id": f"{sku}{place}{number}{line}", "date": day(number), "location_id": place, "sku_id": sku,
            "units": units, "revenue": 9.0 * units, "currency": "EUR"}  # fmt: skip


def level(number: int, sku: str, units: int = 500, place: str = "A") -> Mapping[str, object]:
    return {"date": day(number), "location_id": place, "sku_id": sku, "on_hand_units": units}


def good() -> Shop:
    return Shop(
        sales=[sale(number, sku) for number in range(DAYS) for sku in ("S1", "S2")],
        stock=[level(-1, "S1"), level(-1, "S2")],
    )


def forecast_of(folder: Path, shop: Shop, as_of: date = MORNING) -> pl.DataFrame:
    """Forecasts over 7 days."""
    tables: dict[str, Sequence[Mapping[str, object]]] = {
        "products": [{"product_id": "P", "name": "Alba", "category": "dress"}],
        "skus": [{"sku_id": sku, "product_id": "P", "colour": "ecru", "size": sku[1:]} for sku in ("S1", "S2")],
        "locations": [{"location_id": place, "name": place, "kind": "store", "country": "FR"} for place in ("A", "B")],
        "sales": shop.sales,
        "stock": shop.stock,
        "inbound": shop.inbound,
    }
    _, warehouse = warehouse_of(folder, tables)
    return forecast_demand(warehouse, as_of, PLANNING).filter(pl.col("horizon_days") == 7)


@dataclass(frozen=True, kw_only=True)
class Case:
    """Bad input, what it comes to, and what then holds of the forecast of S1 in the place."""

    shop: Callable[[], Shop]
    outcome: Outcome
    holds: Callable[[Mapping[str, object], Mapping[str, object]], bool]
    """Of its row, and of the row of the good shop's S1 in A."""
    place: str = "A"
    as_of: date = MORNING


def mean(row: Mapping[str, object]) -> float:
    return float(str(row["mean_units"]))


def near(row: Mapping[str, object], usual: Mapping[str, object]) -> bool:
    return mean(row) == pytest.approx(mean(usual), rel=0.02)


def _with(*, sales: Rows | None = None, stock: Rows | None = None) -> Shop:
    kept = good()
    return Shop(sales=kept.sales + (sales or []), stock=kept.stock + (stock or []))


def _without(days: range, sku: str = "S1") -> Shop:
    gone = {day(number) for number in days}
    sales = [row for row in good().sales if row["sku_id"] != sku or row["date"] not in gone]
    return Shop(sales=sales, stock=good().stock)


def _order(sku: str) -> Mapping[str, object]:
    return {"inbound_id": sku, "location_id": "B", "sku_id": sku, "units": 9, "ordered_on": day(DAYS - 3),
            "expected_on": day(DAYS + 2)}  # fmt: skip


CASES: dict[str, Case] = {
    "a day in two lines": Case(
        shop=lambda: Shop(
            sales=[sale(n, s, 1, line=half) for n in range(DAYS) for s in ("S1", "S2") for half in "ab"],
            stock=good().stock,
        ),
        outcome="summed",
        holds=near,
    ),
    "negative units": Case(
        shop=lambda: _with(sales=[sale(n, units=-1, line="r") for n in range(DAYS)]), outcome="left out", holds=near
    ),
    "future sales": Case(
        shop=lambda: _with(sales=[sale(n, units=90) for n in range(DAYS, DAYS + 5)]), outcome="left out", holds=near
    ),
    "future stock": Case(shop=lambda: _with(stock=[level(DAYS + 1, "S1", 0)]), outcome="left out", holds=near),
    "gaps in days": Case(
        shop=lambda: _without(range(10, 25)),
        outcome="nothing sold",
        holds=lambda row, usual: 0.3 < mean(row) / mean(usual) < 0.85 and row["history_days"] == DAYS,
    ),
    "a series of zeros": Case(
        shop=lambda: _without(range(DAYS)),
        outcome="nothing sold",
        holds=lambda row, usual: mean(row) < 0.25 * mean(usual) and not row["thin_history"] and row["p10"] == 0,
    ),
    "stock without sales": Case(
        shop=lambda: _with(stock=[level(n, "S1", 9, "B") for n in range(-1, DAYS)]),
        outcome="nothing sold",
        holds=lambda row, usual: mean(row) < 0.25 * mean(usual) and row["history_days"] == DAYS,
        place="B",
    ),
    "one day of history": Case(
        shop=lambda: Shop(sales=[sale(0, "S1"), sale(0, "S2")], stock=good().stock),
        outcome="from its like",
        holds=lambda row, usual: bool(row["thin_history"]) and row["history_days"] == 1 and mean(row) > 0,
        as_of=day(1),
    ),
    "a new store": Case(
        shop=lambda: Shop(sales=good().sales, stock=good().stock, inbound=[_order("S1"), _order("S2")]),
        outcome="from its like",
        holds=lambda row, usual: (
            bool(row["thin_history"]) and row["history_days"] == 0 and mean(row) > 0.5 * mean(usual)
        ),
        place="B",
    ),
    "a SKU not in the catalogue": Case(
        shop=lambda: _with(sales=[sale(n, "S9", 50) for n in range(DAYS)]), outcome="passed over", holds=near
    ),
    "a location that is none": Case(
        shop=lambda: _with(sales=[sale(n, place="Z", units=50) for n in range(DAYS)]), outcome="passed over", holds=near
    ),
}


@pytest.fixture(scope="module")
def usual(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, object]:
    """The row of S1 in A where nothing is bad."""
    found = forecast_of(tmp_path_factory.mktemp("good"), good())
    return found.filter(sku_id="S1", location_id="A").row(0, named=True)


@pytest.mark.parametrize("name", CASES)
def test_bad_input_has_the_outcome_that_is_named(name: str, usual: Mapping[str, object], tmp_path: Path) -> None:
    case = CASES[name]
    found = forecast_of(tmp_path, case.shop(), case.as_of)
    assert set(found["sku_id"]) <= {"S1", "S2"}
    assert set(found["location_id"]) <= {"A", "B"}
    row = found.filter(sku_id="S1", location_id=case.place).row(0, named=True)
    assert case.holds(row, usual), (case.outcome, row)


REFUSED: dict[str, tuple[pl.DataFrame, pl.DataFrame, str]] = {
    "the same day twice": (daily_sales([(day(0), "S1", "A", 1)] * 2), stock_rows([]), "the same day twice"),
    "negative sums": (daily_sales([(day(0), "S1", "A", -1)]), stock_rows([]), "negative units"),
    "a level twice": (daily_sales([]), stock_rows([(day(0), "S1", "A", 1)] * 2), "the same day twice"),
    "a negative level": (daily_sales([]), stock_rows([(day(0), "S1", "A", -3)]), "negative units"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_day_of_a_series_is_refused_by_name(name: str) -> None:
    sales, stock, said = REFUSED[name]
    with pytest.raises(ContractError, match=f"{said} .*SKU 'S1' at 'A'"):
        build_panel(sales=sales, stock=stock, catalogue=catalogue("S1"), locations=locations("A"), since=day(0),
                    before=day(2))  # fmt: skip


def test_strangers_are_named_in_the_panel() -> None:
    sales = daily_sales([(day(0), "S1", "A", 1), (day(0), "S9", "A", 1), (day(0), "S1", "Z", 1)])
    panel = build_panel(sales=sales, stock=stock_rows([]), catalogue=catalogue("S1"), locations=locations("A"),
                        since=day(0), before=day(2))  # fmt: skip
    assert set(panel.notes) == {"not_in_catalogue:S9", "not_a_location:Z", "no_stock_rows:A"}


def test_no_sale_at_all_is_refused_with_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(NoDataError, match="reassort import sales"):
        forecast_of(tmp_path, Shop(stock=good().stock))
