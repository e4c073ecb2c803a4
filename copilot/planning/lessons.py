"""What past mornings teach: features as they were known then, beside what was wanted on the days after.

A day on which demand could be seen for part of the time counts for that part (a Poisson rate with that exposure), or
for less. A day that sold out counts at the demand expected of it given that it was at least what sold, as the base
model sees it: leaving such days out would teach from the quiet ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from copilot.planning.arrays import Flags, Floats, Integers
from copilot.planning.demand_model import daily_means, fit_model, rates_of, state_of
from copilot.planning.drivers import Drivers
from copilot.planning.features import Labels, Seen, feature_days, group_ratios
from copilot.planning.history import History, Regressor, history_of
from copilot.planning.negative_binomial import expected_given_at_least
from copilot.planning.series import DemandPanel

_LEAST_SEEN = 0.1


@dataclass(frozen=True, kw_only=True)
class Lesson:
    """One past morning; day matrices are (series, days)."""

    morning: date
    names: tuple[str, ...]
    features: Floats
    """(days x series, features), day by day."""
    base: Floats
    """Means of the base model."""
    variation: Floats
    """(series,): squared coefficient of variation of the base model's rate."""
    history: History
    product: Integers
    """(series,): code of the product."""
    wanted: Floats
    """Demand of a whole day, as far as known; weighed by `weight`."""
    weight: Floats
    """Share of the day that demand was seen on; 0: the day teaches nothing."""
    units: Floats
    full: Flags
    """Days in stock throughout that did not sell out: what forecasts are compared with."""

    def without(self, dropped: Sequence[str]) -> Lesson:
        """The same without these features, and without those of regressors of these names."""
        gone = set(dropped)
        kept = [index for index, name in enumerate(self.names) if not {name, _without_window(name)} & gone]
        return Lesson(
            **{
                **vars(self),
                "names": tuple(self.names[index] for index in kept),
                "features": self.features[:, kept],
            }
        )


def lesson_at(
    panel: DemandPanel,
    drivers: Drivers,
    morning: date,
    *,
    days: int,
    labels: Labels,
    regressors: Sequence[Regressor] = (),
    recover: bool = True,
    part_time_weight: float = 1.0,
) -> Lesson:
    """The lesson of that morning, from the panel up to `days` days after it.

    `recover`: without it days that were part-time or sold out are left out. `part_time_weight` is what part-time days
    count of their share.
    """
    past = panel.until(morning)
    model = fit_model(past, drivers)
    rate = rates_of(state_of(past, drivers, model), model)
    base = daily_means(past.series, rate.mean, model, drivers, morning, days)
    history = history_of(past, drivers, model)
    seen = Seen(
        morning=morning,
        series=past.series,
        history=history,
        rate=rate,
        ratios=group_ratios(past.series, history, rate.mean),
        regressors=regressors,
    )
    names, features = matrix(seen, labels, base, drivers, days)
    ahead = slice(past.days, past.days + days)
    units, share, sold_out = panel.units[:, ahead], panel.availability[:, ahead], panel.censored[:, ahead]
    full = panel.full[:, ahead]
    k = model.calibration.spread.heterogeneity(base, rate.variation[:, None])
    wanted, weight = recovered(units, share, sold_out, base, k) if recover else (units, full.astype(np.float32))
    weight = np.where(full | sold_out, weight, np.float32(part_time_weight) * weight)
    return Lesson(
        morning=morning,
        names=names,
        features=features,
        base=base.astype(np.float32),
        variation=rate.variation,
        history=history,
        product=np.asarray(past.series["product_id"].rank("dense").to_numpy(), dtype=np.int64) - 1,
        wanted=wanted,
        weight=weight,
        units=units,
        full=full,
    )


def mornings_before(
    before: date, start: date, *, days: int, count: int, least_history_days: int, ahead_days: int | None = None
) -> list[date]:
    """At most `count` mornings, newest first and `days` apart, whose `ahead_days` (default `days`) are over by
    `before`."""
    newest = before - timedelta(days=days if ahead_days is None else ahead_days)
    found = [newest - timedelta(days=days * number) for number in range(count)]
    return [morning for morning in found if (morning - start).days >= least_history_days]


def matrix(seen: Seen, labels: Labels, base: Floats, drivers: Drivers, days: int) -> tuple[tuple[str, ...], Floats]:
    """Names of the features, and their values of all days of `base`, (days x series, features), day by day."""
    names: tuple[str, ...] = ()
    rows: Floats = np.empty((0, 0), dtype=np.float32)
    for ahead, features in enumerate(feature_days(seen, labels, base, drivers, days)):
        if ahead == 0:
            names = tuple(features)
            rows = np.empty((base.shape[1] * len(base), len(names)), dtype=np.float32)
        own = rows[ahead * len(base) : (ahead + 1) * len(base)]
        for column, values in enumerate(features.values()):
            own[:, column] = values
    return names, rows


def _without_window(name: str) -> str:
    """Name of the regressor whose mean over some days the feature is; its own, if it is none."""
    regressor, _, days = name.rpartition("_")
    return regressor if days.isdigit() else name


def recovered(
    units: Floats, share: Floats, sold_out: Flags, mean: Floats, heterogeneity: Floats
) -> tuple[Floats, Floats]:
    """Demand of whole days as far as known, and its weight as the module says; all (series, days).

    `mean` and `heterogeneity` are those of the negative binomial that the days were expected to follow.
    """
    wanted = (units / np.maximum(share, _LEAST_SEEN)).astype(np.float32)
    wanted[sold_out] = expected_given_at_least(
        np.ceil(units[sold_out]), mean=mean[sold_out], heterogeneity=heterogeneity[sold_out]
    )
    weight = np.where(sold_out, 1.0, np.where(share >= _LEAST_SEEN, share, 0.0))
    return wanted, weight.astype(np.float32)
