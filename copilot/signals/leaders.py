"""Authors who usually lead: they said earlier risen terms before the others did.

In each past rise the authors of its first four weeks are put in the order of their first post; the first quarter of
them were early. An author who was early in k of m rises leads where k or more would be chance, P(X >= k) for X
binomial with m and 1/4, so seldom that the false ones among all that lead are held to the false discovery rate
(Benjamini-Hochberg over the authors of three rises or more). Of posts that say several risen terms only one rise
counts for its author.

After the leading signals of influential accounts in David, Bellot, Le Corff and Lehericy (2022), HERMES: hybrid
error-corrector model with inclusion of external signals for non-stationary fashion time series; what leads is learnt
here from our own counts, as no number of followers is known.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
import polars as pl
from scipy.special import betainc

from copilot.settings import SignalSettings
from copilot.signals.mentions import MENTIONS
from copilot.signals.past import PastRise, read_past_rises
from copilot.signals.significance import q_values
from copilot.signals.weeks import Floats, Integers
from ingestion.lake import Lake

EARLY_SHARE = 0.25
FIRST_DAYS = 28
LEAST_RISES = 3
LEAST_AUTHORS = 20
"""Authors of three rises or more from which on something is said of who leads."""


@dataclass(frozen=True, kw_only=True)
class LeaderHistory:
    """What past rises tell of who leads."""

    enough: bool
    """Whether enough authors took part in enough rises to tell."""
    leading: frozenset[str] = field(default_factory=frozenset, repr=False)
    """Pseudonyms; never shown."""
    usual_share: float = 0.0
    """Share of leading authors among all who took part in the past rises."""


@dataclass(frozen=True, kw_only=True)
class Past:
    """What is known of earlier rises on one morning."""

    rises: Sequence[PastRise]
    leaders: LeaderHistory


def read_past(lake: Lake, as_of: date, settings: SignalSettings) -> Past:
    """Past rises as kept, and who led in them; none of either where none were kept."""
    rises = read_past_rises(lake, as_of)
    if not rises:
        return Past(rises=(), leaders=LeaderHistory(enough=False))
    mentions = lake.scan(MENTIONS).filter(pl.col("date") < as_of).collect()
    rate = settings.false_discovery_rate
    return Past(rises=rises, leaders=find_leaders(mentions, rises, as_of, false_discovery_rate=rate))


def find_leaders(
    mentions: pl.DataFrame, rises: Sequence[PastRise], before: date, *, false_discovery_rate: float
) -> LeaderHistory:
    """Who leads, by the rises whose first four weeks were over `before` a day. `mentions` is MENTIONS_SCHEMA."""
    over = [rise for rise in rises if rise.first_day + timedelta(days=FIRST_DAYS) <= before]
    if len(over) < LEAST_RISES:
        return LeaderHistory(enough=False)
    took_part = pl.concat([_took_part(mentions, rise, number) for number, rise in enumerate(over)])
    once = took_part.sort("rise").unique(["author", "post_id"], keep="first", maintain_order=True)
    tally = once.group_by("author").agg(rises=pl.len(), early=pl.col("early").sum()).sort("author")
    tried = tally.filter(pl.col("rises") >= LEAST_RISES)
    if tried.height < LEAST_AUTHORS:
        return LeaderHistory(enough=False)
    found = q_values(_chances(tried["early"].to_numpy(), tried["rises"].to_numpy())) <= false_discovery_rate
    leading = frozenset(tried.filter(pl.Series(found))["author"])
    return LeaderHistory(enough=True, leading=leading, usual_share=len(leading) / tally.height)


def _chances(early: Integers, rises: Integers) -> Floats:
    """P(X >= early) for X binomial with so many rises, elementwise: a regularised incomplete beta function."""
    tail: Floats = betainc(np.maximum(early, 1), rises - early + 1.0, EARLY_SHARE)
    return np.where(early > 0, tail, 1.0)


def _took_part(mentions: pl.DataFrame, rise: PastRise, number: int) -> pl.DataFrame:
    """author, post_id (the first), early, rise of everyone in the first four weeks of a rise."""
    until = rise.first_day + timedelta(days=FIRST_DAYS)
    said = mentions.filter(pl.col("term_id") == rise.term_id, pl.col("date") >= rise.first_day, pl.col("date") < until)
    first = said.sort("date", "post_id").unique("author", keep="first", maintain_order=True)
    # Of those of one day nobody was before the others: all are early, or none.
    place = pl.col("date").rank("max") / pl.len()
    return first.select("author", "post_id", early=place <= EARLY_SHARE, rise=pl.lit(number))
