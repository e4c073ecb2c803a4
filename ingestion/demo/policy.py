"""How the retailer restocks: order-up-to levels from smoothed sales. Imperfect on purpose, as found in the field.

Sales that a stock-out prevented are never seen, each series has a lasting error of judgement, some reviews are
skipped, and nobody foresees a trend.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ingestion.demo.chance import generator
from ingestion.demo.demand import DemandModel
from ingestion.demo.network import Location
from ingestion.demo.styles import Range

_SMOOTHING = 0.04
_SAFETY = 0.75
_DISPLAY_UNITS = 1.0
_REVIEWS_SKIPPED = 0.06
_SUPPLIER_REVIEW_DAYS = 14
_SUPPLIER_COVER_DAYS = 28
_SUPPLIER_PACK = 12

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Policy:
    """Fixed parameters of restocking."""

    pack: Ints
    """(series,): units in a pack."""
    lead_days: Ints
    """(series,): from the warehouse."""
    review_days: Ints
    """(series,)."""
    review_offset: Ints
    """(series,): a series is reviewed on days with (day - offset) % review_days == 0."""
    judgement: Floats
    """(series,): lasting factor on the planner's forecast."""
    priority: Floats
    """(series,): who is served first when the warehouse has too little; low first."""
    supplier_lead_days: Ints
    """(skus,)."""
    supplier_judgement: Floats
    """(skus,)."""
    store_outlook: npt.NDArray[np.float32]
    """(days, styles): season of the days to come relative to the days just past."""
    supplier_outlook: npt.NDArray[np.float32]
    """(days, styles): the same over a supplier's lead time and cover."""


def build_policy(model: DemandModel, range_: Range, network: tuple[Location, ...], season: Floats) -> Policy:
    """Parameters for each series. `season`: (days + a year, styles), beyond the last day."""
    chance = generator(model.seed, "policy")
    series = model.series
    selling = [place for place in network if place.kind != "warehouse"]
    size = np.array([place.size for place in selling])
    lead = np.array([place.lead_time_days for place in selling])
    review = np.array([place.review_period_days for place in selling])
    pack = np.array([style.pack_size_units for style in range_.styles])
    supplier_lead = np.array([style.lead_time_days for style in range_.styles])
    sku_style = np.array([sku.style for sku in range_.skus])
    offsets = chance.integers(0, 7, len(selling)) % review
    return Policy(
        pack=pack[series.style],
        lead_days=lead[series.location],
        review_days=review[series.location],
        review_offset=offsets[series.location],
        judgement=chance.lognormal(0.03, 0.22, len(series)),
        priority=chance.random(len(series)) / size[series.location],
        supplier_lead_days=supplier_lead[sku_style],
        supplier_judgement=chance.lognormal(0.08, 0.18, len(sku_style)),
        store_outlook=_outlook(season, model.days, np.full(season.shape[1], 10)),
        supplier_outlook=_outlook(season, model.days, supplier_lead + _SUPPLIER_COVER_DAYS),
    )


def smooth(forecast: Floats, sold: npt.NDArray[np.int32], selling: npt.NDArray[np.bool_]) -> Floats:
    """Forecast in units a day after one more day of sales; series not on sale yet keep theirs."""
    return np.where(selling, forecast + _SMOOTHING * (sold - forecast), forecast)


def store_orders(
    policy: Policy, day: int, *, forecast: Floats, position: Ints, style: Ints, chance: np.random.Generator
) -> Ints:
    """(series,) units asked of the warehouse on the evening of a day: multiples of the pack."""
    due = np.flatnonzero((day - policy.review_offset) % policy.review_days == 0)
    due = due[chance.random(len(due)) >= _REVIEWS_SKIPPED]
    cover = (policy.lead_days + policy.review_days)[due]
    expected = forecast[due] * policy.judgement[due] * policy.store_outlook[day, style[due]] * cover
    level = expected + _SAFETY * np.sqrt(expected) + _DISPLAY_UNITS
    packs = np.ceil((level - position[due]) / policy.pack[due] - 0.5)
    asked = np.zeros_like(position)
    asked[due] = np.maximum(packs, 0).astype(np.int64) * policy.pack[due]
    return asked


def ration(asked: Ints, sku: Ints, available: Ints, *, pack: Ints, priority: Floats) -> Ints:
    """(series,) units sent: all that is asked while the warehouse has it, then in order of priority, whole packs."""
    wanting = np.flatnonzero(asked)
    order = wanting[np.lexsort((priority[wanting], sku[wanting]))]
    units, skus = asked[order], sku[order]
    total = np.cumsum(units)
    first = np.concatenate(([True], skus[1:] != skus[:-1])) if len(skus) else np.zeros(0, dtype=bool)
    before_sku = np.repeat((total - units)[first], np.diff(np.append(np.flatnonzero(first), len(skus))))
    left = available[skus] - (total - units - before_sku)
    given = np.clip(left, 0, units)
    sent = np.zeros_like(asked)
    sent[order] = given - given % pack[order]
    return sent


def supplier_orders(policy: Policy, day: int, *, forecast: Floats, position: Ints, style: Ints) -> Ints:
    """(skus,) units ordered from suppliers on the evening of a day. `forecast`: units a day over all locations."""
    if day % _SUPPLIER_REVIEW_DAYS:
        return np.zeros(len(position), dtype=np.int64)
    cover = policy.supplier_lead_days + _SUPPLIER_COVER_DAYS
    expected = forecast * policy.supplier_judgement * policy.supplier_outlook[day, style] * cover
    short = expected + np.sqrt(expected) - position
    units: Ints = (np.ceil(np.maximum(short, 0) / _SUPPLIER_PACK) * _SUPPLIER_PACK).astype(np.int64)
    return units


def _outlook(season: Floats, days: int, ahead_days: Ints) -> npt.NDArray[np.float32]:
    total = np.vstack([np.zeros(season.shape[1]), np.cumsum(season, axis=0)])
    day = np.arange(days)[:, None]
    style = np.arange(season.shape[1])
    until = np.minimum(day + 1 + ahead_days, len(season))
    ahead = (total[until, style] - total[day + 1, style]) / (until - day - 1)
    since = np.maximum(day - 27, 0)
    past = (total[day + 1, style] - total[since, style]) / (day + 1 - since)
    outlook: npt.NDArray[np.float32] = np.clip(ahead / past, 0.25, 4.0).astype(np.float32)
    return outlook
