"""The terms that customers write about: how often on each day, and which SKUs they move."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt

from ingestion.demo.material import load
from ingestion.demo.styles import Range, Sku
from ingestion.demo.truth import Decline, Flood, Rise, Seasonal

_WRITTEN_FOR = date(2026, 11, 1)
"""Last day that the dates in `terms.yaml` were chosen for; another last day moves all of them with it."""
_RAMP_DAYS = 3.5
_HOLD_DAYS = 12

Curve = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Trend:
    """One term and what happens to it; at most one of the four events."""

    term_id: str
    weekly_authors: float
    """Distinct authors in a usual week, at the full size."""
    includes: str
    """Term whose posts name this one too (a camel coat is a coat); empty: none."""
    product_ids: tuple[str, ...]
    """Products that the term is about."""
    rise: Rise | None = None
    season: Seasonal | None = None
    decline: Decline | None = None
    flood: Flood | None = None
    flood_weeks_of_posts: float = 0.0
    """Posts of the flood, in posts of a usual week."""


def build_trends(range_: Range, *, end: date) -> tuple[Trend, ...]:
    """Every term of the demo; `end` is the last day of sales and posts."""
    shift = end - _WRITTEN_FOR
    return tuple(_trend(row, range_, shift) for row in load("terms"))


def mention_ratio(trend: Trend, *, start: date, days: int) -> Curve:
    """(days,): mentions relative to a usual day, from `start` on, a flood's left out."""
    if trend.rise is not None:
        peak = trend.rise.peak_ratio
        return 1 + (peak - 1) * rise_shape(trend.rise, start=start, days=days)
    if trend.season is not None:
        return _season_ratio(trend.season, start=start, days=days)
    if trend.decline is not None:
        return np.linspace(trend.decline.first_ratio, trend.decline.last_ratio, days)
    return np.ones(days)


def rise_shape(rise: Rise, *, start: date, days: int, delay_days: int = 0) -> Curve:
    """(days,): 0 before the rise, 1 at its peak some days after, then decaying to about 0 at `ends_on`."""
    age = np.arange(days) - (rise.starts_on - start).days - delay_days + 1.0
    length = (rise.ends_on - rise.starts_on).days + 1.0
    up = 1 - np.exp(-np.maximum(age, 0) / (_RAMP_DAYS / 2))
    down = np.exp(-3.0 * np.maximum(age - _HOLD_DAYS, 0) / (length - _HOLD_DAYS))
    return np.asarray(np.where((age > 0) & (age <= length), up * down, 0.0), dtype=np.float64)


def lift_factor(rise: Rise, *, start: date, days: int) -> Curve:
    """(days,): what true demand of the linked SKUs is multiplied by."""
    if rise.lift is None:
        return np.ones(days)
    return 1 + rise.lift * rise_shape(rise, start=start, days=days, delay_days=rise.lift_delay_days)


def _season_ratio(season: Seasonal, *, start: date, days: int) -> Curve:
    day_of_year = start.timetuple().tm_yday + np.arange(days)
    wave = 0.5 + 0.5 * np.cos(2 * np.pi * (day_of_year - season.peak_day_of_year) / 365.25)
    ratio: Curve = season.low_ratio + (season.high_ratio - season.low_ratio) * wave
    return ratio


def _trend(row: Mapping[str, Any], range_: Range, shift: timedelta) -> Trend:
    term_id = row["term_id"]
    links = row["links"]
    linked = [sku for sku in range_.skus if links and _fits(range_, sku.style, sku.colour, links)]
    event: dict[str, Any] = {}
    if "rise" in row:
        event["rise"] = _rise(term_id, row["rise"], linked, range_, shift)
    if "season" in row:
        season = row["season"]
        event["season"] = Seasonal(
            term_id=term_id,
            peak_day_of_year=season["peak"],
            high_ratio=season["high"],
            low_ratio=season["low"],
        )
    if "decline" in row:
        decline = row["decline"]
        event["decline"] = Decline(term_id=term_id, first_ratio=decline["first"], last_ratio=decline["last"])
    if "flood" in row:
        flood = row["flood"]
        event["flood"] = Flood(
            term_id=term_id,
            starts_on=flood["starts_on"] + shift,
            ends_on=flood["ends_on"] + shift,
            accounts=flood["accounts"],
        )
        event["flood_weeks_of_posts"] = flood["weeks_of_posts"]
    return Trend(
        term_id=term_id,
        weekly_authors=float(row["weekly"]),
        includes=row.get("includes", ""),
        product_ids=_products_of(linked, range_),
        **event,
    )


def _rise(term_id: str, row: Mapping[str, Any], linked: list[Sku], range_: Range, shift: timedelta) -> Rise:
    starts_on = row["starts_on"] + shift
    return Rise(
        term_id=term_id,
        starts_on=starts_on,
        ends_on=starts_on + timedelta(days=7 * row["weeks"] - 1),
        peak_ratio=row["peak"],
        lift=row.get("lift"),
        lift_delay_days=row.get("delay", 0),
        product_ids=_products_of(linked, range_),
        sku_ids=tuple(sku.sku_id for sku in linked),
    )


def _products_of(skus: list[Sku], range_: Range) -> tuple[str, ...]:
    return tuple(dict.fromkeys(range_.styles[sku.style].product_id for sku in skus))


def _fits(range_: Range, style_number: int, colour: str, links: Mapping[str, str]) -> bool:
    style = range_.styles[style_number]
    values = {
        "colour": {colour},
        "category": {style.category.name},
        "material": {style.material},
        "attribute": set(style.attributes),
    }
    return all(wanted in values[kind] for kind, wanted in links.items())
