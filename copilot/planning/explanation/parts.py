"""A forecast in parts that add up to it exactly: level, weekday, season, events, reductions, correction.

A day's mean is a level r times factors: mean = r x f_1 x ... x f_n. What a factor is worth in units depends on what is
taken first, so none is: each gets its share of the logarithm,

    units of f_k = (mean - r) x ln f_k / ln(mean / r)

which is the logarithmic mean of mean and r times ln f_k (the additive log-mean Divisia index: Ang, The LMDI approach
to decomposition analysis, Energy Policy 33, 2005, 867-871): symmetric in the factors, nothing for a factor of 1, and
exact. The level itself is a sum. With shape a, prior mean m, units y and exposure e the rate is

    (a + y) / (a / m + e) = y / (a / m + e)  [own sales]  +  a / (a / m + e)  [what the series resembles]

A level of 2 under factors of 3 and 1/2 makes a mean of 3, of which the factors are worth 2.71 and -1.71:

>>> parts = shared_out(np.array([[2.0]]), np.array([[3.0]]), {"a": np.log([[3.0]]), "b": np.log([[0.5]])})
>>> [round(float(units[0, 0]), 2) for units in parts.values()]
[2.71, -1.71]
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from copilot.planning.arrays import Flags, Floats, Integers
from copilot.planning.boosted import MODEL_NAME as BOOSTED
from copilot.planning.explanation.morning import Morning
from copilot.planning.explanation.reductions import told_apart
from copilot.planning.features import FEATURE_GROUPS, feature_group
from copilot.planning.model_choice import Demand

OWN_SALES, RESEMBLING, LEVEL_NOW = "own_sales", "resembling", "level_now"
CORRECTION, AVERAGE = "correction", "average"
_MOST_SPLIT = 12_000
"""Series x days whose correction is split by features: one takes about a millisecond."""
_SERIES_AT_A_TIME = 4_000
_EQUAL = 1e-9


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """Demand over some days and what it rests on; arrays are (series,)."""

    mean: Floats
    """Units expected over the days."""
    parts: Mapping[str, Floats]
    """Code -> units: `own_sales`, `resembling`, `level_now`, `weekday`, `season`, `event:NAME`, `list_price` and
    `promotion` (reductions), `signals` (the gain of rising terms), `weather_ahead` (the weather forecast),
    `correction:GROUP` or `correction`. They add up to `mean`."""
    own_share: Floats
    """Share of the rate that the series' own sales say, 0 to 1."""
    models: tuple[str, ...]
    """Name of the model that made each."""

    def totals(self) -> dict[str, float]:
        """Units of each part over all series, in the order of the parts."""
        return {code: float(units.sum()) for code, units in self.parts.items()}


def explain(morning: Morning, rows: Integers, *, first: date, days: int) -> Explanation:
    """What demand of these series over the `days` days from `first` on rests on.

    The correction is split by groups of features, up to 12,000 series x days. Raises ValueError for days that forecasts
    do not reach.
    """
    start = (first - morning.as_of).days
    if start < 0 or start + days > morning.farthest:
        raise ValueError(f"days {first} + {days} are outside {morning.as_of} + {morning.farthest}")
    window = slice(start, start + days)
    split = len(rows) * days <= _MOST_SPLIT
    found = [
        _explained(morning, rows[at : at + _SERIES_AT_A_TIME], window, split=split)
        for at in range(0, max(len(rows), 1), _SERIES_AT_A_TIME)
    ]
    codes = dict.fromkeys(code for each in found for code in each.parts)
    return Explanation(
        mean=np.concatenate([each.mean for each in found]),
        parts={
            code: np.concatenate([each.parts.get(code, np.zeros(len(each.mean))) for each in found]) for code in codes
        },
        own_share=np.concatenate([each.own_share for each in found]),
        models=tuple(name for each in found for name in each.models),
    )


def shared_out(level: Floats, mean: Floats, logs: Mapping[str, Floats]) -> dict[str, Floats]:
    """Units of each factor, (series, days), by the module's formula; they add up to mean - level.

    `logs` are the factors' logarithms, which add up to ln(mean / level) but for rounding.
    """
    whole = np.sum([*logs.values()], axis=0) if logs else np.zeros_like(mean)
    still = np.abs(whole) < _EQUAL
    # Without any factor at work the rounding that is left goes to all alike.
    worth = np.divide(mean - level, whole, out=np.array(mean, dtype=np.float64), where=~still)
    return {code: worth * log for code, log in logs.items()}


def factors_of(morning: Morning, rows: Integers, *, split: bool) -> tuple[Demand, dict[str, Floats]]:
    """Demand as forecast of all days and the logarithms of what the rate is multiplied by, each (series, days)."""
    drivers, days, series = morning.reader.drivers, morning.farthest, morning.series[rows]
    level = np.broadcast_to(np.log(morning.parts.level[rows])[:, None], (len(rows), days))
    effects = morning.model.effects.log_factors(series, drivers, morning.as_of, days)
    logs = {LEVEL_NOW: level, **told_apart(effects, morning, series)}
    demand = morning.demand(rows)
    own: Flags = (demand.models == BOOSTED).to_numpy()
    led = {}
    if morning.boosted is not None and morning.boosted.leading is not None:
        led = morning.boosted.leading.log_factors(series, days)
        logs |= led
    if morning.boosted is None or morning.seen is None or not own.any():
        return demand, logs
    base = morning.base_means(rows, drivers, days)
    chosen = np.flatnonzero(own)
    if split:
        correction = morning.boosted.model.correction
        seen = morning.boosted.sees(morning.seen.rows(rows[chosen]))
        given = correction.contributions(seen, base[chosen], drivers)
        parts = {f"{CORRECTION}:{group}": log for group, log in _grouped(given, correction.names).items()}
    else:
        raised = np.exp(sum(led.values()))[chosen] if led else 1.0
        parts = {CORRECTION: np.log(demand.means[chosen] / base[chosen] / raised)}
    for code, log in parts.items():
        logs[code] = np.zeros((len(rows), days))
        logs[code][chosen] = log
    return demand, logs


def _explained(morning: Morning, rows: Integers, window: slice, *, split: bool) -> Explanation:
    demand, logs = factors_of(morning, rows, split=split)
    mean = demand.means[:, window]
    own = morning.parts.own.mean[rows]
    parts = shared_out(own[:, None], mean, {code: log[:, window] for code, log in logs.items()})
    units = morning.state.evidence.units[rows]
    own_share = units / (morning.parts.shape + units)
    days = mean.shape[1]
    summed = mean.sum(axis=1)
    found = {code: part.sum(axis=1) for code, part in parts.items()}
    # The rate's two terms take what rounding leaves, so that the parts add up.
    level = summed - np.sum([*found.values()], axis=0) if found else own * days
    return Explanation(
        mean=summed,
        parts={OWN_SALES: level * own_share, RESEMBLING: level * (1.0 - own_share), **found},
        own_share=own_share,
        models=tuple(demand.models),
    )


def _grouped(contributions: Floats, names: Sequence[str]) -> dict[str, Floats]:
    """Sums of the contributions (series, days, features + 1) by group of features, each (series, days). `average` is
    what the trees add to all alike.
    """
    groups = [*(str(feature_group(name)) for name in names), AVERAGE]
    return {
        group: contributions[:, :, np.flatnonzero([own == group for own in groups])].sum(axis=2)
        for group in (*FEATURE_GROUPS, AVERAGE)
        if group in groups
    }
