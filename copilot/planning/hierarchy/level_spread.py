"""What the series of a node have in common, level by level: learnt on past mornings from sums that were forecast.

On each past morning the model sees earlier days only and forecasts the week and the fortnight after, series by series.
A level's common variance c is the one under which the interval from 10 % to 90 % of its nodes' sums covers 80 %; where
a level has few nodes, the one under which squared errors are as large as expected (method of moments). It is shrunk to
that of the finer products in the same places, and that of SKUs to the common variance that series carry anyway: nodes
of one morning err together in part, so that a morning counts as the root of its nodes, and few mornings say little of
how odd the next one may be; three times less of being surer than of being less sure, since orders on too narrow an
interval cost more. The interval is that of one more morning: as wide as Student's t has it with as many degrees of
freedom as there are mornings and those that they lean on. Of a series that sold out the demand expected given its
sales stands in for what was seen.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl
import scipy as sp

from copilot.planning.arrays import Floats
from copilot.planning.calibration import INTERVAL, coverage, heterogeneity
from copilot.planning.demand_model import DemandModel, rates_of, state_of
from copilot.planning.drivers import Drivers
from copilot.planning.hierarchy.levels import LEVELS, Grouping, Level, PlaceLevel, ProductLevel, grouped
from copilot.planning.launches.records import MODEL_NAME as ANALOGUES
from copilot.planning.negative_binomial import expected_given_at_least
from copilot.planning.series import DemandPanel
from ingestion.errors import TableMissingError
from ingestion.lake import Lake

SPREADS_TABLE = "level_spreads"
HORIZONS_DAYS = (7, 14)
MORNINGS = 8
_STEP_DAYS = 14
_LEAST_HISTORY_DAYS = 28
_MANY_SUMS = 60
_USUAL_MORNINGS, _SURER = 8.0, 3.0
_FINER = {"product": "sku", "category": "product", "all": "category"}
_STEPS = 20
_LEAST, _MOST = 1e-5, 1.0
_NAMES = ("sku_id", "product_id", "category", "location_id", "country")
_LEAST_MEAN = 1.0
"""Units: sums below it tell nothing of what nodes have in common."""

SPREADS_SCHEMA = pl.Schema(
    {
        "as_of": pl.Date(),
        "by": pl.String(),
        "at": pl.String(),
        "common_variance": pl.Float64(),
        "sums": pl.Int64(),
        "coverage": pl.Float64(),
    }
)
"""Lake table `level_spreads`: one row a level. `common_variance` is the part of the rate variance that the series of a
node share, `sums` how many forecasts of sums taught it, `coverage` the share of them then within 10 % to 90 %."""


@dataclass(frozen=True, kw_only=True)
class Sums:
    """One horizon of one morning; all (series,)."""

    mean: Floats
    dispersion: Floats
    rate_variance: Floats
    seen: Floats


@dataclass(frozen=True, kw_only=True)
class _NodeSums:
    """Sums of a level's nodes over mornings and horizons; all (sums,)."""

    mean: Floats
    seen: Floats
    own: Floats
    """Variance beyond the Poisson's without anything in common."""
    rate: Floats
    """Sum of the series' rate variances times squared means, what a common part is taken from."""
    squares: Floats
    """Sum of squared means."""

    @property
    def alone(self) -> bool:
        """Whether each node is one series."""
        return bool((self.squares > (1.0 - 1e-9) * self.mean**2).all())

    def excess(self, common: float) -> Floats:
        """Variance beyond the Poisson's with that common variance."""
        return self.own + np.maximum(self.rate - common * self.squares, 0.0) + common * self.mean**2


def learn_spreads(panel: DemandPanel, drivers: Drivers, model: DemandModel, locations: pl.DataFrame) -> pl.DataFrame:
    """Common variance of every level, as `level_spreads`; `locations` say in which city each series is."""
    cities = locations.select("location_id", pl.col("city").fill_null(""))
    series = panel.series.join(cities, on="location_id", how="left", maintain_order="left")
    usual = model.calibration.spread.common_variance
    return level_spreads(series, list(past_sums(panel, drivers, model)), usual=usual)


def past_sums(panel: DemandPanel, drivers: Drivers, model: DemandModel) -> Iterator[Sums]:
    """Sums of each series on past mornings of the panel, newest first; none where the history is too short."""
    for number in range(MORNINGS):
        day = panel.days - max(HORIZONS_DAYS) - number * _STEP_DAYS
        if day < _LEAST_HISTORY_DAYS:
            return
        yield from sums_after(panel, drivers, model, day)


def sums_after(panel: DemandPanel, drivers: Drivers, model: DemandModel, day: int) -> Iterator[Sums]:
    """Sums of each series over `HORIZONS_DAYS` from that column of the panel on, forecast from the days before it."""
    past = panel.until(panel.start + timedelta(days=day))
    rate = rates_of(state_of(past, drivers, model), model)
    spread = model.calibration.spread
    variance = spread.rate_variance(rate.variation)
    for days in HORIZONS_DAYS:
        ahead = slice(day, day + days)
        multipliers = model.effects.multipliers(panel.series, drivers, past.before, days)
        sold_out = np.cumsum(panel.censored[:, ahead], axis=1) > 0
        share = np.where(sold_out, 1.0, panel.availability[:, ahead])
        mean = rate.mean * (multipliers * share).sum(axis=1, dtype=np.float64)
        seen = panel.units[:, ahead].sum(axis=1, dtype=np.float64)
        least = sold_out[:, -1]
        k = heterogeneity(mean, spread.dispersion, variance)
        seen[least] = expected_given_at_least(np.ceil(seen[least]), mean=mean[least], heterogeneity=k[least])
        yield Sums(mean=mean, dispersion=np.full(len(mean), spread.dispersion), rate_variance=variance, seen=seen)


def level_spreads(
    series: pl.DataFrame, sums: Sequence[Sums], levels: Sequence[Level] = LEVELS, *, usual: float
) -> pl.DataFrame:
    """Common variance of each level that the sums teach: by, at, common_variance, sums, coverage. No rows without sums.

    `series` has the columns of the levels, finer products first; `usual` is the common variance that the series carry,
    which few sums lean on. Nodes of one series each tell nothing of it.
    """
    rows, learnt = [], dict[tuple[str, str], float]()
    mornings = len(sums) / len(HORIZONS_DAYS)
    for level in levels if sums else ():
        nodes = _node_sums(grouped(series, level), sums)
        count = len(nodes.mean)
        if not count:
            continue
        rest = learnt.get((_FINER.get(level.by, ""), level.at), usual)
        own = rest if nodes.alone else _covering(nodes) if count >= _MANY_SUMS else _by_moments(nodes)
        weight = mornings * math.sqrt(count / len(sums))
        lean = _USUAL_MORNINGS if own >= rest else _USUAL_MORNINGS * _SURER
        learnt[level.by, level.at] = float((weight * own + lean * rest) / (weight + lean))
        common = learnt[level.by, level.at] * _of_one_more(mornings + _USUAL_MORNINGS)
        within = coverage(nodes.seen, nodes.mean, nodes.excess(common) / nodes.mean**2)
        rows.append((level.by, level.at, common, count, within))
    schema = {name: kind for name, kind in SPREADS_SCHEMA.items() if name != "as_of"}
    return pl.DataFrame(rows, schema=schema, orient="row")


def covered(series: pl.DataFrame, sums: Sequence[Sums], level: Level, common_variance: float) -> float:
    """Share of the level's sums within their interval from 10 % to 90 % with that common variance; NaN without any."""
    nodes = _node_sums(grouped(series, level), sums)
    return coverage(nodes.seen, nodes.mean, nodes.excess(common_variance) / nodes.mean**2)


def _node_sums(grouping: Grouping, sums: Sequence[Sums]) -> _NodeSums:
    columns = []
    for each in sums:
        squares = each.mean**2
        stacked = (
            each.mean, each.seen, (each.dispersion - 1.0) * each.mean, each.rate_variance * squares, squares
        )  # fmt: skip
        found = grouping.sums(np.stack(stacked, axis=1))
        columns.append(found[found[:, 0] >= _LEAST_MEAN])
    mean, seen, own, rate, squares = np.concatenate(columns).T
    return _NodeSums(mean=mean, seen=np.round(seen), own=own, rate=rate, squares=squares)


def _of_one_more(mornings: float) -> float:
    """Variance of a morning like those over what that many of them teach: 1.19 of 8."""
    return float((sp.special.stdtrit(mornings, INTERVAL[1]) / sp.special.ndtri(INTERVAL[1])) ** 2)


def _covering(nodes: _NodeSums) -> float:
    """Common variance at which coverage is the interval's, by bisection on its logarithm."""
    low, high = np.log(_LEAST), np.log(_MOST)
    for _ in range(_STEPS):
        middle = (low + high) / 2.0
        covered = coverage(nodes.seen, nodes.mean, nodes.excess(float(np.exp(middle))) / nodes.mean**2)
        low, high = (middle, high) if covered < INTERVAL[1] - INTERVAL[0] else (low, middle)
    found = float(np.exp((low + high) / 2.0))
    return 0.0 if found < 2.0 * _LEAST else found


def _by_moments(nodes: _NodeSums) -> float:
    """Common variance that makes squared errors as large as expected, each sum counted by its share of its mean."""
    relative = ((nodes.seen - nodes.mean) / nodes.mean) ** 2
    independent = (nodes.mean + nodes.own + nodes.rate) / nodes.mean**2
    room = 1.0 - nodes.squares / nodes.mean**2
    total = float(room.sum())
    return float(np.clip((relative - independent).sum() / total, 0.0, _MOST)) if total > 1e-9 else 0.0


def write_spreads(lake: Lake, found: pl.DataFrame, as_of: date) -> int:
    """Put what was learnt in place of that of the same `as_of`; return the table's version."""
    rows = found.with_columns(as_of=pl.lit(as_of)).select(SPREADS_SCHEMA.names())
    return lake.replace_day(SPREADS_TABLE, rows, as_of=as_of)


def newest_spreads(lake: Lake, *, as_of: date) -> pl.DataFrame | None:
    """What was learnt last by that morning, in `SPREADS_SCHEMA`; None where nothing was."""
    try:
        known = lake.scan(SPREADS_TABLE).filter(pl.col("as_of") <= as_of).collect()
    except TableMissingError:
        return None
    newest = known.filter(pl.col("as_of") == pl.col("as_of").max())
    return newest.select(SPREADS_SCHEMA.names()) if newest.height else None


def common_variance_of(spreads: pl.DataFrame | None, level: Level) -> float | None:
    """What the level has in common; None where no morning told."""
    if spreads is None:
        return None
    own = spreads.filter(by=level.by, at=level.at)["common_variance"]
    return float(own[0]) if len(own) else None


def level_of(series: pl.DataFrame) -> Level:
    """The finest level at which all these series are one node; they have sku_id, product_id, category, location_id and
    country."""
    one = {
        name: series[name].n_unique() == 1 for name in ("sku_id", "product_id", "category", "location_id", "country")
    }
    by: ProductLevel = (
        "sku" if one["sku_id"] else "product" if one["product_id"] else "category" if one["category"] else "all"
    )
    at: PlaceLevel = "location" if one["location_id"] else "country" if one["country"] else "chain"
    return Level(by=by, at=at)


def at_their_level(series: pl.DataFrame, spreads: pl.DataFrame | None) -> pl.DataFrame:
    """The series with the `common_variance` of the level whose one node they are, as far as it was learnt."""
    common = common_variance_of(spreads, level_of(series)) if series.height > 1 else None
    return series if common is None else series.with_columns(common_variance=in_common(common))


def in_common(level: float) -> pl.Expr:
    """What each series has in common with others of a node whose level has `level` in common.

    Those of a product without history keep what they share of not knowing it, which no past sum of the level told.
    """
    is_new = pl.col("model") == ANALOGUES
    return pl.when(is_new).then(pl.max_horizontal("common_variance", pl.lit(level))).otherwise(pl.lit(level))
