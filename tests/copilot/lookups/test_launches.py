"""What new products are forecast from, told by lookup, text, tool, route and command."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner

from copilot.agent.evidence_json import to_json
from copilot.agent.offline.intents import intent_of
from copilot.agent.offline.writing.launches import analogues
from copilot.agent.offline.writing.pieces import Page
from copilot.agent.tools import make_tools
from copilot.cli import cli
from copilot.errors import NoDataError
from copilot.grounding.check import check_text
from copilot.lookups.context import Context
from copilot.lookups.launches import launch_analogues
from copilot.lookups.scope import Scope
from copilot.planning.forecast import forecast_demand, write_forecasts
from copilot.planning.launches.keeping import keeper
from copilot.planning.launches.records import ANALOGUES_SCHEMA
from copilot.settings import Language, PlanningSettings, Settings
from copilot.workspace import Workspace
from tests.copilot.planning.shop import day, small_retailer

MORNING = day(40)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    home: Path = tmp_path_factory.mktemp("home")
    lake, warehouse = small_retailer(home / "lake", days=40)
    write_forecasts(lake, forecast_demand(warehouse, MORNING, PlanningSettings()), MORNING)
    curve = [12.0] * 4 + [8.0] * 22
    rows = [
        {"product_id": "P", "analogue_id": "", "weight": 0.3, "alike": [], "weekly_units": curve, "interval_low": 0.5,
         "interval_high": 1.75, "history_days": 5},
        {"product_id": "P", "analogue_id": "Q", "weight": 0.6, "alike": ["category", "text"],
         "weekly_units": [10.0] * 26},
        {"product_id": "P", "analogue_id": "R", "weight": 0.1, "alike": [], "weekly_units": [2.0] * 26},
    ]  # fmt: skip
    keeper(lake, MORNING)(pl.DataFrame([{"as_of": MORNING, **row} for row in rows], schema=ANALOGUES_SCHEMA))
    return Workspace(Settings(home=home))


@pytest.fixture
def context(shop: Workspace) -> Iterator[Context]:
    with Context(shop, MORNING) as opened:
        yield opened


def test_a_new_product_shows_its_analogues_with_their_weights(context: Context) -> None:
    found = launch_analogues(context, Scope(product_ids=("P",)))
    own, first, second = found.rows
    assert own.labels == {"product": "Alba", "product_id": "P"}
    figures = {figure.name: figure.value for figure in own.figures}
    assert figures == {
        "first_weeks_units": 80.0,
        "p10_units": 40.0,
        "p90_units": 140.0,
        "category_share": 0.3,
        "history_days": 5.0,
    }
    assert (first.labels["product_id"], first.labels["analogue_of"], first.figures[0].value) == ("Q", "Alba", 0.6)
    assert first.reasons == ("alike_category", "alike_text")
    assert second.figures[1].value == 16.0
    assert "launch_analogues" in found.sources


def test_the_chart_is_the_launch_curve_beside_those_of_the_analogues(context: Context) -> None:
    (chart,) = launch_analogues(context).charts
    band, own, *others = chart.series
    assert (band.kind, band.low[0], band.high[0]) == ("band", 6.0, 21.0)
    assert own.y[:5] == (12.0, 12.0, 12.0, 12.0, 8.0)
    assert [one.name for one in others] == ["Q", "R"]


def test_fewer_analogues_where_fewer_are_asked_for(context: Context) -> None:
    assert [row.labels["product_id"] for row in launch_analogues(context, limit=1).rows] == ["P", "Q"]


def test_a_product_with_history_and_a_shop_without_news_say_so(shop: Workspace, tmp_path: Path) -> None:
    lake, warehouse = small_retailer(tmp_path / "lake", days=40)
    write_forecasts(lake, forecast_demand(warehouse, MORNING, PlanningSettings()), MORNING)
    with Context(Workspace(Settings(home=tmp_path)), MORNING) as plain:
        assert launch_analogues(plain, Scope(product_ids=("P",))).notes == ("not_new",)
        assert launch_analogues(plain).notes == ("none_new",)
        assert launch_analogues(plain.at(day(41))).notes == ("stale_forecast", "none_new")
        with pytest.raises(NoDataError, match="reassort forecast"):
            launch_analogues(plain.at(day(39)))


@pytest.mark.parametrize(("language", "said"), [("en", "Forecast from:"), ("fr", "Prévu d'après :")])
def test_the_text_holds_to_its_evidence(context: Context, language: Language, said: str) -> None:
    found = launch_analogues(context, language=language)
    text = analogues(Page(evidence=found, language=language))
    assert said in text
    assert "**Q**" in text
    assert check_text(text.replace(f"[{found.id}]", "[1]"), {1: found}, language) == []


def test_the_tool_and_the_command_answer_as_the_lookup(shop: Workspace, context: Context) -> None:
    tool = next(one for one in make_tools(context, "en", {}) if one.name == "launch_analogues")
    assert "alike_text" in tool.invoke({"product_ids": ["P"]})
    asked = ["forecast", "--home", str(shop.home), "--as-of", MORNING.isoformat(), "--analogues", "--product", "P"]
    shown = CliRunner().invoke(cli, [*asked, "--json"])
    assert json.loads(shown.stdout)["id"] == to_json(launch_analogues(context, Scope(product_ids=("P",))))["id"]
    assert "weight 60%" in CliRunner().invoke(cli, asked).stdout


@pytest.mark.parametrize(
    "question",
    [
        "What are the analogues of Lou?",
        "how are new products forecast",
        "sur quels analogues repose la prévision de Lou ?",
        "prévision des nouveaux produits sans historique",
    ],
)
def test_questions_on_new_products_are_known(question: str) -> None:
    assert intent_of(question).intent == "analogues"
