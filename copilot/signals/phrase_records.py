"""Phrases that nobody listed, and the tables that keep them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl


@dataclass(frozen=True, kw_only=True)
class PhraseWeek:
    """Seven days of a phrase."""

    week_ending: date
    """The last of the seven."""
    authors: int
    """Distinct authors who said it."""
    expected_authors: float
    """As many as would have, had it been said as before it rose."""


@dataclass(frozen=True, kw_only=True)
class NewPhrase:
    """A phrase that no term of the lexicon covers, said by more authors than before."""

    phrase_id: str
    """Language and key of its main form: `en:lanternhem`."""
    phrase: str
    """As most of its authors spell it, in lower case."""
    language: str
    """ISO 639-1, of that spelling."""
    authors: int
    """Distinct authors in the last fourteen days."""
    expected_authors: float
    """Expected in those days."""
    q_value: float
    """Smallest false discovery rate at which it would have been called."""
    first_day: date
    """First day of the rise."""
    forms: tuple[str, ...]
    """Its spellings, synonyms and translations, most frequent first, hashtags last."""
    members: tuple[str, ...]
    """Ids of the runs of words that it is made of."""
    form_authors: tuple[int, ...] = ()
    """Distinct authors of each form, where they were counted; not kept."""
    weeks: tuple[PhraseWeek, ...] = ()
    """The last sixteen weeks that its sources had posts in, oldest first."""


NEW_PHRASES_SCHEMA = pl.Schema(
    {
        "as_of": pl.Date(),
        "phrase_id": pl.String(),
        "phrase": pl.String(),
        "language": pl.String(),
        "authors": pl.Int64(),
        "expected_authors": pl.Float64(),
        "q_value": pl.Float64(),
        "first_day": pl.Date(),
        "forms": pl.String(),
        "members": pl.String(),
    }
)
"""Lake table `new_phrases`: the fields of `NewPhrase`, but for its weeks. Key: as_of, phrase_id.

forms, members   joined by ` | `, which is in no form
"""

PHRASE_WEEKS_SCHEMA = pl.Schema(
    {
        "as_of": pl.Date(),
        "phrase_id": pl.String(),
        "week_ending": pl.Date(),
        "authors": pl.Int64(),
        "expected_authors": pl.Float64(),
    }
)
"""Lake table `new_phrase_weeks`: the weeks of new phrases. Key: as_of, phrase_id, week_ending."""

PHRASE_RUNS_SCHEMA = pl.Schema({"as_of": pl.Date(), "lexicon": pl.String(), "posts": pl.Int64(), "phrases": pl.Int64()})
"""Lake table `phrase_runs`: one row a morning that new phrases were looked for, found or not. Key: as_of.

posts   that they were looked for in
"""
