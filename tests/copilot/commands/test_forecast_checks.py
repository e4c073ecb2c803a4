"""The daily check of forecasts, where people see it: status, doctor, and the brief of its morning."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from copilot.briefs.compose import compose_brief
from copilot.cli import cli
from copilot.lookups.context import Context
from copilot.planning.check_record import ForecastCheck, write_check
from copilot.planning.forecast import PanelReader, forecast_demand
from copilot.planning.record_keeping import keep_forecasts
from copilot.settings import Language, PlanningSettings, Settings
from copilot.workspace import Workspace
from tests.copilot.planning.shop import day, small_retailer

MORNING = day(40)
CHECK = ForecastCheck(
    as_of=MORNING, made_on=day(33), days=7, series=4, units=900.0, wape=0.5, bias=-0.3, rule_wape=0.4, coverage=0.6,
    promised_ratio=0.8, promised_bias=0.0, codes=("no_gain", "biased"),
)  # fmt: skip


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    lake, warehouse = small_retailer(tmp_path / "lake", days=40)
    reader = PanelReader(warehouse, MORNING, PlanningSettings())
    made = forecast_demand(warehouse, MORNING, PlanningSettings(), reader=reader)
    write_check(lake, CHECK)
    keep_forecasts(lake, made, reader, PlanningSettings(), versions=warehouse.versions(), drift=CHECK)
    return Workspace(Settings(home=tmp_path))


def run(workspace: Workspace, *said: str) -> str:
    return CliRunner().invoke(cli, [*said, "--home", str(workspace.home)]).stdout


def test_status_and_doctor_say_how_forecasts_did_and_that_training_is_due(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Posts and their index are another matter, and slow to open.
    monkeypatch.setattr("copilot.commands.doctor._compared", lambda *_, **__: ([], []))
    told = run(workspace, "status")
    assert f"Forecasts of {day(33)}, 7 days on: error 50% (1.25 of that" in told
    assert "Training is due (no_gain, biased): `reassort forecast --tournament`." in told
    assert json.loads(run(workspace, "status", "--json"))["forecast"]["check"]["coverage"] == 0.6
    assert "warning: Forecasts of" in run(workspace, "doctor")
    assert json.loads(run(workspace, "doctor", "--json"))["forecasts"]["codes"] == ["no_gain", "biased"]


@pytest.mark.parametrize(("language", "said"), [("en", "time to train"), ("fr", "il est temps d'entraîner")])
def test_the_brief_of_the_morning_says_it_and_no_other(workspace: Workspace, language: Language, said: str) -> None:
    def unknown() -> str:
        with Context(workspace, MORNING) as context:
            (section,) = [one for one in compose_brief(context, language).sections if one.name == "unknown"]
        return " ".join(item.title for item in section.items)

    assert said in unknown()
    write_check(workspace.lake, replace(CHECK, codes=()))
    assert said not in unknown()
    write_check(workspace.lake, replace(CHECK, as_of=day(39)))
    assert said not in unknown()
