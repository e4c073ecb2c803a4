"""Stock balances, stock-outs, returns and orders of the simulated supply chain."""

from datetime import timedelta

import numpy as np
import polars as pl
import pytest

from ingestion.demo import Demo
from ingestion.demo.policy import ration

SERIES = ["location_id", "sku_id"]


def test_stock_balances_for_every_location_and_sku(tables: dict[str, pl.DataFrame], demo: Demo) -> None:
    levels = tables["stock"].sort("date").group_by(SERIES)
    ends = levels.agg(opening=pl.col("on_hand_units").first(), closing=pl.col("on_hand_units").last())
    received = tables["inbound"].filter(pl.col("received_on").is_not_null())
    inbound = received.group_by(SERIES).agg(received=pl.col("units").sum())
    sold = tables["sales"].group_by(SERIES).agg(sold=pl.col("units").sum())
    left = tables["inbound"].filter(pl.col("location_id") != "WH").group_by("sku_id").agg(left=pl.col("units").sum())
    left = left.with_columns(location_id=pl.lit("WH"))
    balance = ends
    for frame in (inbound, sold, left):
        balance = balance.join(frame, on=SERIES, how="left")
    balance = balance.fill_null(0)
    computed = balance["opening"] + balance["received"] - balance["sold"] - balance["left"]
    assert balance.height == len(set(tables["stock"].select(SERIES).iter_rows()))
    assert (computed == balance["closing"]).all()


def test_stock_has_a_row_for_each_change_and_one_before_the_first_day(
    tables: dict[str, pl.DataFrame], demo: Demo
) -> None:
    stock = tables["stock"].sort(*SERIES, "date")
    previous = stock["on_hand_units"].shift(1)
    same_sku = stock["sku_id"] == stock["sku_id"].shift(1)
    same_series = same_sku & (stock["location_id"] == stock["location_id"].shift(1))
    assert not (same_series & (previous == stock["on_hand_units"])).any()
    first = stock.group_by(SERIES).agg(pl.col("date").min())
    assert set(first["date"]) == {demo.start - timedelta(days=1)}


def test_demand_is_what_was_sold_plus_what_was_lost(tables: dict[str, pl.DataFrame], demo: Demo) -> None:
    key = ["date", *SERIES]
    sold = tables["sales"].filter(pl.col("units") > 0).group_by(key).agg(sold=pl.col("units").sum())
    wanted = demo.truth.demand(demo.start, demo.end + timedelta(days=1))
    lost = demo.truth.stock_outs()
    joined = wanted.join(sold, on=key, how="full", coalesce=True).join(lost, on=key, how="full", coalesce=True)
    joined = joined.fill_null(0)
    assert (joined["units"] == joined["sold"] + joined["lost_units"]).all()


def test_demand_is_lost_only_when_stock_ends_the_day_at_zero(tables: dict[str, pl.DataFrame], demo: Demo) -> None:
    lost = demo.truth.stock_outs().sort("date")
    stock = tables["stock"].sort("date")
    levels = lost.join_asof(stock, on="date", by=SERIES, strategy="backward", check_sortedness=False)
    assert (levels["on_hand_units"] == 0).all()


def test_stock_outs_censor_a_realistic_share_of_demand(tables: dict[str, pl.DataFrame], demo: Demo) -> None:
    lost = demo.truth.stock_outs()
    wanted = demo.truth.demand(demo.start, demo.end + timedelta(days=1))["units"].sum()
    assert 0.03 < float(lost["lost_units"].sum()) / float(wanted) < 0.2
    assert lost.select(SERIES).n_unique() > 0.3 * tables["stock"].select(SERIES).n_unique()


def test_sales_never_exceed_what_was_there(tables: dict[str, pl.DataFrame]) -> None:
    before = tables["stock"].with_columns(date=pl.col("date") + timedelta(days=1)).sort("date")
    day = ["date", *SERIES]
    moved = (
        tables["sales"]
        .group_by(day)
        .agg(
            sold=pl.col("units").filter(pl.col("units") > 0).sum(),
            back=-pl.col("units").filter(pl.col("units") < 0).sum(),
        )
    )
    received = tables["inbound"].rename({"received_on": "date"})
    arrived = received.group_by(day).agg(arrived=pl.col("units").sum())
    joined = moved.join(arrived, on=day, how="left").sort("date")
    joined = joined.join_asof(before, on="date", by=SERIES, strategy="backward", check_sortedness=False).fill_null(0)
    assert (joined["sold"] <= joined["on_hand_units"] + joined["arrived"] + joined["back"]).all()


def test_popular_skus_are_low_in_some_stores_at_the_end_and_orders_are_under_way(
    tables: dict[str, pl.DataFrame],
) -> None:
    latest = tables["stock"].sort("date").group_by(SERIES).last().filter(pl.col("location_id") != "WH")
    coats = tables["skus"].join(tables["products"].filter(pl.col("name") == "Odette"), on="product_id")
    low = latest.join(coats, on="sku_id").filter(pl.col("on_hand_units") <= 1)
    assert low["location_id"].n_unique() >= 2
    open_orders = tables["inbound"].filter(pl.col("received_on").is_null())
    assert {"WH"} < set(open_orders["location_id"])


def test_stores_hold_weeks_of_stock_not_seasons(tables: dict[str, pl.DataFrame], demo: Demo) -> None:
    latest = tables["stock"].sort("date").group_by(SERIES).last()
    held = latest.filter(pl.col("location_id") != "WH")["on_hand_units"].sum()
    since = demo.end - timedelta(days=27)
    sold = tables["sales"].filter(pl.col("date") >= since, pl.col("units") > 0)["units"].sum()
    assert 3 < float(held) / (float(sold) / 28) < 28


def _returned_shares(lines: pl.DataFrame, by: str) -> dict[str, float]:
    sold, back = pl.col("units").filter(pl.col("units") > 0), pl.col("units").filter(pl.col("units") < 0)
    return dict(lines.group_by(by).agg(-back.sum() / sold.sum()).iter_rows())


def test_returns_come_back_days_later_and_mostly_to_the_web_shop(tables: dict[str, pl.DataFrame], demo: Demo) -> None:
    shares = _returned_shares(tables["sales"].join(tables["locations"], on="location_id"), "kind")
    assert 0.04 < shares["store"] < 0.15
    assert shares["web"] > 2 * shares["store"]
    returned_on = tables["sales"].filter(pl.col("units") < 0)["date"].to_list()
    assert min(returned_on) >= demo.start + timedelta(days=3)


def test_a_style_that_runs_small_comes_back_most_in_small_sizes(tables: dict[str, pl.DataFrame]) -> None:
    alba = tables["products"].filter(pl.col("name") == "Alba", pl.col("category") == "dress")
    shares = _returned_shares(tables["sales"].join(tables["skus"].join(alba, on="product_id"), on="sku_id"), "size")
    assert shares["36"] > shares["42"]


@pytest.mark.parametrize(
    ("available", "sent"),
    [([100, 100], [4, 6, 2]), ([10, 0], [4, 6, 0]), ([9, 1], [2, 6, 0]), ([0, 2], [0, 0, 2]), ([7, 3], [0, 6, 2])],
)
def test_a_short_warehouse_serves_by_priority_in_whole_packs(available: list[int], sent: list[int]) -> None:
    asked, sku = np.array([4, 6, 2]), np.array([0, 0, 1])
    given = ration(asked, sku, np.array(available), pack=np.array([2, 3, 2]), priority=np.array([0.9, 0.1, 0.5]))
    assert given.tolist() == sent


def test_rationing_nothing_sends_nothing() -> None:
    nothing = np.zeros(3, dtype=np.int64)
    given = ration(nothing, np.array([0, 0, 1]), np.array([5, 5]), pack=np.ones(3, dtype=np.int64), priority=np.ones(3))
    assert given.tolist() == [0, 0, 0]
