"""Which tables of the lake hold personal data: declared one by one, and searched where nobody declared them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from ingestion.lake import Lake
from ingestion.retail.contracts import CONTRACTS

Holding = Literal["posts", "about posts", "counts", "list", "none"]

HOLDINGS: Mapping[str, Holding] = {
    "posts": "posts",
    "post_signatures": "about posts",
    "post_digests": "about posts",
    "moved_marks": "about posts",
    "withdrawn_posts": "about posts",
    "source_entries": "about posts",
    "mentions": "about posts",
    "counted_posts": "about posts",
    "post_words": "about posts",
    "watermarks": "about posts",
    "source_runs": "about posts",
    "crawl_state": "about posts",
    "suppressed_authors": "list",
    "index_state": "none",
    "signals": "counts",
    "signal_runs": "counts",
    "past_rises": "counts",
    "lifts": "counts",
    "new_phrases": "counts",
    "new_phrase_weeks": "counts",
    "phrase_runs": "counts",
    "forecasts": "none",
    "forecast_runs": "none",
    "forecast_checks": "none",
    "weather_response": "none",
    "forecast_tournament": "none",
    "forecast_regressors": "none",
    "level_spreads": "none",
    "launch_analogues": "none",
    "restock_lines": "none",
    **dict.fromkeys(CONTRACTS, "none"),
}
"""Table -> what it holds of people.

posts         posts themselves
about posts   rows about single posts, their ids or pseudonyms
counts        counts of authors, none of them about one
list          the keyed digests of people who asked to be forgotten
none          nothing about people who post
"""

_LATE = {"posts": 1, "withdrawn_posts": 2}

SEARCHED: frozenset[Holding] = frozenset({"posts", "about posts"})
"""What an erasure looks through. A table that nobody declared is looked through too."""


def tables_of(lake: Lake) -> list[str]:
    """Every table there is, sorted: those that the lake lists, and those declared, for lakes that cannot be listed."""
    declared = (table for table in HOLDINGS if lake.exists(table))
    return sorted({*lake.tables(), *declared})


def personal_tables(lake: Lake) -> list[str]:
    """Tables to look through for a person: declared to hold personal data, or not declared; `posts` late, and what says
    that posts are to go last.

    The posts say what to look for: killed before they are gone, an erasure can be done again from its start.
    """
    found = [table for table in tables_of(lake) if HOLDINGS.get(table, "about posts") in SEARCHED]
    return sorted(found, key=lambda table: (_LATE.get(table, 0), table))
