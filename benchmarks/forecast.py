"""Forecasts on real sales with known stock-outs: FreshRetailNet-50K, store x product x day.

Seven days are forecast from those before, at three mornings inside the 83 days, a week apart; the last week of the data
follows the last of them. Compared are days in stock for all opening hours, since on others demand is not known. Models
are fitted on the days before only; promised reductions and holidays of the test days are known to them, their weather
is not.

The data say how many opening hours a product was out of stock. What share of a full day's sales such a day still shows
is measured on the days before, by hours out, and taken as availability: days that sold out were often good days, and
with one to six hours out they show more than a full day. The simple rules get the same correction. Days in stock for
all opening hours are told apart from these, and are what trees, ours and the plain ones, learn from. Amounts are in
tenths, so that demand is whole units.

Five models: the boosted correction; the same made to agree with the whole chain's own forecast (`planning.agree_with`);
the gamma-Poisson model under it; a plain LightGBM (absolute error, lags and the
same features, without what the gamma-Poisson model says, on days in stock); and the boosted correction without recovery
of demand, for which sales of a day are its demand, whatever the stock was.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from benchmarks.figures import Better, Figure, absent, peak_rss_mib, real_data
from benchmarks.plain_boosting import plain_forecast
from copilot.planning.arrays import Flags, Floats, Integers
from copilot.planning.boosted import BoostedSettings, grow
from copilot.planning.boosted_model import BoostedModel, study, train
from copilot.planning.calibration import coverage, heterogeneity
from copilot.planning.demand_model import fit_model
from copilot.planning.drivers import Drivers
from copilot.planning.features import Labels
from copilot.planning.hierarchy.agreement import agreed_means
from copilot.planning.hierarchy.levels import Level
from copilot.planning.hierarchy.upper import recovered, upper_means, upper_panel
from copilot.planning.lessons import lesson_at, mornings_before
from copilot.planning.negative_binomial import quantile
from copilot.planning.series import DemandPanel

FOLDER = "sales_fresh_retail"
TEST_DAYS = 7
MORNINGS = (62, 69, 76)
"""Days before the morning."""
QUICK_SERIES, FULL_SERIES = 2_000, 50_000
SETTINGS = BoostedSettings(trained_days=TEST_DAYS, step_days=7)
_CHAIN = Level(by="all", at="chain")
_SEED = 0
_OPENING_HOURS = 16
_TENTHS = 10.0

TARGETS: dict[str, tuple[str, Better, float | None]] = {
    "forecast.wape": ("share", "lower", None),
    "forecast.wape_median": ("share", "lower", None),
    "forecast.wape_agreeing": ("share", "lower", None),
    "forecast.wape_gamma_poisson": ("share", "lower", None),
    "forecast.wape_plain_lightgbm": ("share", "lower", None),
    "forecast.wape_unrecovered": ("share", "lower", None),
    "forecast.wape_mean_7": ("share", "lower", None),
    "forecast.wape_mean_28": ("share", "lower", None),
    "forecast.wape_last_week": ("share", "lower", None),
    "forecast.wape_against_mean_7": ("ratio", "lower", 0.85),
    "forecast.wape_median_against_mean_7": ("ratio", "lower", 0.85),
    "forecast.wape_agreeing_against_mean_7": ("ratio", "lower", 0.85),
    "forecast.wape_against_plain_lightgbm": ("ratio", "lower", 1.0),
    "forecast.wape_against_last_week": ("ratio", "lower", 0.85),
    "forecast.bias": ("share", "lower", None),
    "forecast.bias_size": ("share", "lower", 0.05),
    "forecast.bias_median": ("share", "lower", None),
    "forecast.bias_agreeing": ("share", "lower", None),
    "forecast.bias_plain_lightgbm": ("share", "lower", None),
    "forecast.bias_unrecovered": ("share", "lower", None),
    "forecast.coverage_day": ("share", "higher", None),
    "forecast.coverage_week": ("share", "higher", None),
    "forecast.coverage_error_day": ("share", "lower", 0.02),
    "forecast.coverage_error_week": ("share", "lower", 0.02),
    "forecast.seconds": ("s", "lower", 600.0),
    "forecast.series_per_second": ("series/s", "higher", None),
    "forecast.peak_rss": ("MiB", "lower", 8192.0),
}
"""Name -> unit, direction, target; those without a target inform, or are what ours is compared with. Each is over all
mornings; `seconds` are to train and forecast on one, on average."""


@dataclass(frozen=True, kw_only=True)
class Sales:
    """The data as matrices (series, days), and what a model of the days before the test may know."""

    panel: DemandPanel
    """All days, availability by hours out as the days before `before` tell it."""
    drivers: Drivers
    in_stock: Flags
    """(series, days): in stock for all opening hours."""


@dataclass(frozen=True, kw_only=True)
class _Morning:
    """What was forecast on one morning; all (series, days) where nothing else is said."""

    seen: Floats
    used: Flags
    rules: dict[str, Floats]
    dispersion: Floats
    """(series,)"""
    rate_variance: Floats
    """(series,)"""
    seconds: float


def run(quick: bool) -> Iterator[Figure]:
    """Errors and coverage of the models and of simple rules, speed and memory; `quick` takes 2,000 of the series."""
    folder = real_data(FOLDER)
    if folder is None:
        for name, (unit, better, target) in TARGETS.items():
            yield absent(name, unit=unit, better=better, target=target, folder=FOLDER)
        return
    series = QUICK_SERIES if quick else FULL_SERIES
    values: dict[str, float] = {}
    mornings = []
    for days in MORNINGS:
        mornings.append(measure(load(folder, series, days), days))
        values |= {f"{name}_day_{days}": value for name, value in scores(mornings[-1:]).items()}
    values |= scores(mornings)
    for name, value in values.items():
        of_all = name in TARGETS
        unit, better, target = TARGETS[name if of_all else name.rsplit("_day_", 1)[0]]
        when = f"mornings of days {MORNINGS}" if of_all else f"morning of day {name.rsplit('_', 1)[1]}"
        detail = f"{series:,} series, {TEST_DAYS} days ahead, {when}, days in stock"
        yield Figure(name=name, value=value, unit=unit, target=target if of_all else None, better=better, detail=detail)


def measure(sales: Sales, first: int) -> _Morning:
    """Train on the days before the `first` day, forecast those after it by every model and rule."""
    panel, drivers = sales.panel, sales.drivers
    morning = panel.start + timedelta(days=first)
    past = panel.until(morning)
    began = time.perf_counter()
    model = _trained(past, drivers)
    lesson = lesson_at(panel, drivers, morning, days=TEST_DAYS, labels=model.correction.labels)
    means = model.correction.of_lesson(lesson)
    seconds = time.perf_counter() - began
    dispersion, rate_variance, _ = model.spreads.rows(model.segmentation.codes(lesson.history), lesson.variation)
    k = heterogeneity(means, dispersion[:, None], rate_variance[:, None])
    rules = {
        "wape": means,
        "wape_median": quantile(0.5, mean=means, heterogeneity=k),
        "wape_agreeing": _agreeing(past, drivers, means),
        "wape_gamma_poisson": lesson.base,
        "wape_plain_lightgbm": plain_forecast(past, lesson, drivers, SETTINGS),
        "wape_unrecovered": _unrecovered(panel, drivers, morning),
        "wape_mean_7": _recent_mean(past, 7),
        "wape_mean_28": _recent_mean(past, 28),
        "wape_last_week": past.units[:, -TEST_DAYS:],
    }
    ahead = slice(first, first + TEST_DAYS)
    return _Morning(
        seen=panel.units[:, ahead].astype(np.float64),
        used=sales.in_stock[:, ahead],
        rules={name: np.broadcast_to(rule, means.shape) for name, rule in rules.items()},
        dispersion=dispersion,
        rate_variance=rate_variance,
        seconds=seconds,
    )


def scores(mornings: list[_Morning]) -> dict[str, float]:
    """Value of each figure over some mornings."""
    total = sum(float(each.seen[each.used].sum()) for each in mornings)
    wrong, over = {}, {}
    for name in mornings[0].rules:
        errors = [(each.rules[name] - each.seen)[each.used] for each in mornings]
        wrong[name] = sum(float(np.abs(error).sum()) for error in errors) / total
        over[name] = sum(float(error.sum()) for error in errors) / total
    values = {f"forecast.{name}": value for name, value in wrong.items()}
    days, weeks = _covered_days(mornings), _covered_sums(mornings)
    seconds = sum(each.seconds for each in mornings) / len(mornings)
    return values | {
        "forecast.wape_against_mean_7": wrong["wape"] / wrong["wape_mean_7"],
        "forecast.wape_median_against_mean_7": wrong["wape_median"] / wrong["wape_mean_7"],
        "forecast.wape_agreeing_against_mean_7": wrong["wape_agreeing"] / wrong["wape_mean_7"],
        "forecast.wape_against_plain_lightgbm": wrong["wape"] / wrong["wape_plain_lightgbm"],
        "forecast.wape_against_last_week": wrong["wape"] / wrong["wape_last_week"],
        "forecast.bias": over["wape"],
        "forecast.bias_size": abs(over["wape"]),
        "forecast.bias_median": over["wape_median"],
        "forecast.bias_agreeing": over["wape_agreeing"],
        "forecast.bias_plain_lightgbm": over["wape_plain_lightgbm"],
        "forecast.bias_unrecovered": over["wape_unrecovered"],
        "forecast.coverage_day": days,
        "forecast.coverage_week": weeks,
        "forecast.coverage_error_day": abs(days - 0.8),
        "forecast.coverage_error_week": abs(weeks - 0.8),
        "forecast.seconds": seconds,
        "forecast.series_per_second": len(mornings[0].seen) / seconds,
        "forecast.peak_rss": peak_rss_mib(),
    }


def _covered_days(mornings: list[_Morning]) -> float:
    parts = []
    for each in mornings:
        mean = each.rules["wape"]
        k = heterogeneity(mean, each.dispersion[:, None], each.rate_variance[:, None])
        parts.append((each.seen[each.used], mean[each.used], k[each.used]))
    return coverage(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


def _covered_sums(mornings: list[_Morning]) -> float:
    parts = []
    for each in mornings:
        mean, seen = (each.rules["wape"] * each.used).sum(axis=1), (each.seen * each.used).sum(axis=1)
        some = mean > 0.0
        k = heterogeneity(mean, each.dispersion, each.rate_variance)
        parts.append((seen[some], mean[some], k[some]))
    return coverage(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


def _trained(past: DemandPanel, drivers: Drivers) -> BoostedModel:
    model = train(study(past, drivers, SETTINGS), SETTINGS, as_of=past.before)
    if model is None:
        raise ValueError(f"{past.days} days of history train no model")
    return model


def _agreeing(past: DemandPanel, drivers: Drivers, means: Floats) -> Floats:
    """Means made to agree with a forecast of the whole chain, (series, days)."""
    piece = recovered(past, drivers, fit_model(past, drivers))
    chain = upper_means(upper_panel([piece], _CHAIN, past.start), drivers, means.shape[1])
    return agreed_means(means, past.series, [piece], [_CHAIN], [chain])


def _unrecovered(panel: DemandPanel, drivers: Drivers, morning: date) -> Floats:
    """Means of a correction and a base model that take sales for demand."""
    raw = replace(panel, availability=np.ones_like(panel.availability))
    labels = Labels.of(raw.series)
    before = mornings_before(morning, raw.start, days=TEST_DAYS, count=SETTINGS.mornings, least_history_days=28)
    taught, *lessons = [lesson_at(raw, drivers, each, days=TEST_DAYS, labels=labels) for each in (morning, *before)]
    correction = grow(lessons, labels, SETTINGS)
    return taught.base if correction is None else correction.of_lesson(taught)


def load(folder: Path, series: int, before: int) -> Sales:
    """The data set, or that many of its series drawn by a fixed seed, as the days before `before` tell of it."""
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
        category=pl.col("third_category_id").cast(pl.String),
        colour=pl.lit(""),
        size=pl.lit(""),
        # Reductions differ by store here; the model knows them by product and country.
        country=pl.col("store_id").cast(pl.String),
        city=pl.format("city {}", "city_id"),
        kind=pl.format("city {}", "city_id"),
        management=pl.col("management_group_id").cast(pl.String),
        first_category=pl.col("first_category_id").cast(pl.String),
        second_category=pl.col("second_category_id").cast(pl.String),
    )
    units, hours_out = np.round(matrix("sale_amount") * _TENTHS), matrix("stockout_hours_6_22").astype(np.int64)
    panel = DemandPanel(
        series=labels,
        start=start,
        units=units,
        availability=_availability(units[:, :before], hours_out[:, :before])[hours_out],
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
