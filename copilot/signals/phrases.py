"""Phrases that nobody listed, and that more authors say than before: the open vocabulary.

Every run of one to three words and every hashtag of the last fourteen days is a candidate where enough authors say it
and no term of the lexicon is called so. Runs that begin or end with words as common as articles are none; which words
are is counted in the posts themselves, by language. Spellings that differ by plural, hyphen or hashtag are one phrase.

Candidates are tested like terms (`detection`), against the fourteen weeks before and the same budget, of which every
run of words that was said takes its share, candidate or not. Of phrases in the same posts the longest that nearly all
of these authors say is kept: `mesh flats` and not `mesh`. It is called as most authors spell it.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from copilot.settings import SignalSettings
from copilot.signals.counting import count_days
from copilot.signals.detector import LEAST_WEIGHT, Detector
from copilot.signals.lexicon import Lexicon, fold, load_lexicon
from copilot.signals.records import MENTIONS_SCHEMA
from copilot.signals.scan import LONGEST_WINDOW
from copilot.signals.weeks import BASELINE_WEEKS, DAYS, GAP_WEEKS
from ingestion.lake import Lake

RECENT_DAYS = LONGEST_WINDOW
_READ_DAYS = DAYS * (GAP_WEEKS + BASELINE_WEEKS) + RECENT_DAYS
_LONGEST = 3
_COMMON_SHARE = 0.02
"""Share of a language's posts from which on a word is as common as articles are."""
_SHORTEST_STEM = 3
_SAME_POSTS = 0.7
_BREAK = "|"
_TOKENS = r"#?[\p{L}\p{N}][\p{L}\p{N}'’]*|[.!?;:,()\n]"
_WORD = r"^#?[\p{L}\p{N}]"


@dataclass(frozen=True, kw_only=True)
class NewPhrase:
    """A phrase that no term of the lexicon covers, said by more authors than before."""

    phrase: str
    """As most of its authors spell it, in lower case."""
    language: str
    authors: int
    """Distinct authors in the last fourteen days."""
    expected_authors: float
    """Expected in those days."""
    q_value: float
    """Smallest false discovery rate at which it would have been called."""
    first_day: date
    """First day of the rise."""
    forms: tuple[str, ...]
    """Its spellings, most frequent first."""


def find_phrases(
    posts: pl.DataFrame, as_of: date, settings: SignalSettings, lexicon: Lexicon | None = None
) -> list[NewPhrase]:
    """Phrases that rise in posts (post_id, author, date, source, market, thread, language, text), surest first.

    Posts are those of the sixteen weeks before `as_of`, without spam and duplicates; see `read_texts`.
    """
    lexicon = lexicon or load_lexicon()
    posts = posts.with_columns(market=pl.lit("")).with_row_index("post")
    since = as_of - timedelta(days=RECENT_DAYS)
    words = _words(posts, since, _listed(lexicon, longest=1))
    recent = posts.filter(pl.col("date") >= since)
    runs = _runs(words.join(recent.select("post"), on="post", how="semi"))
    said = runs.join(recent.select("post", "author"), on="post")
    candidates = _candidates(said, settings.minimum_authors, lexicon)
    candidates = _without_parts(said, candidates)
    if candidates.is_empty():
        return []
    mentions = _mentions(words, candidates, posts)
    counts = count_days(mentions, posts.drop("post"), as_of, days=_READ_DAYS)
    untested = LEAST_WEIGHT * (runs.select("language", "key").n_unique() - candidates.height)
    detector = Detector(counts, settings, untested=untested)
    found = detector.replay(RECENT_DAYS).filter("raised")
    begun = dict(detector.begun().select("term_id", "first_day").iter_rows())
    of_found = said.with_columns(term_id=_term_id()).join(found.select("term_id"), on="term_id", how="semi")
    expected = dict(found.select("term_id", pl.col("expected_authors") * RECENT_DAYS / DAYS).iter_rows())
    q_values = dict(found.select("term_id", "q_value").iter_rows())
    kept = _longest_of_the_same(of_found)
    phrases = [
        _phrase(of_found.filter(pl.col("term_id") == term_id), expected[term_id], q_values[term_id], begun[term_id])
        for term_id in kept
    ]
    return sorted(phrases, key=lambda phrase: (phrase.q_value, -phrase.authors, phrase.phrase))


def read_texts(lake: Lake, as_of: date) -> pl.DataFrame:
    """The posts that `find_phrases` takes. Raises `TableMissingError` where no post was ever ingested."""
    day = pl.col("published_at").dt.date()
    text = pl.col("title") + "\n" + pl.col("text")
    return (
        lake.scan("posts")
        .filter(~pl.col("spam"), pl.col("duplicate_of") == "")
        .filter(day < as_of, day >= as_of - timedelta(days=_READ_DAYS))
        .select("post_id", "author", day.alias("date"), "source", "market", "thread", "language", text=text)
        .collect()
    )


def _words(posts: pl.DataFrame, since: date, listed: Set[str]) -> pl.DataFrame:
    """post, language, word, stem, common: the words of each post in order; marks of punctuation have no stem.

    Common words are so in the posts before `since`; those of the lexicon never are.
    """
    words = posts.select("post", "language", word=pl.col("text").str.to_lowercase().str.extract_all(_TOKENS)).explode(
        "word", empty_as_null=False
    )
    known = words.select(pl.col("word").unique()).with_columns(
        stem=pl.when(pl.col("word").str.contains(_WORD))
        .then(pl.col("word").map_elements(_stem, return_dtype=pl.String))
        .otherwise(pl.lit(_BREAK))
    )
    words = words.join(known, on="word", maintain_order="left")
    named = pl.col("stem").is_in(listed)
    before = posts.filter(pl.col("date") < since)
    in_language = before.group_by("language").agg(posts=pl.len())
    often = words.join(before.select("post"), on="post", how="semi").unique(["post", "stem"])
    often = often.group_by("language", "stem").len().join(in_language, on="language")
    often = often.select("language", "stem", common=(pl.col("len") > _COMMON_SHARE * pl.col("posts")) & ~named)
    found = words.join(often, on=["language", "stem"], how="left", maintain_order="left")
    return found.with_columns(pl.col("common").fill_null(value=False))


def _stem(word: str) -> str:
    folded = fold(word.lstrip("#")).replace("'", "").replace("’", "").replace(" ", "")
    plural = len(folded) > _SHORTEST_STEM and folded.endswith("s") and not folded.endswith("ss")
    return folded[:-1] if plural else folded


def _runs(words: pl.DataFrame) -> pl.DataFrame:
    """post, language, key, form, length, parts (keys) of each run of one to three words.

    Runs that begin or end in a common word are left out.
    """
    found = []
    for length in range(1, _LONGEST + 1):
        ahead = range(length)
        inside = [pl.col("stem").shift(-n) != _BREAK for n in ahead]
        same = [pl.col("post").shift(-n) == pl.col("post") for n in ahead]
        single = [~pl.col("word").shift(-n).str.starts_with("#") for n in ahead] if length > 1 else []
        runs = words.select(
            "post",
            "language",
            key=pl.concat_str([pl.col("stem").shift(-n) for n in ahead]),
            form=pl.concat_str([pl.col("word").shift(-n) for n in ahead], separator=" "),
            length=pl.lit(length),
            parts=pl.concat_list(_parts(length)) if length > 1 else pl.lit([], dtype=pl.List(pl.String)),
            kept=pl.all_horizontal(*inside, *same, *single, ~pl.col("common"), ~pl.col("common").shift(1 - length)),
        )
        found.append(runs.filter("kept").drop("kept"))
    return pl.concat(found)


def _parts(length: int) -> list[pl.Expr]:
    """Keys of the shorter runs inside a run."""
    spans = [(first, last) for last in range(1, length + 1) for first in range(last) if last - first < length]
    return [pl.concat_str([pl.col("stem").shift(-n) for n in range(first, last)]) for first, last in spans]


def _without_parts(said: pl.DataFrame, candidates: pl.DataFrame) -> pl.DataFrame:
    """Candidates without those that are hardly said but as part of a longer one."""
    counts = said.join(candidates, on=["language", "key"], how="semi").group_by("language", "key")
    posts = counts.agg(posts=pl.col("post").n_unique())
    parts = said.select("language", "key", "parts").explode("parts", empty_as_null=False).unique()
    both = parts.join(posts, on=["language", "key"]).join(
        posts.rename({"key": "parts", "posts": "of_part"}), on=["language", "parts"]
    )
    inside = both.filter(pl.col("posts") >= _SAME_POSTS * pl.col("of_part")).select("language", key="parts")
    return candidates.join(inside, on=["language", "key"], how="anti")


def _candidates(said: pl.DataFrame, fewest: int, lexicon: Lexicon) -> pl.DataFrame:
    """language, key of what enough authors say and the lexicon has no term for."""
    authors = said.group_by("language", "key").agg(authors=pl.col("author").n_unique())
    listed = _parts_listed(lexicon)
    plain = pl.col("key").str.contains(r"\p{L}") & (pl.col("key").str.len_chars() > _SHORTEST_STEM)
    enough = authors.filter(pl.col("authors") >= fewest, plain)
    return enough.filter(~pl.col("key").is_in(listed)).select("language", "key")


def _listed(lexicon: Lexicon, *, longest: int) -> frozenset[str]:
    """Keys of the lexicon's forms of up to that many words."""
    forms = (form for term in lexicon.terms.values() for of_language in term.forms.values() for form in of_language)
    return frozenset(_key(form) for form in forms if len(form.split()) <= longest)


def _parts_listed(lexicon: Lexicon) -> frozenset[str]:
    """Keys of all runs of words inside the lexicon's forms: `butter` is no phrase of its own."""
    forms = (form for term in lexicon.terms.values() for of_language in term.forms.values() for form in of_language)
    words = [form.replace("-", " ").split() for form in forms]
    runs = ((of_form, first, last) for of_form in words for last in range(len(of_form) + 1) for first in range(last))
    return frozenset(_key(" ".join(of_form[first:last])) for of_form, first, last in runs)


def _key(form: str) -> str:
    return "".join(_stem(word) for word in form.replace("-", " ").split())


def _mentions(words: pl.DataFrame, candidates: pl.DataFrame, posts: pl.DataFrame) -> pl.DataFrame:
    """MENTIONS_SCHEMA: which post says which candidate."""
    said = _runs(words).join(candidates, on=["language", "key"], how="semi")
    told = said.select("post", term_id=_term_id()).unique()
    found = told.join(posts, on="post").with_columns(product_id=pl.lit(""))
    return found.select(MENTIONS_SCHEMA.names()).cast(MENTIONS_SCHEMA)


def _term_id() -> pl.Expr:
    return pl.format("{}:{}", "language", "key")


def _longest_of_the_same(said: pl.DataFrame) -> list[str]:
    """Ids of the phrases that are left when those of the same posts are one."""
    length = pl.col("form").str.split(" ").list.len().max()
    by_term = said.group_by("term_id").agg(
        posts=pl.col("post").unique(), length=length, count=pl.col("post").n_unique()
    )
    sets = {term_id: frozenset(posts) for term_id, posts in by_term.select("term_id", "posts").iter_rows()}
    most_first = by_term.sort(["count", "length", "term_id"], descending=[True, True, False])
    lengths = dict(by_term.select("term_id", "length").iter_rows())
    groups: list[list[str]] = []
    for term_id in most_first["term_id"]:
        of = next((g for g in groups if len(sets[g[0]] & sets[term_id]) >= _SAME_POSTS * len(sets[term_id])), None)
        if of is None:
            groups.append([term_id])
        else:
            of.append(term_id)
    return [_best(group, sets, lengths) for group in groups]


def _best(group: Sequence[str], sets: dict[str, frozenset[int]], lengths: dict[str, int]) -> str:
    nearly_all = [term_id for term_id in group if len(sets[term_id]) >= _SAME_POSTS * len(sets[group[0]])]
    return max(nearly_all, key=lambda term_id: (lengths[term_id], len(sets[term_id]), term_id))


def _phrase(said: pl.DataFrame, expected: float, q_value: float, first_day: date) -> NewPhrase:
    spelt = said.group_by("form").agg(authors=pl.col("author").n_unique())
    # A hashtag runs its words together: it names the phrase only where nobody spells it out.
    tag = pl.col("form").str.starts_with("#")
    forms = spelt.sort(tag, "authors", "form", descending=[False, True, False])["form"].to_list()
    return NewPhrase(
        phrase=forms[0].lstrip("#"),
        language=said["language"][0],
        authors=said["author"].n_unique(),
        expected_authors=expected,
        q_value=q_value,
        first_day=first_day,
        forms=tuple(forms),
    )
