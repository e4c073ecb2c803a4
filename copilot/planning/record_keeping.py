"""Forecasts and the record of how they were made, kept together."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version

import polars as pl

from copilot.planning.boosted_model import Drift
from copilot.planning.check_record import ForecastCheck, write_check
from copilot.planning.forecast import PanelReader, write_forecasts
from copilot.planning.forecast_check import check_forecasts
from copilot.planning.model_choice import BoostedChoice
from copilot.planning.record import ForecastRun, write_run
from copilot.planning.record_parameters import parameters_digest, parameters_text
from copilot.settings import PlanningSettings
from ingestion.lake import Lake

PACKAGE = "reassort"


def keep_forecasts(
    lake: Lake,
    forecasts: pl.DataFrame,
    reader: PanelReader,
    settings: PlanningSettings,
    *,
    versions: Mapping[str, int],
    boosted: BoostedChoice | None = None,
    drift: Drift | ForecastCheck | None = None,
) -> ForecastRun:
    """Put the forecasts of the reader's morning in place of those of the same morning, with their record.

    `versions` are those of the tables that were read, as `Warehouse.versions` had them before.
    """
    kept = write_forecasts(lake, forecasts, reader.as_of)
    run = run_of(forecasts, reader, settings, forecasts_version=kept, versions=versions, boosted=boosted, drift=drift)
    write_run(lake, run)
    return run


def check_morning(lake: Lake, reader: PanelReader, boosted: BoostedChoice | None) -> ForecastCheck | None:
    """How the forecasts kept a week or more before the reader's morning did, kept too; None: nothing to say of them."""
    trained_on = boosted.model.made_of.as_of if boosted is not None and boosted.segments else None
    found = check_forecasts(lake, reader.sample, trained_on=trained_on)
    if found is not None:
        write_check(lake, found)
    return found


def run_of(
    forecasts: pl.DataFrame,
    reader: PanelReader,
    settings: PlanningSettings,
    *,
    forecasts_version: int,
    versions: Mapping[str, int],
    boosted: BoostedChoice | None = None,
    drift: Drift | ForecastCheck | None = None,
) -> ForecastRun:
    """The record of forecasts made with this reader."""
    parameters = parameters_text(reader.fitted)
    of_series = forecasts.filter(pl.col("daily_units").is_not_null()).group_by("model").len().sort("model")
    trees = {} if boosted is None else _trees(boosted)
    return ForecastRun(
        as_of=reader.as_of,
        forecasts_version=forecasts_version,
        rows=forecasts.height,
        models=dict(of_series.iter_rows()),
        versions=dict(versions),
        settings=settings.model_dump(mode="json"),
        parameters=parameters,
        parameters_digest=parameters_digest(parameters),
        drift=None if drift is None else drift.codes,
        code_version=package_version(),
        **trees,  # type: ignore[arg-type]  # one value a field, of the field's own type
    )


def trees_digest(boosted: BoostedChoice) -> str:
    """SHA-256 of the trees, in hex."""
    return hashlib.sha256(boosted.model.correction.text.encode()).hexdigest()


def package_version() -> str:
    """Version of this package; empty where it is run without being installed."""
    try:
        return version(PACKAGE)
    except PackageNotFoundError:
        return ""


def _trees(boosted: BoostedChoice) -> dict[str, object]:
    return {
        "boosted_as_of": boosted.model.made_of.as_of,
        "boosted_digest": trees_digest(boosted),
        "boosted_segments": tuple(sorted(boosted.segments)),
        "features": boosted.model.correction.names,
    }
