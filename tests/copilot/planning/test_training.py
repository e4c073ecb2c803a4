"""A round of training on a workspace: what is kept, what the next forecast takes, and how the command shows it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from copilot.cli import cli
from copilot.planning import boosted
from copilot.planning.boosted import BoostedSettings
from copilot.planning.boosted_store import load_boosted
from copilot.planning.model_choice import choose_boosted
from copilot.planning.tournament import newest_tournament
from copilot.planning.training import train_on
from copilot.settings import Settings
from copilot.workspace import Workspace
from tests.copilot.planning.shop import day, small_retailer

SETTINGS = BoostedSettings(
    trained_days=7, step_days=8, mornings=2, held_mornings=1, rounds=3, leaves=3, least_rows_a_leaf=2
)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    small_retailer(tmp_path / "lake", days=60)
    return Workspace(Settings(home=tmp_path))


def test_a_round_keeps_scores_and_a_model_and_then_checks_it(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(boosted, "_LEAST_ROWS", 10)
    found = train_on(workspace, day(60), SETTINGS)
    assert found.model is not None
    assert found.drift is None
    assert load_boosted(workspace.models_path, as_of=day(60)) == found.model
    assert found.model.made_of.versions["sales"] == workspace.lake.version("sales")
    kept = newest_tournament(workspace.lake, as_of=day(61))
    assert kept is not None
    assert kept.sort("segment", "candidate").equals(found.scores.sort("segment", "candidate"))
    assert newest_tournament(workspace.lake, as_of=day(59)) is None
    chosen = choose_boosted(workspace.lake, workspace.models_path, workspace.settings.planning, day(60))
    assert (chosen.segments if chosen else frozenset()) == found.boosted_segments
    assert train_on(workspace, day(60), SETTINGS).drift is not None


def test_the_tournament_is_shown_in_french_and_as_json(workspace: Workspace) -> None:
    asked = ["--home", str(workspace.home), "--as-of", day(60).isoformat(), "--tournament"]
    shown = CliRunner().invoke(cli, ["forecast", *asked, "--lang", "fr"])
    assert shown.exit_code == 0
    assert "la plus proche" in shown.stdout
    assert "semaine passée" in shown.stdout
    assert "too little history to train" in shown.stderr
    rows = json.loads(CliRunner().invoke(cli, ["forecast", *asked, "--json"]).stdout)
    assert {row["candidate"] for row in rows} == {"gamma-poisson", "mean_7", "mean_28", "last_week"}
    assert sum(row["won"] for row in rows if row["segment"] == "all") == 1


def test_a_model_that_no_longer_helps_is_said_to_be_due(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """Steady sales leave nothing to correct."""
    monkeypatch.setattr(boosted, "_LEAST_ROWS", 10)
    monkeypatch.setenv("REASSORT_PLANNING__MODEL", "boosted")
    assert train_on(workspace, day(60), SETTINGS).model is not None
    found = CliRunner().invoke(
        cli, ["forecast", "--home", str(workspace.home), "--as-of", day(60).isoformat(), "--json"]
    )
    assert "is due (no_gain)" in found.stderr
    assert "--tournament" in found.stderr
    kept = workspace.lake.read("forecasts")
    assert kept["model"].unique().to_list() == ["boosted"]
