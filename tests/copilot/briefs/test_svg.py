"""Charts as SVG."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from copilot.briefs.svg import NARROW, WIDE, Room, render_svg
from copilot.charts import Chart, ChartSeries, Role

NAMED_BARS: tuple[tuple[str, Role], ...] = (("stock", "stock"), ("to send", "forecast"))


def _chart(**changes: object) -> Chart:
    days = ("2026-10-19", "2026-10-26", "2026-11-01")
    values: dict[str, object] = {
        "title": "Camel coat",
        "x_label": "",
        "y_label": "authors",
        "description": "Authors a week",
        "series": (
            ChartSeries(name="usual", kind="band", role="expected", x=days, low=(3, 3, 3), high=(9, 9, 9)),
            ChartSeries(name="observed", kind="line", role="observed", x=days, y=(5, 6, 21)),
        ),
    }
    return Chart(**{**values, **changes})  # type: ignore[arg-type]


def test_equal_charts_give_equal_svg() -> None:
    assert render_svg(_chart()) == render_svg(_chart())


def test_words_of_the_chart_are_text_and_named_for_screen_readers() -> None:
    root = ElementTree.fromstring(render_svg(_chart()))
    assert root.get("role") == "img"
    assert root.get("aria-label") == "Camel coat. Authors a week"
    texts = {"".join(element.itertext()).strip() for element in root.iter("{http://www.w3.org/2000/svg}text")}
    assert {"authors", "usual", "observed"} <= texts


def test_categories_are_drawn_as_bars_beside_each_other() -> None:
    stores = ("Lyon", "Milan")
    bars = tuple(ChartSeries(name=name, kind="bar", role=role, x=stores, y=(2, 4)) for name, role in NAMED_BARS)
    svg = render_svg(_chart(series=bars))
    assert all(store in svg for store in stores)
    assert svg.count("#2f7d5b") == svg.count("#b5651d") == 3  # two bars and the legend's patch


def test_markup_in_names_stays_text() -> None:
    svg = render_svg(_chart(title='<script>alert("x")</script>', y_label="<b>"))
    assert "<script" not in svg
    assert "<b>" not in svg


def test_lines_that_mean_the_same_are_told_apart() -> None:
    weeks = ("1", "2")
    lines = tuple(ChartSeries(name=name, kind="line", role="observed", x=weeks, y=(1, 2)) for name in ("a", "b"))
    alone, both = (render_svg(_chart(series=lines[:count])).count("stroke-dasharray") for count in (1, 2))
    assert both == alone + 2  # the line and the legend's


@pytest.mark.parametrize(("room", "pixels"), [(WIDE, 800), (NARROW, 300)], ids=["a screen's card", "a phone's card"])
def test_no_text_is_small_on_the_page_it_is_laid_out_for(room: Room, pixels: int) -> None:
    svg = render_svg(_chart(), room)
    width = float(ElementTree.fromstring(svg).get("viewBox", "").split()[2])
    sizes = [float(size) for size in re.findall(r"font-size: ([0-9.]+)px", svg)]
    assert min(sizes) * pixels / width >= 11


def test_long_names_leave_narrow_bars_their_room() -> None:
    names = ("Colette brown 40 - London Shoreditch", "Colette black 40 - Paris Marais")
    svg = render_svg(
        _chart(series=(ChartSeries(name="demand", kind="bar", role="forecast", x=names, y=(2, 4)),)), NARROW
    )
    assert all(name in svg for name in names)
    longest = max(_widths(svg, "#b5651d"))
    assert longest > 0.8 * float(ElementTree.fromstring(svg).get("viewBox", "").split()[2])


def test_the_two_forms_of_a_chart_share_no_id_that_means_two_things() -> None:
    defined = [re.findall(r'<(?:clipPath|path) id="([^"]+)"', render_svg(_chart(), room)) for room in (WIDE, NARROW)]
    assert all(defined)
    assert not set(defined[0]) & set(defined[1])


def _widths(svg: str, colour: str) -> list[float]:
    """Of the rectangles filled in a colour."""
    shapes = re.findall(rf'<path d="([^"]+)"[^>]*fill: {colour}', svg)
    places = [[float(place) for place in re.findall(r"[ML] ([0-9.]+)", shape)] for shape in shapes]
    return [max(x) - min(x) for x in places]
