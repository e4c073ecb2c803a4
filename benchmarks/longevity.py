"""How long rises last: what is estimated on mornings of the demo's past rises against when they ended, several seeds.

Each week from the morning on which a past rise is called until it is over, the estimate is made from the rises that
were known on the first of that month, as the product does; and, as few rises come late enough for that, from all others
of the two years (`coverage_others`). The demo's truth, without chance, is held against it too: there a rise is over on
the first day before which a week of it is under the middle between usual and 1.5 times that. The demo's rises resemble
one another more than real ones do, so that the same is asked of mornings of lives drawn from a wide and from a narrow
distribution, of which ten are known.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl

from benchmarks.figures import Figure, Targets
from benchmarks.signal_background import demo_background
from copilot.settings import SignalSettings
from copilot.signals.longevity import Longevity, estimate_longevity
from copilot.signals.past import MOST_MORNINGS, PastRise, find_past_rises, past_rise
from copilot.signals.weeks import DAYS
from ingestion.demo import build_demo, parse_size
from ingestion.demo.trends import rise_shape
from ingestion.demo.truth import Rise

_END = date(2026, 11, 2)
_SEEDS, _QUICK_SEEDS = tuple(range(201, 208)), (201, 202)
_MORNINGS = MOST_MORNINGS - 98
_OVER_BELOW = 1.25
_DRAWN, _KNOWN = 1_000, 10
_MEDIAN_DAYS, _WIDE, _NARROW = 30.0, 0.8, 0.3
"""Of the drawn lives: log-normal."""

TARGETS: Targets = {
    "longevity.coverage": ("share", "higher", 0.75),
    "longevity.coverage_others": ("share", "higher", 0.75),
    "longevity.coverage_truth": ("share", "higher", 0.75),
    "longevity.coverage_wide": ("share", "higher", 0.75),
    "longevity.coverage_narrow": ("share", "higher", 0.75),
    "longevity.width": ("days", "lower", None),
    "longevity.error": ("days", "lower", None),
    "longevity.answered": ("share", "higher", None),
}


@dataclass(frozen=True, kw_only=True)
class _Told:
    """One morning of a past rise."""

    left: int
    """Days until it ended, as was seen."""
    true_left: int | None
    """Days until it was over in truth; None: it is no rise of the truth."""
    then: Longevity | None
    """As was known on the first of that month."""
    others: Longevity | None
    """From all other past rises."""


def run(quick: bool) -> Iterator[Figure]:
    """Coverage and width of the 80 % intervals, median error, and how often there was enough evidence."""
    told = [one for seed in (_QUICK_SEEDS if quick else _SEEDS) for one in _of_seed(seed)]
    then = [(one.left, one.then) for one in told if one.then is not None]
    others = [(one.left, one.others) for one in told if one.others is not None]
    true = [(one.true_left, one.then) for one in told if one.then is not None and one.true_left is not None]
    values: dict[str, tuple[float, str]] = {
        "longevity.coverage": (_coverage(then), f"{len(then)} mornings; 80 % wanted, 75 to 85 % good"),
        "longevity.coverage_others": (_coverage(others), f"{len(others)} mornings; 80 % wanted"),
        "longevity.coverage_truth": (_coverage(true), f"{len(true)} mornings; 80 % wanted"),
        "longevity.coverage_wide": (_coverage_of_drawn(_WIDE), f"{_DRAWN} drawn rises; 80 % wanted"),
        "longevity.coverage_narrow": (_coverage_of_drawn(_NARROW), f"{_DRAWN} drawn rises; 80 % wanted"),
        "longevity.width": (float(np.median([known.high_days - known.low_days for _, known in then])), "median"),
        "longevity.error": (float(np.median([abs(known.days - left) for left, known in then])), "median"),
        "longevity.answered": (len(then) / len(told), f"of {len(told)} mornings"),
    }
    for name, (unit, better, target) in TARGETS.items():
        value, detail = values[name]
        yield Figure(name=name, value=value, unit=unit, target=target, better=better, detail=detail)


def past_rises_of(seed: int) -> tuple[pl.DataFrame, pl.DataFrame, tuple[Rise, ...]]:
    """Past rises that are found in the demo of a seed (as `find_past_rises`), its mentions, and the true rises."""
    demo = build_demo(parse_size("full"), seed=seed)
    background = demo_background(demo, _END)
    lives = find_past_rises(background.mentions, background.volumes, _END, SignalSettings(), mornings=_MORNINGS)
    return lives, background.mentions, demo.truth.rises


def known_on(lives: pl.DataFrame, day: date) -> list[PastRise]:
    """Past rises as they were known on a day."""
    ended = pl.when(pl.col("ended_on") <= day).then("ended_on")
    rows = lives.filter(pl.col("began_on") <= day).with_columns(ended_on=ended)
    return [
        past_rise(
            row["term_id"],
            row["first_day"],
            row["ended_on"],
            [one for one in row["fading_on"] if one <= day],
            as_of=day,
        )
        for row in rows.iter_rows(named=True)
    ]


def _of_seed(seed: int) -> Iterator[_Told]:
    lives, _, rises = past_rises_of(seed)
    for life in lives.filter(pl.col("ended_on").is_not_null()).iter_rows(named=True):
        true = [rise for rise in rises if rise.term_id == life["term_id"] and rise.starts_on <= life["began_on"]]
        others = [one for one in known_on(lives, _END) if one.ended_on is not None and not _is(one, life)]
        morning = life["began_on"]
        while morning < life["ended_on"]:
            known = [one for one in known_on(lives, morning.replace(day=1)) if one.first_day < life["first_day"]]
            yield _Told(
                left=(life["ended_on"] - morning).days,
                true_left=(_over_on(true[-1]) - morning).days if true else None,
                then=_estimate(known, life, morning),
                others=_estimate(others, life, morning),
            )
            morning += timedelta(days=DAYS)


def _is(rise: PastRise, life: Mapping[str, Any]) -> bool:
    return (rise.term_id, rise.first_day) == (life["term_id"], life["first_day"])


def _estimate(known: Sequence[PastRise], life: Mapping[str, Any], morning: date) -> Longevity | None:
    age_days = (morning - life["first_day"]).days
    return estimate_longevity(known, age_days=age_days, fading=morning in life["fading_on"])


def _over_on(rise: Rise) -> date:
    """First day of which the week before is no longer above, once it was."""
    days = (rise.ends_on - rise.starts_on).days + 2 * DAYS
    ratio = 1.0 + (rise.peak_ratio - 1.0) * rise_shape(rise, start=rise.starts_on, days=days)
    weeks = np.convolve(ratio, np.ones(DAYS) / DAYS, mode="valid")
    above = np.flatnonzero(weeks >= _OVER_BELOW)
    return rise.starts_on + timedelta(days=int(above[-1]) + DAYS + 1)


def _coverage(told: Sequence[tuple[int, Longevity]]) -> float:
    return float(np.mean([known.low_days <= left <= known.high_days for left, known in told]))


def _coverage_of_drawn(spread: float) -> float:
    """Share of mornings of drawn rises on which the interval holds; a long one has more of them."""
    chance, held, mornings = np.random.default_rng(1), 0, 0
    for _ in range(_DRAWN):
        lives = np.ceil(chance.lognormal(np.log(_MEDIAN_DAYS), spread, _KNOWN + 1)).astype(int)
        left = int(lives[0]) - int(chance.integers(0, lives[0]))
        known = estimate_longevity(
            [_lived(int(days)) for days in lives[1:]], age_days=int(lives[0]) - left, fading=False
        )
        held += int(lives[0]) * (known is not None and known.low_days <= left <= known.high_days)
        mornings += int(lives[0])
    return held / mornings


def _lived(days: int) -> PastRise:
    ended = _END - timedelta(days=1)
    return PastRise(term_id="", first_day=ended - timedelta(days=days), ended_on=ended, seen_until=ended)
