"""What a scenario may change, and why it is refused where history says nothing of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from copilot.planning.arrays import Floats
from copilot.planning.drivers import Drivers
from copilot.planning.leading.sky import Climate, Sky
from copilot.planning.leading.weather_response import WeatherResponse
from copilot.signals.lift import Lift

RefusalCode = Literal[
    "no_past_reductions", "deeper_than_seen", "price_rise_unseen", "unknown_event", "event_never_seen",
    "trend_not_measured", "trend_no_lift", "weather_not_in_model", "weather_unclear", "weather_elsewhere",
    "weather_unseen", "weather_no_effect", "nothing_changes", "no_change_named",
    "unknown_price",
]  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """Why history has no answer."""

    code: RefusalCode
    about: str = ""
    """Category, event, term or weather."""
    seen_share: float | None = None
    """Deepest reduction that was seen, where a deeper one is asked for."""


@dataclass(frozen=True, kw_only=True)
class Reduction:
    """A share taken off what is paid on those days, on top of what is planned; below 0 the price rises."""

    share: float


@dataclass(frozen=True, kw_only=True)
class Event:
    """An event of the calendar on each of the days, in every country of the scope."""

    name: str


@dataclass(frozen=True, kw_only=True)
class Trend:
    """A rising term doubles or dies: its measured lift on the SKUs that it is about comes once more, or goes."""

    term: str
    """As it is called."""
    lift: Lift
    sku_ids: frozenset[str]
    dies: bool
    carried: float = 0.0
    """Share by which the forecast already lies above demand without the trend; at most the lift counts."""

    def log_factor(self, share: Floats) -> Floats:
        """Logarithm of what demand is multiplied by where the lift is `share`.

        A trend that dies takes away what of its lift the forecast carries; one that doubles adds the lift once more to
        demand without it.
        """
        carried = np.minimum(self.carried, np.maximum(share, 0.0))
        changed = 1.0 / (1.0 + carried) if self.dies else (1.0 + carried + share) / (1.0 + carried)
        log: Floats = np.log(np.maximum(changed, 0.05))
        return log


@dataclass(frozen=True, kw_only=True)
class Weather:
    """Each of the days is warmer or colder than expected, or so much rain falls."""

    said: str
    degrees: float = 0.0
    """Above what is expected, degrees Celsius; 0: as expected."""
    rain_mm: float | None = None
    """Of each day; None: as expected."""
    response: WeatherResponse | None = None
    """What past days teach of weather; None: nothing was learnt."""
    climate: Climate | None = None
    expected: Sky | None = None
    """Of the days, as the forecast has it."""


Lever = Reduction | Event | Trend | Weather


def with_reduction(drivers: Drivers, keys: Sequence[str], columns: slice, share: float) -> Drivers:
    """The drivers with `share` more taken off on those days; `keys` are `product_id|country`."""
    missing = [key for key in dict.fromkeys(keys) if key not in drivers.reduced]
    reduced = (*drivers.reduced, *missing)
    discount = np.concatenate(
        [drivers.discount[:-1], np.zeros((len(missing), drivers.days), np.float32), drivers.discount[-1:]]
    )
    own = [reduced.index(key) for key in dict.fromkeys(keys)]
    discount[own, columns] = 1.0 - (1.0 - discount[own, columns]) * (1.0 - share)
    return replace(drivers, reduced=reduced, discount=discount)


def with_event(drivers: Drivers, name: str, countries: Sequence[str], columns: slice) -> Drivers:
    """The drivers with the event on those days in those countries, where they know both."""
    event_days = drivers.event_days.copy()
    own = [drivers.countries.index(country) for country in countries if country in drivers.countries]
    event_days[own, columns, drivers.events.index(name)] = True
    return replace(drivers, event_days=event_days)
