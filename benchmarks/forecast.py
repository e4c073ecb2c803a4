"""Forecasts on real sales with known stock-outs: FreshRetailNet-50K, store x product x day.

The last 7 of 83 days are forecast from those before. Compared are days in stock for all opening hours, since on others
demand is not known. The model is fitted on the days before only; promised reductions and holidays of the test days are
known to it, their weather is not.

The data say how many opening hours a product was out of stock. What share of a full day's sales such a day still shows
is measured on the days before, by hours out, and taken as availability: days that sold out were often good days. The
simple rules get the same correction. Amounts are in tenths, so that demand is whole units.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from benchmarks.figures import Better, Figure, absent, peak_rss_mib, real_data
from copilot.planning.arrays import Flags, Floats, Integers
from copilot.planning.calibration import coverage
from copilot.planning.demand_model import daily_means, fit_model, rates_of, state_of
from copilot.planning.drivers import Drivers
from copilot.planning.negative_binomial import quantile
from copilot.planning.series import DemandPanel

FOLDER = "sales_fresh_retail"
TEST_DAYS = 7
QUICK_SERIES, FULL_SERIES = 5_000, 50_000
_SEED = 0
_OPENING_HOURS = 16
_TENTHS = 10.0

TARGETS: dict[str, tuple[str, Better, float | None]] = {
    "forecast.wape": ("share", "lower", None),
    "forecast.wape_median": ("share", "lower", None),
    "forecast.wape_mean_7": ("share", "lower", None),
    "forecast.wape_mean_28": ("share", "lower", None),
    "forecast.wape_last_week": ("share", "lower", None),
    "forecast.wape_against_mean_7": ("ratio", "lower", 0.97),
    "forecast.wape_against_last_week": ("ratio", "lower", 0.85),
    "forecast.bias": ("share", "lower", None),
    "forecast.coverage_error_day": ("share", "lower", 0.05),
    "forecast.coverage_error_week": ("share", "lower", 0.05),
    "forecast.series_per_second": ("series/s", "higher", 1000.0),
    "forecast.peak_rss": ("MiB", "lower", 4000.0),
}
"""Name -> unit, direction, target; those without a target inform, or are what ours is compared with."""


@dataclass(frozen=True, kw_only=True)
class Sales:
    """The data as matrices (series, days), and what a model of the days before the test may know."""

    panel: DemandPanel
    """All days, availability by hours out."""
    drivers: Drivers
    in_stock: Flags
    """(series, days): in stock for all opening hours."""


def run(quick: bool) -> Iterator[Figure]:
    """Errors and coverage of the model and of simple rules, speed and memory; `quick` takes 5,000 of the series."""
    folder = real_data(FOLDER)
    if folder is None:
        for name, (unit, better, target) in TARGETS.items():
            yield absent(name, unit=unit, better=better, target=target, folder=FOLDER)
        return
    sales = load(folder, QUICK_SERIES if quick else FULL_SERIES)
    values = measure(sales)
    detail = f"{sales.panel.series.height:,} series, last {TEST_DAYS} of {sales.panel.days} days, days in stock"
    for name, (unit, better, target) in TARGETS.items():
        yield Figure(name=name, value=values[name], unit=unit, target=target, better=better, detail=detail)


def measure(sales: Sales) -> dict[str, float]:
    """Value of each figure."""
    whole, drivers = sales.panel, sales.drivers
    first = whole.days - TEST_DAYS
    past = whole.until(whole.start + timedelta(days=first))
    began = time.perf_counter()
    model = fit_model(past, drivers)
    rate = rates_of(state_of(past, drivers, model), model)
    means = daily_means(past.series, rate.mean, model, drivers, past.before, TEST_DAYS)
    seconds = time.perf_counter() - began
    seen, used = whole.units[:, first:].astype(np.float64), sales.in_stock[:, first:]
    spread = model.calibration.spread
    k = spread.heterogeneity(means, rate.variation[:, None])
    rules = {
        "wape": means,
        "wape_median": quantile(0.5, mean=means, heterogeneity=k),
        "wape_mean_7": _recent_mean(past, 7),
        "wape_mean_28": _recent_mean(past, 28),
        "wape_last_week": past.units[:, -TEST_DAYS:],
    }
    total = seen[used].sum()
    values = {f"forecast.{name}": float(np.abs((rule - seen)[used]).sum() / total) for name, rule in rules.items()}
    week, week_seen = (means * used).sum(axis=1), (seen * used).sum(axis=1)
    any_day = week > 0.0
    week_k = spread.heterogeneity(week[any_day], rate.variation[any_day])
    return values | {
        "forecast.wape_against_mean_7": values["forecast.wape"] / values["forecast.wape_mean_7"],
        "forecast.wape_against_last_week": values["forecast.wape"] / values["forecast.wape_last_week"],
        "forecast.bias": float((means - seen)[used].sum() / total),
        "forecast.coverage_error_day": abs(coverage(seen[used], means[used], k[used]) - 0.8),
        "forecast.coverage_error_week": abs(coverage(week_seen[any_day], week[any_day], week_k) - 0.8),
        "forecast.series_per_second": whole.series.height / seconds,
        "forecast.peak_rss": peak_rss_mib(),
    }


def load(folder: Path, series: int) -> Sales:
    """The data set, or that many of its series drawn by a fixed seed."""
    static = pl.read_parquet(folder / "series_static.parquet").sort("store_id", "product_id")
    columns = ["store_id", "product_id", "dt", "discount", "holiday_flag", "sale_amount", "stockout_hours_6_22"]
    rows = pl.read_parquet(folder / "daily.parquet", columns=columns).sort("store_id", "product_id", "dt")
    days = rows.height // static.height
    start: date = rows["dt"][0].date()
    drawn = np.random.default_rng(_SEED).choice(static.height, min(series, static.height), replace=False)
    drawn.sort()

    def matrix(column: str) -> Floats:
        values: Floats = rows[column].to_numpy().reshape(static.height, days)[drawn].astype(np.float32)
        return values

    labels = static[drawn].select(
        sku_id=pl.col("product_id").cast(pl.String),
        location_id=pl.col("store_id").cast(pl.String),
        product_id=pl.col("product_id").cast(pl.String),
        category=pl.col("first_category_id").cast(pl.String),
        colour=pl.lit(""),
        size=pl.lit(""),
        # Reductions differ by store here; the model knows them by product and country.
        country=pl.col("store_id").cast(pl.String),
        kind=pl.format("city {}", "city_id"),
    )
    units, hours_out = np.round(matrix("sale_amount") * _TENTHS), matrix("stockout_hours_6_22").astype(np.int64)
    panel = DemandPanel(
        series=labels,
        start=start,
        units=units,
        availability=_availability(units[:, :-TEST_DAYS], hours_out[:, :-TEST_DAYS])[hours_out],
        censored=np.zeros(units.shape, dtype=np.bool_),
    )
    drivers = _drivers(labels, start, holiday=matrix("holiday_flag")[0] > 0, discount=1.0 - matrix("discount"))
    return Sales(panel=panel, drivers=drivers, in_stock=hours_out == 0)


def _availability(units: Floats, hours_out: Integers) -> Floats:
    """Sales of a day with 0, 1, ... hours out of stock, as a share of those of full days of the same series."""
    full = hours_out == 0
    often = full.sum(axis=1) >= 10
    usual = (units * full).sum(axis=1) / np.maximum(full.sum(axis=1), 1)
    cells = hours_out[often].reshape(-1)
    sold = np.bincount(cells, weights=units[often].reshape(-1), minlength=_OPENING_HOURS + 1)
    wanted = np.bincount(cells, weights=np.repeat(usual[often], units.shape[1]), minlength=_OPENING_HOURS + 1)
    share = sold / np.maximum(wanted, 1e-9)
    share[0], share[_OPENING_HOURS] = 1.0, 0.0
    return share.astype(np.float32)


def _drivers(series: pl.DataFrame, start: date, *, holiday: Flags, discount: Floats) -> Drivers:
    days = len(holiday)
    weekend = (np.arange(days) + start.weekday()) % 7 >= 5
    countries = tuple(series["country"].unique().sort().to_list())
    happens = np.stack([holiday & ~weekend, ~holiday & weekend], axis=1)
    return Drivers(
        start=start,
        days=days,
        countries=countries,
        events=("holiday", "working week-end"),
        event_days=np.repeat(happens[None], len(countries), axis=0),
        reduced=tuple(series.select(pl.format("{}|{}", "product_id", "country")).to_series().to_list()),
        discount=np.concatenate([np.clip(discount, 0.0, 1.0), np.zeros((1, days))]).astype(np.float32),
    )


def _recent_mean(past: DemandPanel, window: int) -> Floats:
    """Units a day in stock of the last days, (series, 1)."""
    seen = past.availability[:, -window:].sum(axis=1, keepdims=True, dtype=np.float64)
    mean: Floats = past.units[:, -window:].sum(axis=1, keepdims=True, dtype=np.float64) / np.maximum(seen, 0.5)
    return mean
