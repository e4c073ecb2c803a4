"""Past rises seen from the mornings after they were called: what was forecast of their products, and what was wanted.

Forecasts are the base model's, made of the sales before each morning; season, events and reductions are those learnt
from all days. Products that no rise is about say what forecasts missed of all products alike. Sums over a week of a
rise's series are all that is kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date, timedelta

import numpy as np

from copilot.planning.arrays import Flags, Floats, Integers
from copilot.planning.demand_model import DemandModel, daily_means, rates_of, state_of
from copilot.planning.drivers import Drivers
from copilot.planning.leading.evidence import LOOKED_AT_DAYS, shown_on
from copilot.planning.leading.rises import KnownRise, any_moves
from copilot.planning.lessons import recovered
from copilot.planning.series import DemandPanel

AHEAD_DAYS = 28
_WEEK = 7
_MORNINGS = (0, 3, 7, 14, 21)
"""Days after the call of a rise on which it is looked at."""
_MOST_RISES = 24
_MOST_OTHERS = 2_000


@dataclass(frozen=True, kw_only=True)
class Looks:
    """Weeks of rises; arrays are (looks,)."""

    rise: Integers
    """Number of the rise, in the order in which they were called."""
    morning: Integers
    """Days from the panel's start to the morning of the forecast."""
    called: Integers
    """Days from the panel's start to the call."""
    age: Floats
    """Days from the first of the rise to the morning."""
    ahead: Floats
    """Days from the morning to the middle of the week."""
    wanted: Floats
    """Units that were wanted, as far as known."""
    base: Floats
    """Units forecast for the same days."""
    common: Floats
    """Units wanted over forecast of products that no rise is about, in the same week."""
    recent: Floats
    settled: Floats
    """What sales showed of the rise by the morning, see `Shown`."""

    @classmethod
    def of(cls, rows: Sequence[tuple[float, ...]]) -> Looks:
        """From one row of numbers a look, in the order of the fields."""
        rise, morning, called, *rest = np.array(rows, dtype=np.float64).reshape(-1, len(fields(cls))).T
        age, ahead, wanted, base, common, recent, settled = rest
        return cls(
            rise=rise.astype(np.int64), morning=morning.astype(np.int64), called=called.astype(np.int64),
            age=age, ahead=ahead, wanted=wanted, base=base, common=common, recent=recent, settled=settled,
        )  # fmt: skip

    def __len__(self) -> int:
        return len(self.rise)

    def rows(self, chosen: Flags) -> Looks:
        """Some of them."""
        return Looks(**{name: values[chosen] for name, values in vars(self).items()})


def look_back(panel: DemandPanel, drivers: Drivers, model: DemandModel, rises: Sequence[KnownRise]) -> Looks:
    """Looks at the newest two dozen rises that were called after eight weeks of the panel's sales."""
    least = panel.start + timedelta(days=LOOKED_AT_DAYS)
    newest = [rise for rise in rises if least <= rise.called_on < panel.before][-_MOST_RISES:]
    sample = panel.rows(_sampled(panel, rises))
    moved = any_moves(rises, sample.series)
    rows: list[tuple[float, ...]] = []
    for morning, due in _mornings(newest, panel.before):
        rows += list(_looks(sample, drivers, model, morning, due, moved))
    return Looks.of(rows)


def _sampled(panel: DemandPanel, rises: Sequence[KnownRise]) -> Flags:
    """Series that a rise is about, and some of the others, spread evenly."""
    moved = any_moves(rises, panel.series)
    others = np.flatnonzero(~moved)
    chosen = moved.copy()
    chosen[others[:: max(1, -(-len(others) // _MOST_OTHERS))]] = True
    return chosen


def _mornings(rises: Sequence[KnownRise], before: date) -> Iterator[tuple[date, list[tuple[int, KnownRise]]]]:
    """Mornings with the rises (number, rise) to look at on each."""
    due: dict[date, list[tuple[int, KnownRise]]] = {}
    for number, rise in enumerate(rises):
        for days in _MORNINGS:
            morning = rise.called_on + timedelta(days=days)
            if morning + timedelta(days=_WEEK) <= before:
                due.setdefault(morning, []).append((number, rise))
    yield from sorted(due.items())


def _looks(
    panel: DemandPanel,
    drivers: Drivers,
    model: DemandModel,
    morning: date,
    due: Sequence[tuple[int, KnownRise]],
    moved: Flags,
) -> Iterator[tuple[float, ...]]:
    past = panel.until(morning)
    days = min(AHEAD_DAYS, (panel.before - morning).days) // _WEEK * _WEEK
    rate = rates_of(state_of(past, drivers, model), model)
    base = daily_means(past.series, rate.mean, model, drivers, morning, days)
    ahead = slice(past.days, past.days + days)
    k = model.calibration.spread.heterogeneity(base, rate.variation[:, None])
    wanted, weight = recovered(panel.units[:, ahead], panel.availability[:, ahead], panel.censored[:, ahead], base, k)
    wanted, base = wanted * weight, base * weight
    for number, rise in due:
        own = rise.moves(panel.series)
        shown = shown_on(panel, morning, own, ~moved)
        for first in range(0, days, _WEEK):
            week = slice(first, first + _WEEK)
            usual = float(base[~moved][:, week].sum())
            common = float(wanted[~moved][:, week].sum()) / usual if usual > 0.0 else 1.0
            yield (
                number,
                past.days,
                (rise.called_on - panel.start).days,
                (morning - rise.first_day).days,
                first + _WEEK // 2,
                float(wanted[own][:, week].sum()),
                float(base[own][:, week].sum()),
                common,
                shown.recent,
                shown.settled,
            )
