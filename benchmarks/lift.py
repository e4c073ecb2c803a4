"""Lift on demand: the demo's truth against what is estimated, over twenty small retailers.

Each rise of the truth that has linked SKUs is measured over the days since it began, at most four weeks; so are pairs
of products on days on which nothing happened to them. The truth of a rise is its lift at the peak times the mean of its
shape over these days. Products that another rise moves are left out.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from benchmarks.figures import Figure, Targets
from copilot.planning.demand_model import daily_means, fit_model, rates_of, state_of
from copilot.planning.drivers import Drivers
from copilot.planning.forecast import PanelReader
from copilot.planning.series import DemandPanel
from copilot.settings import PlanningSettings
from copilot.signals.lift import Lift, estimate_lift
from ingestion.demo import build_demo, parse_size
from ingestion.demo.trends import rise_shape
from ingestion.demo.truth import Rise
from ingestion.lake import Lake
from ingestion.warehouse import Warehouse

_END = date(2026, 11, 2)
_LONGEST_DAYS, _LEAST_HISTORY_DAYS, _PLACEBOS = 28, 90, 4
_SEEDS, _QUICK_SEEDS = 20, 4

TARGETS: Targets = {
    "lift.coverage": ("share", "higher", 0.75),
    "lift.called_without_effect": ("share", "lower", 0.05),
    "lift.called_with_effect": ("share", "higher", None),
}


@dataclass(frozen=True, kw_only=True)
class _Case:
    began: date
    sku_ids: frozenset[str]
    rise: Rise | None
    """None: nothing happened."""

    def truth(self, days: int) -> float:
        """What demand gained on average."""
        if self.rise is None or self.rise.lift is None:
            return 0.0
        shape = rise_shape(self.rise, start=self.began, days=days, delay_days=self.rise.lift_delay_days)
        return float(self.rise.lift * shape.mean())


def run(quick: bool) -> Iterator[Figure]:
    """Coverage of the 80 % intervals, and how often an effect is called; `quick` takes four seeds."""
    found = [one for seed in range(1, (_QUICK_SEEDS if quick else _SEEDS) + 1) for one in _measured(seed)]
    ends = [(truth, lift.low, lift.high) for truth, lift in found]
    held = [low <= truth <= high for truth, low, high in ends if low is not None and high is not None]
    without = [lift.verdict == "lift" for truth, lift in found if truth == 0.0]
    given = [lift.verdict == "lift" for truth, lift in found if truth > 0.0]
    values = {
        "lift.coverage": (float(np.mean(held)), f"{len(held)} intervals of 80 %; at most 0.85 wanted too"),
        "lift.called_without_effect": (float(np.mean(without)), f"{len(without)} terms and placebos"),
        "lift.called_with_effect": (float(np.mean(given)), f"{len(given)} rises"),
    }
    for name, (unit, better, target) in TARGETS.items():
        value, detail = values[name]
        yield Figure(name=name, value=value, unit=unit, target=target, better=better, detail=detail)


def _measured(seed: int) -> Iterator[tuple[float, Lift]]:
    """Truth and estimate of each case of one retailer."""
    demo = build_demo(parse_size("small"), seed=seed)
    with tempfile.TemporaryDirectory() as folder:
        lake = Lake(Path(folder))
        for name, frame in demo.tables():
            lake.append(name, frame)
        reader = PanelReader(Warehouse(lake), _END, PlanningSettings())
        panel = reader.panel([sku for piece in reader.pieces for sku in piece])
    rises = demo.truth.rises
    for case in [*_of_truth(rises), *_placebos(panel, seed)]:
        if (case.began - panel.start).days >= _LEAST_HISTORY_DAYS:
            days = min(_LONGEST_DAYS, (_END - case.began).days)
            yield case.truth(days), _estimated(panel, reader.drivers, case, rises, days)


def _of_truth(rises: tuple[Rise, ...]) -> list[_Case]:
    return [_Case(began=rise.starts_on, sku_ids=frozenset(rise.sku_ids), rise=rise) for rise in rises if rise.sku_ids]


def _placebos(panel: DemandPanel, seed: int) -> Iterator[_Case]:
    chance = np.random.default_rng(seed)
    products = panel.series["product_id"].unique().sort().to_list()
    for _ in range(_PLACEBOS):
        began = _END - timedelta(days=int(chance.integers(60, 330)))
        drawn = chance.choice(products, 2, replace=False).tolist()
        skus = panel.series.filter(pl.col("product_id").is_in(drawn))["sku_id"]
        yield _Case(began=began, sku_ids=frozenset(skus), rise=None)


def _estimated(panel: DemandPanel, drivers: Drivers, case: _Case, rises: tuple[Rise, ...], days: int) -> Lift:
    past = panel.until(case.began)
    # As in the daily run: what series share is learnt up to the morning, the rates of series on the eve of the rise.
    model = fit_model(panel.until(case.began + timedelta(days=days)), drivers)
    rate = rates_of(state_of(past, drivers, model), model)
    after = slice(past.days, past.days + days)
    used = (panel.availability[:, after] >= 1.0) & ~panel.censored[:, after]
    means = daily_means(past.series, rate.mean, model, drivers, case.began, days) * used
    linked = panel.series["sku_id"].is_in(case.sku_ids)
    moved = panel.series["sku_id"].is_in(_moved(case, rises, days))
    touched = panel.series.filter(linked)["product_id"].unique().implode()
    kept = (linked & ~moved) | (~panel.series["product_id"].is_in(touched) & ~moved)
    of_product = panel.series.select(pl.col("product_id") + pl.when(linked).then(pl.lit("*")).otherwise(pl.lit("")))
    names, rows = np.unique(of_product.to_series().to_numpy()[kept.to_numpy()].astype(str), return_inverse=True)
    units, expected = np.zeros((len(names), days)), np.zeros((len(names), days))
    np.add.at(units, rows, (panel.units[:, after] * used)[kept.to_numpy()])
    np.add.at(expected, rows, means[kept.to_numpy()])
    return estimate_lift(units, expected, np.char.endswith(names, "*"))


def _moved(case: _Case, rises: tuple[Rise, ...], days: int) -> frozenset[str]:
    """SKUs that another rise moves in these days or the four weeks before."""
    first, last = case.began - timedelta(days=_LONGEST_DAYS), case.began + timedelta(days=days)
    others = [
        one for one in rises if one is not case.rise and one.lift and one.starts_on < last and one.ends_on >= first
    ]
    return frozenset(sku for one in others for sku in one.sku_ids)
