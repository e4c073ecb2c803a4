"""Which model forecasts which series: the boosted one where it was trained and won, the gamma-Poisson one elsewhere.

Where the last tournament kept the response to signals, means of products that rising terms are about gain by it
whichever model made them. A gain may come to nothing or to twice as much, so its square is added to the rate variance.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
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
from copilot.planning.leading.known import Leading, leading_on
from copilot.planning.segments import SEGMENTS
from copilot.planning.tournament import newest_tournament, won_by_boosted
from copilot.settings import PlanningSettings, SignalSettings
from copilot.workspace import Workspace
from ingestion.lake import Lake
from ingestion.warehouse import Warehouse

_STEADY_HORIZONS = 2
"""Times the trained days, up to which the boosted model's own spread is taken for sums."""


@dataclass(frozen=True, kw_only=True)
class BoostedChoice:
    """The boosted model and the segments that it forecasts."""

    model: BoostedModel
    segments: frozenset[str]
    leading: Leading | None = None
    """Leading regressors that were kept, as known on the morning; None: none were."""

    def sees(self, seen: Seen) -> Seen:
        """The same with the regressors that the model was trained with."""
        return seen if self.leading is None else replace(seen, regressors=self.leading.regressors(seen.series))


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


def choose_model(workspace: Workspace, as_of: date) -> BoostedChoice | None:
    """As `choose_boosted`, with the leading regressors that the last tournament kept, as known on that morning."""
    planning = workspace.settings.planning
    choice = choose_boosted(workspace.lake, workspace.models_path, planning, as_of)
    if planning.model == MODEL_NAME:
        return choice
    if choice is None:
        model = load_boosted(workspace.models_path, as_of=as_of)
        choice = None if model is None else BoostedChoice(model=model, segments=frozenset())
    if choice is None:
        return None
    led = with_leading(choice, workspace.lake, workspace.warehouse, workspace.settings.signals, as_of)
    return led if led.segments or led.leading is not None else None


def with_leading(
    choice: BoostedChoice, lake: Lake, warehouse: Warehouse, settings: SignalSettings, as_of: date
) -> BoostedChoice:
    """The choice with the leading regressors that were kept by the morning of `as_of`."""
    trained_with = choice.model.made_of.regressors if choice.segments else ()
    return replace(choice, leading=leading_on(lake, warehouse, settings, as_of, trained_with=trained_with))


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
    """The same with the segments that the boosted model forecasts corrected by it, and with the gain of rising
    terms."""
    factors = None if choice.leading is None else choice.leading.factors(seen.series, base.means.shape[1])
    demand = _corrected(base, choice.sees(seen), choice, drivers)
    return demand if factors is None else _raised(demand, factors)


def _corrected(base: Demand, seen: Seen, choice: BoostedChoice, drivers: Drivers) -> Demand:
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


def _raised(demand: Demand, factors: Floats) -> Demand:
    doubt = np.log(factors[:, : demand.near_days]).mean(axis=1) ** 2
    return replace(
        demand,
        means=demand.means * factors,
        rate_variance=demand.rate_variance + doubt,
        common_variance=demand.common_variance + doubt,
        far_rate_variance=demand.far_rate_variance + doubt,
    )
