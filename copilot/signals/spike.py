"""What kind of spike a rise is: one day or several, one thread or many, and which occasions it falls on.

A rise is of one day when half or more of the authors above expectation since it began, four weeks at most, are on its
highest day; it takes three days to tell. An occasion is one of the calendar's that falls on that day or next to it, or,
of a rise of several days, within three days of its first. It says when, not why.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import polars as pl

from copilot.floor import Floor
from copilot.signals.weeks import DAYS

SpikeShape = Literal["one_day", "several_days", "too_early"]
_LONGEST_DAYS = 28
_LEAST_DAYS = 3
_PEAK_SHARE = 0.5
_NEAR_PEAK_DAYS, _NEAR_START_DAYS = 1, 3
_MOST_OCCASIONS = 3


@dataclass(frozen=True, kw_only=True)
class Occasion:
    """A day of the calendar that a rise falls on."""

    event: str
    day: date
    countries: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Spike:
    """The shape of a rise in time, and where it was talked about."""

    shape: SpikeShape
    peak_on: date | None
    """Highest day; None where it has too few authors to be shown."""
    peak_share: float | None
    """Of the authors above expectation since the rise began, those of that day."""
    thread_share: float | None
    """Of the authors of the last seven days, those in the largest thread; None: there is none, or too few are in it."""
    threads: int
    """Threads in which enough authors wrote in the last seven days."""
    occasions: tuple[Occasion, ...]


def spike_of(
    said: pl.DataFrame,
    calendar: pl.DataFrame,
    *,
    expected: float,
    first_day: date,
    as_of: date,
    floor: Floor,
    countries: Sequence[str] = (),
) -> Spike:
    """The spike in the mentions `said` of one term (author, date, thread), with occasions in these countries or in all.

    `expected` authors are those of seven days; `calendar` is the table of that name around the rise.
    """
    since = max(first_day, as_of - timedelta(days=_LONGEST_DAYS))
    days = said.filter(pl.col("date") >= since, pl.col("date") < as_of)
    shape, peak_on, share = _peak(days, expected / DAYS, length=(as_of - since).days, floor=floor)
    near = (peak_on, _NEAR_PEAK_DAYS) if shape == "one_day" and peak_on else (first_day, _NEAR_START_DAYS)
    thread_share, threads = _threads(said.filter(pl.col("date") >= as_of - timedelta(days=DAYS)), floor)
    return Spike(
        shape=shape,
        peak_on=peak_on,
        peak_share=share,
        thread_share=thread_share,
        threads=threads,
        occasions=_occasions(calendar, *near, as_of=as_of, countries=countries),
    )


def _peak(
    days: pl.DataFrame, expected_a_day: float, *, length: int, floor: Floor
) -> tuple[SpikeShape, date | None, float | None]:
    daily = days.group_by("date").agg(authors=pl.col("author").n_unique().cast(pl.Int64)).sort("date")
    daily = daily.with_columns(excess=(pl.col("authors") - expected_a_day).clip(lower_bound=0.0))
    above = float(daily["excess"].sum())
    if length < _LEAST_DAYS or above <= 0.0:
        return "too_early", None, None
    top = daily.sort(["excess", "date"], descending=[True, False]).row(0, named=True)
    share = top["excess"] / above
    shape: SpikeShape = "one_day" if share >= _PEAK_SHARE else "several_days"
    others = days["author"].n_unique() - top["authors"]
    shown = floor.shows_part(authors=top["authors"], others=others)
    return shape, top["date"] if shown else None, share if shown else None


def _threads(week: pl.DataFrame, floor: Floor) -> tuple[float | None, int]:
    in_threads = week.filter(pl.col("thread") != "")
    authors = in_threads.group_by("source", "thread").agg(n=pl.col("author").n_unique())["n"].sort(descending=True)
    everyone = week["author"].n_unique()
    kept = [count for count in authors if floor.shows_part(authors=count, others=everyone - count)]
    return (kept[0] / everyone if kept else None), len(kept)


def _occasions(
    calendar: pl.DataFrame, day: date, within_days: int, *, as_of: date, countries: Sequence[str]
) -> tuple[Occasion, ...]:
    apart = (pl.col("date") - pl.lit(day)).dt.total_days().abs()
    here = pl.col("country").is_in(list(countries)) if countries else pl.lit(value=True)
    # School holidays and sales last for weeks: a rise falls on them by chance.
    near = calendar.filter(
        apart <= within_days, pl.col("date") < as_of, here, pl.col("kind").is_in(["holiday", "event"])
    )
    found = (
        near.with_columns(apart=apart)
        .group_by("event")
        .agg(pl.col("date").sort_by("apart").first(), pl.col("apart").min(), pl.col("country").unique().sort())
    )
    return tuple(
        Occasion(event=row["event"], day=row["date"], countries=tuple(row["country"]))
        for row in found.sort("apart", "event").head(_MOST_OCCASIONS).iter_rows(named=True)
    )
