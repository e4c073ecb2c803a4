"""The demand model, from panel to forecast: effects, then memory and spread, then the rate of each series.

`fit_model` learns what series share from a panel of them; `state_of` sums up what each series of any panel told;
`rates_of` makes rates of the states of all series together, since each leans on those it resembles. The panels may be
pieces of a whole that would not fit in memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from copilot.planning.arrays import Floats, Integers
from copilot.planning.calibration import UNCALIBRATED, Calibration, calibrate
from copilot.planning.drivers import Drivers
from copilot.planning.effects import Effects, fit_effects
from copilot.planning.gamma_poisson import Evidence, Rate, common_level, discounted_evidence, posterior_rate
from copilot.planning.prior import prior_means, prior_shape
from copilot.planning.series import DemandPanel

MODEL_NAME = "gamma-poisson"


@dataclass(frozen=True, kw_only=True)
class DemandModel:
    """What series share."""

    effects: Effects
    calibration: Calibration = UNCALIBRATED


@dataclass(frozen=True, kw_only=True)
class SeriesState:
    """What each series told by the end of its panel; arrays are (series,)."""

    series: pl.DataFrame
    """As in the panel."""
    evidence: Evidence
    recent: Evidence
    """The same with the faster memory of the common level."""
    history_days: Integers
    """Days on which demand could be seen."""
    in_stock_share: Floats
    """Their share of the days since the first of them; 0 without any."""


@dataclass(frozen=True, kw_only=True)
class RateParts:
    """What the rate of each series is made of; arrays are (series,)."""

    prior: Floats
    """Rate of the series that it resembles."""
    shape: float
    """Weight of that prior, in units sold."""
    own: Rate
    """Given the prior and what the series itself told."""
    level: Floats
    """Factor by which its category in the country, and its product in the colour, sell above their rates now."""

    @property
    def rate(self) -> Rate:
        """The rate that forecasts are made of."""
        return Rate(mean=self.own.mean * self.level, variation=self.own.variation)


def fit_model(panel: DemandPanel, drivers: Drivers) -> DemandModel:
    """Effects, memory and spread that the panel teaches. `drivers` must reach over its days."""
    effects = fit_effects(panel, drivers)
    multipliers = effects.multipliers(panel.series, drivers, panel.start, panel.days)
    return DemandModel(effects=effects, calibration=calibrate(panel, multipliers))


def state_of(panel: DemandPanel, drivers: Drivers, model: DemandModel) -> SeriesState:
    """Evidence of each series of the panel under the model."""
    memory, spread = model.calibration.memory, model.calibration.spread
    multipliers = model.effects.multipliers(panel.series, drivers, panel.start, panel.days)
    seen = panel.availability.sum(axis=1, dtype=np.float64)
    own, recent = discounted_evidence(
        panel,
        multipliers,
        half_lives_days=(memory.half_life_days, memory.level_half_life_days),
        dispersion=spread.dispersion,
    )
    since_first = panel.days - np.argmax(panel.availability > 0, axis=1)
    return SeriesState(
        series=panel.series,
        evidence=own,
        recent=recent,
        history_days=(panel.availability > 0).sum(axis=1),
        in_stock_share=seen / np.maximum(since_first, 1),
    )


def joined(states: Sequence[SeriesState]) -> SeriesState:
    """The states of several panels as one, in their order."""
    return SeriesState(
        series=pl.concat([state.series for state in states]),
        evidence=_joined([state.evidence for state in states]),
        recent=_joined([state.recent for state in states]),
        history_days=np.concatenate([state.history_days for state in states]),
        in_stock_share=np.concatenate([state.in_stock_share for state in states]),
    )


def rates_of(state: SeriesState, model: DemandModel) -> Rate:
    """Rate of each series, in the state's order, the level that it shares with others in it."""
    return rate_parts_of(state, model).rate


def rate_parts_of(state: SeriesState, model: DemandModel) -> RateParts:
    """The same, with what it is made of."""
    evidence = state.evidence
    prior = prior_means(state.series, evidence.units, evidence.exposure)
    shape = prior_shape(prior, evidence.units, evidence.exposure)
    own = posterior_rate(evidence, prior_mean=prior, shape=shape)
    level = common_level(state.series, own, state.recent, model.calibration.memory.level_prior_units)
    return RateParts(prior=prior, shape=shape, own=own, level=level)


def daily_means(
    series: pl.DataFrame, rate_means: Floats, model: DemandModel, drivers: Drivers, first: date, days: int
) -> Floats:
    """Mean demand of each of the `days` days from `first` on, (series, days)."""
    multipliers = model.effects.multipliers(series, drivers, first, days)
    means: Floats = multipliers.astype(np.float64) * rate_means[:, None]
    return means


def _joined(parts: Sequence[Evidence]) -> Evidence:
    return Evidence(
        units=np.concatenate([part.units for part in parts]),
        exposure=np.concatenate([part.exposure for part in parts]),
    )
