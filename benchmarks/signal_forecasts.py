"""Signals and weather as leading regressors: forecasts with them beside those without.

Rises. Of each small retailer (`signal_retailer`) the last half year is kept apart. What rises before it do to forecasts
is learnt and decided on (`leading.decisions`) from the days before; then every rise called in the half year is forecast
on the morning of its call and one, two and three weeks later, over two weeks each. Compared are weeks of the linked
products, all locations together, on days in stock that did not sell out. `kept`: as the product forecasts, without
signals where they were refused; `always`: with what was learnt even so, where anything was. Products that two rises are
about at a time are left out.

Weather. The boosted model on FreshRetailNet's days before a morning, with weather of the days before each of its
mornings: whether the test lets it in.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from benchmarks import forecast
from benchmarks.figures import Figure, Targets, real_data
from benchmarks.signal_retailer import Retailer, small_retailer
from copilot.planning.arrays import Flags, Floats, Integers
from copilot.planning.boosted_model import study
from copilot.planning.demand_model import DemandModel, daily_means, fit_model, rates_of, state_of
from copilot.planning.leading.decisions import Decision, decide_on_signals
from copilot.planning.leading.evidence import Shown, shown_on
from copilot.planning.leading.lookback import look_back
from copilot.planning.leading.response import SignalResponse, fit_response
from copilot.planning.leading.rises import KnownRise, any_moves
from copilot.planning.leading.weather import weather_regressors

_SEEDS, _QUICK_SEEDS = tuple(range(7, 15)), (7, 8)
"""Others than those that the times of the response were chosen on."""
_HELD_DAYS, _AHEAD_DAYS, _WEEK = 182, 14, 7
_AFTER_CALL = (0, 7, 14, 21)
_APART_DAYS = 70
_SERIES, _QUICK_SERIES = 3_000, 1_000

TARGETS: Targets = {
    "signal_forecasts.wape_moved_without": ("share", "lower", None),
    "signal_forecasts.wape_moved_kept": ("share", "lower", None),
    "signal_forecasts.wape_moved_always": ("share", "lower", None),
    "signal_forecasts.wape_unmoved_without": ("share", "lower", None),
    "signal_forecasts.wape_unmoved_kept": ("share", "lower", None),
    "signal_forecasts.wape_unmoved_always": ("share", "lower", None),
    "signal_forecasts.wape_all_against_without": ("ratio", "lower", 1.0),
    "signal_forecasts.retailers_kept": ("share", "higher", None),
    "signal_forecasts.weather_gain": ("share", "higher", None),
}


@dataclass(frozen=True, kw_only=True)
class _Forecast:
    """Weeks of one rise; all (weeks,)."""

    moves: bool
    """Whether the rise moves demand, by the truth."""
    seen: Floats
    without: Floats
    always: Floats
    kept: Floats


def run(quick: bool) -> Iterator[Figure]:
    """WAPE of products that rising terms are about, and what the test says of weather; `quick` takes two retailers."""
    found: list[_Forecast] = []
    decisions = []
    for seed in _QUICK_SEEDS if quick else _SEEDS:
        decision, forecasts = _of_retailer(small_retailer(seed))
        decisions.append(decision)
        found += forecasts
    for moves, name in ((True, "moved"), (False, "unmoved")):
        own = [one for one in found if one.moves == moves]
        detail = f"{len(own)} mornings of rises of {len(decisions)} retailers; weeks of linked products"
        for rule in ("without", "kept", "always"):
            yield _figure(f"wape_{name}_{rule}", _wape(own, rule), detail)
    detail = f"{len(found)} mornings of rises, as the product forecasts them"
    yield _figure("wape_all_against_without", _wape(found, "kept") / _wape(found, "without"), detail)
    tests = ", ".join("-" if one.p_value is None else f"{one.p_value:.3f}" for one in decisions)
    yield _figure("retailers_kept", float(np.mean([one.kept for one in decisions])), f"p-values {tests}")
    yield _of_weather(_QUICK_SERIES if quick else _SERIES)


def _of_retailer(retailer: Retailer) -> tuple[Decision, list[_Forecast]]:
    split = retailer.panel.before - timedelta(days=_HELD_DAYS)
    past = retailer.panel.until(split)
    model = fit_model(past, retailer.drivers)
    looks = look_back(past, retailer.drivers, model, [rise for rise in retailer.known if rise.called_on <= split])
    decision, kept = decide_on_signals(looks)
    learnt = fit_response(looks)
    later = [rise for rise in retailer.known if split < rise.called_on]
    truth = {rise.term_id: rise.lift is not None for rise in retailer.rises}
    forecasts = []
    for rise in later:
        own = rise.moves(retailer.panel.series) & ~_moved_by_others(retailer, rise)
        if rise.term_id in truth and own.any():
            forecasts += list(_of_rise(retailer, model, rise, own, (learnt, kept), moves=truth[rise.term_id]))
    return decision, forecasts


def _moved_by_others(retailer: Retailer, rise: KnownRise) -> Flags:
    """Series that another rise is about at about that time."""
    near = [
        sku
        for other in retailer.rises
        if other.term_id != rise.term_id and abs((other.starts_on - rise.called_on).days) <= _APART_DAYS
        for sku in other.sku_ids
    ]
    flags: Flags = retailer.panel.series["sku_id"].is_in(near).to_numpy()
    return flags


def _of_rise(
    retailer: Retailer,
    model: DemandModel,
    rise: KnownRise,
    own: Flags,
    responses: tuple[SignalResponse | None, SignalResponse | None],
    *,
    moves: bool,
) -> Iterator[_Forecast]:
    panel, drivers = retailer.panel, retailer.drivers
    for morning in (rise.called_on + timedelta(days=days) for days in _AFTER_CALL):
        if morning + timedelta(days=_AHEAD_DAYS) > panel.before:
            return
        past = panel.until(morning)
        rate = rates_of(state_of(past, drivers, model), model)
        base = daily_means(past.series, rate.mean, model, drivers, morning, _AHEAD_DAYS)[own]
        ahead = slice(past.days, past.days + _AHEAD_DAYS)
        used = ((panel.availability[:, ahead] >= 1.0) & ~panel.censored[:, ahead])[own]
        series = panel.series.filter(pl.Series(own))
        shown = shown_on(panel, morning, rise.moves(panel.series), ~any_moves(retailer.known, panel.series))
        always, kept = (_with(base, one, series, (rise, shown), morning) for one in responses)
        products = np.unique(series["product_id"].to_numpy(), return_inverse=True)[1]
        weeks = [_by_week(values * used, products) for values in (panel.units[:, ahead][own], base, always, kept)]
        yield _Forecast(moves=moves, seen=weeks[0], without=weeks[1], always=weeks[2], kept=weeks[3])


def _with(
    base: Floats,
    response: SignalResponse | None,
    series: pl.DataFrame,
    known: tuple[KnownRise, Shown],
    morning: date,
) -> Floats:
    rise, shown = known
    factors = None if response is None else response.factors(series, [rise], [shown], morning, base.shape[1])
    return base if factors is None else base * factors


def _by_week(days: Floats, products: Integers) -> Floats:
    """(series, days) as sums of products and weeks, (products x weeks,)."""
    weeks = days.reshape(len(days), -1, _WEEK).sum(axis=2)
    sums = np.zeros((int(products.max()) + 1, weeks.shape[1]))
    np.add.at(sums, products, weeks)
    return sums.reshape(-1)


def _wape(found: list[_Forecast], rule: str) -> float:
    total = sum(float(one.seen.sum()) for one in found)
    return sum(float(np.abs(getattr(one, rule) - one.seen).sum()) for one in found) / max(total, 1e-9)


def _of_weather(series: int) -> Figure:
    folder = real_data(forecast.FOLDER)
    if folder is None:
        return _figure("weather_gain", None, f"not measured: no data set {forecast.FOLDER}")
    first = forecast.MORNINGS[-1]
    sales = forecast.load(folder, series, first)
    panel = sales.panel.until(sales.panel.start + timedelta(days=first))
    weather, locations = _fresh_weather(folder, panel.series)
    regressors = weather_regressors(weather, locations, panel.series, since=panel.start, before=panel.before)
    decision = study(panel, sales.drivers, forecast.SETTINGS, regressors=regressors).decisions[0]
    if decision.deviance_without is None or decision.deviance_with is None:
        return _figure("weather_gain", None, "too few mornings")
    gain = 1.0 - decision.deviance_with / decision.deviance_without
    detail = (
        f"of the deviance; {decision.reason}, p {decision.p_value:.3f}, WAPE {decision.wape_without:.4f} without and "
        f"{decision.wape_with:.4f} with; {series:,} series of {forecast.FOLDER}, {decision.groups} products"
    )
    return _figure("weather_gain", gain, detail)


def _fresh_weather(folder: Path, series: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Tables `weather` and `locations` (what is asked of it) of the data set."""
    cities = pl.read_parquet(folder / "series_static.parquet").select("store_id", "city_id").unique()
    rows = pl.read_parquet(folder / "daily.parquet", columns=["store_id", "dt", "avg_temperature", "precpt"])
    weather = (
        rows.join(cities, on="store_id")
        .group_by(date=pl.col("dt").dt.date(), city=pl.col("city_id").cast(pl.String))
        .agg(temperature_c=pl.col("avg_temperature").mean(), rain_mm=pl.col("precpt").mean())
    )
    places = cities.select(location_id=pl.col("store_id").cast(pl.String), city=pl.col("city_id").cast(pl.String))
    return weather, places.filter(pl.col("location_id").is_in(series["location_id"].unique().implode()))


def _figure(name: str, value: float | None, detail: str) -> Figure:
    unit, better, target = TARGETS[f"signal_forecasts.{name}"]
    return Figure(name=f"signal_forecasts.{name}", value=value, unit=unit, target=target, better=better, detail=detail)
