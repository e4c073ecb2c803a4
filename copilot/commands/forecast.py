"""`reassort forecast`."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click
import polars as pl
from rich.console import Console
from rich.table import Table

from copilot.commands.options import (
    as_of_option,
    home_option,
    json_option,
    language_option,
    note,
    open_workspace,
    print_json,
)
from copilot.commands.progress import progress_bars
from copilot.commands.tournament import show_tournament
from copilot.errors import NoDataError
from copilot.lookups.context import last_morning
from copilot.planning.boosted_model import drift_of
from copilot.planning.forecast import PanelReader, forecast_demand, write_forecasts
from copilot.planning.model_choice import BoostedChoice, choose_model
from copilot.settings import Language

_COLUMNS = ("sku_id", "location_id", "horizon_days", "mean_units", "p10", "p50", "p90", "in_stock_share")


@click.command()
@click.option("--sku", "sku_ids", multiple=True, help="Show this SKU; may be given again.")
@click.option("--location", "location_ids", multiple=True, help="Show this location; may be given again.")
@click.option("--limit", default=20, show_default=True, help="Rows to show, greatest demand first.")
@click.option(
    "--tournament",
    is_flag=True,
    help="Instead: train the boosted model, compare forecasts on past mornings, keep both. Takes minutes.",
)
@home_option
@as_of_option
@language_option
@json_option
def forecast(
    sku_ids: tuple[str, ...],
    location_ids: tuple[str, ...],
    limit: int,
    tournament: bool,
    home: Path,
    as_of: date | None,
    language: Language | None,
    as_json: bool,
) -> None:
    """Forecast demand for each SKU and location, and keep it for plans, briefs and answers."""
    workspace = open_workspace(home)
    morning = as_of or last_morning(workspace)
    if tournament:
        show_tournament(workspace, morning, language=language or workspace.settings.language, as_json=as_json)
        return
    planning = workspace.settings.planning
    boosted = choose_model(workspace, morning)
    reader = PanelReader(workspace.warehouse, morning, planning)
    with progress_bars() as progress:
        found = forecast_demand(
            workspace.warehouse, morning, planning, progress=progress, reader=reader, boosted=boosted
        )
    write_forecasts(workspace.lake, found, morning)
    if boosted is not None and boosted.segments:
        _note_drift(boosted, reader)
    shown = _chosen(found, sku_ids, location_ids).head(limit)
    if as_json:
        print_json(shown.to_dicts())
        return
    Console().print(_table(shown))
    note(f"{morning}: {found.height:,} forecasts kept; shown: {shown.height}.")


def _note_drift(boosted: BoostedChoice, reader: PanelReader) -> None:
    """Say when the boosted model is due for training."""
    regressors = () if boosted.leading is None else boosted.leading.regressors(reader.sample.series)
    drift = drift_of(boosted.model, reader.sample, reader.drivers, regressors=regressors)
    if drift is not None and drift.codes:
        note(f"The boosted model is due ({', '.join(drift.codes)}). Train it: `reassort forecast --tournament`.")


def _chosen(found: pl.DataFrame, sku_ids: tuple[str, ...], location_ids: tuple[str, ...]) -> pl.DataFrame:
    for column, values in (("sku_id", sku_ids), ("location_id", location_ids)):
        if values:
            found = found.filter(pl.col(column).is_in(list(values)))
    if found.is_empty():
        raise NoDataError(
            "No forecast for that SKU and location: see `reassort status`, and the ids in your catalogue."
        )
    return found.sort(pl.col("mean_units").neg(), "sku_id", "location_id", "horizon_days")


def _table(shown: pl.DataFrame) -> Table:
    table = Table(box=None, pad_edge=False)
    for column in _COLUMNS:
        table.add_column(column, justify="left" if column.endswith("_id") else "right")
    for row in shown.select(_COLUMNS).iter_rows():
        table.add_row(*(f"{cell:.2f}" if isinstance(cell, float) else str(cell) for cell in row))
    return table
