"""Answers on what a forecast rests on, and on what-ifs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from copilot import wording
from copilot.agent.offline.writing.pieces import Page, RowWords, join, listed
from copilot.evidence import Figure, Row

_MOST_PARTS = 9
_WEATHER_PARTS = frozenset({"warmth", "rain", "weather_ahead", "correction_weather"})
_SIGNAL_PARTS = frozenset({"signals", "trend", "correction_signals"})


def reasons(page: Page) -> str:
    """The forecast and the parts that add up to it."""
    rows = [row for row in page.evidence.rows if "part" in row.labels]
    if not rows:
        return join(page.say("forecast.none"), page.notes())
    lead = page.say(
        "reasons.lead",
        span=page.span(),
        mean=page.total("mean_demand_units"),
        low=page.total("p10_units"),
        high=page.total("p90_units"),
    )
    share = page.total("own_sales_share")
    analogues = [row for row in page.evidence.rows if "analogue_of" in row.labels]
    reach = page.say("forecast.reach") if "beyond_horizon" in page.evidence.notes else ""
    return join(
        reach,
        lead,
        listed(page, _part, rows=rows, most=_MOST_PARTS),
        page.say("reasons.analogues") if analogues else "",
        listed(page, _analogue, rows=analogues),
        page.say("reasons.own", share=share) if share else "",
        *_absent(page, rows),
        page.say("reasons.basis"),
        models(page),
        page.notes("beyond_horizon"),
    )


def _absent(page: Page, rows: Sequence[Row]) -> Iterator[str]:
    """What planners ask after that has no part; what trees correct as a whole does not tell."""
    parts = {row.labels.get("part_id", "") for row in rows}
    if "correction" in parts:
        return
    for key, ids in (("no_weather", _WEATHER_PARTS), ("no_signals", _SIGNAL_PARTS)):
        if not any(part.split(":")[0] in ids for part in parts):
            yield page.say(f"reasons.{key}")


def models(page: Page) -> str:
    """Which models made the forecast; empty where the rows name none."""
    codes = dict.fromkeys(
        code for row in page.evidence.rows for code in row.labels.get("model", "").split(", ") if code
    )
    named = [wording.label("models", code, page.language) for code in codes]
    return page.say("forecast_from.models", models=wording.listing(named, page.language)) if named else ""


def _part(row: RowWords) -> Iterator[str]:
    amount = row.amount("part_units")
    level = row.row.labels["part_id"] in ("own_sales", "resembling", "analogues")
    yield row.page.say("reasons.adds", amount=amount) if row.is_positive("part_units") and not level else amount


def _analogue(row: RowWords) -> Iterator[str]:
    amount = row.amount("weight_share")
    yield row.page.say("reasons.weight", amount=amount) if amount else ""


def scenario(page: Page) -> str:
    """With the change, without it, the difference and what makes it; or why there is no answer."""
    if page.total_figure("difference_units") is None:
        deepest = page.total("deepest_share")
        return join(
            page.say("scenario.refused"), page.notes(), page.say("scenario.deepest", share=deepest) if deepest else ""
        )
    difference, change = page.total_figure("difference_units"), page.total_figure("difference_share")
    lead = page.say(
        "scenario.lead",
        span=page.span(),
        base=page.total("base_units"),
        scenario=page.total("scenario_units"),
        difference=_signed(page, difference),
        low=_signed(page, page.total_figure("p10_difference_units")),
        high=_signed(page, page.total_figure("p90_difference_units")),
    )
    parts = [row for row in page.evidence.rows if "part" in row.labels]
    products = [row for row in page.evidence.rows if "product" in row.labels]
    return join(
        page.say("forecast.reach") if "beyond_horizon" in page.evidence.notes else "",
        lead,
        *_weather(page),
        page.say("scenario.change", change=page.change(change)) if change else "",
        listed(page, _part, rows=parts) if len(parts) > 1 else [],
        listed(page, _moved, rows=products),
        page.say("scenario.basis"),
        page.notes("beyond_horizon"),
    )


def _weather(page: Page) -> Iterator[str]:
    """What the words for weather were taken to mean."""
    for name in ("warmer", "colder"):
        degrees = page.total(f"{name}_degrees")
        if degrees:
            yield page.say(f"scenario.{name}", degrees=degrees)
    rain = page.total("rain_millimetres")
    if rain:
        yield page.say("scenario.rain", rain=rain)


def _moved(row: RowWords) -> Iterator[str]:
    base, changed = row.amount("base_units"), row.amount("scenario_units")
    yield row.page.say("scenario.moved", base=base, scenario=changed) if base and changed else ""


def _signed(page: Page, figure: Figure | None) -> str:
    """A figure with its sign, also where it is above 0."""
    if figure is None:
        return ""
    return f"{'+' if figure.value > 0 else ''}{wording.figure(figure, page.language)}"
