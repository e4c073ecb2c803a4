"""Segments of series: how much they sell, and how often.

Volume is by shares of all units: the fastest series that make up half of them are `high`, the next three tenths
`medium`, the rest `low`. A series is `intermittent` where more than 24 % of the days on which it could sell passed
without a sale, an average interval between demands above 1.32 days (Syntetos, Boylan & Croston, On the categorization
of demand patterns, JORS 56, 2005, 495-503), else `steady`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from copilot.planning.arrays import Floats, Integers
from copilot.planning.history import WINDOWS_DAYS, History

VOLUMES: Final = ("high", "medium", "low")
SEGMENTS: Final = tuple(f"{volume}-{often}" for volume in VOLUMES for often in ("steady", "intermittent"))
_SHARES = (0.5, 0.8)
_IDLE_SHARE = 1.0 - 1.0 / 1.32


@dataclass(frozen=True, kw_only=True)
class Segmentation:
    """Units a day from which on a series is `high`, and `medium`."""

    high_units: float
    medium_units: float

    def codes(self, history: History) -> Integers:
        """Position in `SEGMENTS` of each series, (series,)."""
        daily = daily_units(history)
        volume = np.where(daily >= self.high_units, 0, np.where(daily >= self.medium_units, 1, 2))
        return volume * 2 + (history.shape[:, 0] > _IDLE_SHARE).astype(np.int64)


def segmentation_of(history: History) -> Segmentation:
    """Bounds that split the units of these series by the shares of the module."""
    daily = np.sort(daily_units(history).astype(np.float64))[::-1]
    total = np.cumsum(daily)
    if not len(total) or total[-1] <= 0.0:
        return Segmentation(high_units=np.inf, medium_units=np.inf)
    high, medium = (float(daily[np.searchsorted(total, share * total[-1])]) for share in _SHARES)
    return Segmentation(high_units=high, medium_units=medium)


def daily_units(history: History) -> Floats:
    """Units of a day on which demand could be seen, over the longest window, (series,)."""
    last = len(WINDOWS_DAYS) - 1
    daily: Floats = history.units[:, last] / np.maximum(history.seen[:, last], 0.5)
    return daily
