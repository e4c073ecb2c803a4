"""Questions on retail tables: right answers, as of a date, on the lake and on another engine, from many threads."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path

import duckdb
import polars as pl
import pytest

from ingestion.errors import TableMissingError, WarehouseError
from ingestion.lake import Lake
from ingestion.retail.contracts import CONTRACTS
from ingestion.warehouse import Warehouse

D = date(2026, 3, 10)


def _day(offset: int) -> date:
    return D + timedelta(days=offset)


def _sale(number: str, day: int, location: str, sku: str, units: int, revenue: float) -> dict[str, object]:
    where = {"location_id": location, "sku_id": sku, "currency": "EUR"}
    return {"sale_line_id": number, "date": _day(day), "units": units, "revenue": revenue, **where}


def _order(number: str, ordered: int, received: int | None) -> dict[str, object]:
    dates = {
        "ordered_on": _day(ordered),
        "expected_on": D,
        "received_on": None if received is None else _day(received),
    }
    return {"inbound_id": number, "location_id": "L1", "sku_id": "S1", "units": 4, **dates}


TABLES: dict[str, list[dict[str, object]]] = {
    "products": [{"product_id": "P1", "name": "Robe Alba", "category": "dress", "lead_time_days": 21}],
    "skus": [
        {"sku_id": "S1", "product_id": "P1", "colour": "ecru", "size": "38", "pack_size_units": 4},
        {"sku_id": "S2", "product_id": "P9", "colour": "sand", "size": "40"},
    ],
    "locations": [{"location_id": "L1", "name": "Lyon", "kind": "store", "country": "FR"}],
    "sales": [
        _sale("1", -2, "L1", "S1", 3, 30.1),
        _sale("2", -2, "L1", "S1", -1, -10.0),
        _sale("3", -1, "L2", "S2", 2, 8.2),
        _sale("4", 0, "L1", "S1", 5, 50.0),
    ],
    "stock": [
        {"date": _day(day), "location_id": "L1", "sku_id": "S1", "on_hand_units": level}
        for day, level in [(-9, 8), (-2, 6), (0, 1)]
    ],
    "inbound": [
        _order("open", -3, None),
        _order("arrives_today", -3, 0),
        _order("arrived", -3, -1),
        _order("ordered_today", 0, None),
    ],
    "prices": [
        {"product_id": "P1", "country": "FR", "valid_from": _day(day), "price": price, "currency": "EUR"}
        for day, price in [(-30, 99.0), (0, 89.0), (1, 79.0)]
    ],
    "promotions": [
        {"promotion_id": name, "product_id": "P1", "country": "FR", "starts_on": _day(-9), "ends_on": _day(end)}
        | {"discount_share": 0.2}
        for name, end in [("over", -1), ("on", 0)]
    ],
}


def _frame(table: str) -> pl.DataFrame:
    return pl.DataFrame(TABLES[table], schema=CONTRACTS[table].schema)


def _in_lake(tmp_path: Path) -> Warehouse:
    lake = Lake(tmp_path / "lake")
    for table in TABLES:
        lake.append(table, _frame(table))
    return Warehouse(lake)


def _in_lake_by_url(tmp_path: Path) -> Warehouse:
    lake = Lake(f"file://{tmp_path}/lake")
    for table in TABLES:
        lake.append(table, _frame(table))
    return Warehouse(lake)


def _in_duckdb(tmp_path: Path) -> Warehouse:
    with duckdb.connect(str(tmp_path / "shop.duckdb")) as database:
        for table in TABLES:
            database.register("rows", _frame(table).to_arrow())
            database.execute(f"CREATE TABLE {table} AS FROM rows")
    return Warehouse(Lake(tmp_path / "lake"), url=f"duckdb://{tmp_path}/shop.duckdb")


@pytest.fixture(params=[_in_lake, _in_lake_by_url, _in_duckdb], ids=["lake", "lake by url", "warehouse"])
def warehouse(request: pytest.FixtureRequest, tmp_path: Path) -> Warehouse:
    make: Callable[[Path], Warehouse] = request.param
    return make(tmp_path)


def test_daily_sales_part_sold_from_returned_and_stop_before_the_day(warehouse: Warehouse) -> None:
    sales = warehouse.daily_sales(since=D - timedelta(days=30), before=D)
    assert sales.rows() == [
        (D - timedelta(days=2), "L1", "S1", 3, 1, 20.1),
        (D - timedelta(days=1), "L2", "S2", 2, 0, 8.2),
    ]
    assert list(sales.schema.values()) == [pl.Date, pl.String, pl.String, pl.Int64, pl.Int64, pl.Float64]


@pytest.mark.parametrize(
    ("sku_ids", "location_ids", "rows"),
    [(["S1"], None, 1), (None, ["L2"], 1), (["S1"], ["L2"], 0), ([], None, 0), (["S1", "S2"], ["L1", "L2"], 2)],
    ids=["sku", "location", "neither meets", "no sku", "all named"],
)
def test_daily_sales_are_limited_to_what_is_asked(
    warehouse: Warehouse, sku_ids: list[str] | None, location_ids: list[str] | None, rows: int
) -> None:
    found = warehouse.daily_sales(since=date(2026, 1, 1), before=D, sku_ids=sku_ids, location_ids=location_ids)
    assert found.height == rows


@pytest.mark.parametrize(
    ("as_of", "level"),
    [(D + timedelta(days=1), 1), (D, 6), (D - timedelta(days=2), 8), (D - timedelta(days=9), None)],
    ids=["day after a count", "morning of a count", "before the second count", "before the first"],
)
def test_stock_level_is_the_last_one_counted_before_the_day(
    warehouse: Warehouse, as_of: date, level: int | None
) -> None:
    levels = warehouse.stock_levels(as_of, sku_ids=["S1"])
    assert levels["on_hand_units"].to_list() == ([] if level is None else [level])
    assert all(counted < as_of for counted in levels["counted_on"])


def test_stock_history_opens_with_the_level_that_held(warehouse: Warehouse) -> None:
    history = warehouse.stock_history(since=D - timedelta(days=5), before=D)
    assert history.select("date", "on_hand_units").rows() == [
        (D - timedelta(days=6), 8),
        (D - timedelta(days=2), 6),
    ]


def test_open_inbound_knows_no_arrival_of_the_day_or_later(warehouse: Warehouse) -> None:
    found = warehouse.open_inbound(D)
    assert found["inbound_id"].to_list() == ["arrives_today", "open"]
    assert found["received_on"].null_count() == 2


def test_price_is_the_one_that_holds_on_the_day(warehouse: Warehouse) -> None:
    assert warehouse.prices(D).rows() == [("P1", "FR", 89.0, "EUR")]
    assert warehouse.prices(D - timedelta(days=1))["price"].to_list() == [99.0]


def test_promotions_overlap_the_window(warehouse: Warehouse) -> None:
    assert warehouse.promotions(D, D + timedelta(days=7))["promotion_id"].to_list() == ["on"]


def test_catalogue_joins_products_and_keeps_skus_without_one(warehouse: Warehouse) -> None:
    catalogue = warehouse.catalogue()
    assert catalogue.select("sku_id", "name", "category", "supplier_lead_time_days", "colour").rows() == [
        ("S1", "Robe Alba", "dress", 21, "ecru"),
        ("S2", "P9", "", None, "sand"),
    ]
    assert catalogue.columns[:3] == ["sku_id", "product_id", "name"]
    assert catalogue.columns[-4:] == ["colour", "size", "unit_cost", "pack_size_units"]


@pytest.mark.parametrize("table", ["calendar", "weather"])
def test_optional_table_that_is_missing_is_empty(warehouse: Warehouse, table: str) -> None:
    rows = getattr(warehouse, table)(date(2026, 1, 1), D)
    assert rows.is_empty()
    assert rows.schema == CONTRACTS[table].schema
    assert warehouse.read(table, ["date"]).columns == ["date"]


def test_last_dates_name_the_tables_that_have_rows(warehouse: Warehouse) -> None:
    assert warehouse.last_dates() == {"sales": D, "stock": D, "inbound": D, "prices": D + timedelta(days=1)}
    assert warehouse.last_dates(before=D)["sales"] == D - timedelta(days=1)


@pytest.mark.parametrize(
    ("url", "said"),
    [("postgres://me:secret@db/shop", r"ibis-framework\[postgres\]"), ("nonsense://me:secret@db", "cannot be reached")],
)
def test_a_warehouse_that_cannot_be_reached_is_named_without_its_password(tmp_path: Path, url: str, said: str) -> None:
    with pytest.raises(WarehouseError, match=said) as caught:
        Warehouse(Lake(tmp_path), url=url).read("sales")
    assert "secret" not in str(caught.value)


def test_missing_sales_name_the_table(tmp_path: Path) -> None:
    with pytest.raises(TableMissingError, match="sales"):
        Warehouse(Lake(tmp_path)).daily_sales(since=D, before=D)
    with pytest.raises(TableMissingError, match="products"):
        Warehouse(Lake(tmp_path)).catalogue()
    url = f"duckdb://{tmp_path}/empty.duckdb"
    with pytest.raises(TableMissingError, match="sales"):
        Warehouse(Lake(tmp_path), url=url).daily_sales(since=D, before=D)


def test_an_emptied_table_answers_with_no_rows(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    lake.append("sales", _frame("sales"))
    lake.erase("sales", "units > -100")
    assert Warehouse(lake).daily_sales(since=date(2026, 1, 1), before=D).is_empty()


def test_tables_that_are_not_retail_ones_come_from_the_lake(tmp_path: Path) -> None:
    warehouse = _in_duckdb(tmp_path)
    Lake(tmp_path / "lake").append("posts", pl.DataFrame({"post_id": ["a"]}))
    assert warehouse.read("posts")["post_id"].to_list() == ["a"]
    assert warehouse.versions() == {}


def test_an_older_version_answers_as_it_did(tmp_path: Path) -> None:
    warehouse = _in_lake(tmp_path)
    before = warehouse.versions()
    Lake(tmp_path / "lake").merge(
        "sales", _frame("sales").with_columns(units=pl.col("units") * 2), key=["sale_line_id"]
    )
    since = date(2026, 1, 1)
    assert warehouse.daily_sales(since=since, before=D)["units"].to_list() == [6, 4]
    assert warehouse.at(before).daily_sales(since=since, before=D)["units"].to_list() == [3, 2]
    assert warehouse.at(before).versions() == before
    assert warehouse.versions()["sales"] == before["sales"] + 1


def test_many_threads_get_the_same_answer(warehouse: Warehouse) -> None:
    def ask(_: int) -> pl.DataFrame:
        return warehouse.daily_sales(since=date(2026, 1, 1), before=D)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, range(24)))
    assert all(answer.equals(answers[0]) for answer in answers)


def test_importing_the_warehouse_loads_no_query_engine() -> None:
    code = "import sys, ingestion.warehouse; print(sorted({'ibis', 'duckdb', 'pyarrow', 'pandas'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_answering_from_the_lake_loads_no_pandas(tmp_path: Path) -> None:
    _in_lake(tmp_path)
    code = (
        "import sys, datetime; from ingestion.lake import Lake; from ingestion.warehouse import Warehouse;"
        f"levels = Warehouse(Lake(sys.argv[1])).stock_levels({D!r});"
        "print(levels.height, 'pandas.core' in sys.modules)"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "lake")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["1", "False"]


@pytest.mark.parametrize(("words", "error"), [("Query interrupted", KeyboardInterrupt), ("other", RuntimeError)])
def test_ctrl_c_within_a_question_is_ctrl_c(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: str, error: type[BaseException]
) -> None:
    def stop(*_: object) -> None:
        raise RuntimeError(words)  # what DuckDB raises where SIGINT comes within a query

    monkeypatch.setattr(Warehouse, "_lake_table", stop)
    with pytest.raises(error):
        Warehouse(Lake(tmp_path)).stock_levels(D)
