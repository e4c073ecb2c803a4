"""The analogues behind the forecasts of new products, as rows of the lake: by name, with their weights and curves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl
import scipy as sp

from copilot.planning.arrays import Floats, Integers
from copilot.planning.calibration import INTERVAL
from copilot.planning.launches.curves import FIRST_WEEKS, LaunchSums, curves_like, launch_curve
from copilot.planning.launches.facts import FACTS, differences
from copilot.planning.launches.model import LaunchModel
from copilot.planning.launches.records import ANALOGUES_SCHEMA

_SHOWN = 8
_LEAST_WEIGHT = 0.005
_ALIKE = 0.25
_TELLS = 0.1
_WEEK_DAYS = 7


@dataclass(frozen=True, kw_only=True)
class Found:
    """What is foretold of new products; arrays are (new products,) where nothing else is said."""

    rows: Integers
    """Where they are among the facts."""
    level: Floats
    """Units a day over the first weeks, had all locations carried all of it."""
    variance: Floats
    """Squared coefficient of variation of that."""
    curves: Floats
    """(new products, CURVE_WEEKS): rate by week since launch over that of the first weeks."""
    weights: Floats
    """(new products, known products): shares in the level."""
    to_category: Floats
    """Share of the category and of all products in it."""


def analogue_rows(
    model: LaunchModel, found: Found, sums: LaunchSums, *, as_of: date, carried: Floats, history_days: Integers
) -> pl.DataFrame:
    """Rows of `ANALOGUES_SCHEMA`; `carried` (new products,) is the part of a full range that carries each."""
    names = model.facts.products["product_id"]
    own_curves = _own_curves(model, sums)
    tells = model.like.theta > _TELLS
    apart = differences(model.facts, found.rows, model.known.rows)
    # A fact that nobody tells, or that all share, is no reason for one of them.
    alike = (apart < _ALIKE) & (apart > _ALIKE).any(axis=2, keepdims=True)
    rows: list[dict[str, object]] = []
    for index, row in enumerate(found.rows):
        scale = float(carried[index]) * _WEEK_DAYS
        product = names[int(row)]
        rows.append({"product_id": product, **_own_row(found, index, scale), "history_days": int(history_days[index])})
        best = np.argsort(-found.weights[index], kind="stable")[:_SHOWN]
        rows += [
            {
                "product_id": product,
                "analogue_id": names[int(model.known.rows[known])],
                "weight": float(found.weights[index][known]),
                "alike": [FACTS[fact] for fact in np.flatnonzero(tells & alike[:, index, known])],
                "weekly_units": (model.known.level[known] * own_curves[known] * scale).tolist(),
            }
            for known in best[found.weights[index][best] >= _LEAST_WEIGHT]
        ]
    frame = pl.DataFrame([{"as_of": as_of, **cells} for cells in rows], schema=ANALOGUES_SCHEMA)
    return frame.sort("product_id", pl.col("analogue_id") != "", pl.col("weight").neg(), "analogue_id")


def _own_row(found: Found, index: int, scale: float) -> dict[str, object]:
    variance = float(found.variance[index])
    low, high = (float(sp.special.gammaincinv(1.0 / variance, level)) * variance for level in INTERVAL)
    return {
        "analogue_id": "",
        "weight": float(found.to_category[index]),
        "alike": [],
        "weekly_units": (found.level[index] * found.curves[index] * scale).tolist(),
        "interval_low": low,
        "interval_high": high,
    }


def _own_curves(model: LaunchModel, sums: LaunchSums) -> Floats:
    """Curve of each known product over its first weeks, (known, CURVE_WEEKS): that of all where its launch is not in
    the history."""
    wide = launch_curve(sums)
    place = {product: index for index, product in enumerate(sums.product_ids)}
    ids = model.facts.products["product_id"].gather(model.known.rows.tolist()).to_list()
    own = np.zeros((len(ids), len(sums.product_ids)))
    for index, product in enumerate(ids):
        if product in place:
            own[index, place[product]] = 1.0
    curves = curves_like(sums, wide, own)
    result: Floats = curves / curves[:, :FIRST_WEEKS].mean(axis=1, keepdims=True)
    return result
