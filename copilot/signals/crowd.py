"""Who drives a rise: many small authors or a few large ones, and whether those who usually lead are among them.

With p_i the share of author i of the posts, the effective number of authors is 1 / sum p_i^2 (Hill 1973, Diversity and
evenness, Ecology 54): as many authors who wrote alike would spread the posts as thinly.

>>> round(effective_number([1, 1, 1, 1]), 2), round(effective_number([7, 1, 1, 1]), 2)
(4.0, 1.92)

Authors who lead are called more than usual where as many as there are, or more, would have a probability under 1 % at
their usual share: binomial, with the share of them among those who said any term in twelve weeks before, rounded up by
one author.

An author is large here by posts; how many people read them is not known. Pseudonyms stay inside: what comes out are
counts over enough authors.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import polars as pl
import scipy as sp

from copilot.floor import Floor
from copilot.signals.leaders import LeaderHistory, Usual
from copilot.signals.weeks import ALL_MARKETS

CrowdKind = Literal["many", "few"]
LeadersFound = Literal["leading", "not_leading", "not_enough_history"]
LONGEST_DAYS = 28
_SPREAD_FROM = 1 / 3
_TOP_SHARES = (0.01, 0.1)
_BY_CHANCE = 0.01


@dataclass(frozen=True, kw_only=True)
class Crowd:
    """The authors of a rise since it began, four weeks at most."""

    since: date
    authors: int
    posts: int
    effective_authors: float
    """As many authors who wrote alike would spread the posts as thinly."""
    kind: CrowdKind
    """`few`: the effective number is under a third of the authors."""
    top_1_share: float | None
    """Share of the posts by the most active 1 % of authors; None where these are fewer than may be shown."""
    top_10_share: float | None
    leaders: LeadersFound
    """Whether more authors who lead took part than usual, see `leaders`."""
    leading_authors: int | None
    """How many of the authors are leading ones; None where fewer than may be shown, in one market, or nobody knows."""
    leading_share: float | None
    """Their share of the authors."""
    usual_leading_share: float | None
    """Share of leading authors among those who said any term before, a term each: what is usual."""


def crowd_of(
    said: pl.DataFrame,
    history: LeaderHistory,
    *,
    first_day: date,
    as_of: date,
    floor: Floor,
    market: str = ALL_MARKETS,
) -> Crowd | None:
    """The authors of the mentions `said` of one term from `first_day` on; None where they are too few to be shown."""
    since = max(first_day, as_of - timedelta(days=LONGEST_DAYS))
    posts = said.filter(pl.col("date") >= since, pl.col("date") < as_of)["author"].value_counts()
    counts = sorted(posts["count"].to_list(), reverse=True)
    if not floor.shows(len(counts)):
        return None
    effective = effective_number(counts)
    top_1, top_10 = (_top_share(counts, share, floor) for share in _TOP_SHARES)
    leading = sum(author in history.leading for author in posts["author"])
    shown = history.enough and floor.shows_part(authors=leading, others=len(counts) - leading)
    usual = history.usual.get(market)
    # In one market only whether they lead is told: beside all markets, a count would tell few people elsewhere apart.
    told = shown and market == ALL_MARKETS
    return Crowd(
        since=since,
        authors=len(counts),
        posts=sum(counts),
        effective_authors=effective,
        kind="many" if effective >= _SPREAD_FROM * len(counts) else "few",
        top_1_share=top_1,
        top_10_share=top_10,
        leaders=_leaders(history, usual, leading, len(counts), shown=shown),
        leading_authors=leading if told else None,
        leading_share=leading / len(counts) if told else None,
        usual_leading_share=usual.share if told and usual and floor.shows(usual.leading_authors) else None,
    )


def effective_number(counts: Sequence[int]) -> float:
    """Effective number of authors with so many posts each; at least one post."""
    return sum(counts) ** 2 / sum(count**2 for count in counts)


def _leaders(history: LeaderHistory, usual: Usual | None, leading: int, authors: int, *, shown: bool) -> LeadersFound:
    if not history.enough or usual is None:
        return "not_enough_history"
    share = (usual.leading + 1) / (usual.all + 1)
    more = shown and float(sp.special.bdtrc(leading - 1, authors, share)) < _BY_CHANCE
    return "leading" if more else "not_leading"


def _top_share(counts: Sequence[int], share: float, floor: Floor) -> float | None:
    most = math.ceil(share * len(counts))
    return sum(counts[:most]) / sum(counts) if floor.shows_part(authors=most, others=len(counts) - most) else None
