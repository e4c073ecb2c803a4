"""Returns: which units come back, when, and for how much."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import numpy.typing as npt

from ingestion.demo.chance import generator
from ingestion.demo.demand import DemandModel
from ingestion.demo.network import Location
from ingestion.demo.styles import Range

_STORE_SHARE, _WEB_SHARE = 0.06, 0.20
_FIRST_DAYS, _LAST_DAYS = 3, 30
_MISFIT = {"small": 1.8, "true": 1.0, "large": 1.4}

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


class Takeback:
    """Units sold that are on their way back; each comes back where it was sold, for the price paid."""

    def __init__(self, model: DemandModel, range_: Range, network: tuple[Location, ...]) -> None:
        self._days = model.days
        self._chance = generator(model.seed, "returns")
        self._due: dict[int, list[tuple[Ints, Floats]]] = defaultdict(list)
        web = np.array([place.kind == "web" for place in network if place.kind != "warehouse"])
        misfit = np.array([_size_misfit(range_, number) for number in range(len(range_.skus))])
        share = np.where(web[model.series.location], _WEB_SHARE, _STORE_SHARE)
        self._share = np.minimum(share * misfit[model.series.sku], 0.6)

    def sell(self, day: int, at: Ints, units: Ints, price: Floats) -> None:
        """Decide which of the units sold on a day come back, and when. All arguments: (sold series,)."""
        back = self._chance.binomial(units, self._share[at])
        series, value = np.repeat(at, back), np.repeat(price, back)
        after = np.minimum(_FIRST_DAYS + self._chance.geometric(0.15, len(series)), _LAST_DAYS)
        for days in np.unique(after):
            chosen = after == days
            self._due[day + int(days)].append((series[chosen], value[chosen]))

    def due(self, day: int) -> tuple[Ints, Ints, Floats]:
        """Series that units come back to on a day, units, and amount paid back."""
        parts = self._due.pop(day, [])
        if not parts:
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros(0)
        at, inverse = np.unique(np.concatenate([series for series, _ in parts]), return_inverse=True)
        paid = np.concatenate([value for _, value in parts])
        units, value = np.bincount(inverse), np.bincount(inverse, weights=paid)
        return at, units.astype(np.int64), value.astype(np.float64)


def _size_misfit(range_: Range, number: int) -> float:
    """Factor on the return share of a SKU: a style that runs small comes back most in its smaller sizes."""
    sku = range_.skus[number]
    style = range_.styles[sku.style]
    place = list(style.sizes).index(sku.size)
    slope = {"small": -1, "true": 0, "large": 1}[style.fit]
    middle = (len(style.sizes) - 1) / 2
    return _MISFIT[style.fit] * (1 + 0.2 * slope * (place - middle))
