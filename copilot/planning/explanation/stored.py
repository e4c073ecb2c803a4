"""What forecasts that were kept rest on: their own figures, whatever model made them, explained to the last unit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from copilot.planning.arrays import Floats
from copilot.planning.boosted import MODEL_NAME as BOOSTED
from copilot.planning.demand_model import MODEL_NAME as GAMMA_POISSON
from copilot.planning.explanation.morning import Morning
from copilot.planning.explanation.parts import OWN_SALES, RESEMBLING, explain, shared_out
from copilot.planning.explanation.reductions import told_apart

SINCE, AGREEMENT = "since", "agreement"
"""Parts of a forecast beside what its model says: what the tables do not give any more, because they have changed since
it was made; what it takes to agree with totals forecast on their own."""
_EXPLAINED = (GAMMA_POISSON, BOOSTED)
_ROUNDING = 1e-6


@dataclass(frozen=True, kw_only=True)
class Reasons:
    """Units over some days, of all series together."""

    mean: float
    parts: dict[str, float]
    """Code -> units, adding up to `mean`: those of `explain`, `since` or `agreement`, and the name of another
    model for the level that it gives its series."""
    own_share: float | None
    """Share of the level that the series' own sales say, 0 to 1; None where another model gives it all."""
    series: dict[str, int]
    """Model -> series that it forecasts."""


def reasons(morning: Morning, forecasts: pl.DataFrame, *, first: date, days: int) -> Reasons:
    """What the forecasts rest on over the `days` days from `first` on.

    `forecasts` are rows of `FORECASTS_SCHEMA` of the morning with `daily_units`, one a series. Raises ValueError for
    days that they do not reach.
    """
    start = (first - morning.as_of).days
    if start < 0 or (not forecasts.is_empty() and start + days > forecasts["horizon_days"].to_numpy().min()):
        raise ValueError(f"days {first} + {days} are outside the forecasts of {morning.as_of}")
    present = forecasts.join(morning.series.select("sku_id", "location_id"), on=["sku_id", "location_id"], how="semi")
    known = pl.col("model").is_in(_EXPLAINED)
    parts: dict[str, float] = {}
    _add(parts, _explained(morning, present.filter(known), first, days).items())
    for (model,), rows in present.filter(~known).group_by("model", maintain_order=True):
        _add(parts, _of_other(morning, rows, str(model), start, days).items())
    mean = float(_daily(forecasts, start, days).sum())
    rest = mean - sum(parts.values())
    if abs(rest) > _ROUNDING * max(mean, 1.0):
        parts[AGREEMENT if morning.agrees else SINCE] = rest
    level = parts.get(OWN_SALES, 0.0) + parts.get(RESEMBLING, 0.0)
    return Reasons(
        mean=mean,
        parts=parts,
        own_share=parts[OWN_SALES] / level if level > 0.0 else None,
        series=dict(forecasts.group_by("model").len().sort("model").iter_rows()),
    )


def _explained(morning: Morning, forecasts: pl.DataFrame, first: date, days: int) -> dict[str, float]:
    if forecasts.is_empty():
        return {}
    return explain(morning, morning.rows_of(forecasts), first=first, days=days).totals()


def _of_other(morning: Morning, forecasts: pl.DataFrame, model: str, start: int, days: int) -> dict[str, float]:
    """The level that the model gives, and what the shared effects make of it."""
    rows = morning.rows_of(forecasts)
    logs = morning.model.effects.log_factors(morning.series[rows], morning.reader.drivers, morning.as_of, start + days)
    logs = {code: log[:, start:] for code, log in told_apart(logs, morning, morning.series[rows]).items()}
    mean = _daily(forecasts, start, days)
    level = mean / np.exp(np.sum([*logs.values()], axis=0))
    parts = {code: float(units.sum()) for code, units in shared_out(level, mean, logs).items()}
    return {model: float(mean.sum()) - sum(parts.values()), **parts}


def _daily(forecasts: pl.DataFrame, start: int, days: int) -> Floats:
    """Means, (series, days)."""
    rows = forecasts["daily_units"].list.slice(start, days).to_list()
    return np.array(rows, dtype=np.float64).reshape(forecasts.height, days)


def _add(parts: dict[str, float], more: Iterable[tuple[str, float]]) -> None:
    for code, units in more:
        parts[code] = parts.get(code, 0.0) + units
