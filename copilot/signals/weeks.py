"""Weeks of counts, newest first: the seven days before a morning, the seven before those, and so on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Integers = NDArray[np.int64]
ALL_MARKETS = ""
DAYS = 7
GAP_WEEKS = 2
"""Weeks 0 and 1 are not in the baseline: a rise that is found today may have begun in the week before."""
BASELINE_WEEKS = 12
YEAR_WEEKS = 52
MINIMUM_BASELINE_WEEKS = 4
HISTORY_WEEKS = YEAR_WEEKS + GAP_WEEKS + BASELINE_WEEKS
"""Weeks that one morning's expectation looks back on."""


@dataclass(frozen=True, kw_only=True)
class WeeklyCounts:
    """Counts of `n` series (a term in a market) over `k` weeks, newest first."""

    as_of: date
    series: pl.DataFrame
    """`n` rows: term_id, market (empty: all markets)."""
    authors: Floats
    """(n, k): distinct authors that said the term."""
    exposure: Floats
    """(n, k): authors expected from the volume of the sources alone, up to a factor for each series."""
    covered: Flags
    """(n, k): whether any source had posts in the market in that week."""
