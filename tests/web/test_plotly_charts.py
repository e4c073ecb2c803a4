"""Charts as Plotly figures."""

from __future__ import annotations

import json
from dataclasses import replace

from copilot.charts import Chart, ChartSeries, Role, SeriesKind
from copilot.web.plotly_charts import plotly_figure, plotly_json


def _chart(*series: ChartSeries) -> Chart:
    return Chart(title="T", x_label="", y_label="Pieces", series=series, description="D")


def _series(kind: SeriesKind, x: tuple[str, ...], **values: tuple[float, ...]) -> ChartSeries:
    return ChartSeries(name="s", kind=kind, role="forecast", x=x, **values)


DAYS = ("2026-11-02", "2026-11-03")


def test_a_band_is_two_lines_with_a_fill_between() -> None:
    figure = json.loads(plotly_json(_chart(_series("band", DAYS, low=(1.0, 2.0), high=(3.0, 5.0))), language="en"))
    low, high = figure["data"]
    assert (low["y"], high["y"]) == ([1.0, 2.0], [3.0, 5.0])
    assert high["fill"] == "tonexty"
    assert not low["showlegend"]


def test_values_are_plain_lists() -> None:
    figure = plotly_figure(_chart(_series("line", DAYS, y=(1.0, 2.0))), language="en")
    assert json.loads(json.dumps(figure))["data"][0]["y"] == [1.0, 2.0]


def test_days_are_written_in_numbers() -> None:
    layout = json.loads(plotly_json(_chart(_series("step", DAYS, y=(1.0, 2.0))), language="fr"))["layout"]
    assert layout["xaxis"]["tickformat"] == "%d/%m"
    assert layout["separators"] == ", "


def test_bars_with_long_names_lie_down() -> None:
    bars = _series("bar", ("London Covent Garden", "Lyon"), y=(1.0, 2.0))
    trace = json.loads(plotly_json(_chart(bars), language="en"))["data"][0]
    assert (trace["orientation"], trace["x"], trace["y"][0]) == ("h", [1.0, 2.0], "London Covent Garden")
    short = json.loads(plotly_json(_chart(_series("bar", ("38", "40"), y=(1.0, 2.0))), language="en"))
    assert "orientation" not in short["data"][0]
    assert short["layout"]["xaxis"]["type"] == "category"


def test_lines_that_mean_the_same_are_told_apart() -> None:
    roles: tuple[Role, ...] = ("observed", "expected", "observed", "observed", "expected")
    lines = [ChartSeries(name=str(at), kind="line", role=role, x=DAYS, y=(1.0, 2.0)) for at, role in enumerate(roles)]
    traces = json.loads(plotly_json(_chart(*lines), language="en"))["data"]
    assert [trace["line"]["dash"] for trace in traces] == ["solid", "dash", "dash", "dot", "dot"]


def test_the_title_begins_at_the_figures_corner_whatever_the_names_take() -> None:
    bars = _series("bar", ("London Covent Garden", "Lyon"), y=(1.0, 2.0))
    title = json.loads(plotly_json(_chart(bars), language="en"))["layout"]["title"]
    assert (title["xref"], title["yref"], title["x"], title["y"]) == ("container", "container", 0, 1)


def test_a_phone_has_room_for_the_title_and_a_row_of_the_legend_for_each_series() -> None:
    lines = [_series("line", DAYS, y=(1.0, 2.0)) for _ in range(4)]
    long = replace(_chart(*lines), title="Authors who write of something, by week and by day")
    short, tall = (plotly_figure(chart, language="en")["layout"] for chart in (_chart(*lines[:1]), long))
    assert isinstance(short, dict)
    assert isinstance(tall, dict)
    assert tall["title"]["text"] == "Authors who write of something, by week<br>and by day"
    more = tall["margin"]["t"] - short["margin"]["t"]
    assert tall["margin"]["t"] >= 2 * 20 + 4 * 19
    assert tall["height"] - short["height"] == more  # what is drawn keeps its height
