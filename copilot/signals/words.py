"""Words said with a term now and not before, and the posts that are most typical of that.

For word w of one language, with y of the n authors of the last seven days saying it beside the term and y0 of the n0
authors before the rise, and a prior of a_w authors,

    delta = log((y + a_w) / (n + a - y - a_w)) - log((y0 + a_w) / (n0 + a - y0 - a_w))
    z     = delta / sqrt(1 / (y + a_w) + 1 / (y0 + a_w))

the log-odds with an informative Dirichlet prior (Monroe, Colaresi and Quinn 2008, Fightin' words, Polit. Anal. 16),
with authors for words: a is 10 authors, shared out to words as all authors say them. A word counts from z = 3 on, as
many are looked at. Words of the term itself are left out, and so is every word of fewer authors than may be shown.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from copilot.floor import Floor
from copilot.signals.lexicon import Lexicon, fold

_WORD = re.compile(r"[^\W\d_]{3,}")
_STAND_IN = re.compile(r"\[[^\]]*\]|@?[a-z]+_[0-9a-f]{6,}")
"""What stands for a name, a number, an address: no word of the post."""
_PRIOR_AUTHORS = 10.0
_LEAST_Z = 3.0
_MOST_WORDS = 5
_OF_A_POST = 3
"""Words that make a post typical: its most telling ones."""


@dataclass(frozen=True, kw_only=True)
class SaidWith:
    """One word that came up with the rise."""

    word: str
    """Folded: small letters without accents."""
    language: str
    authors: int
    """Of the last seven days, who say it beside the term."""
    share_now: float
    """Of the authors in that language."""
    share_before: float


@dataclass(frozen=True, kw_only=True)
class Words:
    """What is said with a term."""

    said_with: tuple[SaidWith, ...]
    """The most telling first."""
    typical: Mapping[str, float] = field(repr=False)
    """Post -> how typical of the rise it is; posts without a telling word are not in it."""


NO_WORDS = Words(said_with=(), typical={})


def words_of(posts: pl.DataFrame, term_id: str, lexicon: Lexicon, floor: Floor) -> Words:
    """Words of the posts (post_id, author, language, text, now) of one term, `now` or before the rise."""
    own = frozenset(word for form in _forms(term_id, lexicon) for word in _words(form))
    said = [sorted(_words(text) - own) for text in posts["text"]]
    rows = posts.select("post_id", "author", "language", "now", word=pl.Series(said, dtype=pl.List(pl.String)))
    rows = rows.explode("word", empty_as_null=False)
    if rows.is_empty():
        return NO_WORDS
    authors = pl.col("author")
    now, before = authors.filter("now").n_unique().cast(pl.Float64), authors.filter(~pl.col("now")).n_unique()
    everyone = posts.group_by("language").agg(n=now, n0=before.cast(pl.Float64))
    tally = rows.group_by("language", "word").agg(y=now, y0=before.cast(pl.Float64)).join(everyone, on="language")
    a_w = _PRIOR_AUTHORS * (pl.col("y") + pl.col("y0")) / (pl.col("n") + pl.col("n0"))
    tally = tally.with_columns(seen=pl.col("y") + a_w, seen0=pl.col("y0") + a_w)
    tally = tally.with_columns(
        z=(_log_odds("seen", "n") - _log_odds("seen0", "n0")) / (1 / pl.col("seen") + 1 / pl.col("seen0")).sqrt()
    ).filter(pl.col("z") >= _LEAST_Z, pl.col("n0") >= floor.min_authors)
    kept = tally.filter(_may_be_shown(floor)).sort(["z", "word"], descending=[True, False])
    return Words(said_with=_said_with(kept.head(_MOST_WORDS)), typical=_typical(rows.filter("now"), kept))


def _words(text: str) -> set[str]:
    return set(_WORD.findall(fold(_STAND_IN.sub(" ", text))))


def _forms(term_id: str, lexicon: Lexicon) -> list[str]:
    term = lexicon.term(term_id)
    return [*term.labels.values(), *(form for forms in term.forms.values() for form in forms)]


def _log_odds(seen: str, everyone: str) -> pl.Expr:
    rest = (pl.col(everyone) + _PRIOR_AUTHORS - pl.col(seen)).clip(lower_bound=0.1)
    return (pl.col(seen) / rest).log()


def _may_be_shown(floor: Floor) -> pl.Expr:
    others = pl.col("n") - pl.col("y")
    return (pl.col("y") >= floor.min_authors) & ((others == 0) | (others >= floor.min_authors))


def _said_with(rows: pl.DataFrame) -> tuple[SaidWith, ...]:
    return tuple(
        SaidWith(
            word=row["word"],
            language=row["language"],
            authors=int(row["y"]),
            share_now=row["y"] / row["n"],
            share_before=row["y0"] / row["n0"],
        )
        for row in rows.iter_rows(named=True)
    )


def _typical(rows: pl.DataFrame, telling: pl.DataFrame) -> dict[str, float]:
    found = rows.join(telling.select("language", "word", "z"), on=["language", "word"])
    scores = found.group_by("post_id").agg(score=pl.col("z").top_k(_OF_A_POST).sum())
    return dict(scores.iter_rows())
