"""Rises that are over, or old enough to learn from: how long they lasted, and who was early in them.

They are found by replaying the mornings before the first day of the month, over all markets together, for two years
at most, and kept in the lake table `past_rises`. They are found anew in a new month, and when the terms, or a
hundredth of the posts before the month, change. A rise is followed for sixteen weeks here, longer than a signal
lasts, so that its end is seen.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from copilot.settings import SignalSettings
from copilot.signals.counting import count_days, read_volumes
from copilot.signals.detector import Detector
from copilot.signals.kept import write_day
from copilot.signals.mentions import MENTIONS
from copilot.signals.weeks import ALL_MARKETS, DAYS, HISTORY_WEEKS
from ingestion.errors import TableMissingError
from ingestion.lake import Lake

PAST_RISES = "past_rises"
FOLLOWED_DAYS = 112
MOST_MORNINGS = 728
PAST_RISES_SCHEMA = pl.Schema(
    {
        "as_of": pl.Date(),
        "known": pl.String(),
        "term_id": pl.String(),
        "began_on": pl.Date(),
        "first_day": pl.Date(),
        "ended_on": pl.Date(),
        "fading_on": pl.List(pl.Date()),
    }
)
"""Lake table `past_rises`: one row a rise before `as_of`, the first of a month; a month without any has one without
term_id. Key: as_of, term_id, began_on.

known       what they were found in: mentions and posts to a hundredth, lexicon, settings
began_on    morning on which it was called
first_day   day since which it was above expectation then
ended_on    first morning on which it was no longer above; null: it went on, or was followed no further
fading_on   mornings on which it was fading
"""


@dataclass(frozen=True, kw_only=True)
class PastRise:
    """One rise, as known on the first of the month."""

    term_id: str
    first_day: date
    ended_on: date | None
    """None: it still went on when it was last looked at, on `seen_until`."""
    seen_until: date
    fading_on: tuple[date, ...] = ()

    @property
    def days(self) -> int:
        """Days that it lasted, or is known to have lasted."""
        return ((self.ended_on or self.seen_until) - self.first_day).days


def update_past_rises(lake: Lake, as_of: date, settings: SignalSettings, *, lexicon: str) -> None:
    """Bring `past_rises` up to the first of the month of `as_of`. Raises `TableMissingError` without mentions."""
    month = as_of.replace(day=1)
    first, posts = _posts_before(lake, month)
    mornings = min((month - first).days - DAYS, MOST_MORNINGS) if first else 0
    if mornings < 1:
        return
    said = lake.scan(MENTIONS).filter(pl.col("date") < month)
    count = said.select(pl.len()).collect().item()
    known = f"{_size(count)} {_size(posts)} {lexicon} {settings.model_dump_json()}"
    if not count or _is_known(lake, month, known):
        return
    volumes = read_volumes(lake, month, days=DAYS * HISTORY_WEEKS + mornings)
    lives = find_past_rises(said.collect(), volumes, month, settings, mornings=mornings)
    frame = lives.with_columns(as_of=pl.lit(month), known=pl.lit(known)).select(PAST_RISES_SCHEMA.names())
    if frame.is_empty():
        frame = pl.DataFrame([{"as_of": month, "known": known}], schema=PAST_RISES_SCHEMA)
    write_day(lake, PAST_RISES, frame.cast(PAST_RISES_SCHEMA), month)


def find_past_rises(
    mentions: pl.DataFrame, volumes: pl.DataFrame, as_of: date, settings: SignalSettings, *, mornings: int
) -> pl.DataFrame:
    """Rises of the `mornings` before `as_of`, over all markets: term_id, began_on, first_day, ended_on, fading_on."""
    everywhere = pl.lit(ALL_MARKETS).alias("market")
    counts = count_days(
        mentions.with_columns(everywhere),
        volumes.with_columns(everywhere),
        as_of,
        days=DAYS * HISTORY_WEEKS + mornings,
    )
    if counts.series.is_empty():
        return PAST_RISES_SCHEMA.to_frame().drop("as_of", "known")
    detector = Detector(counts, settings, followed_days=FOLLOWED_DAYS)
    detector.replay(mornings)
    return detector.lives().drop("market")


def read_past_rises(lake: Lake, as_of: date) -> list[PastRise]:
    """Rises as known on the first of the newest month up to `as_of` that they were looked for; none: never."""
    try:
        rows = lake.scan(PAST_RISES).filter(pl.col("as_of") <= as_of).collect()
    except TableMissingError:
        return []
    newest = rows.filter(pl.col("as_of") == pl.col("as_of").max(), pl.col("term_id").is_not_null())
    return [
        past_rise(row["term_id"], row["first_day"], row["ended_on"], row["fading_on"], as_of=row["as_of"])
        for row in newest.sort("began_on", "term_id").iter_rows(named=True)
    ]


def past_rise(
    term_id: str, first_day: date, ended_on: date | None, fading_on: list[date] | None, *, as_of: date
) -> PastRise:
    """A rise as known on the morning of `as_of`."""
    return PastRise(
        term_id=term_id,
        first_day=first_day,
        ended_on=ended_on,
        seen_until=min(as_of, first_day + timedelta(days=FOLLOWED_DAYS)),
        fading_on=tuple(fading_on or ()),
    )


def _posts_before(lake: Lake, month: date) -> tuple[date | None, int]:
    """Day of the first post that counts, and how many there are before the month."""
    day = pl.col("published_at").dt.date()
    kept = lake.scan("posts").filter(~pl.col("spam"), pl.col("duplicate_of") == "", day < month)
    first, posts = kept.select(day.min().alias("first"), pl.len()).collect().row(0)
    return first, int(posts)


def _size(count: int) -> int:
    """Steps of a hundredth: a few posts that come late, or go, change nothing that is learnt from years."""
    return round(100.0 * math.log(max(count, 1)))


def _is_known(lake: Lake, month: date, known: str) -> bool:
    if not lake.exists(PAST_RISES):
        return False
    there = lake.scan(PAST_RISES).filter(pl.col("as_of") == month).select(pl.col("known").unique()).collect()
    return there["known"].to_list() == [known]
