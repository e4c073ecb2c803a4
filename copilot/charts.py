"""Charts as data: what a chart shows, apart from what draws it. The chat draws them in Plotly, briefs in SVG."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Literal

SeriesKind = Literal["line", "bar", "band", "step", "marker"]
Role = Literal["observed", "expected", "forecast", "stock", "threshold"]
Stroke = Literal["solid", "dash", "dot", "dashdot"]

_STROKES: tuple[Stroke, ...] = ("solid", "dash", "dot", "dashdot")
_DASHED_ROLES = frozenset[Role]({"expected", "threshold"})


@dataclass(frozen=True, kw_only=True)
class ChartSeries:
    """One series. `x` are ISO dates or categories; `low` and `high` are given for bands only."""

    name: str
    kind: SeriesKind
    role: Role
    """What it means: decides its colour, the same in every chart."""
    x: tuple[str, ...]
    y: tuple[float, ...] = ()
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Chart:
    """One chart with its words in the reader's language."""

    title: str
    x_label: str
    y_label: str
    series: tuple[ChartSeries, ...]
    description: str
    """What it shows in a sentence, for readers who cannot see it."""

    def strokes(self) -> list[Stroke]:
        """How each series is drawn where it is a line: as its role is, further lines of a role each in another way."""
        seen: Counter[tuple[SeriesKind, Role]] = Counter()
        strokes: list[Stroke] = []
        for series in self.series:
            own = _STROKES[1:] if series.role in _DASHED_ROLES else _STROKES
            strokes.append(own[seen[series.kind, series.role] % len(own)])
            seen[series.kind, series.role] += 1
        return strokes
