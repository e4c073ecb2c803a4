"""What sales of linked products show of a rise so far: how far they lie above what they were, for sure.

With S units of the linked products over the last n days, and U over the six weeks that ended a fortnight ago,

    r = log((S + 2) / (U n / 42 + 2)), less the same of products that no rise is about
    shown = max(0, r - 1.3 se),  se^2 = 1.6 / (U n / 42 + 2) + 1.6 / U + 0.1^2

so that what is shown of a rise without effect is 0 on nine mornings in ten: counts of demand vary by a little more than
Poisson's, and products by a tenth of themselves. Stock-outs make it less; weekdays, season and sales that all products
share are taken out by the others.

    >>> import numpy as np
    >>> others, linked = np.full(56, 500.0), np.concatenate([np.full(53, 20.0), np.full(3, 34.0)])
    >>> round(shown_by(linked, others).recent, 2)
    0.26
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from copilot.planning.arrays import Flags, Floats
from copilot.planning.leading.rises import KnownRise
from copilot.planning.series import DemandPanel

LOOKED_AT_DAYS = 56
_RECENT_DAYS, _SETTLED_DAYS = 3, 14
_SURE = 1.3
_PRIOR_UNITS, _DISPERSION, _OF_PRODUCTS = 2.0, 1.6, 0.1


@dataclass(frozen=True, kw_only=True)
class Shown:
    """Rise of sales of linked products, on the log scale, as far as it is sure; 0: none."""

    recent: float
    """Of the last three days."""
    settled: float
    """Of the last fourteen."""


def shown_by(linked: Floats, others: Floats) -> Shown:
    """What units of the linked and of other products show, each (56,): by day, up to the eve of the morning."""
    return Shown(recent=_shown(linked, others, _RECENT_DAYS), settled=_shown(linked, others, _SETTLED_DAYS))


def shown_on(panel: DemandPanel, morning: date, linked: Flags, others: Flags) -> Shown:
    """The same of series of a panel that reaches over the eight weeks before the morning."""
    last = (morning - panel.start).days
    days = panel.units[:, last - LOOKED_AT_DAYS : last]
    return shown_by(*(days[rows].sum(axis=0, dtype=np.float64) for rows in (linked, others)))


def shown_in_sales(sales: pl.DataFrame, rises: tuple[KnownRise, ...], morning: date) -> tuple[Shown, ...]:
    """The same of each rise, from daily sales (date, sku_id, units) of the eight weeks before the morning."""
    every = frozenset[str]().union(*(rise.sku_ids for rise in rises))
    others = _by_day(sales.filter(~pl.col("sku_id").is_in(list(every))), morning)
    return tuple(
        shown_by(_by_day(sales.filter(pl.col("sku_id").is_in(list(rise.sku_ids))), morning), others) for rise in rises
    )


def _by_day(sales: pl.DataFrame, morning: date) -> Floats:
    column = sales.select(LOOKED_AT_DAYS - (pl.lit(morning) - pl.col("date")).dt.total_days()).to_series()
    units = np.zeros(LOOKED_AT_DAYS, dtype=np.float64)
    np.add.at(units, column.to_numpy(), sales["units"].to_numpy())
    return units


def _shown(linked: Floats, others: Floats, days: int) -> float:
    before = slice(None, -_SETTLED_DAYS)
    share = days / (LOOKED_AT_DAYS - _SETTLED_DAYS)
    rise = 0.0
    for units, sign in ((linked, 1.0), (others, -1.0)):
        usual = float(units[before].sum()) * share + _PRIOR_UNITS
        rise += sign * float(np.log((units[-days:].sum() + _PRIOR_UNITS) / usual))
    whole = float(linked[before].sum())
    error = _DISPERSION / (whole * share + _PRIOR_UNITS) + _DISPERSION / (whole + _PRIOR_UNITS) + _OF_PRODUCTS**2
    return max(0.0, rise - _SURE * float(np.sqrt(error)))
