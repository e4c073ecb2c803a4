"""What a forecast was made of: enough to make it again, one row a morning in the lake table `forecast_runs`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from ingestion.errors import TableMissingError
from ingestion.lake import Lake

RUNS_TABLE = "forecast_runs"
RUNS_SCHEMA = pl.Schema(
    {
        "as_of": pl.Date(),
        "forecasts_version": pl.Int64(),
        "rows": pl.Int64(),
        "models": pl.String(),
        "versions": pl.String(),
        "settings": pl.String(),
        "parameters": pl.String(),
        "parameters_digest": pl.String(),
        "boosted_as_of": pl.Date(),
        "boosted_digest": pl.String(),
        "boosted_segments": pl.List(pl.String()),
        "features": pl.List(pl.String()),
        "drift": pl.List(pl.String()),
        "code_version": pl.String(),
    }
)
"""Lake table `forecast_runs`: the newest run of each morning.

forecasts_version  version of the table `forecasts` that has its rows
models             JSON: name of a model -> series that it forecasts
versions           JSON: table -> version read; empty for a warehouse by URL, whose tables have none
settings           JSON: `planning` as it was
parameters         JSON: what series share, as learnt (`record_parameters`); `parameters_digest` is its SHA-256
boosted_as_of      morning on which the boosted model was trained, with the digest of its trees, the segments that it
                   forecasts and the features that it asks for; null and empty without it
drift              why the boosted model is due for training, codes of `boosted_model.Drift` or of
                   `forecast_check`; null: not checked
code_version       version of the package

Key: as_of.
"""


@dataclass(frozen=True, kw_only=True)
class ForecastRun:
    """One run, as `RUNS_SCHEMA` has it."""

    as_of: date
    forecasts_version: int
    rows: int
    models: Mapping[str, int]
    versions: Mapping[str, int]
    settings: Mapping[str, object]
    parameters: str
    parameters_digest: str
    boosted_as_of: date | None = None
    boosted_digest: str = ""
    boosted_segments: tuple[str, ...] = ()
    features: tuple[str, ...] = ()
    drift: tuple[str, ...] | None = None
    code_version: str = ""


def write_run(lake: Lake, run: ForecastRun) -> None:
    """Put the run in place of that of its morning."""
    texts = {name: json.dumps(dict(getattr(run, name)), sort_keys=True) for name in ("models", "versions", "settings")}
    lists = {name: list(getattr(run, name)) for name in ("boosted_segments", "features")}
    drift = None if run.drift is None else list(run.drift)
    lake.replace_day(
        RUNS_TABLE, pl.DataFrame([{**vars(run), **texts, **lists, "drift": drift}], schema=RUNS_SCHEMA), as_of=run.as_of
    )


def read_run(lake: Lake, *, as_of: date | None = None) -> ForecastRun | None:
    """The run of that morning (default: of the newest); None where there is none."""
    try:
        runs = lake.scan(RUNS_TABLE)
    except TableMissingError:
        return None
    morning = pl.col("as_of").max() if as_of is None else pl.lit(as_of)
    found = runs.filter(pl.col("as_of") == morning).collect()
    if found.is_empty():
        return None
    row = found.row(0, named=True)
    texts = {name: json.loads(row[name]) for name in ("models", "versions", "settings")}
    lists = {name: tuple(row[name]) for name in ("boosted_segments", "features")}
    return ForecastRun(**{**row, **texts, **lists, "drift": None if row["drift"] is None else tuple(row["drift"])})
