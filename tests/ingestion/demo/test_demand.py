"""What moves true demand."""

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from ingestion.demo import Demo
from ingestion.demo.climate import build_weather
from ingestion.demo.demand import DemandModel, build_demand
from ingestion.demo.network import build_network
from ingestion.demo.pricing import build_pricing
from ingestion.demo.styles import Range, build_range
from ingestion.demo.trends import Trend, build_trends, rise_shape

START, DAYS, SEED = date(2024, 11, 4), 728, 7
END = START + timedelta(days=DAYS - 1)


@pytest.fixture(scope="module")
def range_() -> Range:
    return build_range(40, seed=SEED, end=END)


@pytest.fixture(scope="module")
def trends(range_: Range) -> tuple[Trend, ...]:
    return build_trends(range_, end=END)


@pytest.fixture(scope="module")
def lifted(range_: Range, trends: tuple[Trend, ...]) -> DemandModel:
    return _model(range_, trends)


@pytest.fixture(scope="module")
def plain(range_: Range) -> DemandModel:
    """The same retailer in a world where no term moves sales."""
    return _model(range_, ())


def _model(range_: Range, trends: tuple[Trend, ...]) -> DemandModel:
    network = build_network(3)
    pricing = build_pricing(range_, start=START, days=DAYS, seed=SEED)
    cities = tuple(sorted({place.city for place in network if place.city}))
    weather = build_weather(cities, start=START, days=DAYS, seed=SEED)
    return build_demand(network, range_, pricing=pricing, weather=weather, trends=trends, start=START, seed=SEED)


@pytest.mark.parametrize("term_id", ["butter_yellow", "barrel_leg", "polka_dots", "suede", "camel_coat", "mesh_flats"])
def test_a_lift_raises_demand_for_the_linked_skus_after_its_delay(
    lifted: DemandModel, plain: DemandModel, trends: tuple[Trend, ...], term_id: str
) -> None:
    rise = next(trend.rise for trend in trends if trend.term_id == term_id)
    assert rise is not None
    assert rise.lift is not None
    begins = rise.starts_on + timedelta(days=rise.lift_delay_days)
    skus = list(rise.sku_ids)
    linked = np.isin(np.array(lifted.sku_ids)[lifted.series.sku], skus)
    before = (begins - START).days - 1
    assert np.array_equal(lifted.mean(before)[linked], plain.mean(before)[linked])
    # Within the first fortnight the lift is near its peak from the third day on.
    peak = begins + timedelta(days=2), min(begins + timedelta(days=12), END + timedelta(days=1))
    ratio = _units(lifted, skus, *peak) / _units(plain, skus, *peak)
    assert ratio == pytest.approx(1 + rise.lift, rel=0.3)
    after = before + (rise.ends_on - rise.starts_on).days + 2
    if after < DAYS:
        assert np.array_equal(lifted.mean(after)[linked], plain.mean(after)[linked])


def test_skus_of_rises_without_lift_and_all_others_sell_as_if_nothing_was_said(
    lifted: DemandModel, plain: DemandModel, range_: Range, trends: tuple[Trend, ...]
) -> None:
    moved = {sku for trend in trends if trend.rise is not None and trend.rise.lift for sku in trend.rise.sku_ids}
    others = [sku.sku_id for sku in range_.skus if sku.sku_id not in moved]
    leopard = next(trend.rise for trend in trends if trend.term_id == "leopard")
    assert leopard is not None
    assert leopard.lift is None
    assert set(leopard.sku_ids) <= set(others)
    for day in range(0, DAYS, 13):
        kept = np.isin(np.array(lifted.sku_ids)[lifted.series.sku], others)
        assert np.array_equal(lifted.mean(day)[kept], plain.mean(day)[kept])


def _units(model: DemandModel, sku_ids: list[str], since: date, before: date) -> int:
    return int(model.frame(since, before).filter(pl.col("sku_id").is_in(sku_ids))["units"].sum())


def test_demand_of_some_days_is_the_same_as_those_days_of_all_demand(demo: Demo) -> None:
    since, before = date(2026, 3, 3), date(2026, 4, 17)
    everything = demo.truth.demand(demo.start, demo.end + timedelta(days=1))
    some = everything.filter(pl.col("date").is_between(since, before, closed="left"))
    assert demo.truth.demand(since, before).equals(some)
    assert demo.truth.demand(before, before).is_empty()
    assert demo.truth.demand(date(2000, 1, 1), date(2000, 2, 1)).is_empty()


def test_popular_series_sell_daily_and_most_are_intermittent(demo: Demo) -> None:
    wanted = demo.truth.demand(demo.start, demo.end + timedelta(days=1))
    rates = wanted.group_by("location_id", "sku_id").agg(pl.col("units").sum())["units"] / demo.size.days
    assert rates.max() > 1.5  # type: ignore[operator]  # a numeric column has a numeric maximum
    assert rates.median() < 0.4  # type: ignore[operator]  # the same


def test_a_rise_starts_on_its_day_peaks_within_days_and_ends(demo: Demo) -> None:
    rise = next(rise for rise in demo.truth.rises if rise.term_id == "polka_dots")
    start = rise.starts_on - timedelta(days=10)
    shape = rise_shape(rise, start=start, days=120)
    length = (rise.ends_on - rise.starts_on).days + 1
    assert (shape[:10] == 0).all()
    assert shape[10] > 0.3
    assert shape[14:20].min() > 0.9
    assert shape.max() <= 1
    assert shape[10 + length - 1] < 0.1
    assert (shape[10 + length :] == 0).all()
