"""Who leads: the demo's early adopters against the authors who are found to lead, over several seeds.

Leaders are learnt from the past rises as the product finds them. The placebo gives the posts of each past rise to its
authors by chance: then nobody leads, and the share of rounds with any is the rate of false discoveries.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

from benchmarks.figures import Figure, Targets
from benchmarks.longevity import known_on, past_rises_of
from copilot.settings import SignalSettings
from copilot.signals.leaders import FIRST_DAYS, LeaderHistory, find_leaders
from copilot.signals.past import PastRise
from ingestion.demo import build_demo, parse_size

_END = date(2026, 11, 2)
_SEEDS, _QUICK_SEEDS = tuple(range(201, 209)), (201,)
_ROUNDS = 100

TARGETS: Targets = {
    "leaders.found": ("share", "higher", None),
    "leaders.false": ("share", "lower", 0.1),
    "leaders.placebo": ("share", "lower", 0.1),
}


@dataclass(frozen=True, kw_only=True)
class _OfSeed:
    early: int
    true: int
    false: int
    placebo: float
    """Share of rounds in which anybody was found."""


def run(quick: bool) -> Iterator[Figure]:
    """How many early adopters are found, how many others with them, and how often anyone is where nobody leads."""
    found = [_of_seed(seed) for seed in (_QUICK_SEEDS if quick else _SEEDS)]
    true, false, early = (sum(getattr(one, name) for one in found) for name in ("true", "false", "early"))
    values: dict[str, tuple[float, str]] = {
        "leaders.found": (true / early, f"of {early} early adopters, {len(found)} seeds"),
        "leaders.false": (false / max(true + false, 1), f"of {true + false} found; 10 % allowed"),
        "leaders.placebo": (
            float(np.mean([one.placebo for one in found])),
            f"of {len(found) * _ROUNDS} rounds; 10 % allowed",
        ),
    }
    for name, (unit, better, target) in TARGETS.items():
        value, detail = values[name]
        yield Figure(name=name, value=value, unit=unit, target=target, better=better, detail=detail)


def _of_seed(seed: int) -> _OfSeed:
    lives, mentions, _ = past_rises_of(seed)
    handles = build_demo(parse_size("full"), seed=seed).truth.posts.early_adopters
    early = {hashlib.sha256(handle.encode()).hexdigest()[:16] for handle in handles}
    rises = known_on(lives, _END.replace(day=1))
    leading = _find(mentions, rises).leading
    placebo = [bool(_find(_shuffled(mentions, rises, seed=number), rises).leading) for number in range(_ROUNDS)]
    return _OfSeed(
        early=len(early), true=len(leading & early), false=len(leading - early), placebo=float(np.mean(placebo))
    )


def _find(mentions: pl.DataFrame, rises: list[PastRise]) -> LeaderHistory:
    return find_leaders(mentions, rises, _END, false_discovery_rate=SignalSettings().false_discovery_rate)


def _shuffled(mentions: pl.DataFrame, rises: list[PastRise], *, seed: int) -> pl.DataFrame:
    chance = np.random.default_rng(seed)
    parts = []
    for rise in rises:
        days = pl.col("date").is_between(rise.first_day, rise.first_day + timedelta(days=FIRST_DAYS - 1))
        said = mentions.filter(pl.col("term_id") == rise.term_id, days)
        parts.append(said.with_columns(author=pl.Series(chance.permutation(said["author"].to_numpy()))))
    return pl.concat(parts)
