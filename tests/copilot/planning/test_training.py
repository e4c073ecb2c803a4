"""A round of training on a workspace: what is kept, what the next forecast takes, and how the command shows it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from copilot.cli import cli
from copilot.planning import boosted
from copilot.planning.boosted import BoostedSettings
from copilot.planning.boosted_store import load_boosted
from copilot.planning.demand_model import MODEL_NAME
from copilot.planning.forecast import forecast_demand
from copilot.planning.hierarchy.level_spread import newest_spreads
from copilot.planning.leading import known
from copilot.planning.leading.decisions import Held, decide, newest_decisions, write_decisions
from copilot.planning.leading.evidence import Shown
from copilot.planning.leading.response import SignalResponse
from copilot.planning.leading.rises import KnownRise
from copilot.planning.model_choice import choose_boosted, choose_model
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
    spreads = newest_spreads(workspace.lake, as_of=day(61))
    assert spreads is not None
    assert set(spreads["by"]) == {"sku", "product", "category", "all"}
    assert newest_spreads(workspace.lake, as_of=day(59)) is None
    chosen = choose_boosted(workspace.lake, workspace.models_path, workspace.settings.planning, day(60))
    assert (chosen.segments if chosen else frozenset()) == found.boosted_segments
    assert train_on(workspace, day(60), SETTINGS).drift is not None


def test_the_tournament_is_shown_in_french_and_as_json(workspace: Workspace) -> None:
    asked = ["--home", str(workspace.home), "--as-of", day(60).isoformat(), "--tournament"]
    shown = CliRunner().invoke(cli, ["forecast", *asked, "--lang", "fr"])
    assert shown.exit_code == 0
    assert "la plus proche" in shown.stdout
    assert "semaine passée" in shown.stdout
    assert "avec les signaux" in shown.stdout
    assert "trop peu de cas" in shown.stdout
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


def test_a_round_says_why_signals_do_not_enter_and_nothing_then_changes(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(boosted, "_LEAST_ROWS", 10)
    found = train_on(workspace, day(60), SETTINGS)
    assert found.regressors.select("regressor", "kept", "reason").rows() == [("signals", False, "too_few")]
    assert newest_decisions(workspace.lake, as_of=day(60)).height == 1
    chosen, plain = (
        choose_model(workspace, day(60)),
        choose_boosted(workspace.lake, workspace.models_path, workspace.settings.planning, day(60)),
    )
    assert chosen == plain


def test_where_signals_were_kept_forecasts_of_linked_series_gain_and_are_less_sure(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(boosted, "_LEAST_ROWS", 10)
    assert train_on(workspace, day(60), SETTINGS).model is not None
    response, seen = SignalResponse(rising=1.0, falling=0.1), Shown(recent=0.5, settled=0.0)
    groups = np.arange(1.0, 6.0)
    held = Held(units=groups, without=2.0 * groups, with_them=groups, wape_without=0.5, wape_with=0.3)
    write_decisions(workspace.lake, [decide("signals", MODEL_NAME, held)], response, day(60))
    rise = KnownRise(term_id="ecru", called_on=day(58), first_day=day(55), sku_ids=frozenset({"S1"}))
    monkeypatch.setattr(known, "known_rises", lambda *_: (rise,))
    monkeypatch.setattr(known, "shown_in_sales", lambda *_: (seen,))
    chosen = choose_model(workspace, day(60))
    plain, raised = (
        forecast_demand(workspace.warehouse, day(60), workspace.settings.planning, boosted=each)
        .filter(horizon_days=7)
        .sort("sku_id", "location_id")
        for each in (None if chosen is None else replace(chosen, leading=None), chosen)
    )
    gain = (raised["mean_units"] / plain["mean_units"]).to_list()
    wanted = float(response.factor(seen, 5.0, np.arange(7.0)).mean())
    assert gain == pytest.approx([wanted, wanted, 1.0, 1.0], rel=0.02)
    wider = (raised["rate_variance"] > plain["rate_variance"]).to_list()
    assert wider == [True, True, False, False]
    assert choose_model(workspace, day(59)) is None
