"""Charts as data: what a chart shows, apart from what draws it. The chat draws them in Plotly, briefs in SVG."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

SeriesKind = Literal["line", "bar", "band", "step", "marker"]
Role = Literal["observed", "expected", "forecast", "stock", "threshold"]


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
