"""The demo's tables against the contracts that every importer has to meet."""

from datetime import date, timedelta

import polars as pl
import pytest

from ingestion.demo import Demo, DemoSize, build_demo, parse_size
from ingestion.retail.contracts import CONTRACTS


@pytest.mark.parametrize("name", CONTRACTS)
def test_a_table_has_the_schema_and_unique_keys(tables: dict[str, pl.DataFrame], name: str) -> None:
    contract, frame = CONTRACTS[name], tables[name]
    assert frame.schema == contract.schema
    assert frame.height > 0
    assert not frame.select(pl.struct(contract.key).is_duplicated().any()).item()


@pytest.mark.parametrize("name", CONTRACTS)
def test_a_table_keeps_the_limits_of_its_columns(tables: dict[str, pl.DataFrame], name: str) -> None:
    for column in CONTRACTS[name].columns:
        values = tables[name][column.name]
        if column.required:
            assert values.null_count() == 0, column.name
        if column.minimum is not None:
            assert (values.drop_nulls() >= column.minimum).all(), column.name
        if column.maximum is not None:
            assert (values.drop_nulls() <= column.maximum).all(), column.name
        if column.choices:
            assert set(values.drop_nulls()) <= set(column.choices)
        if column.refers_to:
            table, _, key = column.refers_to.partition(".")
            assert set(values) <= set(tables[table][key]), column.name


def test_small_tables_come_before_those_that_refer_to_them(demo: Demo) -> None:
    assert [name for name, _ in demo.tables()] == list(CONTRACTS)


def test_small_has_what_planners_ask_about(tables: dict[str, pl.DataFrame]) -> None:
    named = {(row["name"], row["category"]) for row in tables["products"].to_dicts()}
    assert {("Alba", "dress"), ("Alba", "sandals"), ("Odette", "coat"), ("Noé", "jacket"), ("Lili", "flats")} <= named
    assert {"Paris Marais", "Lyon", "Bordeaux", "Milan", "Web shop"} <= set(tables["locations"]["name"])
    assert 90 <= tables["skus"].height <= 110
    assert tables["sales"]["date"].max() == date(2026, 11, 1)


def test_lou_is_so_new_that_it_has_four_days_of_sales_in_two_stores(tables: dict[str, pl.DataFrame]) -> None:
    lou = tables["products"].filter(pl.col("name") == "Lou")["product_id"].item()
    skus = tables["skus"].filter(pl.col("product_id") == lou)["sku_id"].implode()
    sold = tables["sales"].filter(pl.col("sku_id").is_in(skus))
    assert sold["location_id"].n_unique() == 2
    assert sold["date"].n_unique() <= 4
    assert sold["date"].min() >= date(2026, 10, 29)  # type: ignore[operator]  # a date column has a date minimum


def test_money_is_in_the_currency_of_the_country_and_at_most_the_list_price(
    tables: dict[str, pl.DataFrame],
) -> None:
    lines = tables["sales"].join(tables["locations"].select("location_id", "country"), on="location_id")
    assert set(lines.filter(pl.col("country") == "GB")["currency"]) == {"GBP"}
    assert set(lines.filter(pl.col("country") != "GB")["currency"]) == {"EUR"}
    dearest = tables["prices"].group_by("product_id", "country").agg(pl.col("price").max())
    sold = lines.join(tables["skus"], on="sku_id").join(dearest, on=["product_id", "country"])
    assert (sold["revenue"] / sold["units"] <= sold["price"] + 0.005).all()
    assert (sold["revenue"].sign() == sold["units"].sign()).all()


def test_promotions_take_their_share_off_and_sell_more(tables: dict[str, pl.DataFrame], demo: Demo) -> None:
    wanted = demo.truth.demand(demo.start, demo.end + timedelta(days=1)).join(tables["skus"], on="sku_id")
    wanted = wanted.join(tables["locations"].select("location_id", "country"), on="location_id")
    daily = wanted.group_by("product_id", "country", "date").agg(pl.col("units").sum())
    ratios = []
    for row in tables["promotions"].filter(pl.col("discount_share") >= 0.3).to_dicts():
        own = daily.filter(pl.col("product_id") == row["product_id"], pl.col("country") == row["country"])
        days = (row["ends_on"] - row["starts_on"]).days + 1
        during = own.filter(pl.col("date").is_between(row["starts_on"], row["ends_on"]))["units"].sum() / days
        before = own.filter(
            pl.col("date").is_between(row["starts_on"] - timedelta(days=28), row["starts_on"], closed="left")
        )["units"].sum()
        if before >= 20:
            ratios.append(during / (before / 28))
    assert len(ratios) > 10
    assert sum(ratios) / len(ratios) > 1.4


def test_the_calendar_and_promotions_reach_beyond_the_last_day(tables: dict[str, pl.DataFrame], demo: Demo) -> None:
    ahead = tables["calendar"].filter(pl.col("date") > demo.end)
    assert "Black Friday week-end" in set(ahead["event"])
    assert (tables["promotions"]["starts_on"] > demo.end).any()
    assert tables["weather"]["date"].max() == demo.end


def test_german_stores_are_closed_on_sundays_and_the_web_shop_never(tables: dict[str, pl.DataFrame]) -> None:
    sold = tables["sales"].filter(pl.col("units") > 0).join(tables["locations"], on="location_id")
    sundays = sold.filter(pl.col("date").dt.weekday() == 7)
    assert sundays.filter(pl.col("country") == "DE", pl.col("kind") == "store").is_empty()
    assert sundays.filter(pl.col("kind") == "web").height > 0


def test_coats_sell_in_winter_and_sandals_in_summer(tables: dict[str, pl.DataFrame]) -> None:
    sold = tables["sales"].join(tables["skus"], on="sku_id").join(tables["products"], on="product_id")
    monthly = sold.group_by("category", pl.col("date").dt.month().alias("month")).agg(pl.col("units").sum())
    units = {(category, month): count for category, month, count in monthly.iter_rows()}
    assert units["coat", 12] > 5 * units["coat", 7]
    assert units["sandals", 6] > 5 * units["sandals", 12]


def test_a_large_retailer_comes_in_frames_of_four_weeks_with_unique_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    size = DemoSize(stores=7, products=45, days=100, posts=200)
    monkeypatch.setattr("ingestion.demo.retailer._IN_ONE_FRAME_CELLS", 0)
    frames = list(build_demo(size).tables())
    sales = [frame for name, frame in frames if name == "sales"]
    assert len(sales) == 4
    monkeypatch.undo()
    whole = dict(build_demo(size).tables())
    assert pl.concat(sales).equals(whole["sales"])
    assert pl.concat([frame for name, frame in frames if name == "stock"]).equals(whole["stock"])
    assert whole["products"].height == 45
    assert not whole["products"].select(pl.struct("name", "category").is_duplicated().any()).item()


def test_a_network_larger_than_the_list_of_cities_has_names_of_its_own() -> None:
    size = parse_size("80x3")
    places = dict(build_demo(DemoSize(stores=size.stores, products=3, days=10, posts=50)).tables())["locations"]
    assert places.height == 82
    assert places["name"].n_unique() == 82
