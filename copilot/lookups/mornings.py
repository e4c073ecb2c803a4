"""The morning that kept forecasts were made on, put together again from their record."""

from __future__ import annotations

from datetime import date

from copilot.planning.explanation.morning import Morning, read_morning
from copilot.planning.forecast import PanelReader
from copilot.planning.model_choice import choose_model
from copilot.planning.record import read_run
from copilot.planning.record_parameters import parameters_model
from copilot.planning.record_reproduction import recorded_choice
from copilot.settings import PlanningSettings
from copilot.workspace import Workspace


def morning_of(workspace: Workspace, as_of: date) -> Morning:
    """The morning of the forecasts made for `as_of`: tables, settings and models are those that were recorded where
    they can all still be read; else today's. Raises as `forecast_demand`.
    """
    run = read_run(workspace.lake, as_of=as_of)
    if run is None or not all(workspace.lake.holds(table, version) for table, version in run.versions.items()):
        planning = workspace.settings.planning
        reader = PanelReader(workspace.warehouse, as_of, planning)
        return read_morning(reader, choose_model(workspace, as_of), agrees=bool(planning.agree_with))
    settings = PlanningSettings.model_validate(run.settings)
    reader = PanelReader(workspace.warehouse.at(run.versions), as_of, settings)
    model, agrees = parameters_model(run.parameters), bool(settings.agree_with)
    return read_morning(reader, recorded_choice(workspace, run), model=model, agrees=agrees)
