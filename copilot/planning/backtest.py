"""How good forecasts were: made again at past mornings, and compared with what then sold and with simple rules.

At each origin the model is fitted on earlier days only. Compared are days on which the series was in stock and did
not sell out, since on others demand is not known. Such days are a little quieter than all days, for all rules alike.

wape           sum |forecast - seen| / sum seen, day by day
bias           sum (forecast - seen) / sum seen
coverage       share of days within the 80 % interval (10 % to 90 %), each spread over the mass of the value seen (see
`calibration`) coverage_plain share of days with p10 <= seen <= p90: above 80 % for slow sellers, whose intervals are
whole units quantile_loss  mean over levels 0.1, 0.5 and 0.9 of 2 x pinball loss, over sum seen
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import numpy as np
import polars as pl

from copilot.errors import NoDataError
from copilot.planning.arrays import Floats
from copilot.planning.calibration import coverage
from copilot.planning.demand_model import daily_means, fit_model, rates_of, state_of
from copilot.planning.drivers import Drivers
from copilot.planning.forecast import PanelReader
from copilot.planning.negative_binomial import quantile
from copilot.planning.series import DemandPanel
from copilot.settings import PlanningSettings
from ingestion.warehouse import Warehouse

BACKTEST_SCHEMA = pl.Schema(
    {
        "origin": pl.Date(),
        "rule": pl.String(),
        "days": pl.Int64(),
        "seen_units": pl.Float64(),
        "wape": pl.Float64(),
        "bias": pl.Float64(),
        "quantile_loss": pl.Float64(),
        "coverage": pl.Float64(),
        "coverage_plain": pl.Float64(),
    }
)
"""One row an origin and rule: `model`, `mean_7`, `mean_28` (units a day in stock of the last 7 or 28 days), `last_week`
(the same weekday a week ago). `days` are series-days compared. Rules have no interval: their quantile loss takes their
one value for all levels, and their coverage is null. Figures are null where nothing sold."""

_LEVELS = np.array([0.1, 0.5, 0.9])


def backtest(
    warehouse: Warehouse, as_of: date, settings: PlanningSettings, *, origins: int = 4, horizon_days: int = 7
) -> pl.DataFrame:
    """Backtest of the last `origins` horizons before `as_of`, on the series that the model learns from.

    Returns `BACKTEST_SCHEMA`. Raises `NoDataError` where history is too short for one origin.
    """
    reader = PanelReader(warehouse, as_of, settings)
    return backtest_panel(reader.sample, reader.drivers, origins=origins, horizon_days=horizon_days)


def backtest_panel(panel: DemandPanel, drivers: Drivers, *, origins: int, horizon_days: int) -> pl.DataFrame:
    """Backtest inside a panel, origins `horizon_days` apart, the last one so that its horizon ends with the panel."""
    mornings = [panel.before - timedelta(days=horizon_days * (n + 1)) for n in range(origins)]
    mornings = [morning for morning in mornings if (morning - panel.start).days >= 28]
    if not mornings:
        raise NoDataError(
            f"{panel.days} days of history are too few to test forecasts on: 28 and a horizon are needed."
        )
    rows = [row for morning in mornings for row in _at_origin(panel, drivers, morning, horizon_days)]
    return pl.DataFrame(rows, schema=BACKTEST_SCHEMA, orient="row")


def _at_origin(panel: DemandPanel, drivers: Drivers, morning: date, days: int) -> list[tuple[object, ...]]:
    """Row of the model and of each rule."""
    past = panel.until(morning)
    future = slice(past.days, past.days + days)
    seen = panel.units[:, future].astype(np.float64)
    used = (panel.availability[:, future] >= 1.0) & ~panel.censored[:, future]
    model = fit_model(past, drivers)
    rate = rates_of(state_of(past, drivers, model), model)
    mean = daily_means(past.series, rate.mean, model, drivers, morning, days)[used]
    k = model.calibration.spread.heterogeneity(mean, np.repeat(rate.variation[:, None], days, axis=1)[used])
    levels = quantile(_LEVELS[:, None], mean=mean, heterogeneity=k)
    y = seen[used]
    plain = float(((y >= levels[0]) & (y <= levels[2])).mean()) if len(y) else float("nan")
    rows: list[tuple[object, ...]] = [(morning, "model", *_scores(y, mean, levels), coverage(y, mean, k), plain)]
    for name, rule in _RULES.items():
        value = rule(past, days)[used]
        rows.append((morning, name, *_scores(y, value, np.broadcast_to(value, (3, len(y)))), None, None))
    return rows


def _scores(seen: Floats, mean: Floats, levels: Floats) -> tuple[int, float, float | None, float | None, float | None]:
    """days, seen_units, wape, bias and quantile_loss."""
    total = float(seen.sum())
    if total <= 0.0:
        return len(seen), total, None, None, None
    error = seen - levels
    pinball = np.maximum(_LEVELS[:, None] * error, (_LEVELS[:, None] - 1.0) * error)
    return (
        len(seen),
        total,
        float(np.abs(mean - seen).sum()) / total,
        float((mean - seen).sum()) / total,
        float(2.0 * pinball.mean(axis=0).sum()) / total,
    )


def _recent_mean(window: int) -> Callable[[DemandPanel, int], Floats]:
    """Units a day in stock over the last `window` days; 0 where never in stock."""

    def rule(past: DemandPanel, days: int) -> Floats:
        units = past.units[:, -window:].sum(axis=1, dtype=np.float64)
        seen = past.availability[:, -window:].sum(axis=1, dtype=np.float64)
        return np.repeat((units / np.maximum(seen, 0.5))[:, None], days, axis=1)

    return rule


def _last_week(past: DemandPanel, days: int) -> Floats:
    """Units of the same weekday a week ago."""
    return np.tile(past.units[:, -7:], (1, -(-days // 7)))[:, :days].astype(np.float64)


_RULES: dict[str, Callable[[DemandPanel, int], Floats]] = {
    "mean_7": _recent_mean(7),
    "mean_28": _recent_mean(28),
    "last_week": _last_week,
}
