"""A tournament of forecasts by segment: past mornings forecast by each candidate, none with a look at the days after.

Compared are days in stock throughout that did not sell out. The closest candidate by WAPE wins a segment, of those
whose bias is at most `MOST_BIAS`; without any, the least biased. A rule that always says little is close where little
sells, and starves the shelf.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date

import numpy as np
import polars as pl

from copilot.errors import NoDataError
from copilot.planning.arrays import Flags, Floats
from copilot.planning.boosted import MODEL_NAME as BOOSTED
from copilot.planning.boosted_model import HeldMorning
from copilot.planning.demand_model import MODEL_NAME as GAMMA_POISSON
from copilot.planning.history import WINDOWS_DAYS
from copilot.planning.lessons import Lesson
from copilot.planning.segments import SEGMENTS, segmentation_of
from ingestion.errors import TableMissingError
from ingestion.lake import Lake

TOURNAMENT_TABLE = "forecast_tournament"
MOST_BIAS = 0.15
TOURNAMENT_SCHEMA = pl.Schema(
    {
        "as_of": pl.Date(),
        "segment": pl.String(),
        "candidate": pl.String(),
        "mornings": pl.Int64(),
        "series": pl.Int64(),
        "seen_units": pl.Float64(),
        "wape": pl.Float64(),
        "bias": pl.Float64(),
        "won": pl.Boolean(),
    }
)
"""Lake table `forecast_tournament`: one row a segment and candidate. `segment` is one of `SEGMENTS`, or `all`.

candidate   `gamma-poisson`, `boosted`, `mean_7`, `mean_28` (units a day in stock of the last days), `last_week`
            (the same weekday a week ago)
mornings    past mornings forecast from; `series` in the segment on the newest
seen_units  sold on the days compared; `wape` and `bias` are shares of them, null where nothing sold
won         closest in its segment, as the module says; one at most

Key: as_of, segment, candidate.
"""
ALL = "all"


def tournament(held: Sequence[HeldMorning], as_of: date) -> pl.DataFrame:
    """Scores of every candidate in every segment, in `TOURNAMENT_SCHEMA`. Raises `NoDataError` without a held
    morning."""
    if not held:
        raise NoDataError("Too little history to compare forecasts on: five weeks of sales are needed.")
    codes = [segmentation_of(each.lesson.history).codes(each.lesson.history) for each in held]
    rows = []
    for segment in (ALL, *SEGMENTS):
        chosen = [
            np.ones(len(own), dtype=np.bool_) if segment == ALL else own == SEGMENTS.index(segment) for own in codes
        ]
        scored = [
            (name, *_score(held, chosen, means)) for name, means in _CANDIDATES.items() if _takes_part(held, name)
        ]
        winner = _winner(scored)
        rows += [
            (as_of, segment, name, len(held), int(chosen[0].sum()), total, wape, bias, name == winner)
            for name, total, wape, bias in scored
        ]
    return pl.DataFrame(rows, schema=TOURNAMENT_SCHEMA, orient="row")


def write_tournament(lake: Lake, found: pl.DataFrame, as_of: date) -> int:
    """Put the scores in place of those of the same `as_of`; return the table's version."""
    return lake.replace_day(TOURNAMENT_TABLE, found, as_of=as_of)


def newest_tournament(lake: Lake, *, as_of: date) -> pl.DataFrame | None:
    """Scores of the newest tournament of that morning or before; None where there was none."""
    try:
        known = lake.scan(TOURNAMENT_TABLE).filter(pl.col("as_of") <= as_of).collect()
    except TableMissingError:
        return None
    newest = known.filter(pl.col("as_of") == pl.col("as_of").max())
    return newest.select(TOURNAMENT_SCHEMA.names()) if newest.height else None


def won_by_boosted(scores: pl.DataFrame) -> frozenset[str]:
    """Segments in which the boosted model came closer than the gamma-Poisson one, without too much bias.

    Rules of thumb say no quantile and are no choice for a forecast, whatever they win.
    """
    both = scores.filter(pl.col("segment") != ALL, pl.col("candidate").is_in([BOOSTED, GAMMA_POISSON]))
    won = set()
    for (segment,), rows in both.group_by("segment"):
        scored = [tuple(row) for row in rows.select("candidate", "seen_units", "wape", "bias").rows()]
        if {row[0] for row in scored} == {BOOSTED, GAMMA_POISSON} and _winner(scored) == BOOSTED:
            won.add(str(segment))
    return frozenset(won)


def _takes_part(held: Sequence[HeldMorning], name: str) -> bool:
    return name != BOOSTED or all(each.means is not None for each in held)


def _score(
    held: Sequence[HeldMorning], chosen: Sequence[Flags], means: Callable[[HeldMorning], Floats]
) -> tuple[float, float | None, float | None]:
    """Units seen, WAPE and bias over all the mornings."""
    total, wrong, over = 0.0, 0.0, 0.0
    for each, own in zip(held, chosen, strict=True):
        used = each.lesson.full & own[:, None]
        seen = each.lesson.units[used].astype(np.float64)
        error = means(each)[used] - seen
        total, wrong, over = total + float(seen.sum()), wrong + float(np.abs(error).sum()), over + float(error.sum())
    return (total, wrong / total, over / total) if total > 0.0 else (total, None, None)


def _winner(scored: Sequence[tuple[str, float, float | None, float | None]]) -> str | None:
    known = [(name, wape, abs(bias)) for name, _, wape, bias in scored if wape is not None and bias is not None]
    fair = [row for row in known if row[2] <= MOST_BIAS]
    if fair:
        return min(fair, key=lambda row: row[1])[0]
    return min(known, key=lambda row: row[2])[0] if known else None


def _recent_mean(days: int) -> Callable[[HeldMorning], Floats]:
    window = WINDOWS_DAYS.index(days)

    def means(held: HeldMorning) -> Floats:
        history = held.lesson.history
        daily: Floats = history.units[:, window] / np.maximum(history.seen[:, window], 0.5)
        return np.repeat(daily[:, None], held.lesson.units.shape[1], axis=1)

    return means


def _last_week(held: HeldMorning) -> Floats:
    lesson: Lesson = held.lesson
    days = (np.arange(lesson.units.shape[1]) + lesson.morning.weekday()) % 7
    return lesson.history.last_week[:, days]


def _boosted(held: HeldMorning) -> Floats:
    if held.means is None:
        raise ValueError("this morning was not forecast by the boosted model")
    return held.means


_CANDIDATES: Mapping[str, Callable[[HeldMorning], Floats]] = {
    GAMMA_POISSON: lambda held: held.lesson.base,
    BOOSTED: _boosted,
    "mean_7": _recent_mean(7),
    "mean_28": _recent_mean(28),
    "last_week": _last_week,
}
