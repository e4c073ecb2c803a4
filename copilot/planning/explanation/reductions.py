"""Reductions told apart: what a lower list price is worth, and what a promotion is.

What is paid is the highest list price so far times m (the list price now over it) times p (what promotions leave). The
model has one effect of the share taken off, d = 1 - m p, whatever took it off; of its logarithm the list price has the
part ln m / (ln m + ln p), as in `parts`: all of it on days without a promotion, none on days of nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from copilot.planning.arrays import Floats
from copilot.planning.explanation.morning import Morning

REDUCTION = "reduction"
LIST_PRICE, PROMOTION = "list_price", "promotion"
_LEAST_PAID = 1e-6


def told_apart(logs: Mapping[str, Floats], morning: Morning, series: pl.DataFrame) -> dict[str, Floats]:
    """The factors' logarithms, (series, days) from the morning on, with `list_price` and `promotion` in place of
    `reduction`; without those that are nowhere at work."""
    if REDUCTION not in logs:
        return dict(logs)
    whole = logs[REDUCTION]
    columns = morning.reader.drivers.columns(morning.as_of, whole.shape[1])
    paid, listed = (
        np.maximum(1.0 - drivers.discount[drivers.discount_rows(series), columns].astype(np.float64), _LEAST_PAID)
        for drivers in (morning.reader.drivers, morning.marked)
    )
    promoted = np.log(np.minimum(paid / listed, 1.0))
    both = np.log(listed) + promoted
    share = np.divide(np.log(listed), both, out=np.zeros_like(both), where=np.abs(both) > _LEAST_PAID)
    parts = {LIST_PRICE: whole * share, PROMOTION: whole * (1.0 - share)}
    found: dict[str, Floats] = {}
    for code, log in logs.items():
        if code == REDUCTION:
            found |= {own: part for own, part in parts.items() if part.any()}
        else:
            found[code] = log
    return found
