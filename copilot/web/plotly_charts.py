"""Charts as Plotly figures: plain lists in JSON, which the chat's own plotly.js draws. No Plotly package is needed."""

from __future__ import annotations

import json
from textwrap import wrap

from copilot.briefs.svg import COLOURS
from copilot.charts import Chart, ChartSeries, Stroke

_INK, _SOFT, _LINE = "#1c2430", "#5b6472", "#e3e5e8"
_FONT = 'Helvetica, Arial, "DejaVu Sans", sans-serif'
_BAND_OPACITY = "33"
"""Two hex digits after a colour: a fifth."""
_LONG_LABEL = 10
_TITLE_LETTERS = 40
"""In a line of the title: what a phone has room for."""
_TOP = 84
"""Pixels above what is drawn, for a title of one line and a legend of two rows."""
_SEPARATORS = {"en": ".,", "fr": ", "}


def plotly_figure(chart: Chart, *, language: str) -> dict[str, object]:
    """The figure as plotly.js takes it: `data`, `layout`, `config`."""
    drawn = zip(chart.series, chart.strokes(), strict=True)
    traces = [trace for series, stroke in drawn for trace in _traces(series, stroke)]
    horizontal = _is_horizontal(chart)
    if horizontal:
        traces = [{**trace, "orientation": "h", "x": trace["y"], "y": trace["x"]} for trace in traces]
    return {"data": traces, "layout": _layout(chart, language, horizontal=horizontal), "config": {"displaylogo": False}}


def plotly_json(chart: Chart, *, language: str) -> str:
    """`plotly_figure` as JSON."""
    return json.dumps(plotly_figure(chart, language=language), ensure_ascii=False, separators=(",", ":"))


def _traces(series: ChartSeries, stroke: Stroke) -> list[dict[str, object]]:
    colour = COLOURS[series.role]
    shared: dict[str, object] = {"name": series.name, "x": list(series.x)}
    if series.kind == "band":
        hidden = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip"}
        low = {**shared, "type": "scatter", "y": list(series.low), "showlegend": False, **hidden}
        high = {**shared, "type": "scatter", "y": list(series.high), **hidden}
        return [low, {**high, "fill": "tonexty", "fillcolor": colour + _BAND_OPACITY}]
    shared["y"] = list(series.y)
    if series.kind == "bar":
        return [{**shared, "type": "bar", "marker": {"color": colour}}]
    if series.kind == "marker":
        return [{**shared, "type": "scatter", "mode": "markers", "marker": {"color": colour, "size": 6}}]
    line = {"color": colour, "width": 2, "shape": "hv" if series.kind == "step" else "linear", "dash": stroke}
    return [{**shared, "type": "scatter", "mode": "lines", "line": line}]


def _layout(chart: Chart, language: str, *, horizontal: bool) -> dict[str, object]:
    values: dict[str, object] = {"gridcolor": _LINE, "zeroline": False, "rangemode": "tozero", "automargin": True}
    names: dict[str, object] = {"showgrid": False, "automargin": True, "linecolor": _SOFT}
    values["title"], names["title"] = {"text": chart.y_label}, {"text": chart.x_label}
    if horizontal:
        names["autorange"] = "reversed"
        names["type"] = "category"
    elif _is_dated(chart):
        # Numbers only: plotly.js knows the names of months in English alone.
        names |= {"type": "date", "tickformat": "%d/%m", "hoverformat": "%d/%m/%Y"}
    else:
        names["type"] = "category"
    title = wrap(chart.title, _TITLE_LETTERS)
    top = max(_TOP, 20 + 20 * len(title) + 19 * len(chart.series))  # on a phone each name of the legend takes a row
    bars = len({name for series in chart.series for name in series.x})
    return {
        # From the figure's own corner: long names push the plot to the right, and narrow pages cut what begins there.
        "title": {
            "text": "<br>".join(title),
            "font": {"size": 15},
            "x": 0,
            "xref": "container",
            "y": 1,
            "yref": "container",
            "yanchor": "top",
            "pad": {"t": 12, "l": 16},
        },
        "font": {"family": _FONT, "size": 12, "color": _INK},
        "paper_bgcolor": "#ffffff",
        "plot_bgcolor": "#ffffff",
        "margin": {"l": 60, "r": 24, "t": top, "b": 56 if horizontal else 44},
        "height": top - _TOP + (max(320, 140 + 30 * bars * len(chart.series) // 2) if horizontal else 340),
        "barmode": "group",
        "hovermode": "closest" if horizontal else "x unified",
        "showlegend": len(chart.series) > 1,
        "legend": {
            "orientation": "h",
            "x": 0,
            "y": 1.02,
            "xanchor": "left",
            "yanchor": "bottom",
            "traceorder": "normal",
        },
        "separators": _SEPARATORS.get(language, ".,"),
        "xaxis": values if horizontal else names,
        "yaxis": names if horizontal else values,
    }


def _is_dated(chart: Chart) -> bool:
    values = [value for series in chart.series for value in series.x]
    return bool(values) and all(len(value) == 10 and value[4] == value[7] == "-" for value in values)


def _is_horizontal(chart: Chart) -> bool:
    """Bars with long names lie down, so that the names can be read."""
    bars = all(series.kind == "bar" for series in chart.series)
    return bars and not _is_dated(chart) and any(len(name) > _LONG_LABEL for s in chart.series for name in s.x)
