"""How long rises last: the demo's truth against what is estimated on mornings of its rises, over several seeds.

A rise of the truth is over on the first day before which a week of it, without chance, is under the middle between
usual and 1.5 times that. Each week from the morning on which a rise is called until it is over, the estimate is made
from the rises that were known on the first of that month. The demo's rises resemble one another more than real ones
do, so that the same is asked of lives drawn from a wide distribution too, of which ten are known.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

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
_SEEDS, _QUICK_SEEDS = (1, 2, 3, 7, 12), (12,)
_MORNINGS = MOST_MORNINGS - 98
_OVER_BELOW = 1.25
_DRAWN, _KNOWN = 1_000, 10
_MEDIAN_DAYS, _SPREAD = 30.0, 0.8
"""Of the drawn lives: log-normal."""

TARGETS: Targets = {
    "longevity.coverage": ("share", "higher", None),
    "longevity.coverage_varied": ("share", "higher", None),
    "longevity.width": ("days", "lower", None),
    "longevity.error": ("days", "lower", None),
    "longevity.answered": ("share", "higher", None),
}


def run(quick: bool) -> Iterator[Figure]:
    """Coverage and width of the 80 % intervals, median error, and how often there was enough evidence."""
    found = [one for seed in (_QUICK_SEEDS if quick else _SEEDS) for one in _of_seed(seed)]
    answered = [(left, known) for left, known in found if known is not None]
    held = [known.low_days <= left <= known.high_days for left, known in answered]
    widths = [known.high_days - known.low_days for _, known in answered]
    errors = [abs(known.days - left) for left, known in answered]
    values: dict[str, tuple[float, str]] = {
        "longevity.coverage": (float(np.mean(held)), f"{len(held)} mornings; 80 % wanted"),
        "longevity.coverage_varied": (_coverage_of_varied(), f"{_DRAWN} drawn rises; 80 % wanted"),
        "longevity.width": (float(np.median(widths)), "median"),
        "longevity.error": (float(np.median(errors)), "median"),
        "longevity.answered": (len(answered) / len(found), f"of {len(found)} mornings"),
    }
    for name, (unit, better, target) in TARGETS.items():
        value, detail = values[name]
        yield Figure(name=name, value=value, unit=unit, target=target, better=better, detail=detail)


def _of_seed(seed: int) -> Iterator[tuple[int, Longevity | None]]:
    demo = build_demo(parse_size("full"), seed=seed)
    background = demo_background(demo, _END)
    lives = find_past_rises(background.mentions, background.volumes, _END, SignalSettings(), mornings=_MORNINGS)
    for rise in demo.truth.rises:
        own = lives.filter(
            pl.col("term_id") == rise.term_id, (pl.col("began_on") - rise.starts_on).dt.total_days().is_between(0, 35)
        )
        yield from _of_rise(rise, own.row(0, named=True), lives) if own.height else ()


def _of_rise(rise: Rise, life: dict[str, object], lives: pl.DataFrame) -> Iterator[tuple[int, Longevity | None]]:
    over = _over_on(rise)
    morning, first_day, fading = life["began_on"], life["first_day"], life["fading_on"]
    while isinstance(morning, date) and isinstance(first_day, date) and morning < min(over, _END + timedelta(days=1)):
        past = _known_on(lives, morning.replace(day=1))
        known = estimate_longevity(
            [one for one in past if one.first_day < first_day],
            age_days=(morning - first_day).days,
            fading=isinstance(fading, list) and morning in fading,
        )
        yield (over - morning).days, known
        morning += timedelta(days=DAYS)


def _known_on(lives: pl.DataFrame, month: date) -> list[PastRise]:
    ended = pl.when(pl.col("ended_on") <= month).then("ended_on")
    rows = lives.filter(pl.col("began_on") <= month).with_columns(ended_on=ended)
    return [
        past_rise(
            row["term_id"],
            row["first_day"],
            row["ended_on"],
            [one for one in row["fading_on"] if one <= month],
            as_of=month,
        )
        for row in rows.iter_rows(named=True)
    ]


def _over_on(rise: Rise) -> date:
    """First day of which the week before is no longer above, once it was."""
    days = (rise.ends_on - rise.starts_on).days + 2 * DAYS
    ratio = 1.0 + (rise.peak_ratio - 1.0) * rise_shape(rise, start=rise.starts_on, days=days)
    weeks = np.convolve(ratio, np.ones(DAYS) / DAYS, mode="valid")
    above = np.flatnonzero(weeks >= _OVER_BELOW)
    return rise.starts_on + timedelta(days=int(above[-1]) + DAYS + 1)


def _coverage_of_varied() -> float:
    """Share of intervals that hold, at a random age of drawn rises."""
    chance, held = np.random.default_rng(1), 0
    for _ in range(_DRAWN):
        lives = np.ceil(chance.lognormal(np.log(_MEDIAN_DAYS), _SPREAD, _KNOWN + 1)).astype(int)
        age = int(chance.integers(0, lives[0]))
        known = estimate_longevity([_lived(int(days)) for days in lives[1:]], age_days=age, fading=False)
        held += known is not None and known.low_days <= lives[0] - age <= known.high_days
    return held / _DRAWN


def _lived(days: int) -> PastRise:
    ended = _END - timedelta(days=1)
    return PastRise(term_id="", first_day=ended - timedelta(days=days), ended_on=ended, seen_until=ended)
