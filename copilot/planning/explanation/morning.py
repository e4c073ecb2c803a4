"""What the forecasts of one morning are made from: kept together, so that many questions are asked of it quickly."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import numpy as np
import polars as pl

from copilot.planning.arrays import Floats, Integers
from copilot.planning.demand_model import (
    DemandModel,
    RateParts,
    SeriesState,
    daily_means,
    joined,
    rate_parts_of,
    state_of,
)
from copilot.planning.drivers import Drivers, build_drivers
from copilot.planning.features import Seen, group_ratios
from copilot.planning.forecast import PanelReader
from copilot.planning.history import history_of, joined_histories
from copilot.planning.model_choice import BoostedChoice, Demand, base_demand, corrected_demand
from ingestion.retail.contracts import CONTRACTS


@dataclass(frozen=True, kw_only=True)
class Morning:
    """All series of a morning with the models that forecast them."""

    as_of: date
    reader: PanelReader
    model: DemandModel
    state: SeriesState
    parts: RateParts
    """Of all series, in the order of the state."""
    boosted: BoostedChoice | None
    seen: Seen | None
    """What the boosted model sees; None without one."""
    agrees: bool = False
    """Forecasts of the morning were made to agree with totals forecast on their own."""

    @property
    def series(self) -> pl.DataFrame:
        """Labels of all series, as in the panel."""
        return self.state.series

    @property
    def farthest(self) -> int:
        """Days that forecasts reach."""
        return int(self.reader.farthest)

    @cached_property
    def marked(self) -> Drivers:
        """Drivers as if there were no promotions: what lower list prices alone take off."""
        reader = self.reader
        none = {name: CONTRACTS[name].schema.to_frame() for name in ("calendar", "promotions")}
        before = self.as_of + timedelta(days=reader.farthest)
        return build_drivers(since=reader.since, before=before, prices=reader.prices, **none)

    def rows_of(self, keys: pl.DataFrame) -> Integers:
        """Where the series of `keys` (sku_id, location_id) are; those that are none are left out."""
        numbered = self.series.select("sku_id", "location_id").with_row_index("row")
        found = keys.select("sku_id", "location_id").join(
            numbered, on=["sku_id", "location_id"], how="inner", maintain_order="left"
        )
        return np.asarray(found["row"].to_numpy(), dtype=np.int64)

    def base_means(self, rows: Integers, drivers: Drivers, days: int) -> Floats:
        """Means of the base model for the `days` days from the morning on, (series, days)."""
        rate = self.parts.rate.mean[rows]
        return daily_means(self.series[rows], rate, self.model, drivers, self.as_of, days)

    def demand(self, rows: Integers, drivers: Drivers | None = None) -> Demand:
        """Demand of the series up to the farthest day, as forecast; `drivers` in place of those that are known."""
        drivers = drivers or self.reader.drivers
        means = self.base_means(rows, drivers, self.farthest)
        base = base_demand(means, self.parts.own.variation[rows], self.model.calibration.spread)
        if self.boosted is None or self.seen is None:
            return base
        return corrected_demand(base, self.seen.rows(rows), self.boosted, drivers)


def read_morning(
    reader: PanelReader,
    boosted: BoostedChoice | None = None,
    *,
    model: DemandModel | None = None,
    agrees: bool = False,
) -> Morning:
    """The morning of the reader; `model` is what series share where it is known, which spares learning it again.

    Raises as `forecast_demand`.
    """
    fitted = model or reader.fitted
    states, histories = [], []
    for panel in reader.panels():
        states.append(state_of(panel, reader.drivers, fitted))
        if boosted is not None:
            histories.append(history_of(panel, reader.drivers, fitted))
    whole = joined(states)
    parts = rate_parts_of(whole, fitted)
    seen = None
    if boosted is not None:
        history = joined_histories(histories)
        seen = Seen(
            morning=reader.as_of,
            series=whole.series,
            history=history,
            rate=parts.rate,
            ratios=group_ratios(whole.series, history, parts.rate.mean),
        )
    return Morning(
        as_of=reader.as_of,
        reader=reader,
        model=fitted,
        state=whole,
        parts=parts,
        boosted=boosted,
        seen=seen,
        agrees=agrees,
    )
