"""Models of statsforecast that forecasts are compared with: what a user would otherwise install.

They are in the optional extra `benchmarks`, not in the product. AutoETS and SeasonalNaive give Gaussian intervals of
their own; Croston's (SBA) and TSB give none, so statsforecast's conformal intervals stand in, from as many windows as
asked for. The forecast itself stands for the median, and no quantile is below 0: both as a user would take them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any, Literal

import numpy as np
import polars as pl

from copilot.planning.arrays import Floats

Rival = Literal["auto_ets", "croston_sba", "tsb", "seasonal_naive"]
RIVALS: tuple[Rival, ...] = ("auto_ets", "croston_sba", "tsb", "seasonal_naive")
ABSENT = "not measured: statsforecast is absent. Install the optional extra: pip install -e '.[benchmarks]'"
LEVELS = np.arange(1, 10) / 10
_SMOOTHING = 0.2
"""Of TSB: demand and its probability."""


@dataclass(frozen=True, kw_only=True)
class RivalSettings:
    """What rivals are told of the data."""

    season: int
    """Periods of a season; 1: none."""
    windows: int
    """Past horizons that conformal intervals are made of."""
    jobs: int = 1


def installed() -> bool:
    """Whether statsforecast is there."""
    return find_spec("statsforecast") is not None


def rival_quantiles(rival: Rival, history: Sequence[Floats], horizon: int, settings: RivalSettings) -> Floats:
    """Quantiles at `LEVELS`, (levels, series, horizon). `history` has the periods of each series, oldest first."""
    from statsforecast import StatsForecast  # an optional extra

    rows = pl.DataFrame(
        {
            "unique_id": np.repeat(np.arange(len(history)), [len(each) for each in history]),
            "ds": np.concatenate([np.arange(-len(each), 0) for each in history]),
            "y": np.concatenate(history).astype(np.float64),
        }
    )
    forecasts = StatsForecast(models=[_model(rival, horizon, settings)], freq=1, n_jobs=settings.jobs)
    widths = [20, 40, 60, 80]
    found = forecasts.forecast(df=rows, h=horizon, level=widths).sort("unique_id", "ds")
    columns = [f"{rival}-lo-{width}" for width in reversed(widths)] + [rival] + [f"{rival}-hi-{w}" for w in widths]
    quantiles = found.select(columns).to_numpy().T.reshape(len(LEVELS), len(history), horizon)
    clipped: Floats = np.maximum(np.nan_to_num(quantiles), 0.0)
    return clipped


def _model(rival: Rival, horizon: int, settings: RivalSettings) -> Any:
    from statsforecast import models
    from statsforecast.utils import ConformalIntervals

    conformal = ConformalIntervals(h=horizon, n_windows=settings.windows)
    if rival == "auto_ets":
        return models.AutoETS(season_length=settings.season, alias=rival)
    if rival == "seasonal_naive":
        return models.SeasonalNaive(season_length=settings.season, alias=rival)
    if rival == "croston_sba":
        return models.CrostonSBA(alias=rival, prediction_intervals=conformal)
    return models.TSB(alpha_d=_SMOOTHING, alpha_p=_SMOOTHING, alias=rival, prediction_intervals=conformal)
