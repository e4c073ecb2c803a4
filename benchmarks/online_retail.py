"""Forecasts of a shop's products by day and by week, against models of statsforecast: UCI Online Retail I.

Lines and products are those of `online_retail_sales`. On each of four mornings, four weeks apart, demand of the 14
days and of the four weeks after is forecast from the days before, for products first sold at least 16 weeks earlier.
The score is the weighted quantile loss: at each level of 0.1 to 0.9, twice the pinball loss over the units sold, then
the mean of the levels (as GluonTS has it; the M5 competition's is scaled by series). Nothing is censored, nothing is
promoted; public holidays are known to our models alone, since the rivals take none. Weeks are ours as sums of days,
the same distribution as a day's; the rivals are fitted on weeks.

What was looked at while this was made were products of even rank; those of odd rank are scored here.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import cast

import numpy as np
import polars as pl

from benchmarks.figures import Figure, Targets, all_absent, real_data
from benchmarks.online_retail_sales import FOLDER, daily_sales
from benchmarks.statsforecast_rivals import ABSENT, LEVELS, RIVALS, Rival, RivalSettings, installed, rival_quantiles
from copilot.planning.arrays import Floats, Integers
from copilot.planning.boosted import BoostedSettings
from copilot.planning.boosted_model import study, train
from copilot.planning.calibration import heterogeneity
from copilot.planning.demand_model import daily_means, fit_model, rates_of, state_of
from copilot.planning.drivers import Drivers, build_drivers
from copilot.planning.lessons import lesson_at
from copilot.planning.negative_binomial import quantile
from copilot.planning.series import DemandPanel, build_panel
from ingestion.retail.contracts import PRICES, PROMOTIONS, STOCK

MORNINGS = tuple(date(2011, 8, 15) + timedelta(weeks=4 * number) for number in range(4))
DAYS, WEEKS = 14, 4
_LEAST_DAYS = 112
_SETTINGS = BoostedSettings(trained_days=DAYS)
_HOLIDAYS = ("2010-12-27", "2010-12-28", "2011-01-03", "2011-04-22", "2011-04-25", "2011-04-29", "2011-05-02",
             "2011-05-30", "2011-08-29")  # fmt: skip
"""Public holidays of England and Wales on working days."""
_PRODUCTS, _QUICK_PRODUCTS = 800, 60
_SEED = 0
_PERIODS = {"day": (1, DAYS), "week": (7, WEEKS)}
"""Unit -> days in a period, periods forecast."""
_RIVAL_SETTINGS = {"day": RivalSettings(season=7, windows=5), "week": RivalSettings(season=1, windows=3)}
_OURS = ("gamma_poisson", "boosted")

TARGETS: Targets = {
    **{f"online_retail.wql_{each}_{unit}": ("ratio", "lower", None) for unit in _PERIODS for each in (*_OURS, *RIVALS)},
    **{
        f"online_retail.wql_{ours}_against_{each}_{unit}": ("ratio", "lower", 1.0)
        for unit in _PERIODS
        for ours in _OURS
        for each in RIVALS
    },
    **{f"online_retail.coverage_{each}_{unit}": ("share", "higher", None) for unit in _PERIODS for each in _OURS},
    **{f"online_retail.seconds_{each}": ("s", "lower", None) for each in (*_OURS, *RIVALS)},
}
"""Name -> unit, direction, target, over all mornings. `seconds` of ours are for all products, not only those scored."""


@dataclass(frozen=True, kw_only=True)
class Shop:
    """All days of all products."""

    panel: DemandPanel
    drivers: Drivers
    first: Integers
    """(products,): column of the day that each first sold on."""


@dataclass(frozen=True, kw_only=True)
class Demand:
    """What our models say of some products; quantiles of a day and of a week come of the same three."""

    means: Floats
    """(products, days)."""
    dispersion: Floats
    """(products,)."""
    rate_variance: Floats
    """(products,)."""

    def quantiles(self, products: Integers, period_days: int, periods: int) -> Floats:
        """At `LEVELS`, (levels, products, periods)."""
        mean = summed(self.means[products], period_days, periods)
        k = heterogeneity(mean, self.dispersion[products, None], self.rate_variance[products, None])
        return quantile(LEVELS[:, None, None], mean=mean, heterogeneity=k)


@dataclass(kw_only=True)
class _Score:
    """Sums over the mornings."""

    loss: Floats
    """(levels,): twice the pinball loss."""
    units: float = 0.0
    inside: float = 0.0
    periods: int = 0

    def add(self, seen: Floats, quantiles: Floats) -> None:
        self.loss = self.loss + quantile_losses(seen, quantiles)
        self.units += float(seen.sum())
        self.inside += float(((seen >= quantiles[0]) & (seen <= quantiles[-1])).sum())
        self.periods += seen.size

    @property
    def wql(self) -> float:
        return float(self.loss.mean()) / self.units


def run(quick: bool) -> Iterator[Figure]:
    """Quantile losses by day and by week of our models and of the rivals; `quick` scores 60 products, not 800."""
    folder = real_data(FOLDER)
    if folder is None:
        yield from all_absent(TARGETS, FOLDER)
        return
    values, products = measure(shop_of(daily_sales(folder)), _QUICK_PRODUCTS if quick else _PRODUCTS)
    detail = f"{products} products on {len(MORNINGS)} mornings, {DAYS} days or {WEEKS} weeks ahead, levels 0.1 to 0.9"
    for name, (unit, better, target) in TARGETS.items():
        value = values.get(name)
        said = detail if value is not None else ABSENT
        yield Figure(name=name, value=value, unit=unit, target=target, better=better, detail=said)


def measure(shop: Shop, most: int) -> tuple[dict[str, float], int]:
    """Value of each figure that can be measured, and how many products were scored on the last morning."""
    scores: dict[tuple[str, str], _Score] = {}
    seconds: dict[str, float] = {}
    scored: Integers = np.empty(0, dtype=np.int64)
    for morning in MORNINGS:
        before = (morning - shop.panel.start).days
        scored = chosen(shop.first, before, most)
        for name in (*_OURS, *(RIVALS if installed() else ())):
            began = time.perf_counter()
            found = _forecast(name, shop, morning, scored)
            seconds[name] = seconds.get(name, 0.0) + time.perf_counter() - began
            for unit, (period, periods) in _PERIODS.items():
                seen = summed(shop.panel.units[scored, before:].astype(np.float64), period, periods)
                scores.setdefault((name, unit), _Score(loss=np.zeros(len(LEVELS)))).add(seen, found[unit])
    values = {f"online_retail.wql_{name}_{unit}": score.wql for (name, unit), score in scores.items()}
    values |= {f"online_retail.seconds_{name}": taken for name, taken in seconds.items()}
    for (name, unit), score in scores.items():
        if name in _OURS:
            values[f"online_retail.coverage_{name}_{unit}"] = score.inside / score.periods
        else:
            for ours in _OURS:
                values[f"online_retail.wql_{ours}_against_{name}_{unit}"] = scores[ours, unit].wql / score.wql
    return values, len(scored)


def quantile_losses(seen: Floats, quantiles: Floats) -> Floats:
    """Twice the pinball loss at each of `LEVELS`, summed: (levels,). `seen` is (series, periods)."""
    error = seen - quantiles
    levels = LEVELS[:, None, None]
    losses: Floats = 2.0 * np.maximum(levels * error, (levels - 1.0) * error).sum(axis=(1, 2))
    return losses


def summed(days: Floats, period_days: int, periods: int) -> Floats:
    """The first days in periods, (series, periods)."""
    used = days[:, : period_days * periods]
    sums: Floats = used.reshape(len(days), periods, period_days).sum(axis=2)
    return sums


def chosen(first: Integers, before: int, most: int) -> Integers:
    """Products to score: of odd rank, first sold at least `_LEAST_DAYS` before that column, drawn by a fixed seed."""
    known = np.flatnonzero(first <= before - _LEAST_DAYS)
    odd = known[known % 2 == 1]
    return np.sort(np.random.default_rng(_SEED).choice(odd, min(most, len(odd)), replace=False))


def shop_of(sales: pl.DataFrame) -> Shop:
    """Panel and drivers, as the product builds them from a table of sales without stock."""
    start, last = sales["date"].min(), sales["date"].max()
    if not isinstance(start, date) or not isinstance(last, date):
        raise ValueError("the shop sold nothing")
    before = last + timedelta(days=1)
    products = sales["product_id"].unique().sort()
    panel = build_panel(
        sales=sales.select("date", pl.lit("web").alias("location_id"), pl.col("product_id").alias("sku_id"), "units"),
        stock=STOCK.schema.to_frame(),
        catalogue=pl.DataFrame({"sku_id": products, "product_id": products}).with_columns(
            category=pl.lit(""), colour=pl.lit(""), size=pl.lit(""), launched_on=pl.lit(None, pl.Date())
        ),
        locations=pl.DataFrame({"location_id": ["web"], "kind": ["web"], "country": ["GB"]}),
        since=start,
        before=before,
    )
    holidays = pl.DataFrame({"date": _HOLIDAYS}).with_columns(
        pl.col("date").str.to_date(), country=pl.lit("GB"), event=pl.lit("public holiday")
    )
    nothing = (contract.schema.to_frame() for contract in (PROMOTIONS, PRICES))
    drivers = build_drivers(
        since=start, before=before, calendar=holidays, promotions=next(nothing), prices=next(nothing)
    )
    return Shop(panel=panel, drivers=drivers, first=np.argmax(panel.units > 0, axis=1))


def _forecast(name: str, shop: Shop, morning: date, products: Integers) -> dict[str, Floats]:
    """Unit -> quantiles, (levels, products, periods)."""
    if name in _OURS:
        demand = (_gamma_poisson if name == _OURS[0] else _boosted)(shop, morning)
        return {unit: demand.quantiles(products, *periods) for unit, periods in _PERIODS.items()}
    before = (morning - shop.panel.start).days
    history = [shop.panel.units[row, shop.first[row] : before].astype(np.float64) for row in products]
    found = {}
    for unit, (period, periods) in _PERIODS.items():
        whole = [days[len(days) % period :].reshape(-1, period).sum(axis=1) for days in history]
        found[unit] = rival_quantiles(cast(Rival, name), whole, periods, _RIVAL_SETTINGS[unit])
    return found


def _gamma_poisson(shop: Shop, morning: date) -> Demand:
    past = shop.panel.until(morning)
    model = fit_model(past, shop.drivers)
    rate = rates_of(state_of(past, shop.drivers, model), model)
    spread = model.calibration.spread
    return Demand(
        means=daily_means(past.series, rate.mean, model, shop.drivers, morning, 7 * WEEKS),
        dispersion=np.full(len(rate.mean), spread.dispersion),
        rate_variance=spread.rate_variance(rate.variation),
    )


def _boosted(shop: Shop, morning: date) -> Demand:
    past = shop.panel.until(morning)
    model = train(study(past, shop.drivers, _SETTINGS), _SETTINGS, as_of=morning)
    if model is None:
        raise ValueError(f"{past.days} days of history train no model")
    lesson = lesson_at(shop.panel, shop.drivers, morning, days=7 * WEEKS, labels=model.correction.labels)
    dispersion, rate_variance, _ = model.spreads.rows(model.segmentation.codes(lesson.history), lesson.variation)
    return Demand(means=model.correction.of_lesson(lesson), dispersion=dispersion, rate_variance=rate_variance)
