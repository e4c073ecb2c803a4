"""Whether history holds evidence on a lever."""

from __future__ import annotations

import numpy as np
import polars as pl

from copilot.planning.drivers import Drivers
from copilot.planning.explanation.morning import Morning
from copilot.planning.scenarios.levers import Event, Lever, Reduction, Refusal, Trend, Weather
from copilot.planning.scenarios.weather import weather_refusal

_DEEPER_BY = 0.02
"""Shares taken off that are this much deeper than any seen are still the same."""
_SAME = 1e-9


def refusal_of(
    morning: Morning, series: pl.DataFrame, lever: Lever, columns: slice, changed: Drivers
) -> Refusal | None:
    """Why the lever cannot be answered for the series (labels as in the panel) on those days; None: it can.

    `changed` are the drivers with the lever in.
    """
    if isinstance(lever, Reduction):
        return _of_reduction(morning, series, columns, changed)
    if isinstance(lever, Event):
        return _of_event(morning, series, lever)
    if isinstance(lever, Weather):
        return weather_refusal(series, lever)
    return _of_trend(series, lever)


def deepest_seen(morning: Morning, category: str) -> float:
    """Deepest reduction of the category's products before the morning, 0 without any."""
    drivers = morning.reader.drivers
    own = morning.series.filter(pl.col("category") == category)
    rows = np.unique(drivers.discount_rows(own))
    past = drivers.discount[rows[rows >= 0], : (morning.as_of - drivers.start).days]
    return float(past.max(initial=0.0))


def _of_reduction(morning: Morning, series: pl.DataFrame, columns: slice, changed: Drivers) -> Refusal | None:
    wanted = changed.discount[changed.discount_rows(series), columns]
    if float(wanted.min(initial=0.0)) < -_SAME:
        return Refusal(code="price_rise_unseen")
    for category in series["category"].unique().sort().to_list():
        deepest = deepest_seen(morning, category)
        if deepest <= 0.0:
            return Refusal(code="no_past_reductions", about=category)
        own = (series["category"] == category).to_numpy()
        if float(wanted[own].max(initial=0.0)) > deepest + _DEEPER_BY:
            return Refusal(code="deeper_than_seen", about=category, seen_share=deepest)
    return None


def _of_event(morning: Morning, series: pl.DataFrame, lever: Event) -> Refusal | None:
    drivers = morning.reader.drivers
    past = slice(0, (morning.as_of - drivers.start).days)
    countries = [drivers.countries.index(one) for one in series["country"].unique() if one in drivers.countries]
    happened = drivers.event_days[countries, past, drivers.events.index(lever.name)]
    return None if happened.any() else Refusal(code="event_never_seen", about=lever.name)


def _of_trend(series: pl.DataFrame, lever: Trend) -> Refusal | None:
    if lever.lift.verdict == "not_enough_evidence":
        return Refusal(code="trend_not_measured", about=lever.term)
    if lever.lift.verdict == "no_lift":
        return Refusal(code="trend_no_lift", about=lever.term)
    if not series["sku_id"].is_in(list(lever.sku_ids)).any():
        return Refusal(code="nothing_changes", about=lever.term)
    return None
