"""`reassort forecast --reproduce`: a kept forecast made again from its record."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date

import click

from copilot.commands.options import note, print_json
from copilot.errors import NoDataError
from copilot.planning.record import read_run
from copilot.planning.record_reproduction import Reproduction, reproduce
from copilot.workspace import Workspace


def show_reproduction(workspace: Workspace, morning: date, *, as_json: bool) -> None:
    """Make the forecast of the morning again, compare and print; nothing is written."""
    run = read_run(workspace.lake, as_of=morning)
    if run is None:
        raise NoDataError(
            f"No record of a forecast of {morning}. Forecasts are recorded since `reassort forecast` keeps how it made "
            "them: forecast that morning again to have one."
        )
    found = reproduce(workspace, run)
    if as_json:
        print_json(_plain(found))
        return
    click.echo(_said(found))
    tables = ", ".join(f"{table} v{version}" for table, version in sorted(run.versions.items()))
    models = ", ".join(f"{model} ({count:,} series)" for model, count in sorted(run.models.items()))
    note(f"Made by {models}; parameters {run.parameters_digest[:12]}, code {run.code_version}; read {tables}.")


def _said(found: Reproduction) -> str:
    run = found.run
    if found.equal:
        return f"{run.as_of}: {run.rows:,} forecasts made again, equal to those kept."
    reasons = ", ".join(found.differences)
    return (
        f"{run.as_of}: {found.changed_rows:,} of {run.rows:,} forecasts differ, by {found.largest_change_units:.2f} "
        f"units at most. What differs: {reasons}."
    )


def _plain(found: Reproduction) -> dict[str, object]:
    run = {name: value for name, value in asdict(found.run).items() if name != "parameters"}
    return {**asdict(found), "run": run}
