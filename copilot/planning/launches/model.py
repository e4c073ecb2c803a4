"""What past products teach about those to come: levels by analogues, launch curves, and how far both may be wrong.

The level of a product is units a day at multiplier 1, had all locations carried all of it. Of a product whose launch is
in the history it is that of its first eight weeks; of an older one its present level times what launches sell in their
first eight weeks over their half year. Errors are those of products that were left out whole: by fold, with likeness
learnt on the other folds. The variance of the rate is what makes 80 % of them fall into the interval from 10 % to 90 %.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np
import polars as pl

from copilot.planning.arrays import Flags, Floats, Integers
from copilot.planning.calibration import INTERVAL, coverage, heterogeneity
from copilot.planning.launches.curves import FIRST_WEEKS, LaunchSums, launch_curve
from copilot.planning.launches.facts import FACTS, Facts, differences
from copilot.planning.launches.likeness import Foretold, Levels, Likeness, foretell, learn

LEAST_PRODUCTS = 10
"""Products with history, below which nothing is foretold by analogues."""
_MOST_LEARNT = 600
_FOLDS = 4
_LEAST_LAUNCHES = 15
_CERTAIN_UNITS = 1.0
_OLD_TARGET = 0.3
"""How much a product whose launch is not in the history counts in what is learnt, beside one whose launch is."""
_VARIANCES = (0.003, 12.0)
_STEPS = 24


@dataclass(frozen=True, kw_only=True)
class Known:
    """Products with history, in their order; arrays are (known,)."""

    rows: Integers
    """Where they are among the facts."""
    level: Floats
    """Units a day."""
    units: Floats
    """What the level rests on."""
    launched: Flags
    """Whether their first weeks are in the history."""


@dataclass(frozen=True, kw_only=True)
class LaunchModel:
    """What was learnt."""

    facts: Facts
    known: Known
    levels: Levels
    like: Likeness
    variance: float
    """Squared coefficient of variation of a product's rate about what is foretold."""

    def foretold(self, rows: Integers) -> Foretold:
        """Levels of the products at these rows of the facts."""
        apart = differences(self.facts, rows, self.known.rows)
        return foretell(self.like, apart, self.levels, _categories(self.facts)[rows])


def known_products(facts: Facts, levels: tuple[Integers, Floats, Floats], sums: LaunchSums) -> Known:
    """Products with history, and their levels as the module says.

    `levels` are rows among the facts, present level, and units behind it; `sums` of those whose launch is known.
    """
    rows, level, units = levels
    first_units, first_expected = sums.levels(FIRST_WEEKS)
    place = {int(row): index for index, row in enumerate(rows)}
    launched = np.zeros(len(rows), dtype=np.bool_)
    level = level * float(launch_curve(sums)[:FIRST_WEEKS].mean())
    units = units.copy()
    for index, row in enumerate(facts.rows(sums.product_ids)):
        at = place.get(int(row))
        if at is not None and first_expected[index] > 0.0:
            launched[at] = True
            level[at] = (first_units[index] + 0.5) / (first_expected[index] + 0.5 / max(level[at], 1e-9))
            units[at] = first_units[index]
    return Known(rows=rows, level=np.maximum(level, 1e-9), units=units, launched=launched)


def learn_launches(facts: Facts, known: Known, *, dispersion: float, use: Flags | None = None) -> LaunchModel:
    """The model that the known products teach; of many, launches before others, drawn without regard to what they sold.

    `dispersion` is that of forecasts of series with history (`calibration.Spread`). `use` (facts,) says which facts may
    count; None: all.
    """
    certainty = known.units / (known.units + _CERTAIN_UNITS)
    levels = Levels(
        level=known.level,
        certainty=certainty,
        category=_categories(facts)[known.rows],
        target=np.where(known.launched, 1.0, _OLD_TARGET),
    )
    may = np.ones(len(FACTS), dtype=np.bool_) if use is None else use
    chosen = _chosen(facts, known)
    taught = _part(levels, chosen)
    apart = differences(facts, known.rows[chosen], known.rows[chosen])
    fold = np.array([_fold(product) for product in facts.products["product_id"].gather(known.rows[chosen].tolist())])
    foretold = np.full(len(chosen), float(taught.level.mean()))
    for number in range(_FOLDS):
        held, rest = np.flatnonzero(fold == number), np.flatnonzero(fold != number)
        if len(held) and len(rest):
            like = learn(apart[:, rest][:, :, rest], _part(taught, rest), may)
            found = foretell(like, apart[:, held][:, :, rest], _part(taught, rest), taught.category[held])
            foretold[held] = found.level
    errors = _Errors(
        foretold=foretold,
        units=known.units[chosen],
        level=known.level[chosen],
        launched=known.launched[chosen],
    )
    return LaunchModel(
        facts=facts,
        known=known,
        levels=levels,
        like=learn(apart, taught, may),
        variance=errors.variance(dispersion),
    )


@dataclass(frozen=True, kw_only=True)
class _Errors:
    """Levels that were foretold without the product; arrays are (products,)."""

    foretold: Floats
    units: Floats
    level: Floats
    launched: Flags

    def variance(self, dispersion: float) -> float:
        """Variance of the rate that they tell; launches alone where there are enough of them."""
        of_launches = int(self.launched.sum()) >= _LEAST_LAUNCHES
        told = self.launched if of_launches else np.ones(len(self.foretold), dtype=np.bool_)
        seen = self.units[told]
        mean = self.foretold[told] * seen / self.level[told]
        # The interval is that of one more product than there are errors.
        wanted = min(0.99, (INTERVAL[1] - INTERVAL[0]) * (1.0 + 1.0 / len(seen)))
        low, high = np.log(_VARIANCES)
        for _ in range(_STEPS):
            middle = (low + high) / 2.0
            k = heterogeneity(mean, dispersion, np.full(len(mean), np.exp(middle)))
            low, high = (middle, high) if coverage(seen, mean, k) < wanted else (low, middle)
        return float(np.exp((low + high) / 2.0))


def _chosen(facts: Facts, known: Known) -> Integers:
    """Which of the known products are learnt from."""
    ids = facts.products["product_id"].gather(known.rows.tolist()).to_list()
    drawn = np.array([zlib.crc32(f"drawn {product}".encode()) for product in ids])
    return np.sort(np.lexsort((drawn, ~known.launched))[:_MOST_LEARNT])


def _part(levels: Levels, chosen: Integers) -> Levels:
    return Levels(
        level=levels.level[chosen],
        certainty=levels.certainty[chosen],
        category=levels.category[chosen],
        target=levels.target[chosen],
    )


def _categories(facts: Facts) -> Integers:
    codes: Integers = facts.products["category"].fill_null("").rank("dense").cast(pl.Int64).to_numpy() - 1
    return codes


def _fold(product_id: str) -> int:
    return zlib.crc32(product_id.encode()) % _FOLDS
