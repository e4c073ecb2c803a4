"""Trends a year ahead on real shares: weekly shares of posts that show each of 100 fashion items (HERMES).

Origins are the ends of 2016 and 2017; the 52 weeks after each are forecast from the weeks before. MASE is the mean
absolute error over that of the season repeated, inside the weeks before (Hyndman & Koehler, IJF 22, 2006, 679-688),
mean of the series. With the influencers' series as a leading signal, and without; by how much the influencers had
changed.

The settings of the model were chosen with both origins in view: other years will tell.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl

from benchmarks.figures import Figure, Targets, all_absent, real_data
from copilot.planning.arrays import Floats
from copilot.planning.weekly_shares import YEAR_WEEKS, forecast_shares

FOLDER = "trends_hermes"
ORIGINS = {"2016": "2017-01-09", "2017": "2018-01-08"}
"""Year that ended -> first week forecast."""
_STRONG_CHANGE = 0.2

TARGETS: Targets = {
    name.format(year): (unit, "lower", target)
    for year in ORIGINS
    for name, unit, target in (
        ("trends.mase_against_seasonal_naive_{}", "ratio", 0.8),
        ("trends.mase_without_influencers_{}", "ratio", None),
        ("trends.mase_seasonal_naive_{}", "MASE", None),
        ("trends.gain_where_influencers_changed_{}", "share", None),
        ("trends.gain_where_they_did_not_{}", "share", None),
    )
}
"""Name -> unit, direction, target. Ratios are to seasonal naive; gains are shares of the error that the influencers'
series add (negative: they help)."""


def run(quick: bool) -> Iterator[Figure]:
    """Errors at both origins; `quick` changes nothing, it takes a second."""
    del quick
    folder = real_data(FOLDER)
    if folder is None:
        yield from all_absent(TARGETS, FOLDER)
        return
    values = {name: value for year, first in ORIGINS.items() for name, value in measure(folder, year, first).items()}
    for name, (unit, better, target) in TARGETS.items():
        detail = f"100 series, {YEAR_WEEKS} weeks ahead, origin end of {name[-4:]}"
        yield Figure(name=name, value=values[name], unit=unit, target=target, better=better, detail=detail)


def measure(folder: Path, year: str, first: str) -> dict[str, float]:
    """Figures of one origin."""
    (weeks, names, shares), (_, _, leading) = (
        _read(folder / file) for file in ("main.csv.gz", "fashion_forward.csv.gz")
    )
    at = weeks.index(first)
    past, seen = shares[:, :at], shares[:, at : at + YEAR_WEEKS]
    groups = [name.rsplit("_", 1)[0] for name in names]
    scale = np.abs(past[:, YEAR_WEEKS:] - past[:, :-YEAR_WEEKS]).mean(axis=1)

    def errors(forecast: Floats) -> Floats:
        mase: Floats = np.abs(forecast - seen).mean(axis=1) / scale
        return mase

    naive = float(errors(past[:, -YEAR_WEEKS:]).mean())
    without = errors(forecast_shares(past, groups))
    with_them = errors(forecast_shares(past, groups, leading=leading[:, :at]))
    now, then = (np.sqrt(leading[:, at - back - 26 : at - back]).mean(axis=1) for back in (0, YEAR_WEEKS))
    changed = np.abs(now - then) > _STRONG_CHANGE * np.maximum(then, 1e-3)
    return {
        f"trends.mase_against_seasonal_naive_{year}": float(with_them.mean()) / naive,
        f"trends.mase_without_influencers_{year}": float(without.mean()) / naive,
        f"trends.mase_seasonal_naive_{year}": naive,
        f"trends.gain_where_influencers_changed_{year}": _gain(with_them[changed], without[changed]),
        f"trends.gain_where_they_did_not_{year}": _gain(with_them[~changed], without[~changed]),
    }


def _gain(with_them: Floats, without: Floats) -> float:
    return float(with_them.sum() / without.sum() - 1.0)


def _read(path: Path) -> tuple[list[str], list[str], Floats]:
    """First days of the weeks, names of the series, and shares, (series, weeks)."""
    table = pl.read_csv(path)
    shares: Floats = table.drop("week").to_numpy().astype(np.float64).T
    return table["week"].to_list(), table.columns[1:], shares
