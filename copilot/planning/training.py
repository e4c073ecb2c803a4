"""One round of training on a workspace: past mornings studied, candidates compared, the boosted model kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from copilot.planning.boosted import BoostedSettings
from copilot.planning.boosted_model import BoostedModel, Drift, Study, drift_of, study, train
from copilot.planning.boosted_store import load_boosted, save_boosted
from copilot.planning.forecast import PanelReader
from copilot.planning.hierarchy.level_spread import learn_spreads, write_spreads
from copilot.planning.history import Regressor
from copilot.planning.leading.decisions import decide_on_signals, write_decisions
from copilot.planning.leading.known import outlook_on, weather_of
from copilot.planning.leading.lookback import look_back
from copilot.planning.leading.rises import known_rises
from copilot.planning.leading.weather_keeping import write_weather
from copilot.planning.leading.weather_lookback import learn_weather
from copilot.planning.tournament import tournament, won_by_boosted, write_tournament
from copilot.signals.past import MOST_MORNINGS
from copilot.workspace import Workspace

_READ = ("products", "skus", "locations", "sales", "stock", "prices", "promotions", "calendar", "weather",
         "weather_forecasts")  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Trained:
    """What a round found."""

    scores: pl.DataFrame
    """In `TOURNAMENT_SCHEMA`."""
    mornings: int
    """Past mornings compared on."""
    model: BoostedModel | None
    """None where history is too short to train one."""
    boosted_segments: frozenset[str]
    """Segments that the boosted model forecasts from now on."""
    drift: Drift | None
    """How the model kept so far did on the newest days; None where there was none."""
    regressors: pl.DataFrame
    """What was decided of leading regressors, in `REGRESSORS_SCHEMA`."""


def train_on(workspace: Workspace, as_of: date, settings: BoostedSettings | None = None) -> Trained:
    """Train on the series that the base model learns from, and keep scores and model for the mornings from `as_of` on.

    Raises `NoDataError` where history is too short to compare on, and without a sale before `as_of`.
    """
    settings = settings or BoostedSettings()
    reader = PanelReader(workspace.warehouse, as_of, workspace.settings.planning)
    panel, drivers = reader.sample, reader.drivers
    weather = weather_of(workspace.warehouse, reader.locations, panel.series, since=reader.since, before=as_of)
    drift = _drift(workspace, reader, weather)
    studied = study(panel, drivers, settings, regressors=weather)
    scores = tournament(studied.held, as_of)
    model = train(studied, settings, as_of=as_of, versions=workspace.lake.versions(_READ))
    if model is not None:
        save_boosted(workspace.models_path, model)
    write_tournament(workspace.lake, scores, as_of)
    spreads = learn_spreads(panel, drivers, reader.fitted, reader.locations)
    write_spreads(workspace.lake, spreads, as_of)
    return Trained(
        scores=scores,
        mornings=len(studied.held),
        model=model,
        boosted_segments=won_by_boosted(scores) if model is not None else frozenset(),
        drift=drift,
        regressors=_decided(workspace, reader, studied),
    )


def _drift(workspace: Workspace, reader: PanelReader, regressors: Sequence[Regressor]) -> Drift | None:
    before = load_boosted(workspace.models_path, as_of=reader.as_of)
    return None if before is None else drift_of(before, reader.sample, reader.drivers, regressors=regressors)


def _decided(workspace: Workspace, reader: PanelReader, studied: Study) -> pl.DataFrame:
    """Decide on signals and weather forecasts, and keep that beside what the study decided."""
    lake, settings = workspace.lake, workspace.settings.signals
    rises = known_rises(lake, workspace.warehouse, reader.as_of, settings, mornings=MOST_MORNINGS)
    looks = look_back(reader.sample, reader.drivers, reader.fitted, rises)
    decision, response = decide_on_signals(looks)
    outlook = outlook_on(workspace.warehouse, reader.as_of, since=reader.since)
    ahead, of_weather = learn_weather(reader.sample, reader.drivers, reader.fitted, outlook)
    if of_weather is not None:
        write_weather(lake, of_weather, reader.as_of)
    decisions = [decision, *studied.decisions, *([] if ahead is None else [ahead])]
    return write_decisions(lake, decisions, response, reader.as_of)
