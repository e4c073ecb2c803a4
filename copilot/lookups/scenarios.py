"""What demand would be with another price, promotion, event or trend, against the forecast as it stands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import polars as pl

from copilot.charts import Chart
from copilot.evidence import Evidence, Figure, Row, Unit, make_evidence
from copilot.lookups import charts
from copilot.lookups.context import Context
from copilot.lookups.forecast import asked_for, from_day
from copilot.lookups.forecast_reasons import part_name
from copilot.lookups.lift import kept_lift
from copilot.lookups.rows import to_figures
from copilot.lookups.scope import Period, Scope
from copilot.lookups.text import tokens
from copilot.lookups.weather_words import SaidWeather, weather_said
from copilot.planning.explanation.morning import Morning
from copilot.planning.fan import total_forecast
from copilot.planning.hierarchy.level_spread import at_their_level, newest_spreads
from copilot.planning.leading.known import outlook_on
from copilot.planning.leading.weather_keeping import newest_weather
from copilot.planning.leading.weather_lookback import climate_on
from copilot.planning.scenarios.compare import Comparison, compare
from copilot.planning.scenarios.levers import Event, Lever, Reduction, Refusal, Trend, Weather
from copilot.planning.scenarios.weather import expected_sky
from copilot.settings import Language
from copilot.signals.lift import nothing_known
from copilot.wording import event

TermChange = Literal["doubles", "dies"]
_UNITS: dict[str, Unit] = {
    "base_units": "units",
    "scenario_units": "units",
    "difference_units": "units",
    "p10_difference_units": "units",
    "p90_difference_units": "units",
    "difference_share": "share",
    "reduction_share": "share",
    "deepest_share": "share",
    "lift_share": "share",
    "horizon_days": "days",
    "warmer_degrees": "degrees",
    "colder_degrees": "degrees",
    "rain_millimetres": "millimetres",
}
_SOURCES = ("forecasts", "forecast_runs", "skus", "products", "locations", "sales", "stock", "prices", "promotions",
            "calendar", "lifts", "weather", "weather_forecasts", "weather_response")  # fmt: skip
_LEAST_SCORE = 0.5
_OF_CATEGORIES = frozenset({"no_past_reductions", "deeper_than_seen"})
_OF_EVENTS = frozenset({"unknown_event", "event_never_seen"})
_MOST_PRODUCTS = 10


@dataclass(frozen=True, kw_only=True)
class Change:
    """What is different; at least one must be said."""

    promotion: float | None = None
    """Share taken off on top of what is planned, 0 to 1."""
    price_change: float | None = None
    """Change of what is paid: -0.2 is a fifth less."""
    price: float | None = None
    """New list price, in the currency of the scope's country."""
    event: str = ""
    """Event of the calendar by name, or a text that has its name."""
    term_id: str = ""
    """Rising term."""
    term_change: TermChange = "doubles"
    weather: str = ""
    """In words: `5 degrees colder`, `rain`."""


def scenario(
    context: Context, scope: Scope, change: Change, *, period: Period | None = None, language: Language = "en"
) -> Evidence:
    """Demand over the period (default: 28 days from `as_of`) with the change and without it; nothing is kept.

    Rows: what makes the difference (labels `part`, `part_id`, figure `part_units`, adding up to the total
    `difference_units`), then the products that it moves most (`base_units`, `scenario_units`). Totals besides:
    `p10_difference_units` and `p90_difference_units`, its 80 % interval. Where history has no answer there is no
    difference, and a note says why: `no_past_reductions:CATEGORY`, `deeper_than_seen:CATEGORY` (with the total
    `deepest_share`), `price_rise_unseen`, `unknown_event`, `event_never_seen:NAME`, `trend_not_measured:TERM`,
    `trend_no_lift:TERM`, `weather_not_in_model:WORDS` (nothing was learnt of weather), `weather_unclear:WORDS`,
    `weather_elsewhere:WORDS` (none is known of these places), `weather_unseen:WORDS` (no day so warm or cold was),
    `weather_no_effect:WORDS`, `unknown_price`, `no_change_named`, `nothing_changes`. What is meant by weather is in the
    totals `warmer_degrees`, `colder_degrees` and `rain_millimetres`. Other notes as of `demand_forecast`. Raises
    `NoDataError` where no forecast was made, `UnknownNameError` for an unknown term.
    """
    sources = context.versions(*_SOURCES)
    asked = asked_for(context, scope, period, sources)
    if isinstance(asked, Evidence):
        return asked
    series, days, notes = asked
    morning = context.morning(series["as_of"][0])
    series = series.join(morning.series, on=["sku_id", "location_id"], how="semi", maintain_order="left")
    series = at_their_level(series, newest_spreads(context.workspace.lake, as_of=context.as_of))
    found = _compared(context, morning, series, change, days, language)
    cells: dict[str, object] = {
        "reduction_share": _asked_share(change), "horizon_days": days.days, **_asked_weather(change)
    }  # fmt: skip
    if isinstance(found, Refusal):
        cells["deepest_share"] = found.seen_share
        about = event(found.about, language) if found.code in _OF_EVENTS else found.about
        said = f"{found.code}:{about}" if about else found.code
        named = (
            "category"
            if found.code in _OF_CATEGORIES
            else "part"
            if found.code in _OF_EVENTS or change.weather
            else "term"
        )
        return make_evidence(
            "forecast", as_of=context.as_of, sources=sources, totals=to_figures(cells, _UNITS),
            rows=[Row(labels={named: about})] if about else [],
            dates={"since": days.since, "last_day": days.last_day}, notes=[said, *notes],
        )  # fmt: skip
    return make_evidence(
        "forecast",
        as_of=context.as_of,
        sources=sources,
        rows=[*_parts(found, language), *_products(context, series, found)],
        totals=to_figures({**cells, **_totals(found)}, _UNITS),
        dates={"since": days.since, "last_day": days.last_day},
        charts=[_chart(series, found, days, language)],
        notes=notes,
    )


def _compared(
    context: Context, morning: Morning, series: pl.DataFrame, change: Change, days: Period, language: Language
) -> Comparison | Refusal:
    levers = _levers(context, morning, series, change, days, language)
    if isinstance(levers, Refusal):
        return levers
    return compare(morning, series, levers, first=days.since, days=days.days)


def _levers(
    context: Context, morning: Morning, series: pl.DataFrame, change: Change, days: Period, language: Language
) -> list[Lever] | Refusal:
    found: list[Lever] = [_weather(context, morning, change.weather, days)] if change.weather else []
    if change.price is not None:
        listed = _list_price(context, series)
        if listed is None:
            return Refusal(code="unknown_price")
        found.append(Reduction(share=1.0 - change.price / listed))
    shares = (change.promotion, None if change.price_change is None else -change.price_change)
    found += [Reduction(share=share) for share in shares if share is not None]
    if change.term_id:
        found.append(_trend(context, change, language))
    elif change.event and not found:
        name = _event_named(change.event, morning.reader.drivers.events)
        if name is None:
            return Refusal(code="unknown_event")
        found.append(Event(name=name))
    return found or Refusal(code="no_change_named")


def _weather(context: Context, morning: Morning, said: str, days: Period) -> Weather:
    meant = weather_said(said) or SaidWeather()
    response = newest_weather(context.workspace.lake, as_of=morning.as_of)
    climate = None if response is None else climate_on(outlook_on(context.warehouse, morning.as_of), morning.as_of)
    return Weather(
        said=said,
        degrees=meant.degrees,
        rain_mm=meant.rain_mm,
        response=response,
        climate=climate,
        expected=None if climate is None else expected_sky(morning, climate, days.since, days.days),
    )


def _event_named(said: str, events: Sequence[str]) -> str | None:
    """The event that the text names: all of its name, or two words of it on end; None where it names none."""
    words = [token.word for token in tokens(said)]
    found = {
        name: max(_on_end([token.word for token in tokens(said)], words) for said in _said(name)) for name in events
    }
    best = max(found, key=lambda name: (found[name], -len(name), name), default=None)
    return best if best is not None and found[best] else None


def _said(name: str) -> tuple[str, ...]:
    """The calendar's name of an event, and what readers of each language call it."""
    return (name, event(name, "en"), event(name, "fr"))


def _on_end(name: Sequence[str], words: Sequence[str]) -> int:
    """How many words of the name follow each other in the text; 0 for one word that is not the whole name."""
    longest = max(
        (size for size in range(1, len(name) + 1) for start in range(len(name) - size + 1)
         if _inside(name[start : start + size], words)), default=0,
    )  # fmt: skip
    return longest if longest >= min(2, len(name)) else 0


def _inside(part: Sequence[str], words: Sequence[str]) -> bool:
    return any(list(part) == list(words[at : at + len(part)]) for at in range(len(words) - len(part) + 1))


def _trend(context: Context, change: Change, language: Language) -> Trend:
    term = context.lexicon.term(change.term_id)
    linked = [link.product_id for link in context.product_links.of(term.term_id) if link.score >= _LEAST_SCORE]
    skus = context.catalogue.filter(pl.col("product_id").is_in(linked))
    colours = {one.partition(":")[2] for part in term.attributes for one in part.split("|") if "colour:" in one}
    if colours:
        skus = skus.filter(pl.col("colour").str.to_lowercase().is_in(colours))
    return Trend(
        term=context.lexicon.label(term.term_id, language),
        lift=kept_lift(context, term.term_id) or nothing_known(days=0),
        sku_ids=frozenset(skus["sku_id"].to_list()),
        dies=change.term_change == "dies",
    )


def _list_price(context: Context, series: pl.DataFrame) -> float | None:
    """Today's price of everything in scope; None where it is not one price in one currency."""
    keys = series.select("product_id", "country").unique()
    prices = context.warehouse.prices(context.as_of).join(keys, on=["product_id", "country"])
    found = prices.select("price", "currency").unique()
    return float(found["price"][0]) if found.height == 1 and found["price"][0] > 0 else None


def _asked_share(change: Change) -> float | None:
    """Share taken off, as asked for; None where none is named."""
    return change.promotion if change.price_change is None else abs(change.price_change)


def _asked_weather(change: Change) -> dict[str, object]:
    """The weather that is meant, as figures."""
    meant = weather_said(change.weather) if change.weather else None
    if meant is None:
        return {}
    warmer = "warmer_degrees" if meant.degrees > 0.0 else "colder_degrees"
    return {warmer: abs(meant.degrees) or None, "rain_millimetres": meant.rain_mm}


def _parts(found: Comparison, language: Language) -> Iterator[Row]:
    for code, units in sorted(found.parts.items(), key=lambda one: (-abs(one[1]), one[0])):
        labels = {"part": part_name(code, language), "part_id": code}
        yield Row(labels=labels, figures=(Figure(name="part_units", value=units, unit="units"),))


def _products(context: Context, series: pl.DataFrame, found: Comparison) -> Iterator[Row]:
    """The products that the change moves most, where there are several."""
    moved = series.select("product_id").with_columns(
        base_units=pl.Series(found.base.sum(axis=1)), scenario_units=pl.Series(found.changed.sum(axis=1))
    )
    moved = moved.group_by("product_id").sum().with_columns(difference_units=pl.col("scenario_units") - "base_units")
    if moved.height < 2:
        return
    names = dict(context.products.select("product_id", "name").iter_rows())
    top = moved.sort(pl.col("difference_units").abs().neg(), "product_id").head(_MOST_PRODUCTS)
    for cells in top.iter_rows(named=True):
        product = cells["product_id"]
        yield Row(
            labels={"product": names.get(product, product), "product_id": product},
            figures=to_figures(cells, _UNITS),
        )


def _totals(found: Comparison) -> dict[str, object]:
    base = float(found.base.sum())
    return {
        "base_units": base,
        "scenario_units": float(found.changed.sum()),
        "difference_units": found.difference,
        "p10_difference_units": found.low,
        "p90_difference_units": found.high,
        "difference_share": found.difference / base if base > 0.0 else None,
    }


def _chart(series: pl.DataFrame, found: Comparison, days: Period, language: Language) -> Chart:
    ahead = from_day(series, days)
    changed = ahead.with_columns(
        daily_units=pl.Series([row.tolist() for row in found.changed], dtype=pl.List(pl.Float64)),
        horizon_days=pl.lit(days.days, dtype=pl.Int64),
    )
    base = total_forecast(ahead, as_of=days.since, days=days.days)
    return charts.scenario_fan(base, total_forecast(changed, as_of=days.since, days=days.days), language=language)
