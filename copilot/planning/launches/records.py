"""What is found of products without history: forecasts by series, and the analogues behind them."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from copilot.planning.arrays import Floats, Integers

MODEL_NAME = "analogues"

NEW_BELOW_DAYS = 56
"""Days on which demand could be seen, in any one series, below which a product is new."""

ANALOGUES_TABLE = "launch_analogues"
ANALOGUES_SCHEMA = pl.Schema(
    {
        "as_of": pl.Date(),
        "product_id": pl.String(),
        "analogue_id": pl.String(),
        "weight": pl.Float64(),
        "alike": pl.List(pl.String()),
        "weekly_units": pl.List(pl.Float64()),
        "interval_low": pl.Float64(),
        "interval_high": pl.Float64(),
        "history_days": pl.Int64(),
    }
)
"""Lake table `launch_analogues`: what the forecast of a product without history rests on.

A row an analogue, and one with an empty `analogue_id` for the product itself. `weight`: share of the analogue in the
product's level; in the product's own row the share of its category and of all products. `alike`: facts that the two
have in common, among those that were found to tell. `weekly_units`: units a week since launch, in the locations and
SKUs that carry the product, apart from season, events and reductions; `interval_low` and `interval_high` are the
factors on them between which four products of five lie (of the product's own row; null elsewhere).
Key: as_of, product_id, analogue_id.
"""


@dataclass(frozen=True, kw_only=True)
class LaunchForecast:
    """Forecasts of the series of new products; arrays are (new series,) where nothing else is said."""

    rows: Integers
    """Where each is among all series."""
    rate: Floats
    """Units a day at multiplier 1, in a week of curve 1."""
    rate_variance: Floats
    common_variance: Floats
    """Part of it that all series of the product share."""
    curve: Floats
    """(new series, days): factor on each day to forecast; 0 before the launch."""
    analogues: pl.DataFrame
    """In `ANALOGUES_SCHEMA`."""

    def within(self, first: int, stop: int) -> LaunchForecast:
        """Those of the series `first` to `stop` (exclusive), counted from `first`."""
        inside = (self.rows >= first) & (self.rows < stop)
        return LaunchForecast(
            rows=self.rows[inside] - first,
            rate=self.rate[inside],
            rate_variance=self.rate_variance[inside],
            common_variance=self.common_variance[inside],
            curve=self.curve[inside],
            analogues=self.analogues,
        )
