"""A product of the catalogue that nothing stocks, sells or orders: what is said of it, and what is offered instead."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner

from copilot.agent.follow_ups import follow_ups
from copilot.agent.offline.intents import intent_of
from copilot.agent.offline.writing.forecasts import reasons
from copilot.agent.offline.writing.launches import analogues
from copilot.agent.offline.writing.pieces import Page
from copilot.cli import cli
from copilot.grounding.check import check_text
from copilot.lookups import launches
from copilot.lookups.context import Context
from copilot.lookups.forecast import demand_forecast
from copilot.lookups.forecast_reasons import forecast_reasons
from copilot.lookups.launches import launch_analogues
from copilot.lookups.scenarios import Change, scenario
from copilot.lookups.scope import EVERYTHING, Scope
from copilot.planning.forecast import forecast_demand, write_forecasts
from copilot.planning.launches.records import ANALOGUES_SCHEMA
from copilot.settings import Language, PlanningSettings, Settings
from copilot.workspace import Workspace
from tests.copilot.planning.shop import day, small_retailer, table

MORNING = day(40)
LINA, BARE = Scope(product_ids=("L",)), Scope(product_ids=("B",))


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Lina is a dress that nothing carries; nothing is told of Bare but its name."""
    home: Path = tmp_path_factory.mktemp("home")
    lake, warehouse = small_retailer(home / "lake", days=40)
    lake.append("products", table("products", [{"product_id": "L", "name": "Lina", "category": "dress"},
                                               {"product_id": "B", "name": "Bare", "category": ""}]))  # fmt: skip
    lake.append("skus", table("skus", [{"sku_id": f"{one}1", "product_id": one} for one in ("L", "B")]))
    write_forecasts(lake, forecast_demand(warehouse, MORNING, PlanningSettings()), MORNING)
    return Workspace(Settings(home=home))


@pytest.fixture
def context(shop: Workspace) -> Iterator[Context]:
    with Context(shop, MORNING) as opened:
        yield opened


@pytest.mark.parametrize(("scope", "note"), [(LINA, "not_carried:Lina"), (BARE, "not_described:Bare")])
def test_every_question_on_its_forecast_names_the_reason(context: Context, scope: Scope, note: str) -> None:
    found = [
        demand_forecast(context, scope),
        forecast_reasons(context, scope),
        scenario(context, scope, Change(promotion=0.1)),
    ]
    assert [each.notes for each in found] == [(note, "no_forecast")] * 3


def test_products_that_are_carried_are_forecast_beside_it(context: Context) -> None:
    found = demand_forecast(context, Scope(product_ids=("P", "L")))
    assert [row.labels["product"] for row in found.rows] == ["Alba"]
    assert "not_carried:Lina" in found.notes
    assert not [note for note in demand_forecast(context, EVERYTHING).notes if note.startswith("not_carried")]


@pytest.mark.parametrize(("language", "said"), [("en", "nothing stocks, sells or has ordered Lina"),
                                                ("fr", "rien ne stocke, ne vend ni n'a commandé Lina")])  # fmt: skip
def test_the_answer_says_so_and_offers_what_products_like_it_say(
    context: Context, language: Language, said: str
) -> None:
    found = forecast_reasons(context, LINA, language=language)
    text = reasons(Page(evidence=found, language=language))
    assert said in text
    assert check_text(text.replace(f"[{found.id}]", "[1]"), {1: found}, language) == []
    (offered, *_) = follow_ups({1: found}, language)
    assert "Lina" in offered
    assert intent_of(offered.replace("Lina", "X")).intent == "analogues"


def test_the_command_names_it_and_what_to_ask(shop: Workspace) -> None:
    asked = ["forecast", "--home", str(shop.home), "--as-of", MORNING.isoformat(), "--product"]
    for name, said in (("Lina", '--analogues --product "Lina"'), ("Bare", "give it a category")):
        found = CliRunner().invoke(cli, [*asked, name])
        assert found.exit_code == 1
        assert f"Nothing stocks, sells or has ordered '{name}'" in str(found.exception)
        assert said in str(found.exception)


def test_too_few_products_to_liken_it_to_are_said(context: Context) -> None:
    assert launch_analogues(context, LINA).notes == ("not_likened:Lina",)
    assert launch_analogues(context, BARE).notes == ("not_described:Bare",)
    text = analogues(Page(evidence=launch_analogues(context, LINA), language="en"))
    assert "too few products have a history" in text


def test_its_analogues_are_told_as_if_it_were_carried(context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [
        {"product_id": "L", "analogue_id": "", "weight": 0.3, "alike": [], "weekly_units": [7.0] * 26,
         "interval_low": 0.5, "interval_high": 1.75, "history_days": 0},
        {"product_id": "L", "analogue_id": "P", "weight": 0.6, "alike": ["category"], "weekly_units": [6.0] * 26},
    ]  # fmt: skip
    supposed = pl.DataFrame([{"as_of": MORNING, **row} for row in rows], schema=ANALOGUES_SCHEMA)
    monkeypatch.setattr(launches, "as_if_carried", lambda _, ids, **__: supposed if ids == ["L"] else supposed.clear())
    found = launch_analogues(context, LINA)
    assert found.notes == ("as_if_carried",)
    assert [row.labels["product"] for row in found.rows] == ["Lina", "Alba"]
    text = analogues(Page(evidence=found, language="en"))
    assert "as if every place with its category carried it" in text
