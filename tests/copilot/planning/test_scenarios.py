"""What-ifs: what the model says of a change, how sure, and what it refuses to say."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from copilot.planning.explanation.morning import Morning, read_morning
from copilot.planning.forecast import PanelReader, forecast_demand
from copilot.planning.leading.sky import Climate, Sky
from copilot.planning.leading.weather_response import WeatherResponse
from copilot.planning.model_choice import BoostedChoice
from copilot.planning.scenarios.compare import Comparison, compare
from copilot.planning.scenarios.levers import (
    Event,
    Lever,
    Reduction,
    Refusal,
    Trend,
    Weather,
    with_event,
    with_reduction,
)
from copilot.planning.scenarios.past import past_events, past_reductions
from copilot.planning.segments import SEGMENTS
from copilot.settings import PlanningSettings
from copilot.signals.lift import Lift, nothing_known
from ingestion.lake import Lake
from ingestion.warehouse import Warehouse
from tests.copilot.planning.shop import day, no_drivers, small_retailer, table
from tests.copilot.planning.trees import trees

MORNING = day(60)
FETE = "Fête"
PLANNING = PlanningSettings()
LIFT = Lift(
    verdict="lift", share=0.5, low=0.3, high=0.7, delay_days=0, p_value=0.01, placebo_share=0.0, days=10, products=1,
    controls=9,
)  # fmt: skip


def shop(folder: Path, *, reduced: float = 0.3) -> Lake:
    """Twice the sales on two holidays and, on days 25 to 34, under a reduction."""
    lake, _ = small_retailer(folder, days=60)
    busy = pl.col("date").is_in([day(n) for n in (20, 40, *range(25, 35))])
    lake.replace_all(
        "sales", lake.read("sales").with_columns(units=pl.when(busy).then(pl.col("units") * 2).otherwise("units"))
    )
    lake.append("calendar", table("calendar", [{"date": day(n), "country": "FR", "event": FETE} for n in (20, 40)]))
    lake.append("calendar", table("calendar", [{"date": day(75), "country": "FR", "event": "Braderie"}]))
    if reduced:
        row = {"promotion_id": "p", "product_id": "P", "country": "FR", "discount_share": reduced,
               "starts_on": day(25), "ends_on": day(34)}  # fmt: skip
        lake.append("promotions", table("promotions", [row]))
    return lake


def opened(lake: Lake, boosted: BoostedChoice | None = None) -> tuple[Morning, pl.DataFrame]:
    """The morning, and its forecasts, one row a series."""
    warehouse = Warehouse(lake)
    reader = PanelReader(warehouse, MORNING, PLANNING)
    made = forecast_demand(warehouse, MORNING, PLANNING, reader=reader, boosted=boosted)
    return read_morning(reader, boosted), made.filter(pl.col("daily_units").is_not_null())


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> tuple[Morning, pl.DataFrame]:
    return opened(shop(tmp_path_factory.mktemp("scenarios")))


def asked(ready: tuple[Morning, pl.DataFrame], *levers: Lever, first: date = MORNING, days: int = 7) -> Comparison:
    found = compare(*ready, levers, first=first, days=days)
    assert isinstance(found, Comparison), found
    return found


def test_a_reduction_sells_what_the_model_has_learnt_of_one(ready: tuple[Morning, pl.DataFrame]) -> None:
    found = asked(ready, Reduction(share=0.3))
    effects = ready[0].model.effects
    gain = np.exp(effects.discount[effects.categories.index("dress")] * 0.3)
    assert found.changed == pytest.approx(found.base * gain, rel=1e-5)
    assert gain > 1.3
    assert found.parts == {"reduction": pytest.approx(found.difference)}
    assert found.low < found.difference < found.high
    assert found.low > 0


def test_the_base_is_the_forecast_as_it_stands(ready: tuple[Morning, pl.DataFrame]) -> None:
    found = asked(ready, Reduction(share=0.1), first=day(62), days=3)
    stored = ready[1]["daily_units"].list.slice(2, 3).list.sum()
    assert found.base.sum(axis=1) == pytest.approx(stored.to_numpy())


def test_levers_together_share_the_difference_out(ready: tuple[Morning, pl.DataFrame]) -> None:
    both = asked(ready, Reduction(share=0.3), Event(name=FETE))
    assert set(both.parts) == {"reduction", f"event:{FETE}"}
    assert sum(both.parts.values()) == pytest.approx(both.difference)
    assert both.difference > asked(ready, Event(name=FETE)).difference > 0


def test_an_effect_that_history_tells_less_of_is_less_sure(ready: tuple[Morning, pl.DataFrame]) -> None:
    morning = ready[0]
    panel = morning.reader.panel(["S1", "S4"])
    steady = past_events(morning, panel, FETE)
    assert steady.episodes == 2
    noisy = replace(panel, units=np.where(panel.units > 2, panel.units * 6, panel.units))
    assert past_events(morning, noisy, FETE).deviation > steady.deviation
    reductions = past_reductions(morning, panel)
    assert reductions.episodes == 1
    assert 0.1 < reductions.deviation < 0.6


REFUSED: dict[str, tuple[Lever, Refusal]] = {
    "deeper": (Reduction(share=0.6), Refusal(code="deeper_than_seen", about="dress", seen_share=0.3)),
    "dearer": (Reduction(share=-0.2), Refusal(code="price_rise_unseen")),
    "unknown event": (Event(name="Soldes"), Refusal(code="unknown_event", about="Soldes")),
    "event to come": (Event(name="Braderie"), Refusal(code="event_never_seen", about="Braderie")),
    "nothing measured": (
        Trend(term="t", lift=nothing_known(days=3), sku_ids=frozenset({"S1"}), dies=True),
        Refusal(code="trend_not_measured", about="t"),
    ),
    "no lift": (
        Trend(term="t", lift=replace(LIFT, verdict="no_lift"), sku_ids=frozenset({"S1"}), dies=True),
        Refusal(code="trend_no_lift", about="t"),
    ),
    "another product": (
        Trend(term="t", lift=LIFT, sku_ids=frozenset({"other"}), dies=True),
        Refusal(code="nothing_changes", about="t"),
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_history_does_not_say_is_refused(ready: tuple[Morning, pl.DataFrame], case: str) -> None:
    lever, refusal = REFUSED[case]
    found = compare(*ready, [lever], first=MORNING, days=7)
    assert isinstance(found, Refusal)
    assert replace(found, seen_share=None) == replace(refusal, seen_share=None)
    assert found.seen_share == (pytest.approx(refusal.seen_share) if refusal.seen_share else None)


def test_a_category_never_reduced_is_refused(tmp_path: Path) -> None:
    found = compare(*opened(shop(tmp_path, reduced=0.0)), [Reduction(share=0.1)], first=MORNING, days=7)
    assert found == Refusal(code="no_past_reductions", about="dress")


def test_a_trend_comes_once_more_or_goes(tmp_path: Path) -> None:
    """S1 has sold half as much again for ten days."""
    lake, _ = small_retailer(tmp_path, days=60)
    rising = (pl.col("sku_id") == "S1") & (pl.col("date") >= day(50))
    lake.replace_all("sales", lake.read("sales").with_columns(pl.col("units") * (1 + rising)))
    ready = opened(lake)
    own = frozenset({"S1"})
    more = asked(ready, Trend(term="t", lift=LIFT, sku_ids=own, dies=False))
    less = asked(ready, Trend(term="t", lift=LIFT, sku_ids=own, dies=True))
    assert more.difference > 0 > less.difference
    # What of the lift the rates do not carry yet cannot go.
    assert less.difference > -0.5 / 1.5 * less.base.sum()
    assert more.low < more.difference < more.high
    assert less.low < less.difference < less.high < 0.0
    s4 = [n for n, sku in enumerate(ready[1]["sku_id"]) if sku == "S4"]
    assert (more.changed[s4] == more.base[s4]).all()


def test_trees_have_their_say_of_a_reduction(tmp_path: Path) -> None:
    choice = BoostedChoice(model=trees(MORNING), segments=frozenset(SEGMENTS))
    ready = opened(shop(tmp_path), choice)
    found = asked(ready, Reduction(share=0.3))
    assert {"reduction", "correction"} == set(found.parts)
    assert sum(found.parts.values()) == pytest.approx(found.difference)


def test_inputs_are_changed_on_the_days_and_keys_that_are_named() -> None:
    drivers = no_drivers(MORNING, 10)
    reduced = with_reduction(drivers, ["P|FR", "Q|FR"], slice(2, 4), 0.2)
    twice = with_reduction(reduced, ["Q|FR"], slice(3, 5), 0.5)
    assert twice.reduced == ("P|FR", "Q|FR")
    assert twice.discount[0].tolist() == pytest.approx([0, 0, 0.2, 0.2, 0, 0, 0, 0, 0, 0])
    assert twice.discount[1].tolist() == pytest.approx([0, 0, 0.2, 0.6, 0.5, 0, 0, 0, 0, 0])
    assert not twice.discount[2].any()
    assert not drivers.discount.any()
    known = replace(drivers, countries=("FR", "IT"), events=("e",), event_days=np.zeros((2, 10, 1), dtype=np.bool_))
    changed = with_event(known, "e", ["IT", "GB"], slice(0, 2))
    assert changed.event_days[1, :, 0].sum() == 2
    assert not changed.event_days[0].any()
    assert not known.event_days.any()


CLIMATE = Climate(
    cities=("Lyon",), country_of={"Lyon": "FR"}, temperature=np.array([[15.0, 0.0, 0.0]]), wetness=np.array([0.25]),
    warmth_skill=np.ones(15), wetness_skill=np.ones(15),
)  # fmt: skip
RESPONSE = WeatherResponse(
    categories=("dress",), warmth=np.array([0.05, 0.0]), warmth_error=np.array([0.01, 0.02]), kinds=("store",),
    wetness=np.array([-0.4, 0.0]), wetness_error=np.array([0.1, 0.5]), coldest=-8.0, warmest=8.0,
)  # fmt: skip


def weather(*, degrees: float = 0.0, rain_mm: float | None = None, **changed: object) -> Weather:
    """Of a week that is expected three degrees above usual and as wet as usual."""
    expected = Sky(start=MORNING, warmth=np.full((3, 7), 3.0), wetness=np.zeros((3, 7)), known=np.ones((3, 7)))
    given = {"response": RESPONSE, "climate": CLIMATE, "expected": expected, **changed}
    return Weather(said="so", degrees=degrees, rain_mm=rain_mm, **given)  # type: ignore[arg-type]  # one of a field


def test_other_weather_moves_demand_by_what_was_learnt(ready: tuple[Morning, pl.DataFrame]) -> None:
    morning, forecasts = ready
    warmer = compare(morning, forecasts, [weather(degrees=4.0)], first=MORNING, days=7)
    assert isinstance(warmer, Comparison)
    assert warmer.changed / warmer.base == pytest.approx(np.exp(0.05 * 4.0))
    assert set(warmer.parts) == {"warmth"}
    assert sum(warmer.parts.values()) == pytest.approx(warmer.difference)
    assert warmer.low < warmer.difference < warmer.high
    wet = compare(morning, forecasts, [weather(rain_mm=9.0, degrees=-2.0)], first=MORNING, days=7)
    assert isinstance(wet, Comparison)
    assert wet.changed / wet.base == pytest.approx(np.exp(-0.05 * 2.0 - 0.4 * (0.75 - 0.25)))
    assert set(wet.parts) == {"warmth", "rain"}


def test_surer_weather_has_a_narrower_interval(ready: tuple[Morning, pl.DataFrame]) -> None:
    morning, forecasts = ready
    sure, doubtful = (
        compare(
            morning,
            forecasts,
            [weather(degrees=4.0, response=replace(RESPONSE, warmth_error=np.array([error, 0.02])))],
            first=MORNING,
            days=7,
        )
        for error in (0.001, 0.02)
    )
    assert isinstance(sure, Comparison)
    assert isinstance(doubtful, Comparison)
    assert doubtful.high - doubtful.low > 1.2 * (sure.high - sure.low)


UNANSWERED = {
    "nothing learnt": (weather(degrees=4.0, response=None), "weather_not_in_model"),
    "not warmth nor rain": (weather(), "weather_unclear"),
    "too warm": (weather(degrees=6.0), "weather_unseen"),
    "too cold": (weather(degrees=-12.0), "weather_unseen"),
    "other places": (weather(degrees=4.0, climate=replace(CLIMATE, country_of={"Lyon": "IT"})), "weather_elsewhere"),
    "not sure": (
        weather(degrees=4.0, response=replace(RESPONSE, warmth_error=np.array([0.04, 0.0]))), "weather_no_effect"
    ),
    "rain not sure": (weather(rain_mm=9.0, response=replace(RESPONSE, wetness=np.zeros(2))), "weather_no_effect"),
}  # fmt: skip


@pytest.mark.parametrize("case", UNANSWERED)
def test_weather_that_history_says_nothing_of_is_refused(ready: tuple[Morning, pl.DataFrame], case: str) -> None:
    lever, code = UNANSWERED[case]
    found = compare(*ready, [lever], first=MORNING, days=7)
    assert isinstance(found, Refusal)
    assert (found.code, found.about) == (code, "so")
