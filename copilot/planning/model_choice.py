"""Which model forecasts which series: the boosted one where it was trained and won, the gamma-Poisson one elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl

from copilot.errors import NoDataError
from copilot.planning.arrays import Flags, Floats, Integers
from copilot.planning.boosted import MODEL_NAME as BOOSTED
from copilot.planning.boosted_model import BoostedModel
from copilot.planning.boosted_store import load_boosted
from copilot.planning.calibration import Spread
from copilot.planning.demand_model import MODEL_NAME
from copilot.planning.drivers import Drivers
from copilot.planning.features import Seen
from copilot.planning.segments import SEGMENTS
from copilot.planning.tournament import newest_tournament, won_by_boosted
from copilot.settings import PlanningSettings
from ingestion.lake import Lake

_STEADY_HORIZONS = 2
"""Times the trained days, up to which the boosted model's own spread is taken for sums."""


@dataclass(frozen=True, kw_only=True)
class BoostedChoice:
    """The boosted model and the segments that it forecasts."""

    model: BoostedModel
    segments: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class Demand:
    """Demand of some series from a morning on; arrays are (series,) where nothing else is said."""

    means: Floats
    """(series, days)."""
    dispersion: Floats
    rate_variance: Floats
    common_variance: Floats
    far_rate_variance: Floats
    """Of sums over more than `near_days`."""
    near_days: int
    models: pl.Series
    """Name of the model that made each."""

    def rate_variances(self, chosen: Integers, days: Integers) -> Floats:
        """Of the chosen series, for sums over that many days each."""
        return np.where(days > self.near_days, self.far_rate_variance[chosen], self.rate_variance[chosen])


def choose_boosted(lake: Lake, models_folder: Path, settings: PlanningSettings, as_of: date) -> BoostedChoice | None:
    """What `planning.model` asks for, from what was known on the morning of `as_of`; None: the gamma-Poisson model.

    Raises `NoDataError` where the boosted model is asked for and none was trained by then.
    """
    if settings.model == MODEL_NAME:
        return None
    model = load_boosted(models_folder, as_of=as_of)
    if settings.model == BOOSTED:
        if model is None:
            raise NoDataError(
                f"planning.model is 'boosted', and no such model was trained by {as_of}. "
                f"Train one: `reassort forecast --tournament --as-of {as_of}`."
            )
        return BoostedChoice(model=model, segments=frozenset(SEGMENTS))
    scores = newest_tournament(lake, as_of=as_of) if model is not None else None
    won = won_by_boosted(scores) if scores is not None else frozenset[str]()
    return BoostedChoice(model=model, segments=won) if model is not None and won else None


def base_demand(means: Floats, variation: Floats, spread: Spread) -> Demand:
    """Demand as the gamma-Poisson model has it."""
    count = len(means)
    rate = spread.rate_variance(variation)
    return Demand(
        means=means,
        dispersion=np.full(count, spread.dispersion),
        rate_variance=rate,
        common_variance=np.full(count, spread.common_variance),
        far_rate_variance=rate,
        near_days=means.shape[1],
        models=pl.repeat(MODEL_NAME, count, dtype=pl.String, eager=True),
    )


def corrected_demand(base: Demand, seen: Seen, choice: BoostedChoice, drivers: Drivers) -> Demand:
    """The same with the segments that the boosted model forecasts corrected by it."""
    model = choice.model
    segment = model.segmentation.codes(seen.history)
    own: Flags = np.isin(segment, [SEGMENTS.index(name) for name in choice.segments])
    if not own.any():
        return base
    rows = np.flatnonzero(own)
    means = base.means.copy()
    means[rows] = model.correction.corrected(seen.rows(rows), base.means[rows], drivers)
    dispersion, rate, common = model.spreads.rows(segment, seen.rate.variation)
    return Demand(
        means=means,
        dispersion=np.where(own, dispersion, base.dispersion),
        rate_variance=np.where(own, rate, base.rate_variance),
        common_variance=np.where(own, common, base.common_variance),
        # Farther than it was measured, the boosted model's spread is not taken for less than the base model's.
        far_rate_variance=np.where(own, np.maximum(rate, base.rate_variance), base.rate_variance),
        near_days=_STEADY_HORIZONS * model.correction.trained_days,
        models=pl.Series(np.where(own, BOOSTED, MODEL_NAME), dtype=pl.String),
    )
