"""Which posts are written on which day: terms at their rates, reviews, floods, spam, copies, orders to the reader."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import numpy as np
import numpy.typing as npt

from ingestion.demo.authoring import Authoring
from ingestion.demo.chance import generator
from ingestion.demo.size import DemoSize
from ingestion.demo.styles import Range
from ingestion.demo.trends import Curve, Trend, mention_ratio
from ingestion.demo.truth import PostTruth
from ingestion.records import RawPost

_USUAL_WEEK_POSTS = 217.0
"""Posts a week at which terms have the weekly authors given for them."""
_SPAM_SHARE, _EXACT_SHARE, _NEAR_SHARE = 0.025, 0.02, 0.015
_INJECTIONS_PER_POST = 1 / 900
_FABRIC_CHANGED_BEFORE_END_DAYS = 150
_SOCIAL_GROWTH = (0.8, 1.2)
"""Crawl growth: volume of the source `social` on the first and last day, relative to its mean."""

Job = Literal["spam", "exact", "near", "injection", "filler"]


@dataclass(frozen=True, kw_only=True)
class Posts:
    """Posts in order of time, and what was planted in them."""

    posts: tuple[RawPost, ...]
    truth: PostTruth
    quality_drop: tuple[str, date] | None


def write_posts(size: DemoSize, range_: Range, trends: tuple[Trend, ...], *, seed: int, end: date) -> Posts:
    """All posts of the last `size.post_days` days up to and including `end`."""
    days = size.post_days
    start = end - timedelta(days=days - 1)
    quality_drop = _quality_drop(range_, start, end)
    authoring = Authoring(range_, trends, posts=size.posts, seed=seed, quality_drop=quality_drop)
    growth = np.linspace(*_SOCIAL_GROWTH, days)
    weekly = size.posts / days * 7
    rates = _term_rates(trends, start, days, weekly / _USUAL_WEEK_POSTS)
    floods = {trend.term_id: _flood_rate(trend, start, days, weekly) for trend in trends if trend.flood is not None}
    others = _other_rates(size.posts, rates, flooded=sum(float(rate.sum()) for rate in floods.values()))
    counts = _counts(rates, floods, others, 0.45 + 0.55 * growth, seed=seed)
    for day in range(days):
        authoring.open_day(start + timedelta(days=day), social_growth=float(growth[day]))
        for term in rates:
            for _ in range(counts[term][day]):
                authoring.about(term)
        for term in floods:
            for _ in range(counts[f"flood/{term}"][day]):
                authoring.flood(term)
        for job in others:
            for _ in range(counts[job][day]):
                _write_other(authoring, job)
        authoring.close_day()
    return Posts(posts=tuple(authoring.posts), truth=authoring.truth(), quality_drop=quality_drop)


def _counts(
    rates: Mapping[str, Curve],
    floods: Mapping[str, Curve],
    others: Mapping[Job, Curve],
    volume: Curve,
    *,
    seed: int,
) -> dict[str, npt.NDArray[np.int64]]:
    """Posts on each day by term, by flooded term, and by job."""
    chance = generator(seed, "post counts")
    return {
        **{term: _steady(rate * volume, chance) for term, rate in rates.items()},
        **{f"flood/{term}": chance.poisson(rate) for term, rate in floods.items()},
        **{job: chance.poisson(rate * volume) for job, rate in others.items()},
    }


def _steady(rate: Curve, chance: np.random.Generator) -> npt.NDArray[np.int64]:
    """Counts that scatter half as much as Poisson's, so that rises stand out at the small size too.

    Half of the rate is Poisson; of the other half one post falls at random into each unit of its running total.
    """
    total = np.cumsum(rate / 2)
    places = np.arange(int(total[-1])) + chance.random(int(total[-1]))
    spread = np.bincount(np.searchsorted(total, places), minlength=len(rate))[: len(rate)]
    return (chance.poisson(rate / 2) + spread).astype(np.int64)


def _write_other(authoring: Authoring, job: Job) -> None:
    if job == "filler":
        authoring.anything()
    elif job in ("spam", "injection"):
        authoring.trick(job)
    else:
        authoring.copy(exact=job == "exact")


def _term_rates(trends: tuple[Trend, ...], start: date, days: int, scale: float) -> dict[str, Curve]:
    """Posts a day about each term. Of a term that includes another one, half of those are counted in."""
    rates = {
        trend.term_id: trend.weekly_authors / 7 * scale * mention_ratio(trend, start=start, days=days)
        for trend in trends
    }
    for trend in trends:
        if trend.includes:
            own = rates[trend.term_id] - 0.5 * rates[trend.includes]
            rates[trend.term_id] = np.maximum(own, 0.2 * rates[trend.term_id])
    return rates


def _flood_rate(trend: Trend, start: date, days: int, weekly: float) -> Curve:
    rate = np.zeros(days)
    if trend.flood is not None:
        first, last = (trend.flood.starts_on - start).days, (trend.flood.ends_on - start).days
        if 0 <= first <= last < days:
            rate[first : last + 1] = trend.flood_weeks_of_posts * weekly / (last - first + 1)
    return rate


def _other_rates(posts: int, rates: Mapping[str, Curve], *, flooded: float) -> dict[Job, Curve]:
    """Posts a day that are about no term. Who writes about a rise does not write about other things meanwhile."""
    about_terms = np.sum(list(rates.values()), axis=0)
    days = len(about_terms)
    shares: dict[Job, float] = {
        "spam": _SPAM_SHARE,
        "exact": _EXACT_SHARE,
        "near": _NEAR_SHARE,
        "injection": _INJECTIONS_PER_POST,
    }
    free = (posts * (1 - sum(shares.values())) - flooded) / days
    fewest = 0.3 * max(free - float(about_terms.mean()), 0.05 * free)
    return {
        **{job: np.full(days, share * posts / days) for job, share in shares.items()},
        "filler": np.maximum(free - about_terms, fewest),
    }


def _quality_drop(range_: Range, start: date, end: date) -> tuple[str, date] | None:
    changed_on = end - timedelta(days=_FABRIC_CHANGED_BEFORE_END_DAYS)
    product = next((style.product_id for style in range_.styles if style.name == "Noé"), None)
    return (product, changed_on) if product is not None and changed_on > start else None
