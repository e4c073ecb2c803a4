"""How products sold by week since their launch, against what a product that sells evenly would have.

Units are demand as far as it could be seen: days without stock are no exposure, days that sold out count what was
wanted, given that it was at least what sold. What is expected holds season, weekday, events and reductions
(`planning.effects`), and the shares of the locations and SKUs that had stock: a launch in July in three stores compares
with one in March in thirty. Overdispersed units tell less: so many of them as variance is times the mean count as one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from copilot.planning.arrays import Floats, Integers, group_codes, group_row_sums
from copilot.planning.negative_binomial import expected_given_at_least
from copilot.planning.series import DemandPanel

CURVE_WEEKS = 26
FIRST_WEEKS = 8
_LEAST_WEEKS = 12
_VOTE_UNITS = 60.0
"""Units of one product's week that count in full: no best-seller is a curve by itself."""
_PRIOR_UNITS = 60.0


@dataclass(frozen=True, kw_only=True)
class LaunchSums:
    """Weeks since launch of some products; arrays are (products, CURVE_WEEKS)."""

    product_ids: tuple[str, ...]
    units: Floats
    """Demand seen."""
    expected: Floats
    """Of a product that sells one unit a day, had all locations carried all of it, at multiplier 1."""
    dispersion: float = 1.0
    """Variance of demand over its mean."""

    def levels(self, weeks: int) -> tuple[Floats, Floats]:
        """Units and what is expected over the first so many weeks, both (products,)."""
        return self.units[:, :weeks].sum(axis=1), self.expected[:, :weeks].sum(axis=1)

    def chosen(self, product_ids: Sequence[str]) -> LaunchSums:
        """The sums of those of these products that have any."""
        wanted = set(product_ids)
        rows = [row for row, product in enumerate(self.product_ids) if product in wanted]
        return LaunchSums(
            product_ids=tuple(self.product_ids[row] for row in rows),
            units=self.units[rows],
            expected=self.expected[rows],
            dispersion=self.dispersion,
        )


def joined_sums(parts: Sequence[LaunchSums]) -> LaunchSums:
    """The sums of several panels as one; none at all where there are none."""
    nothing = np.zeros((0, CURVE_WEEKS))
    return LaunchSums(
        product_ids=tuple(product for part in parts for product in part.product_ids),
        units=np.concatenate([nothing, *(part.units for part in parts)]),
        expected=np.concatenate([nothing, *(part.expected for part in parts)]),
        dispersion=parts[0].dispersion if parts else 1.0,
    )


def launch_sums(
    panel: DemandPanel,
    multipliers: Floats,
    shares: Floats,
    launched: Sequence[date],
    rates: Floats,
    *,
    dispersion: float = 1.0,
) -> LaunchSums:
    """Sums by product of the panel's series.

    `multipliers` (series, days) are those of its days; `shares` (series,) each series' part of its product; `launched`
    (series,) the product's launch, from which on days count; `rates` (series,) what sold-out days are taken to want;
    `dispersion` the variance of demand over its mean.
    """
    product, products = group_codes(panel.series, "product_id")
    first = np.array([(day - panel.start).days for day in launched], dtype=np.int64)
    week = (np.arange(panel.days)[None, :] - first[:, None]) // 7
    units = _wanted(panel, multipliers, rates)
    expected = multipliers * panel.availability * shares[:, None]
    sums = np.zeros((2, products, CURVE_WEEKS))
    for number in range(CURVE_WEEKS):
        inside = week == number
        for place, values in enumerate((units, expected)):
            by_series = np.where(inside, values, 0.0).sum(axis=1, keepdims=True, dtype=np.float64)
            sums[place, :, number] = group_row_sums(product, by_series, products)[:, 0]
    ids = panel.series["product_id"].unique().sort().to_list()
    return LaunchSums(product_ids=tuple(ids), units=sums[0], expected=sums[1], dispersion=dispersion)


def launch_curve(sums: LaunchSums) -> Floats:
    """Rate by week since launch over the rate of the half year, (CURVE_WEEKS,): what all launches have in common.

    1 throughout where there are no launches to learn from.
    """
    units, expected = _votes(sums)
    long_enough = (sums.expected > 0).sum(axis=1) >= _LEAST_WEEKS
    return _leaning(units[long_enough].sum(axis=0), expected[long_enough].sum(axis=0), np.ones(CURVE_WEEKS))


def curves_like(sums: LaunchSums, wide: Floats, weights: Floats) -> Floats:
    """Curve of each of some products by the launches that are like it, (rows, CURVE_WEEKS), leaning on `wide`.

    `weights` are (rows, products of the sums).
    """
    units, expected = _votes(sums)
    most = np.maximum(weights.max(axis=1, initial=1e-9, keepdims=True), 1e-9)
    share = weights / most
    return _leaning(share @ units, share @ expected, np.broadcast_to(wide, (len(weights), CURVE_WEEKS)))


def _votes(sums: LaunchSums) -> tuple[Floats, Floats]:
    """Units, and what the product's own half year lets expect, both (products, weeks); no product counts too much.

    Both are in units of a demand that is not overdispersed.
    """
    level = sums.units.sum(axis=1) / np.maximum(sums.expected.sum(axis=1), 1e-9)
    expected = sums.expected * level[:, None]
    scale = np.minimum(1.0, _VOTE_UNITS / np.maximum(expected, 1e-9)) / sums.dispersion
    return sums.units * scale, expected * scale


def _leaning(units: Floats, expected: Floats, wide: Floats) -> Floats:
    curve: Floats = wide * (units + _PRIOR_UNITS) / (expected * wide + _PRIOR_UNITS)
    return curve


def _wanted(panel: DemandPanel, multipliers: Floats, rates: Floats) -> Floats:
    """Units with those that sold-out days wanted, (series, days)."""
    row, column = np.nonzero(panel.censored)
    if not len(row):
        return panel.units
    units = panel.units.copy()
    mean = rates[row] * multipliers[row, column]
    units[row, column] = expected_given_at_least(units[row, column], mean=mean, heterogeneity=0.0)
    return units


def week_of(launched: date, first: date, days: int) -> Integers:
    """Week since launch of each of the `days` days from `first` on, (days,): negative before it, at most the last."""
    weeks: Integers = np.minimum((np.arange(days) + (first - launched).days) // 7, CURVE_WEEKS - 1)
    return weeks
