"""How kept forecasts did, as the daily check found it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

import polars as pl

from ingestion.errors import TableMissingError
from ingestion.lake import Lake

CHECKS_TABLE: Final = "forecast_checks"
CHECKS_SCHEMA = pl.Schema(
    {
        "as_of": pl.Date(),
        "made_on": pl.Date(),
        "days": pl.Int64(),
        "series": pl.Int64(),
        "units": pl.Float64(),
        "wape": pl.Float64(),
        "bias": pl.Float64(),
        "rule_wape": pl.Float64(),
        "coverage": pl.Float64(),
        "promised_ratio": pl.Float64(),
        "promised_bias": pl.Float64(),
        "codes": pl.List(pl.String()),
    }
)
"""Lake table `forecast_checks`: how kept forecasts did, one row a morning.

made_on         morning of the forecasts that were checked, over the `days` days from it on
units           sold on the days compared, of so many `series`; `wape` and `bias` are shares of them
rule_wape       of the rule of thumb on the same days
coverage        share of series whose week lay in its 80 % interval; null for too few
promised_ratio  the forecast's error over the rule's, and its bias, as the tournament found; null without one
codes           of `forecast_check`; none: nothing says that it is time to train

Key: as_of.
"""


@dataclass(frozen=True, kw_only=True)
class ForecastCheck:
    """One check; the fields are those of the table."""

    as_of: date
    made_on: date
    days: int
    series: int
    units: float
    wape: float
    bias: float
    rule_wape: float
    coverage: float | None
    promised_ratio: float | None
    promised_bias: float | None
    codes: tuple[str, ...] = ()


def write_check(lake: Lake, found: ForecastCheck) -> None:
    """Put the check in place of that of its morning."""
    row = {**vars(found), "codes": list(found.codes)}
    lake.replace_day(CHECKS_TABLE, pl.DataFrame([row], schema=CHECKS_SCHEMA), as_of=found.as_of)


def newest_check(lake: Lake, *, as_of: date | None = None) -> ForecastCheck | None:
    """The newest check of that morning or before (default: of all); None where there was none."""
    try:
        checks = lake.scan(CHECKS_TABLE)
    except TableMissingError:
        return None
    known = checks if as_of is None else checks.filter(pl.col("as_of") <= as_of)
    rows = known.filter(pl.col("as_of") == pl.col("as_of").max()).select(CHECKS_SCHEMA.names()).collect()
    if rows.is_empty():
        return None
    row = rows.row(0, named=True)
    return ForecastCheck(**{**row, "codes": tuple(row["codes"])})
