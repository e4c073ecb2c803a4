"""Which series are rising, as one morning follows another."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from copilot.settings import SignalSettings
from copilot.signals.counting import Recent
from copilot.signals.scan import LONGEST_WINDOW
from copilot.signals.stages import is_fading
from copilot.signals.weeks import DAYS, Flags, Floats, Integers

LONGEST_RUN_DAYS = 56
LONGEST_RUN_UNKNOWN_SEASON_DAYS = 21
_SHORTEST_LOOK_DAYS = 3


@dataclass(kw_only=True)
class Life:
    """One rise from its first day on; days are mornings since the replay began."""

    row: int
    """Of the series."""
    began: int
    """Morning on which it was called."""
    first_day: int
    ended: int | None = None
    """First morning on which it was no longer above; None: it still is, or nobody looked further."""
    fading: list[int] = field(default_factory=list)
    """Mornings on which it was fading."""


@dataclass(kw_only=True)
class Runs:
    """Which of `n` series are rising, as one morning follows another."""

    rising: Flags
    shares: Floats
    """(p,): of the pairs of rising series, authors expected for each other author of the source, as before the rise."""
    dispersion: Floats
    q_values: Floats
    """Smallest of the rise so far."""
    excess: Floats
    """Share of the recent authors who are there because it rises."""
    age_days: Integers
    """Days since the rise began."""
    most_days: Integers
    """Days that it may last."""
    idle_days: Integers
    """Mornings since the last rise ended."""
    followed_days: int = 0
    """Days that every rise may last instead; 0: as the season is known."""
    morning: int = 0
    lives: list[Life] = field(default_factory=list)
    """Every rise so far, by when it was called."""

    @classmethod
    def none(cls, n: int, pairs: int, *, followed_days: int = 0) -> Runs:
        return cls(
            followed_days=followed_days,
            rising=np.zeros(n, dtype=np.bool_),
            shares=np.full(pairs, np.nan),
            dispersion=np.ones(n),
            q_values=np.ones(n),
            excess=np.zeros(n),
            age_days=np.zeros(n, dtype=np.int64),
            most_days=np.zeros(n, dtype=np.int64),
            idle_days=np.full(n, LONGEST_WINDOW, dtype=np.int64),
        )

    def begin(self, row: int, *, dispersion: float, q_value: float, days: int, season_known: bool) -> None:
        """Let a series rise since `days` days."""
        self.rising[row] = True
        self.dispersion[row], self.q_values[row] = dispersion, q_value
        self.age_days[row] = days
        usual = LONGEST_RUN_DAYS if season_known else LONGEST_RUN_UNKNOWN_SEASON_DAYS
        self.most_days[row] = self.followed_days or usual
        self.lives.append(Life(row=row, began=self.morning, first_day=self.morning - days))

    def go_on(self, recent: Recent, settings: SignalSettings) -> None:
        """End the rises that have fallen back, or lasted as long as they may."""
        self.age_days += 1
        self.morning += 1
        look = np.clip(self.age_days, _SHORTEST_LOOK_DAYS, DAYS) - 1
        row = np.arange(len(look))
        week = recent.authors[:, DAYS - 1]
        high = recent.authors[row, look] >= (1.0 + settings.minimum_ratio) / 2.0 * recent.exposure[row, look]
        goes_on = self.rising & (week >= settings.minimum_authors) & high & (self.age_days <= self.most_days)
        self.idle_days = np.where(self.rising & ~goes_on, 0, self.idle_days + 1)
        self._note_lives(recent, goes_on)
        self.rising = goes_on
        self.note_excess(recent)

    def note_q_values(self, q_values: Floats) -> None:
        """Keep the smallest q-value of each rise."""
        self.q_values = np.where(self.rising, np.minimum(self.q_values, q_values), self.q_values)

    def note_excess(self, recent: Recent) -> None:
        """Note which share of the last seven days' authors are there because their series rises."""
        share = 1.0 - recent.exposure[:, DAYS - 1] / np.maximum(recent.authors[:, DAYS - 1], 1.0)
        self.excess = np.where(self.rising, np.clip(share, 0.0, 1.0), 0.0)

    def _note_lives(self, recent: Recent, goes_on: Flags) -> None:
        """Note which rises end, and which fade."""
        going = {life.row: life for life in self.lives if life.ended is None and self.rising[life.row]}
        for row, life in going.items():
            week = recent.authors[row, DAYS - 1]
            if not goes_on[row]:
                life.ended = self.morning if self.age_days[row] <= self.most_days[row] else None
            elif is_fading(authors=week, authors_before=recent.authors[row, 2 * DAYS - 1] - week):
                life.fading.append(self.morning)
