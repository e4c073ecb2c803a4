"""Forecasts of every level on real sales, added up from below and made to agree with totals: FreshRetailNet-50K.

Seven days are forecast on each of three mornings by the gamma-Poisson model, as in `forecast`; scored are days in stock
and their sums. Levels are product, category and all of them, by store, city and the whole chain. Coverage is of the
80 % interval of the week's sum of each node: with the common variance that series carry, which products share, and with
that of the level, learnt on the mornings before (`level_spread`).

The demo retailer's two years are forecast on five mornings, a fortnight apart, the week and the fortnight after each;
what levels have in common is learnt on the mornings before the first of them. Sums count what was seen of demand.

Then the means of 50,000, 200,000 and 800,000 series (drawn: products x stores) are reconciled with those of three
crossed levels.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import polars as pl

from benchmarks.figures import Better, Figure, absent, peak_rss_mib, real_data
from benchmarks.forecast import FOLDER, FULL_SERIES, MORNINGS, QUICK_SERIES, TEST_DAYS, Sales, load
from benchmarks.forecast_speed import exponent
from copilot.planning.arrays import Floats, Integers, group_sums
from copilot.planning.calibration import coverage
from copilot.planning.demand_model import MODEL_NAME, DemandModel, daily_means, fit_model, rates_of, state_of
from copilot.planning.forecast import PanelReader
from copilot.planning.hierarchy.agreement import agreed_means
from copilot.planning.hierarchy.level_spread import (
    HORIZONS_DAYS,
    common_variance_of,
    covered,
    learn_spreads,
    level_spreads,
    past_sums,
    sums_after,
)
from copilot.planning.hierarchy.levels import LEVELS, Level, PlaceLevel, ProductLevel, grouped
from copilot.planning.hierarchy.reconcile import UpperForecast, reconciled
from copilot.planning.hierarchy.totals import moments
from copilot.planning.hierarchy.upper import recovered, upper_means, upper_panel
from copilot.settings import PlanningSettings
from ingestion.demo import build_demo, parse_size
from ingestion.lake import Lake
from ingestion.warehouse import Warehouse

_BY: tuple[ProductLevel, ...] = ("product", "category", "all")
_AT: tuple[PlaceLevel, ...] = ("location", "city", "chain")
_LEVELS = tuple(Level(by=by, at=at) for by in _BY for at in _AT if (by, at) != ("product", "location"))
_CHAIN = Level(by="all", at="chain")
_DEMO_LEVELS = tuple(level for level in LEVELS if (level.by, level.at) != ("sku", "location"))
_DEMO_MORNINGS, _DEMO_STEP_DAYS = 5, 14
_SIZES, _QUICK_SIZES = ((1_000, 50), (1_000, 200), (1_000, 800)), ((200, 50), (200, 200), (200, 800))
"""Products x stores of what is reconciled; seconds are those of the second."""
_SEED = 0
_REPEATS = 5

_OF_LEVEL: dict[str, tuple[str, Better, float | None]] = {
    "wape_week": ("share", "lower", None),
    "coverage_own": ("share", "higher", None),
    "coverage": ("share", "higher", None),
}
TARGETS: dict[str, tuple[str, Better, float | None]] = {
    "forecast_levels.wape": ("share", "lower", None),
    "forecast_levels.wape_agreeing": ("share", "lower", None),
    "forecast_levels.bias_size": ("share", "lower", None),
    "forecast_levels.bias_size_agreeing": ("share", "lower", None),
    **{
        f"forecast_levels.{name}_{level.by}_{level.at}": target
        for level in _LEVELS
        for name, target in _OF_LEVEL.items()
    },
    **{
        f"forecast_levels.demo_{name}_{level.by}_{level.at}": _OF_LEVEL[name]
        for level in _DEMO_LEVELS
        for name in ("coverage_own", "coverage")
    },
    "forecast_levels.reconcile_seconds": ("s", "lower", None),
    "forecast_levels.reconcile_exponent": ("exponent", "lower", 1.1),
    "forecast_levels.peak_rss": ("MiB", "lower", None),
}
"""Name -> unit, direction, target. `bias_size` is the mean of the mornings' sizes; `coverage_own` is without what was
learnt of the level."""


@dataclass(frozen=True, kw_only=True)
class _Node:
    """Sums of a level's nodes on one morning; all (nodes,)."""

    mean: Floats
    seen: Floats
    own: Floats
    """Variance beyond the Poisson's as series carry it."""
    learnt: Floats
    """The same with what the level has in common."""


@dataclass(frozen=True, kw_only=True)
class _Morning:
    """What was forecast on one morning."""

    units: float
    wrong: tuple[float, float]
    """Absolute errors of series-days, added up from below and agreeing."""
    bias: tuple[float, float]
    nodes: dict[str, _Node]


def run(quick: bool) -> Iterator[Figure]:
    """Errors and coverage by level, and the time to reconcile; `quick` takes 2,000 of the series."""
    folder = real_data(FOLDER)
    series = QUICK_SERIES if quick else FULL_SERIES
    values = _reconciling(_QUICK_SIZES if quick else _SIZES) | _demo("small" if quick else "full")
    if folder is not None:
        values |= _scores([measure(folder, series, days) for days in MORNINGS])
        values["forecast_levels.peak_rss"] = peak_rss_mib()
    for name, (unit, better, target) in TARGETS.items():
        value = values.get(name)
        if value is None:
            yield absent(name, unit=unit, better=better, target=target, folder=FOLDER)
            continue
        sizes = (
            f"{np.prod((_QUICK_SIZES if quick else _SIZES)[1]):,} series, three crossed levels; growth to four times"
        )
        detail = (
            sizes
            if "reconcile" in name
            else "the demo"
            if "demo" in name
            else f"{series:,} series, mornings of days {MORNINGS}, days in stock"
        )
        yield Figure(name=name, value=value, unit=unit, target=target, better=better, detail=detail)


def measure(folder: Path, series: int, days: int) -> _Morning:
    """Forecast the morning after that many days, from below and agreeing with the chain's own forecast."""
    sales = load(folder, series, days)
    morning = sales.panel.start + timedelta(days=days)
    past = sales.panel.until(morning)
    model = fit_model(past, sales.drivers)
    rate = rates_of(state_of(past, sales.drivers, model), model)
    means = daily_means(past.series, rate.mean, model, sales.drivers, morning, TEST_DAYS)
    piece = recovered(past, sales.drivers, model)
    chain = upper_means(upper_panel([piece], _CHAIN, past.start), sales.drivers, TEST_DAYS)
    agreeing = agreed_means(means, past.series, [piece], [_CHAIN], [chain])
    ahead = slice(days, days + TEST_DAYS)
    seen, used = sales.panel.units[:, ahead].astype(np.float64), sales.in_stock[:, ahead]
    errors = [(each - seen)[used] for each in (means, agreeing)]
    total = float(seen[used].sum())
    wrong = [float(np.abs(error).sum()) for error in errors]
    bias = [float(error.sum()) / total for error in errors]
    return _Morning(
        units=total,
        wrong=(wrong[0], wrong[1]),
        bias=(bias[0], bias[1]),
        nodes=_nodes(sales, days, model, means * used, seen * used, rate.variation),
    )


def _nodes(
    sales: Sales, days: int, model: DemandModel, means: Floats, seen: Floats, variation: Floats
) -> dict[str, _Node]:
    past = sales.panel.until(sales.panel.start + timedelta(days=days))
    series = past.series.with_columns(city=pl.col("kind"), country=pl.lit("CN"))
    spread = model.calibration.spread
    series = series.with_columns(
        dispersion=pl.lit(spread.dispersion),
        rate_variance=pl.Series(spread.rate_variance(variation)),
        common_variance=pl.lit(spread.common_variance),
        model=pl.lit(MODEL_NAME),
    )
    sums = list(past_sums(past, sales.drivers, model))
    learnt = level_spreads(series, sums, _LEVELS, usual=spread.common_variance)
    found = {}
    for level in _LEVELS:
        grouping = grouped(series, level)
        mean, own = moments(series, grouping, means.sum(axis=1), None)
        _, of_level = moments(series, grouping, means.sum(axis=1), common_variance_of(learnt, level))
        some = mean > 0.0
        found[level.name] = _Node(
            mean=mean[some], seen=grouping.totals(seen.sum(axis=1))[some], own=own[some], learnt=of_level[some]
        )
    return found


def _scores(mornings: list[_Morning]) -> dict[str, float]:
    units = sum(each.units for each in mornings)
    values = {
        "forecast_levels.wape": sum(each.wrong[0] for each in mornings) / units,
        "forecast_levels.wape_agreeing": sum(each.wrong[1] for each in mornings) / units,
        "forecast_levels.bias_size": float(np.mean([abs(each.bias[0]) for each in mornings])),
        "forecast_levels.bias_size_agreeing": float(np.mean([abs(each.bias[1]) for each in mornings])),
    }
    for level in _LEVELS:
        nodes = [each.nodes[level.name] for each in mornings]
        mean, seen, own, learnt = (
            np.concatenate([getattr(each, name) for each in nodes]) for name in ("mean", "seen", "own", "learnt")
        )
        name = f"{level.by}_{level.at}"
        values[f"forecast_levels.wape_week_{name}"] = float(np.abs(mean - seen).sum() / seen.sum())
        values[f"forecast_levels.coverage_own_{name}"] = coverage(seen, mean, own / mean**2)
        values[f"forecast_levels.coverage_{name}"] = coverage(seen, mean, learnt / mean**2)
    return values


def _demo(size: str) -> dict[str, float]:
    """Coverage of each level on the demo retailer."""
    with TemporaryDirectory() as folder:
        lake = Lake(Path(folder))
        demo = build_demo(parse_size(size))
        for name, frame in demo.tables():
            lake.append(name, frame)
        reader = PanelReader(Warehouse(lake), demo.end + timedelta(days=1), PlanningSettings())
        panel, drivers, locations = reader.sample, reader.drivers, reader.locations
    first = panel.days - _DEMO_STEP_DAYS * _DEMO_MORNINGS
    before = panel.until(panel.start + timedelta(days=first))
    learnt = learn_spreads(before, drivers, fit_model(before, drivers), locations)
    sums, own = [], []
    for day in range(first, panel.days - max(HORIZONS_DAYS) + 1, _DEMO_STEP_DAYS):
        model = fit_model(panel.until(panel.start + timedelta(days=day)), drivers)
        sums += list(sums_after(panel, drivers, model, day))
        own.append(model.calibration.spread.common_variance)
    cities = locations.select("location_id", pl.col("city").fill_null(""))
    series = panel.series.join(cities, on="location_id", how="left", maintain_order="left")
    values = {}
    for level in _DEMO_LEVELS:
        name = f"{level.by}_{level.at}"
        common = common_variance_of(learnt, level)
        values[f"forecast_levels.demo_coverage_own_{name}"] = covered(series, sums, level, float(np.mean(own)))
        if common is not None:
            values[f"forecast_levels.demo_coverage_{name}"] = covered(series, sums, level, common)
    return values


def _reconciling(sizes: tuple[tuple[int, int], ...]) -> dict[str, float]:
    """Seconds of processor time for the second of the sizes, best of five, and growth."""
    seconds = []
    for products, stores in sizes:
        rng = np.random.default_rng(_SEED)
        product, store = np.repeat(np.arange(products), stores), np.tile(np.arange(stores), products)
        mean = rng.gamma(1.0, 2.0, products * stores)
        upper = [_upper(codes, mean, rng) for codes in (product, store, np.zeros_like(product))]
        taken = []
        for _ in range(_REPEATS):
            began = time.process_time()
            reconciled(mean, mean, upper)
            taken.append(time.process_time() - began)
        seconds.append(min(taken))
    counts = np.array([products * stores for products, stores in sizes], dtype=np.float64)
    return {
        "forecast_levels.reconcile_seconds": seconds[1],
        "forecast_levels.reconcile_exponent": exponent(counts, np.array(seconds)),
    }


def _upper(codes: Integers, mean: Floats, rng: np.random.Generator) -> UpperForecast:
    sums = group_sums(codes, mean, int(codes.max()) + 1)
    return UpperForecast(codes=codes, mean=sums * rng.uniform(0.8, 1.2, len(sums)), variance=sums)
