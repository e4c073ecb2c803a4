"""What the signals room finds: terms, mentions, signals, the products they touch, and the tables that keep them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

import polars as pl

TermKind = Literal["colour", "material", "silhouette", "garment", "detail", "pattern", "aesthetic", "brand", "problem"]
Stage = Literal["emerging", "rising", "peaking", "fading"]


@dataclass(frozen=True, kw_only=True)
class Term:
    """One thing that posts can be about, in every language it is said in."""

    term_id: str
    """snake_case English: `wide_leg_trousers`."""
    kind: TermKind
    labels: Mapping[str, str]
    """Language -> how it is called to a reader; `en` and `fr` at least."""
    forms: Mapping[str, tuple[str, ...]]
    """Language -> spellings that count as a mention, hashtags without `#`; their regular plurals count too."""
    attributes: tuple[str, ...] = ()
    """What a product that the term is about has: all of them; `material:mesh|attribute:mesh` is either."""
    bound: tuple[str, ...] = ()
    """Forms that mean something else elsewhere: they count in posts of the languages they are listed under."""
    exceptions: tuple[str, ...] = ()
    """Phrases that hold a form and mean something else: `petits pois`."""


@dataclass(frozen=True, kw_only=True)
class Signal:
    """A term that is said by more authors than expected, as known on the morning of `as_of`."""

    as_of: date
    term_id: str
    market: str
    """ISO 3166 country; empty: all markets."""
    stage: Stage
    severity: int
    """1 (hardly worth a look) to 10."""
    authors: int
    """Distinct authors in the last 7 days, without spam and duplicates."""
    expected_authors: float
    """Expected distinct authors in those 7 days."""
    ratio: float
    """authors / expected_authors."""
    growth: float
    """Change of distinct authors over the 7 days before, as a ratio."""
    p_value: float
    """Probability of so many authors or more in the most surprising of the last days if nothing had changed."""
    q_value: float
    """Smallest false discovery rate, over all terms and mornings, at which the rise is called on its surest morning."""
    first_seen_on: date
    """First day of the run of days above expectation that led here."""
    posts: int
    """Posts behind it in the last 7 days."""
    top_author_share: float
    """Share of those posts by the most active author, 0 to 1."""


@dataclass(frozen=True, kw_only=True)
class ProductLink:
    """A product that a term is about, and why."""

    term_id: str
    product_id: str
    score: float
    """0 to 1."""
    reasons: tuple[str, ...] = field(default_factory=tuple)
    """What matched: `material:linen`, `mentioned_in_reviews`, ..."""


MENTIONS_SCHEMA = pl.Schema(
    {
        "post_id": pl.String(),
        "term_id": pl.String(),
        "author": pl.String(),
        "date": pl.Date(),
        "source": pl.String(),
        "language": pl.String(),
        "market": pl.String(),
        "product_id": pl.String(),
    }
)
"""Lake table `mentions`: one row a post and term, spam and duplicates left out. Key: post_id, term_id."""

SIGNALS_SCHEMA = pl.Schema(
    {
        "as_of": pl.Date(),
        "term_id": pl.String(),
        "market": pl.String(),
        "stage": pl.String(),
        "severity": pl.Int64(),
        "authors": pl.Int64(),
        "expected_authors": pl.Float64(),
        "ratio": pl.Float64(),
        "growth": pl.Float64(),
        "p_value": pl.Float64(),
        "q_value": pl.Float64(),
        "first_seen_on": pl.Date(),
        "posts": pl.Int64(),
        "top_author_share": pl.Float64(),
    }
)
"""Lake table `signals`: the fields of `Signal`. Key: as_of, term_id, market."""

COUNTED_SCHEMA = pl.Schema(
    {
        "post_id": pl.String(),
        "content_hash": pl.String(),
        "state": pl.String(),
    }
)
"""Lake table `counted_posts`: the posts whose mentions are in `mentions`, as they were counted. Key: post_id.

state   hash over what decides a post's mentions beside its text: author, day, source, language, market, product, spam,
        duplicate, and the lexicon
"""

SIGNAL_RUNS_SCHEMA = pl.Schema(
    {
        "as_of": pl.Date(),
        "lexicon": pl.String(),
        "posts": pl.Int64(),
        "undated_posts": pl.Int64(),
        "series_tested": pl.Int64(),
        "baseline_weeks": pl.Int64(),
        "signals": pl.Int64(),
    }
)
"""Lake table `signal_runs`: one row a morning that signals were looked for, found or not. Key: as_of.

posts            dated posts before `as_of`, without spam and duplicates
undated_posts    posts without a date: in no count
series_tested    terms x markets tested
baseline_weeks   weeks of posts that expectations rest on, at most 12
"""
