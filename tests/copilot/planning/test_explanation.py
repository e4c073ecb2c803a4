"""What a forecast rests on: parts that add up to it, and mean what they say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from copilot.planning.arrays import Floats
from copilot.planning.explanation.morning import Morning, read_morning
from copilot.planning.explanation.parts import explain, shared_out
from copilot.planning.explanation.stored import reasons
from copilot.planning.forecast import PanelReader, forecast_demand
from copilot.planning.leading.known import Leading
from copilot.planning.model_choice import BoostedChoice
from copilot.planning.segments import SEGMENTS
from copilot.settings import PlanningSettings, Settings
from copilot.workspace import Workspace
from ingestion.lake import Lake
from tests.copilot.planning.shop import day, small_retailer, table
from tests.copilot.planning.trees import trees

MORNING = day(60)
FETE = "Fête"
PLANNING = PlanningSettings()


def retailer(home: Path) -> Workspace:
    """Twice the sales on two holidays and under 30 % off, and both again in the days to come."""
    small_retailer(home / "lake", days=60)
    lake = Lake(home / "lake")
    sales = lake.read("sales")
    busy = pl.col("date").is_in([day(n) for n in (20, 40, *range(25, 35))])
    lake.replace_all("sales", sales.with_columns(units=pl.when(busy).then(pl.col("units") * 2).otherwise("units")))
    lake.append("calendar", table("calendar", [{"date": day(n), "country": "FR", "event": FETE} for n in (20, 40, 62)]))
    spans = ((25, 34), (70, 79))
    lake.append("promotions", table("promotions", [_promotion(first, last) for first, last in spans]))
    return Workspace(Settings(home=home))


def _promotion(first: int, last: int) -> Mapping[str, object]:
    span: dict[str, date] = {"starts_on": day(first), "ends_on": day(last)}
    return {"promotion_id": f"p{first}", "product_id": "P", "country": "FR", "discount_share": 0.3, **span}


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return retailer(tmp_path_factory.mktemp("explained"))


@pytest.fixture(scope="module")
def morning(workspace: Workspace) -> Morning:
    return read_morning(PanelReader(workspace.warehouse, MORNING, PLANNING))


@pytest.fixture(scope="module")
def corrected(workspace: Workspace) -> Morning:
    """The same morning, every segment corrected by trees."""
    choice = BoostedChoice(model=trees(MORNING), segments=frozenset(SEGMENTS))
    return read_morning(PanelReader(workspace.warehouse, MORNING, PLANNING), choice)


def everything(morning: Morning) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.arange(morning.series.height, dtype=np.int64)


@pytest.mark.parametrize("which", ["morning", "corrected"])
def test_parts_add_up_to_the_forecast(which: str, workspace: Workspace, request: pytest.FixtureRequest) -> None:
    asked: Morning = request.getfixturevalue(which)
    found = explain(asked, everything(asked), first=MORNING, days=28)
    assert np.allclose(sum(found.parts.values()), found.mean, rtol=1e-12)
    made = forecast_demand(workspace.warehouse, MORNING, PLANNING, boosted=asked.boosted)
    stored = made.filter(pl.col("horizon_days") == 28)
    order = asked.rows_of(stored)
    assert np.allclose(found.mean[order], stored["mean_units"].to_numpy(), rtol=1e-6)
    assert set(found.models) == set(stored["model"])


def test_parts_of_a_forecast_mean_what_they_say(morning: Morning) -> None:
    found = explain(morning, everything(morning), first=day(60), days=7).totals()
    assert found[f"event:{FETE}"] > 0
    assert found["promotion"] == pytest.approx(0)
    assert "list_price" not in found
    later = explain(morning, everything(morning), first=day(70), days=7).totals()
    assert later["promotion"] > 0
    assert later[f"event:{FETE}"] == pytest.approx(0)


def test_a_lower_list_price_is_told_apart_from_a_promotion(tmp_path: Path) -> None:
    """A fifth off the list price from day 65 on, and a promotion besides from day 70 on."""
    workspace = retailer(tmp_path)
    lower = {"product_id": "P", "country": "FR", "valid_from": day(65), "price": 40.0, "currency": "EUR"}
    workspace.lake.append("prices", table("prices", [lower]))
    marked = read_morning(PanelReader(workspace.warehouse, MORNING, PLANNING))
    alone, both = (explain(marked, everything(marked), first=first, days=5).totals() for first in (day(65), day(71)))
    assert alone["list_price"] > 0
    assert alone["promotion"] == pytest.approx(0)
    assert both["list_price"] / both["promotion"] == pytest.approx(np.log(0.8) / np.log(0.7))
    found = explain(marked, everything(marked), first=MORNING, days=28)
    assert np.allclose(sum(found.parts.values()), found.mean, rtol=1e-12)


def test_what_sold_more_speaks_more_for_itself_and_what_never_sold_leans_on_others(morning: Morning) -> None:
    found = explain(morning, everything(morning), first=MORNING, days=7)
    units, state = morning.state.evidence.units, morning.state
    own = morning.parts.own.mean * 7 * units / (morning.parts.shape + units)
    assert found.parts["own_sales"] == pytest.approx(own)
    assert found.own_share[units.argmax()] > found.own_share[units.argmin()] > 0.4
    bare = replace(state.evidence, units=np.zeros(4), exposure=np.zeros(4))
    silent = replace(morning, state=replace(state, evidence=bare))
    assert explain(silent, everything(morning), first=MORNING, days=7).totals()["own_sales"] == 0


def test_what_trees_add_is_told_by_groups_of_features(corrected: Morning) -> None:
    found = explain(corrected, everything(corrected), first=MORNING, days=14).totals()
    assert {"correction:level", "correction:price", "correction:average"} <= found.keys()
    assert any(abs(units) > 0.01 for code, units in found.items() if code.startswith("correction:"))


def test_a_wide_scope_has_its_correction_in_one_piece(corrected: Morning, monkeypatch: pytest.MonkeyPatch) -> None:
    split = explain(corrected, everything(corrected), first=MORNING, days=14)
    monkeypatch.setattr("copilot.planning.explanation.parts._MOST_SPLIT", 10)
    monkeypatch.setattr("copilot.planning.explanation.parts._SERIES_AT_A_TIME", 3)
    whole = explain(corrected, everything(corrected), first=MORNING, days=14)
    assert whole.mean == pytest.approx(split.mean)
    pieces = sum(units for code, units in split.totals().items() if code.startswith("correction:"))
    assert whole.totals()["correction"] == pytest.approx(pieces, abs=1e-6)


class Said(Leading):
    """Rising terms that raise the whole range by a quarter."""

    def signal_factors(self, series: pl.DataFrame, days: int) -> Floats:
        return np.full((series.height, days), 1.25)


@pytest.mark.parametrize("split", [True, False])
def test_what_is_said_of_products_is_a_part_of_its_own(
    corrected: Morning, monkeypatch: pytest.MonkeyPatch, *, split: bool
) -> None:
    assert corrected.boosted is not None
    monkeypatch.setattr("copilot.planning.explanation.parts._MOST_SPLIT", 10_000 if split else 1)
    led = replace(corrected, boosted=replace(corrected.boosted, leading=Said(as_of=MORNING)))
    found = explain(led, everything(led), first=MORNING, days=7)
    before = explain(corrected, everything(corrected), first=MORNING, days=7)
    assert found.mean == pytest.approx(1.25 * before.mean)
    assert sum(found.totals().values()) == pytest.approx(found.mean.sum())
    assert found.totals()["signals"] == pytest.approx(np.log(1.25) * before.mean.sum(), rel=0.3)


def test_what_agreement_with_totals_takes_is_told(workspace: Workspace, morning: Morning) -> None:
    made = forecast_demand(workspace.warehouse, MORNING, PLANNING).filter(pl.col("daily_units").is_not_null())
    raised = made.with_columns(pl.col("daily_units").list.eval(pl.element() * 1.1))
    found = reasons(replace(morning, agrees=True), raised, first=MORNING, days=7)
    assert found.parts["agreement"] == pytest.approx(found.mean / 11, rel=1e-4)
    assert sum(found.parts.values()) == pytest.approx(found.mean)


def test_the_level_of_another_model_is_under_the_same_effects(workspace: Workspace, morning: Morning) -> None:
    made = forecast_demand(workspace.warehouse, MORNING, PLANNING).filter(pl.col("daily_units").is_not_null())
    other = reasons(morning, made.with_columns(model=pl.lit("analogues")), first=MORNING, days=7)
    usual = reasons(morning, made, first=MORNING, days=7)
    assert other.parts[f"event:{FETE}"] == pytest.approx(usual.parts[f"event:{FETE}"], rel=0.02)
    level = sum(usual.parts[code] for code in ("own_sales", "resembling", "level_now"))
    assert other.parts["analogues"] == pytest.approx(level, rel=0.02)
    assert other.own_share is None


def test_days_out_of_reach_are_refused(morning: Morning) -> None:
    with pytest.raises(ValueError, match="outside"):
        explain(morning, everything(morning), first=day(85), days=7)


def test_factors_of_one_are_worth_nothing() -> None:
    logs = {"a": np.zeros((1, 2)), "b": np.log([[2.0, 1.0]])}
    found = shared_out(np.ones((1, 2)), np.array([[2.0, 1.0]]), logs)
    assert found["a"].tolist() == [[0.0, 0.0]]
    assert found["b"].tolist() == [[pytest.approx(1.0), 0.0]]
