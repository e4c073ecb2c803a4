"""Series per second of the default forecast, fit and forecast, beside AutoETS of statsforecast; and how both grow.

The series are FreshRetailNet's (store x product x day; 76 days, then 7 forecast with intervals for each day), those of
a size drawn by a fixed seed, and more than there are drawn again. As in the product, what series share is learnt from
the first 16,000 of them, and all are read and forecast in pieces of that many. AutoETS (season 7, intervals) is fitted
to some of the same series, since all would take an hour; it costs the same for each.

Growth is the slope of the logarithm of seconds, and of the most memory that arrays took (the panel's own among them,
by a second pass under `tracemalloc`), over that of the series, by least squares: 1 is linear, below 1 cheaper.
"""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import polars as pl

from benchmarks.figures import Figure, Targets, all_absent, peak_rss_mib, real_data
from benchmarks.forecast import FOLDER, FULL_SERIES, TEST_DAYS, load
from benchmarks.statsforecast_rivals import ABSENT, RivalSettings, installed, rival_quantiles
from copilot.planning.arrays import Floats, Integers
from copilot.planning.demand_model import daily_means, fit_model, joined, rates_of, state_of
from copilot.planning.drivers import Drivers
from copilot.planning.forecast import SERIES_AT_A_TIME
from copilot.planning.negative_binomial import quantile
from copilot.planning.series import DemandPanel

_PAST_DAYS = 76
_SIZES, _QUICK_SIZES = (1_000, 3_000, 10_000, 30_000, 100_000), (500, 1_000, 2_000)
_RIVAL_SERIES, _QUICK_RIVAL_SERIES = 1_000, 50
_LEVELS = np.array([0.1, 0.5, 0.9])
_SEED = 0

TARGETS: Targets = {
    "forecast_speed.series_per_second": ("series/s", "higher", None),
    "forecast_speed.auto_ets_series_per_second": ("series/s", "higher", None),
    "forecast_speed.times_auto_ets": ("x", "higher", 20.0),
    "forecast_speed.time_exponent": ("exponent", "lower", 1.1),
    "forecast_speed.memory_exponent": ("exponent", "lower", 1.1),
    "forecast_speed.seconds": ("s", "lower", None),
    "forecast_speed.peak_rss": ("MiB", "lower", None),
}
"""Name -> unit, direction, target. `series_per_second`, `seconds` and `peak_rss` are those of the greatest size."""


@dataclass(frozen=True, kw_only=True)
class _Run:
    """One size."""

    series: int
    seconds: float
    peak_mib: float
    """Most that arrays took, the panel's own among them."""


def run(quick: bool) -> Iterator[Figure]:
    """Speed beside AutoETS, and growth from 1,000 to 100,000 series; `quick` takes up to 2,000."""
    folder = real_data(FOLDER)
    if folder is None:
        yield from all_absent(TARGETS, FOLDER)
        return
    sizes = _QUICK_SIZES if quick else _SIZES
    values, runs = measure(folder, sizes, _QUICK_RIVAL_SERIES if quick else _RIVAL_SERIES)
    grown = ", ".join(f"{each.series:,} series {each.seconds:.1f} s {each.peak_mib:,.0f} MiB" for each in runs)
    for name, (unit, better, target) in TARGETS.items():
        value = values.get(name)
        detail = grown if value is not None else ABSENT
        yield Figure(name=name, value=value, unit=unit, target=target, better=better, detail=detail)


def measure(folder: Path, sizes: tuple[int, ...], rivals: int) -> tuple[dict[str, float], list[_Run]]:
    """Value of each figure that can be measured, and what each size took."""
    sales = load(folder, min(max(sizes), FULL_SERIES), _PAST_DAYS)
    past = sales.panel.until(sales.panel.start + timedelta(days=_PAST_DAYS))
    values = {}
    if installed():
        history = [row.astype(np.float64) for row in past.units[:rivals]]
        began = time.perf_counter()
        rival_quantiles("auto_ets", history, TEST_DAYS, RivalSettings(season=7, windows=2))
        values["forecast_speed.auto_ets_series_per_second"] = len(history) / (time.perf_counter() - began)
    runs = [_run(past, sales.drivers, size) for size in sizes]
    values |= _figures(runs)
    if installed():
        ours, theirs = (values[f"forecast_speed.{name}series_per_second"] for name in ("", "auto_ets_"))
        values["forecast_speed.times_auto_ets"] = ours / theirs
    return values, runs


def drawn(panel: DemandPanel, size: int) -> DemandPanel:
    """That many of the series; those drawn again are as of other stores."""
    rows: Integers = np.arange(size) % panel.series.height
    again = pl.Series(np.arange(size) // panel.series.height)
    series = panel.series[rows].with_columns(
        location_id=pl.format("{}-{}", "location_id", again), country=pl.format("{}-{}", "country", again)
    )
    return replace(
        panel,
        series=series,
        units=panel.units[rows],
        availability=panel.availability[rows],
        censored=panel.censored[rows],
    )


def forecast(panel: DemandPanel, drivers: Drivers) -> Floats:
    """Quantiles of each of the next days, (levels, series, days), as `reassort forecast` makes them."""
    pieces = [_piece(panel, first) for first in range(0, panel.series.height, SERIES_AT_A_TIME)]
    model = fit_model(pieces[0], drivers)
    states = [state_of(piece, drivers, model) for piece in pieces]
    rate = rates_of(joined(states), model)
    found, first = [], 0
    for piece in pieces:
        own = slice(first, first + piece.series.height)
        mean = daily_means(piece.series, rate.mean[own], model, drivers, panel.before, TEST_DAYS)
        k = model.calibration.spread.heterogeneity(mean, rate.variation[own, None])
        found.append(quantile(_LEVELS[:, None, None], mean=mean, heterogeneity=k))
        first = own.stop
    return np.concatenate(found, axis=1)


def exponent(sizes: Floats, amounts: Floats) -> float:
    """Slope of log amount over log size."""
    return float(np.polyfit(np.log(sizes), np.log(np.maximum(amounts, 1e-9)), 1)[0])


def _piece(panel: DemandPanel, first: int) -> DemandPanel:
    own = slice(first, first + SERIES_AT_A_TIME)
    return replace(
        panel,
        series=panel.series[own],
        units=panel.units[own],
        availability=panel.availability[own],
        censored=panel.censored[own],
    )


def _run(past: DemandPanel, drivers: Drivers, size: int) -> _Run:
    panel = drawn(past, size)
    began = time.perf_counter()
    forecast(panel, drivers)
    seconds = time.perf_counter() - began
    del panel
    tracemalloc.start()
    forecast(drawn(past, size), drivers)
    peak = tracemalloc.get_traced_memory()[1] / 1024**2
    tracemalloc.stop()
    return _Run(series=size, seconds=seconds, peak_mib=peak)


def _figures(runs: list[_Run]) -> dict[str, float]:
    sizes, seconds, memory = (
        np.array([getattr(each, name) for each in runs], dtype=np.float64) for name in ("series", "seconds", "peak_mib")
    )
    return {
        "forecast_speed.series_per_second": float(sizes[-1] / seconds[-1]),
        "forecast_speed.seconds": float(seconds[-1]),
        "forecast_speed.peak_rss": peak_rss_mib(),
        "forecast_speed.time_exponent": exponent(sizes, seconds),
        "forecast_speed.memory_exponent": exponent(sizes, memory),
    }
