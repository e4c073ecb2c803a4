"""Whether forecasts that were kept came true: cheap enough for every morning.

The newest forecasts of which a week is over are held against what sold since, on days in stock throughout that did not
sell out, as in the tournament. A hard week is hard for every forecast, so the error counts against that of a rule of
thumb, units a day of the four weeks before, and both against what the tournament then found. Codes:

    old        the trees were trained over 13 weeks ago
    no_gain    no closer than the rule of thumb
    worse      its error over the rule's is a tenth above what the tournament found
    biased     the bias is more than a tenth of units beyond the tournament's, chance of so many units apart
    too_sure   fewer than 70 % of weeks lie in their 80 % interval, of series that expect a unit or more

Forecasts that are older than the last tournament are measured all the same, and no reason to train once more.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np
import polars as pl

from copilot.planning.arrays import Flags, Floats
from copilot.planning.boosted import MODEL_NAME as BOOSTED
from copilot.planning.check_record import ForecastCheck
from copilot.planning.demand_model import MODEL_NAME as GAMMA_POISSON
from copilot.planning.forecast import FORECASTS_TABLE
from copilot.planning.series import DemandPanel
from copilot.planning.tournament import ALL, newest_tournament, won_by_boosted
from ingestion.errors import TableMissingError
from ingestion.lake import Lake

_WEEK = 7
_MOST_DAYS, _OLDEST_DAYS = 14, 35
_RULE = "mean_28"
_RULE_DAYS = 28
_LEAST_UNITS = 200.0
_LEAST_INTERVALS = 30
_MOST_AGE_DAYS = 91
_MOST_WORSE, _MOST_BIAS, _LEAST_COVERED = 1.1, 0.1, 0.7


def check_forecasts(lake: Lake, panel: DemandPanel, *, trained_on: date | None = None) -> ForecastCheck | None:
    """Hold the newest forecasts of which a week is over against the panel, as known on its morning.

    `trained_on` is the morning of the boosted model that forecasts; None without one. Returns None where no forecasts
    are of one to five weeks ago, or too little sold since.
    """
    made_on = _checked_morning(lake, panel)
    if made_on is None:
        return None
    days = min(_MOST_DAYS, (panel.before - made_on).days)
    kept = _forecasts_of(lake, made_on, panel.series)
    rows = kept["row"].to_numpy()
    start = (made_on - panel.start).days
    ahead = slice(start, start + days)
    units = panel.units[rows, ahead].astype(np.float64)
    full = panel.full[rows, ahead]
    means = np.array(kept["daily_units"].list.head(days).to_list(), dtype=np.float64).reshape(len(rows), days)
    total = float(units[full].sum())
    if total < _LEAST_UNITS:
        return None
    promised = _promised(lake, made_on)
    found = ForecastCheck(
        as_of=panel.before,
        made_on=made_on,
        days=days,
        series=int(full.any(axis=1).sum()),
        units=total,
        wape=float(np.abs(means - units)[full].sum()) / total,
        bias=float((means - units)[full].sum()) / total,
        rule_wape=float(np.abs(_rule(panel, rows, start)[:, None] - units)[full].sum()) / total,
        coverage=_coverage(kept, units, full),
        promised_ratio=None if promised is None else promised[0],
        promised_bias=None if promised is None else promised[1],
    )
    newest = newest_tournament(lake, as_of=panel.before)
    trained_since = newest is not None and newest["as_of"][0] > made_on
    return ForecastCheck(**{**vars(found), "codes": () if trained_since else tuple(_codes(found, trained_on))})


def _checked_morning(lake: Lake, panel: DemandPanel) -> date | None:
    """The newest morning that was forecast and of which a week is over."""
    newest, oldest = panel.before - timedelta(days=_WEEK), panel.before - timedelta(days=_OLDEST_DAYS)
    inside = pl.col("as_of").is_between(max(oldest, panel.start + timedelta(days=_WEEK)), newest)
    try:
        found = lake.scan(FORECASTS_TABLE).filter(inside).select(pl.col("as_of").max()).collect().item()
    except TableMissingError:
        return None
    return found if isinstance(found, date) else None


def _forecasts_of(lake: Lake, made_on: date, series: pl.DataFrame) -> pl.DataFrame:
    """Forecasts of the panel's series: row in the panel, daily_units, mean, p10 and p90 of the first week."""
    rows = lake.scan(FORECASTS_TABLE).filter(pl.col("as_of") == made_on)
    columns = ("sku_id", "location_id", "horizon_days", "mean_units", "p10", "p90", "daily_units")
    made = (
        rows.filter(pl.col("daily_units").is_not_null() | (pl.col("horizon_days") == _WEEK)).select(columns).collect()
    )
    key = ["sku_id", "location_id"]
    week = made.filter(pl.col("horizon_days") == _WEEK).select(*key, "mean_units", "p10", "p90")
    days = made.filter(pl.col("daily_units").is_not_null()).select(*key, "daily_units")
    numbered = series.select(*key).with_row_index("row")
    return numbered.join(days, on=key).join(week, on=key, how="left")


def _rule(panel: DemandPanel, rows: Floats, start: int) -> Floats:
    """Units a day in stock of the four weeks before, (rows,)."""
    before = slice(max(0, start - _RULE_DAYS), start)
    units, seen = panel.units[rows, before], panel.availability[rows, before]
    daily: Floats = units.sum(axis=1, dtype=np.float64) / np.maximum(seen.sum(axis=1, dtype=np.float64), 0.5)
    return daily


def _coverage(kept: pl.DataFrame, units: Floats, full: Flags) -> float | None:
    """Share of series in stock all week whose units lay in the 80 % interval, of those that expect one or more."""
    told = kept["mean_units"].fill_null(0.0).to_numpy() >= 1.0
    asked = told & full[:, :_WEEK].all(axis=1)
    if int(asked.sum()) < _LEAST_INTERVALS:
        return None
    week = units[asked, :_WEEK].sum(axis=1)
    low, high = (kept[name].to_numpy()[asked] for name in ("p10", "p90"))
    return float(((week >= low) & (week <= high)).mean())


def _promised(lake: Lake, made_on: date) -> tuple[float, float] | None:
    """The forecast's error over the rule's, and its bias, over the segments of the tournament known by then."""
    scores = newest_tournament(lake, as_of=made_on)
    if scores is None:
        return None
    won = won_by_boosted(scores)
    known = scores.filter(pl.col("segment") != ALL, pl.col("wape").is_not_null(), pl.col("bias").is_not_null())
    model = pl.when(pl.col("segment").is_in(sorted(won))).then(pl.lit(BOOSTED)).otherwise(pl.lit(GAMMA_POISSON))
    ours, rules = known.filter(pl.col("candidate") == model), known.filter(pl.col("candidate") == _RULE)
    weight = float(ours["seen_units"].sum())
    wrong, wrong_rule, over = (
        float((rows[name] * rows["seen_units"]).sum())
        for rows, name in ((ours, "wape"), (rules, "wape"), (ours, "bias"))
    )
    return (wrong / wrong_rule, over / weight) if wrong_rule > 0.0 and weight > 0.0 else None


def _codes(found: ForecastCheck, trained_on: date | None) -> Iterator[str]:
    if trained_on is not None and (found.as_of - trained_on).days > _MOST_AGE_DAYS:
        yield "old"
    ratio = found.wape / max(found.rule_wape, 1e-9)
    if not ratio < 1.0:
        yield "no_gain"
    elif found.promised_ratio is not None and ratio > _MOST_WORSE * found.promised_ratio:
        yield "worse"
    chance = 2.0 / found.units**0.5
    if abs(found.bias) > abs(found.promised_bias or 0.0) + _MOST_BIAS + chance:
        yield "biased"
    if found.coverage is not None and found.coverage < _LEAST_COVERED:
        yield "too_sure"
