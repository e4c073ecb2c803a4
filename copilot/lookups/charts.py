"""Charts of what lookups find, with their words in the reader's language."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import polars as pl

from copilot.charts import Chart, ChartSeries
from copilot.lookups.scope import Period
from copilot.settings import Language
from copilot.wording import label, phrase

_MOST_BARS = 15
_DAILY_UP_TO_DAYS = 35


def stock_bars(named: pl.DataFrame, *, by_location: bool, language: Language) -> Chart | None:
    """On hand and on its way, by location or by product, colour and size; None where there is one bar or none.

    A warehouse, which holds many times what a store does, is left out where there are stores.
    """
    by_location = by_location and "location" in named.columns
    stores = named.filter(pl.col("kind") != "warehouse") if by_location else named
    named = named if stores.is_empty() else stores
    by = _place() if by_location else _item(named)
    bars = (
        named.group_by(by.alias("bar"), maintain_order=True)
        .agg(pl.col("on_hand_units", "inbound_units").sum())
        .sort("on_hand_units", descending=True, maintain_order=True)
        .head(_MOST_BARS)
    )
    if bars.height < 2:
        return None
    series = [_bars(label("figures", "on_hand_units", language), "stock", bars, "on_hand_units")]
    if bars["inbound_units"].sum():
        series.append(_bars(label("figures", "inbound_units", language), "expected", bars, "inbound_units"))
    return _chart("stock_by_location" if by_location else "stock_by_item", language, series)


def restock_bars(lines: pl.DataFrame, *, language: Language) -> Chart | None:
    """Units to send and on hand, by location; None where nothing is sent."""
    bars = (
        lines.group_by(_place().alias("bar"))
        .agg(pl.col("restock_units", "on_hand_units").sum())
        .sort(pl.col("restock_units").neg(), "bar")
        .head(_MOST_BARS)
    )
    if bars.is_empty():
        return None
    on_hand = _bars(label("figures", "on_hand_units", language), "stock", bars, "on_hand_units")
    to_send = _bars(label("figures", "restock_units", language), "forecast", bars, "restock_units")
    return _chart("restock", language, [on_hand, to_send])


def stock_against_demand(lines: pl.DataFrame, *, language: Language) -> Chart | None:
    """On hand against expected demand for the first lines; None where there is none."""
    several = lines["location_id"].n_unique() > 1
    bars = lines.head(_MOST_BARS).with_columns(
        bar=pl.concat_str([_item(lines), pl.col("location")], separator=" - ") if several else _item(lines)
    )
    if bars.is_empty():
        return None
    on_hand = _bars(label("figures", "on_hand_units", language), "stock", bars, "on_hand_units")
    demand = _bars(label("figures", "mean_demand_units", language), "forecast", bars, "mean_demand_units")
    return _chart("risk", language, [on_hand, demand])


def cover_bars(named: pl.DataFrame, *, language: Language) -> Chart:
    """On hand against expected demand, by place, or by product, colour and size, or category."""
    by = _place() if "location" in named.columns else _item(named)
    bars = named.head(_MOST_BARS).with_columns(by.alias("bar"))
    on_hand = _bars(label("figures", "on_hand_units", language), "stock", bars, "on_hand_units")
    demand = _bars(label("figures", "mean_demand_units", language), "forecast", bars, "mean_demand_units")
    return _chart("cover", language, [on_hand, demand])


def stock_outlook(demand: pl.DataFrame, stock: Sequence[float], *, language: Language) -> Chart:
    """Stock with what arrives, day by day, against demand added up: where they cross, it runs out.

    `demand` has date and, added up from the first day on, p10, p50, p90; `stock` is as long.
    """
    held = ChartSeries(
        name=phrase("charts.outlook.stock", language),
        kind="step",
        role="stock",
        x=_days(demand["date"]),
        y=tuple(float(units) for units in stock),
    )
    return _chart("outlook", language, [*_fan(demand, language), held])


def sales_over_time(now: pl.DataFrame, before: pl.DataFrame, period: Period, *, language: Language) -> Chart | None:
    """Units sold by day, by week in longer periods, against the year before; None for a single day."""
    if period.days < 2:
        return None
    step = 1 if period.days <= _DAILY_UP_TO_DAYS else 7
    starts = [period.since + timedelta(days=day) for day in range(0, period.days, step)]
    x = tuple(start.isoformat() for start in starts)
    sold = _sums(now, period.since, step, len(starts))
    series = [ChartSeries(name=phrase("charts.sales.now", language), kind="line", role="observed", x=x, y=sold)]
    if before.height:
        earlier = _sums(before, period.year_before().since, step, len(starts))
        name = phrase("charts.sales.last_year", language)
        series.append(ChartSeries(name=name, kind="line", role="expected", x=x, y=earlier))
    return _chart("sales" if step == 1 else "sales_weekly", language, series)


def demand_fan(daily: pl.DataFrame, history: pl.DataFrame, *, language: Language) -> Chart:
    """Sales of the days before, then the middle forecast with the range that holds it in 80 cases of 100.

    `daily` has date, p10, p50, p90; `history` has date and units.
    """
    series = _fan(daily, language)
    if history["units"].sum():
        sold, days = tuple(float(units) for units in history["units"]), _days(history["date"])
        name = label("figures", "sold_units", language)
        series.insert(0, ChartSeries(name=name, kind="line", role="observed", x=days, y=sold))
    return _chart("demand", language, series)


def forecast_parts(labels: Sequence[str], units: Sequence[float], mean: float, *, language: Language) -> Chart:
    """What a forecast rests on, a bar a part, and the forecast itself last."""
    whole = phrase("charts.parts.whole", language)
    parts = ChartSeries(
        name=phrase("charts.parts.part", language),
        kind="bar",
        role="forecast",
        x=(*labels, whole),
        y=(*(round(one, 2) for one in units), round(mean, 2)),
    )
    return _chart("parts", language, [parts])


def scenario_fan(base: pl.DataFrame, scenario: pl.DataFrame, *, language: Language) -> Chart:
    """Demand by day with the change and without it; both have date and mean_units, the scenario also p10 and p90."""
    x = _days(scenario["date"])
    band = ChartSeries(
        name=phrase("charts.scenario.range", language),
        kind="band",
        role="forecast",
        x=x,
        low=tuple(scenario["p10"]),
        high=tuple(scenario["p90"]),
    )
    changed = ChartSeries(
        name=phrase("charts.scenario.changed", language),
        kind="line",
        role="forecast",
        x=x,
        y=tuple(scenario["mean_units"]),
    )
    unchanged = ChartSeries(
        name=phrase("charts.scenario.base", language),
        kind="line",
        role="expected",
        x=_days(base["date"]),
        y=tuple(base["mean_units"]),
    )
    return _chart("scenario", language, [band, changed, unchanged])


def mentions_over_time(weeks: pl.DataFrame, *, term: str, language: Language) -> Chart:
    """Authors by week against the number expected.

    `weeks` has week_ending, authors and expected; weeks with nothing expected have no point on its line.
    """
    known = weeks.filter(pl.col("expected").is_not_null())
    observed = ChartSeries(
        name=phrase("charts.mentions.observed", language),
        kind="line",
        role="observed",
        x=_days(weeks["week_ending"]),
        y=tuple(float(authors) for authors in weeks["authors"]),
    )
    expected = ChartSeries(
        name=phrase("charts.mentions.expected", language),
        kind="line",
        role="expected",
        x=_days(known["week_ending"]),
        y=tuple(known["expected"]),
    )
    return _chart("mentions", language, [observed, *([expected] if known.height else [])], term=term)


def terms_bars(
    labels: Sequence[str], authors: Sequence[float], expected: Sequence[float], *, language: Language
) -> Chart:
    """Authors in the last 7 days against expected ones, by term."""
    x = tuple(labels)
    observed = ChartSeries(
        name=phrase("charts.mentions.observed", language), kind="bar", role="observed", x=x, y=tuple(authors)
    )
    usual = ChartSeries(
        name=phrase("charts.mentions.expected", language), kind="bar", role="expected", x=x, y=tuple(expected)
    )
    return _chart("terms", language, [observed, usual])


def aspect_bars(
    labels: Sequence[str], complaints: Sequence[float], complaints_before: Sequence[float], *, language: Language
) -> Chart:
    """Authors of a hundred who complain, by aspect, of the last days against the weeks before; from shares."""
    x = tuple(labels)
    after = ChartSeries(
        name=phrase("charts.aspects.after", language), kind="bar", role="observed", x=x, y=_percent(complaints)
    )
    before = ChartSeries(
        name=phrase("charts.aspects.before", language), kind="bar", role="expected", x=x, y=_percent(complaints_before)
    )
    return _chart("aspects", language, [after, before])


def _percent(shares: Sequence[float]) -> tuple[float, ...]:
    return tuple(round(100.0 * share, 1) for share in shares)


def _fan(demand: pl.DataFrame, language: Language) -> list[ChartSeries]:
    """The middle forecast and the range that holds it in 80 cases of 100."""
    x = _days(demand["date"])
    band = ChartSeries(
        name=phrase("charts.demand.range", language),
        kind="band",
        role="forecast",
        x=x,
        low=tuple(demand["p10"]),
        high=tuple(demand["p90"]),
    )
    middle = phrase("charts.demand.middle", language)
    return [band, ChartSeries(name=middle, kind="line", role="forecast", x=x, y=tuple(demand["p50"]))]


def _chart(name: str, language: Language, series: Sequence[ChartSeries], **values: object) -> Chart:
    """The chart with its words: `charts.NAME.title`, `.x`, `.y` and `.description`; `values` go into the title."""
    return Chart(
        title=phrase(f"charts.{name}.title", language, **values),
        x_label=phrase(f"charts.{name}.x", language),
        y_label=phrase(f"charts.{name}.y", language),
        series=tuple(series),
        description=phrase(f"charts.{name}.description", language, **values),
    )


def _bars(name: str, role: str, bars: pl.DataFrame, column: str) -> ChartSeries:
    values = tuple(float(value or 0) for value in bars[column])
    return ChartSeries(name=name, kind="bar", role=role, x=tuple(bars["bar"]), y=values)  # type: ignore[arg-type]


def _place() -> pl.Expr:
    return pl.coalesce("location", "location_id")


def _item(named: pl.DataFrame) -> pl.Expr:
    """What a bar is about: product, colour and size, as far as the frame has them."""
    parts = [pl.col(name) for name in ("product", "colour", "size") if name in named.columns]
    return pl.concat_str(parts, separator=" ", ignore_nulls=True) if parts else pl.col(named.columns[0])


def _days(days: pl.Series) -> tuple[str, ...]:
    return tuple(day.isoformat() for day in days)


def _sums(sales: pl.DataFrame, since: date, step: int, count: int) -> tuple[float, ...]:
    """Units sold in each of `count` runs of `step` days from `since` on; days without sales are 0."""
    index = ((pl.col("date") - since).dt.total_days() // step).alias("index")
    sums = dict(sales.group_by(index).agg(pl.col("sold_units").sum()).iter_rows())
    return tuple(float(sums.get(number, 0)) for number in range(count))
