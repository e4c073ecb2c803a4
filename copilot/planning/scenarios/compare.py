"""A scenario against the forecast as it stands: units with and without the change, what makes the difference, how sure.

Both are the same model; the days' means under the change are the kept ones times the ratio of the model's means with
the changed inputs to those without. The difference is shared out among what changed by the additive log-mean Divisia
index, as in `explanation.parts`. Its interval has two sources, taken as independent: how far the lever's next effect
may lie from the fitted one (`past`; a trend's by its measured interval, weather's by its standard error), and how sure
the level of demand is. Chance from day to day is not in it: that is in the forecast's own interval.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import polars as pl
import scipy as sp

from copilot.planning.arrays import Floats, Integers
from copilot.planning.demand_model import state_of
from copilot.planning.drivers import Drivers
from copilot.planning.explanation.morning import Morning
from copilot.planning.explanation.parts import CORRECTION, shared_out
from copilot.planning.gamma_poisson import Evidence, posterior_rate
from copilot.planning.scenarios.checks import refusal_of
from copilot.planning.scenarios.levers import (
    Event,
    Lever,
    Reduction,
    Refusal,
    Trend,
    Weather,
    with_event,
    with_reduction,
)
from copilot.planning.scenarios.past import Past, past_events, past_reductions
from copilot.planning.scenarios.weather import weather_logs

_QUANTILES = (np.arange(41) + 0.5) / 41
_INTERVAL = (0.1, 0.9)
_NORMAL_80 = 1.2815515655446004


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Units over the days of the change, of all series together."""

    base: Floats
    """(series, days), in the order of the forecasts."""
    changed: Floats
    """(series, days)."""
    parts: Mapping[str, float]
    """`reduction`, `event:NAME`, `trend:TERM`, `warmth`, `rain`, `correction` -> units; they add up to the
    difference."""
    low: float
    high: float
    """Ends of the 80 % interval of the difference."""
    episodes: int
    """Past reductions or occurrences of the event that say how far effects lie apart; 0 for a trend and weather."""

    @property
    def difference(self) -> float:
        """Units that the change brings."""
        return float(self.changed.sum() - self.base.sum())


def compare(
    morning: Morning, forecasts: pl.DataFrame, levers: Sequence[Lever], *, first: date, days: int
) -> Comparison | Refusal:
    """The forecasts (rows of `FORECASTS_SCHEMA` with `daily_units`, one a series) with and without the levers on the
    `days` days from `first` on; or why history has no answer.
    """
    present = forecasts.join(morning.series.select("sku_id", "location_id"), on=["sku_id", "location_id"], how="semi")
    rows = morning.rows_of(present)
    series = morning.series[rows]
    columns = morning.reader.drivers.columns(first, days)
    drivers = morning.reader.drivers
    for lever in levers:
        if isinstance(lever, Event) and lever.name not in drivers.events:
            return Refusal(code="unknown_event", about=lever.name)
        drivers = _changed(drivers, lever, series, columns)
        refused = refusal_of(morning, series, lever, columns, drivers)
        if refused is not None:
            return refused
    trends = [_carried(morning, series, lever) for lever in levers if isinstance(lever, Trend)]
    window = slice((first - morning.as_of).days, (first - morning.as_of).days + days)
    logs = _logs(morning, rows, drivers, window, trends)
    skies = [lever for lever in levers if isinstance(lever, Weather)]
    logs |= {code: log for lever in skies for code, log in weather_logs(series, lever).items()}
    moved = np.sum([*logs.values()], axis=0)
    if not np.abs(moved).max(initial=0.0) > 0.0:
        return Refusal(code="nothing_changes")
    base = np.array(present["daily_units"].list.slice(window.start, days).to_list(), dtype=np.float64)
    changed = base * np.exp(moved)
    past = _past(morning, series, levers)
    shares = (
        drivers.discount[drivers.discount_rows(series), columns]
        - (morning.reader.drivers.discount[morning.reader.drivers.discount_rows(series), columns])
    )
    doubts = _doubts(series, logs, shares, past)
    for lever in skies:
        doubts = doubts + sum(weather_logs(series, lever, errors=True).values())
    low, high = _interval(present, base, logs, doubts, trends)
    return Comparison(
        base=base,
        changed=changed,
        parts={code: float(units.sum()) for code, units in shared_out(base, changed, logs).items()},
        low=low,
        high=high,
        episodes=sum(one.episodes for one in past.values()),
    )


def _changed(drivers: Drivers, lever: Lever, series: pl.DataFrame, columns: slice) -> Drivers:
    if isinstance(lever, Reduction):
        keys = series.select(pl.format("{}|{}", "product_id", "country")).to_series().unique().sort().to_list()
        return with_reduction(drivers, keys, columns, lever.share)
    if isinstance(lever, Event):
        return with_event(drivers, lever.name, series["country"].unique().sort().to_list(), columns)
    return drivers


def _logs(
    morning: Morning, rows: Integers, drivers: Drivers, window: slice, trends: Sequence[Trend]
) -> dict[str, Floats]:
    """Logarithm of what each lever multiplies a day's mean by, and of what the boosted correction makes of them."""
    series, effects = morning.series[rows], morning.model.effects
    days = window.stop
    before = effects.log_factors(series, morning.reader.drivers, morning.as_of, days)
    after = effects.log_factors(series, drivers, morning.as_of, days)
    none = np.zeros((len(rows), days))
    moved = {code: (after.get(code, none) - before.get(code, none))[:, window] for code in {**before, **after}}
    logs: dict[str, Floats] = {code: log for code, log in moved.items() if log.any()}
    whole = np.log(morning.demand(rows, drivers).means / morning.demand(rows).means)[:, window]
    correction = whole - np.sum([*logs.values()], axis=0) if logs else whole
    if np.abs(correction).max(initial=0.0) > 1e-5:
        logs[CORRECTION] = correction
    for trend in trends:
        own = series["sku_id"].is_in(list(trend.sku_ids)).to_numpy()[:, None]
        share = np.full((1, window.stop - window.start), trend.lift.share or 0.0)
        logs[f"trend:{trend.term}"] = own * trend.log_factor(share)
    return logs


def _carried(morning: Morning, series: pl.DataFrame, trend: Trend) -> Trend:
    """The trend with the share of its lift that rates carry: against those of the eve of the days it was measured
    over.
    """
    skus = series.filter(pl.col("sku_id").is_in(list(trend.sku_ids)))["sku_id"].unique().sort().to_list()
    panel = morning.reader.panel(skus)
    asked = panel.series.select("sku_id", "location_id").with_row_index("row")
    asked = asked.join(series, on=["sku_id", "location_id"], how="semi")
    eve = morning.as_of - timedelta(days=trend.lift.days)
    before = state_of(panel.until(eve), morning.reader.drivers, morning.model).evidence
    chosen, rows = asked["row"].to_numpy(), morning.rows_of(asked)
    evidence = Evidence(units=before.units[chosen], exposure=before.exposure[chosen])
    then = posterior_rate(evidence, prior_mean=morning.parts.prior[rows], shape=morning.parts.shape).mean
    now = morning.parts.rate.mean[rows]
    leading = None if morning.boosted is None else morning.boosted.leading
    factors = None if leading is None else leading.signal_factors(morning.series[rows], 7)
    now = now if factors is None else now * factors.mean(axis=1)
    carried = max(float(now.sum() / max(float(then.sum()), 1e-9)) - 1.0, 0.0)
    return replace(trend, carried=min(carried, max(trend.lift.share or 0.0, 0.0)))


def _past(morning: Morning, series: pl.DataFrame, levers: Sequence[Lever]) -> dict[tuple[str, str], Past]:
    """By part and category of the series."""
    found: dict[tuple[str, str], Past] = {}
    for category in series["category"].unique().sort().to_list():
        if not any(isinstance(lever, Reduction | Event) for lever in levers):
            break
        skus = morning.series.filter(pl.col("category") == category)["sku_id"].unique().sort().to_list()
        panel = morning.reader.panel(skus)
        for lever in levers:
            if isinstance(lever, Reduction):
                found["reduction", category] = past_reductions(morning, panel)
            elif isinstance(lever, Event):
                found[f"event:{lever.name}", category] = past_events(morning, panel, lever.name)
    return found


def _doubts(
    series: pl.DataFrame, logs: Mapping[str, Floats], shares: Floats, past: Mapping[tuple[str, str], Past]
) -> Floats:
    """Standard deviation of the logarithm that the levers move each mean by, (series, days); `shares` are those more
    taken off."""
    doubts = np.zeros_like(shares, dtype=np.float64)
    category = series["category"].to_numpy()
    for (code, own), one in past.items():
        at_work = shares if code == "reduction" else (logs.get(code, np.zeros_like(shares)) != 0.0)
        doubts += (category == own)[:, None] * one.deviation * at_work
    return doubts


def _interval(
    forecasts: pl.DataFrame, base: Floats, logs: Mapping[str, Floats], doubts: Floats, trends: Sequence[Trend]
) -> tuple[float, float]:
    normal = sp.special.ndtri(_QUANTILES)
    effect = np.array([_difference(base, logs, doubts, trends, float(z)) for z in normal])
    mean = base.sum(axis=1)
    rate, common = forecasts["rate_variance"].to_numpy(), forecasts["common_variance"].to_numpy()
    common = np.minimum(common, rate)
    variance = float(((rate - common) * mean**2).sum() + (np.sqrt(common) * mean).sum() ** 2)
    spread = np.sqrt(np.log1p(variance / max(float(mean.sum()), 1e-9) ** 2))
    level = np.exp(spread * normal - spread**2 / 2)
    low, high = np.quantile(np.outer(effect, level), _INTERVAL)
    return float(low), float(high)


def _difference(
    base: Floats, logs: Mapping[str, Floats], doubts: Floats, trends: Sequence[Trend], normal: float
) -> float:
    """Units that the change brings where effects lie so many standard deviations from the fitted ones."""
    moved = np.sum([*logs.values()], axis=0) + normal * doubts
    for trend in trends:
        own, share = logs[f"trend:{trend.term}"], trend.lift.share or 0.0
        low, high = (share if end is None else end for end in (trend.lift.low, trend.lift.high))
        drawn = trend.log_factor(np.array([share + normal * (high - low) / 2.0 / _NORMAL_80]))
        moved = moved + np.where(own != 0.0, drawn - own, 0.0)
    return float((base * np.expm1(moved)).sum())
