"""A forecast made again from its record: equal, or what differs and why that may be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from copilot.errors import NoDataError
from copilot.planning.boosted_store import load_boosted
from copilot.planning.forecast import FORECASTS_TABLE, PanelReader, forecast_demand
from copilot.planning.launches.texts import texts_of
from copilot.planning.model_choice import BoostedChoice, with_leading
from copilot.planning.record import ForecastRun
from copilot.planning.record_keeping import package_version, run_of
from copilot.planning.records import FORECASTS_SCHEMA
from copilot.settings import PlanningSettings
from copilot.workspace import Workspace
from ingestion.lake import Lake

_KEY = ("sku_id", "location_id", "horizon_days")


@dataclass(frozen=True, kw_only=True)
class Reproduction:
    """What came of making a forecast again."""

    run: ForecastRun
    """As recorded."""
    equal: bool
    """Every row and every figure is as it was."""
    differences: tuple[str, ...]
    """`parameters` (what series share was learnt otherwise), `rows` (series or horizons), `units` (figures), and what
    may be behind it: `code` (another version of the package), `trees` (the boosted model is gone or another),
    `tables_unversioned` (a warehouse by URL was read as it is now)."""
    changed_rows: int
    """Rows of either that the other lacks or has with other figures."""
    largest_change_units: float
    """Of a mean, in rows that both have."""


def reproduce(workspace: Workspace, run: ForecastRun) -> Reproduction:
    """Make the recorded forecast again, from the recorded versions of its tables, and compare.

    Nothing is written. Raises `NoDataError` where a recorded version can be read no more.
    """
    lake = workspace.lake
    _require(lake, run)
    settings, warehouse = PlanningSettings.model_validate(run.settings), workspace.warehouse.at(run.versions)
    boosted = recorded_choice(workspace, run)
    reader = PanelReader(warehouse, run.as_of, settings)
    made = forecast_demand(warehouse, run.as_of, settings, reader=reader, boosted=boosted, embed=texts_of(workspace))
    again = run_of(
        made, reader, settings, forecasts_version=run.forecasts_version, versions=run.versions, boosted=boosted
    )
    kept = lake.read(FORECASTS_TABLE, version=run.forecasts_version).filter(pl.col("as_of") == run.as_of)
    changed, largest = _changes(kept.select(FORECASTS_SCHEMA.names()), made)
    codes = list(_codes(run, again, kept.height, made.height, changed))
    return Reproduction(
        run=run,
        equal=not changed,
        differences=tuple(codes),
        changed_rows=changed,
        largest_change_units=largest,
    )


def recorded_choice(workspace: Workspace, run: ForecastRun) -> BoostedChoice | None:
    """The boosted model that the run names, with the leading regressors as known on its morning; None where it names
    none, and where its model is gone.
    """
    model = None if run.boosted_as_of is None else load_boosted(workspace.models_path, as_of=run.boosted_as_of)
    if model is None:
        return None
    choice = BoostedChoice(model=model, segments=frozenset(run.boosted_segments))
    warehouse = workspace.warehouse.at(run.versions)
    # Mentions have no recorded version: posts that came late, or were erased, may change what rose on the morning.
    return with_leading(choice, workspace.lake, warehouse, workspace.settings.signals, run.as_of)


def _require(lake: Lake, run: ForecastRun) -> None:
    wanted = {**run.versions, FORECASTS_TABLE: run.forecasts_version}
    gone = [f"{table} v{version}" for table, version in sorted(wanted.items()) if not lake.holds(table, version)]
    if gone:
        raise NoDataError(
            f"The forecast of {run.as_of} cannot be made again: {', '.join(gone)} can be read no more. Older versions "
            "go where a table's history is erased."
        )


def _codes(run: ForecastRun, again: ForecastRun, kept: int, made: int, changed: int) -> Iterator[str]:
    if run.parameters_digest != again.parameters_digest:
        yield "parameters"
    if kept != made:
        yield "rows"
    elif changed:
        yield "units"
    if run.code_version != package_version():
        yield "code"
    if run.boosted_digest != again.boosted_digest:
        yield "trees"
    if not run.versions:
        yield "tables_unversioned"


def _changes(kept: pl.DataFrame, made: pl.DataFrame) -> tuple[int, float]:
    """Rows that are not in both alike, and the largest change of a mean."""
    both = kept.join(made, on=list(_KEY), how="full", coalesce=True, suffix="_again")
    others = [name for name in FORECASTS_SCHEMA.names() if name not in _KEY]
    differs = pl.any_horizontal(pl.col(name).ne_missing(pl.col(f"{name}_again")) for name in others)
    moved = (pl.col("mean_units") - pl.col("mean_units_again")).abs().max()
    changed, largest = both.select(differs.sum(), moved).row(0)
    return int(changed), float(largest or 0.0)
