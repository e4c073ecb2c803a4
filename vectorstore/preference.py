"""What counts besides the words: how old a hit is, and where it comes from.

    score = relevance * source * (1 - r + r * 2 ** (-age / half_life))

A hit without a date counts as one at the half-life.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from vectorstore.store import Payload

_DAY_S = 86_400.0


@dataclass(frozen=True, kw_only=True)
class Preference:
    """Declared weights; the defaults prefer nothing."""

    recency: float = 0.0
    """`r`, from 0 (age does not count) to 1."""
    half_life_days: float = 60.0
    """`half_life`."""
    now: datetime | None = None
    """Moment that ages are counted to; needed where recency counts."""
    date_field: str = "published_at"
    """Payload field with the date."""
    sources: Mapping[str, float] = field(default_factory=dict)
    """Source -> factor; 1 for others."""
    source_field: str = "source"
    """Payload field with the source."""

    def __post_init__(self) -> None:
        if self.recency and self.now is None:
            raise ValueError("recency needs a moment to count ages to")

    def factor(self, payload: Payload) -> float:
        """What a hit's score is multiplied by."""
        factor = self.sources.get(str(payload.get(self.source_field)), 1.0) if self.sources else 1.0
        if not self.recency or self.now is None:
            return factor
        date = payload.get(self.date_field)
        age_days = self.half_life_days
        if isinstance(date, datetime):
            age_days = max((self.now - date).total_seconds() / _DAY_S, 0.0)
        return factor * (1.0 - self.recency + self.recency * float(0.5 ** (age_days / self.half_life_days)))


NO_PREFERENCE = Preference()
