"""Charts as SVG: no script, no font file, so that they show in a page, a mail and on paper alike."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter, date2num
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from copilot.charts import Chart, ChartSeries, Role, Stroke

COLOURS: dict[Role, str] = {
    "observed": "#1f3a5f",
    "expected": "#8a8f98",
    "forecast": "#b5651d",
    "stock": "#2f7d5b",
    "threshold": "#a4243b",
}
_LINE_STYLES: dict[Stroke, str] = {"solid": "-", "dash": "--", "dot": ":", "dashdot": "-."}
# Text is laid out in the font that comes with matplotlib and shown in the page's own.
_MEASURED_FONT = "DejaVu Sans"
_STYLE = {
    "svg.fonttype": "none",
    "font.family": _MEASURED_FONT,
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#8a8f98",
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#e3e5e8",
    "legend.frameon": False,
}


@dataclass(frozen=True, kw_only=True)
class Room:
    """What a chart is laid out for. The page scales it to its width, text included."""

    width: float
    """Inches."""
    height: float
    """Inches; charts of bars are as high as they need."""
    dates: int
    """Most dates along the axis."""
    legend_letters: int
    """Letters in a row of the legend, a key counted as eight of them."""
    name_letters: int
    """Letters of a bar's name that go beside it; longer ones go above."""
    name: str
    """Of this room, in ids: two charts on a page share none that would differ."""


WIDE = Room(width=6.4, height=2.7, dates=8, legend_letters=110, name_letters=60, name="reassort")
NARROW = Room(width=3.3, height=2.6, dates=4, legend_letters=54, name_letters=18, name="reassort narrow")
"""A phone's page: scaled to it the wide chart has text of 7 pixels."""


def render_svg(chart: Chart, room: Room = WIDE) -> str:
    """The chart as an `<svg>` element named by its title and description; equal for equal input."""
    bars = [series for series in chart.series if series.kind == "bar"]
    dated = _is_dated(chart)
    with mpl.rc_context({**_STYLE, "svg.hashsalt": room.name}):
        above = any(len(name) > room.name_letters for series in bars for name in series.x)
        row = _BAR_INCHES * (len(bars) + 0.5) + (_NAME_INCHES if above else 0.0)
        height = 0.7 + row * len(bars[0].x) if bars and not dated else room.height
        figure = Figure(figsize=(room.width, height), dpi=_SVG_DPI, facecolor="none")
        canvas, layout = FigureCanvasSVG(figure), ConstrainedLayoutEngine()
        figure.set_layout_engine(layout)
        axes = figure.add_subplot(facecolor="none")
        if bars and not dated:
            _draw_bars(axes, bars, chart.y_label, name_share=_NAME_INCHES / row if above else 0.0)
        else:
            _draw_over_x(axes, chart, dated, room.dates)
        if len(chart.series) > 1:
            figure.legend(loc="outside upper left", ncols=_columns(chart, room), fontsize=9)
        # Laid out and drawn once: `savefig` would draw it for the layout, and again.
        layout.execute(figure)
        figure.set_layout_engine("none")
        out = io.StringIO()
        canvas.print_svg(out, metadata={"Date": None, "Creator": None})
    return _element(out.getvalue(), chart)


_BAR_INCHES = 0.11
_NAME_INCHES = 0.2
_KEY_LETTERS = 8
_SVG_DPI = 72
"""Of every SVG that matplotlib writes: a layout for another one would not fit."""

# Numbers only: month names would be in the language of the machine, not of the reader.
_DATE_FORMATS = ["%Y", "%m/%Y", "%d/%m", "%H:%M", "%H:%M", "%S"]
_DATE_ZEROS = ["", "%Y", "%d/%m", "%d/%m", "%H:%M", "%H:%M"]


def _draw_bars(axes: Axes, bars: Sequence[ChartSeries], value_label: str, *, name_share: float) -> None:
    """Categories down the side, so that long names stay readable; one bar a series beside the others.

    `name_share`: of a category's height, for its name above its bars; 0: names are beside them.
    """
    thickness = 0.8 * (1 - name_share) / len(bars)
    names = list(bars[0].x)
    for place, series in enumerate(bars):
        heights = dict(zip(series.x, series.y, strict=True))
        offsets = [row + name_share / 2 + thickness * (place + 0.5 - len(bars) / 2) for row in range(len(names))]
        values = [heights.get(name, 0.0) for name in names]
        axes.barh(offsets, values, thickness * 0.92, color=COLOURS[series.role], label=series.name)
    if name_share:
        axes.set_yticks([])
        for row, name in enumerate(names):
            axes.text(0, row - 0.5 + 0.6 * name_share, f" {name}", va="center")
    else:
        axes.set_yticks(range(len(names)), names)
    axes.invert_yaxis()
    axes.grid(visible=False, axis="y")
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel(value_label)


def _columns(chart: Chart, room: Room) -> int:
    """How many names of series fit side by side."""
    longest = max(len(series.name) for series in chart.series)
    return max(1, min(len(chart.series), room.legend_letters // (longest + _KEY_LETTERS)))


def _draw_over_x(axes: Axes, chart: Chart, dated: bool, dates: int) -> None:
    for series, stroke in zip(chart.series, chart.strokes(), strict=True):
        _draw(axes, series, stroke, dated)
    if dated:
        locator = AutoDateLocator(minticks=3, maxticks=dates)
        axes.xaxis.set_major_locator(locator)
        axes.xaxis.set_major_formatter(ConciseDateFormatter(locator, formats=_DATE_FORMATS, zero_formats=_DATE_ZEROS))
    elif chart.series:
        names = max((series.x for series in chart.series), key=len)
        axes.set_xticks(range(len(names)), names)
    axes.grid(visible=False, axis="x")
    axes.set_xlabel(chart.x_label)
    axes.set_ylabel(chart.y_label)
    axes.set_ylim(bottom=0)


def _draw(axes: Axes, series: ChartSeries, stroke: Stroke, dated: bool) -> None:
    x = np.array([date2num(date.fromisoformat(value)) if dated else place for place, value in enumerate(series.x)])
    colour = COLOURS[series.role]
    if series.kind == "band":
        axes.fill_between(x, series.low, series.high, color=colour, alpha=0.2, linewidth=0, label=series.name)
    elif series.kind == "bar":
        axes.bar(x, series.y, color=colour, label=series.name, width=0.7)
    elif series.kind == "step":
        axes.step(x, series.y, color=colour, where="post", label=series.name, linewidth=1.6)
    elif series.kind == "marker":
        axes.plot(x, series.y, color=colour, linestyle="none", marker="o", markersize=4, label=series.name)
    else:
        axes.plot(x, series.y, color=colour, linestyle=_LINE_STYLES[stroke], label=series.name, linewidth=1.8)


def _is_dated(chart: Chart) -> bool:
    values = [value for series in chart.series for value in series.x]
    return bool(values) and all(len(value) == 10 and value[4] == value[7] == "-" for value in values)


def _element(document: str, chart: Chart) -> str:
    """The `<svg>` element alone, named for readers who cannot see it."""
    document = document.replace(f"'{_MEASURED_FONT}'", "sans-serif")
    start = document.index("<svg")
    head, _, body = document[start:].partition(">")
    label = _escape(f"{chart.title}. {chart.description}")
    return f'{head} role="img" aria-label="{label}">{body}'.strip()


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
