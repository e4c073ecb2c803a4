"""Phrases that nobody listed, and that more authors say than before: the open vocabulary.

Every run of one to three words and every hashtag of the last fourteen days is a candidate where enough authors say it
and no term of the lexicon means it (`word_runs`). Candidates that mean the same are one (`merging`).

They are tested like terms (`detection`), against the fourteen weeks before and the same budget, of which every run of
words that was said takes its share, candidate or not. Of phrases in the same posts the longest that nearly all of these
authors say is kept: `mesh flats` and not `mesh`. It is called as most authors spell it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from copilot.settings import SignalSettings
from copilot.signals.calendar_words import calendar_words
from copilot.signals.concepts import load_concepts, words_in
from copilot.signals.counting import DailyCounts, count_days
from copilot.signals.detector import LEAST_WEIGHT, Detector
from copilot.signals.lexicon import Lexicon, fold, load_lexicon
from copilot.signals.merging import Candidate, Encode, alike, merge
from copilot.signals.phrase_records import NewPhrase, PhraseWeek
from copilot.signals.records import MENTIONS_SCHEMA
from copilot.signals.scan import LONGEST_WINDOW
from copilot.signals.weeks import BASELINE_WEEKS, DAYS, GAP_WEEKS
from copilot.signals.word_runs import (
    SHORTEST_STEM,
    batches,
    key_of,
    runs_of_words,
    stems_of,
    vocabulary,
    with_words,
    words_of_posts,
)
from ingestion.lake import Lake

__all__ = ["READ_DAYS", "RECENT_DAYS", "NewPhrase", "find_phrases", "posts_saying", "read_texts"]

RECENT_DAYS = LONGEST_WINDOW
READ_DAYS = DAYS * (GAP_WEEKS + BASELINE_WEEKS) + RECENT_DAYS
_WEEKS = READ_DAYS // DAYS
_SAME_POSTS = 0.7
_SAID = pl.Schema(
    {
        "post": pl.UInt32(),
        "language": pl.String(),
        "key": pl.String(),
        "form": pl.String(),
        "length": pl.Int32(),
        "parts": pl.List(pl.String()),
        "author": pl.String(),
    }
)
_ESTABLISHED_POSTS = 3
"""Posts before the last fourteen days from which on a word in them is a word, and no slip of typing."""


@dataclass(frozen=True, kw_only=True)
class _Rises:
    """Phrases tested."""

    found: pl.DataFrame
    """term_id, expected_authors (of 7 days), q_value of those that rise."""
    begun: Mapping[str, date]
    counts: DailyCounts


def find_phrases(
    posts: pl.DataFrame,
    as_of: date,
    settings: SignalSettings,
    lexicon: Lexicon | None = None,
    *,
    names: Iterable[str] = (),
    encode: Encode | None = None,
) -> list[NewPhrase]:
    """Phrases that rise in posts (post_id, author, date, source, market, thread, language, text), surest first.

    Posts are those of the sixteen weeks before `as_of`, without spam and duplicates; see `read_texts`. They may have
    `words` and `stems` (`with_words`) for `text`. `names` are those of the retailer's products: `Alba` and `Alba dress`
    are no new phrases. `encode` is called on mornings alone on which phrases rise that differ in a word; None: they
    stay apart.
    """
    lexicon = lexicon or load_lexicon()
    posts = posts if "stems" in posts.columns else with_words(posts).drop("text")
    posts = posts.with_columns(market=pl.lit("")).with_row_index("post")
    since = as_of - timedelta(days=RECENT_DAYS)
    common, before = vocabulary(posts.filter(pl.col("date") < since), _listed(lexicon, longest=1))
    said, runs = _said(posts.filter(pl.col("date") >= since), common, settings.minimum_authors)
    candidates = _without_parts(said, _candidates(said, settings.minimum_authors, lexicon))
    named = {word for name in names for word in words_in(name)}
    merged = _without_parts(said, _merged(said, candidates, before, lexicon, named))
    untested = LEAST_WEIGHT * (runs - candidates.height)

    def tested(merged: pl.DataFrame) -> _Rises:
        counts = count_days(
            _mentions(posts, common, merged), posts.drop("post", "words", "stems"), as_of, days=READ_DAYS
        )
        detector = Detector(counts, settings, untested=untested)
        found = detector.replay(RECENT_DAYS).filter("raised").select("term_id", "expected_authors", "q_value")
        begun = dict(detector.begun().select("term_id", "first_day").iter_rows())
        return _Rises(found=found, begun=begun, counts=counts)

    if merged.is_empty():
        return []
    rises = tested(merged)
    phrases = _phrases(said.join(merged, on=["language", "key"]), rises)
    joined = alike(list(map(_candidate, phrases)), load_concepts(lexicon), encode) if encode else {}
    if joined:
        merged = merged.with_columns(pl.col("term_id").replace(joined))
        phrases = _phrases(said.join(merged, on=["language", "key"]), tested(merged))
    return sorted(phrases, key=lambda phrase: (phrase.q_value, -phrase.authors, phrase.phrase))


def _said(recent: pl.DataFrame, common: pl.DataFrame, fewest: int) -> tuple[pl.DataFrame, int]:
    """The runs, with their authors, that `fewest` posts have, and how many different runs there are."""
    parts = list(batches(recent))
    counted = [
        runs_of_words(words_of_posts(part, common))
        .unique(["post", "language", "key"])
        .group_by("language", "key")
        .len()
        for part in parts
    ]
    if not counted:
        return pl.DataFrame(schema=_SAID), 0
    counts = pl.concat(counted).group_by("language", "key").agg(pl.col("len").sum())
    often = counts.filter(pl.col("len") >= fewest).select("language", "key")
    runs = [
        runs_of_words(words_of_posts(part, common), often["key"]).join(often, on=["language", "key"], how="semi")
        for part in parts
    ]
    return pl.concat(runs).join(recent.select("post", "author"), on="post"), counts.height


def _phrases(said: pl.DataFrame, rises: _Rises) -> list[NewPhrase]:
    """The phrases that rise; `said` has what was said in the last fourteen days, with `term_id`."""
    of_found = said.join(rises.found.select("term_id"), on="term_id", how="semi")
    named = {name: dict(rises.found.select("term_id", name).iter_rows()) for name in ("expected_authors", "q_value")}
    weeks = _weeks(rises.counts, named["expected_authors"])
    return [
        _phrase(
            of_found.filter(pl.col("term_id") == term_id),
            expected_authors=named["expected_authors"][term_id] * RECENT_DAYS / DAYS,
            q_value=named["q_value"][term_id],
            first_day=rises.begun[term_id],
            weeks=weeks[term_id],
        )
        for term_id in _longest_of_the_same(of_found)
    ]


def _candidate(phrase: NewPhrase) -> Candidate:
    return Candidate(phrase_id=phrase.phrase_id, form=phrase.phrase, language=phrase.language, authors=phrase.authors)


def read_texts(lake: Lake, as_of: date, *, days: int = READ_DAYS) -> pl.DataFrame:
    """The posts that `find_phrases` takes, or of fewer days. Raises `TableMissingError` where none ever was."""
    day = pl.col("published_at").dt.date()
    text = pl.col("title") + "\n" + pl.col("text")
    return (
        lake.scan("posts")
        .filter(~pl.col("spam"), pl.col("duplicate_of") == "")
        .filter(day < as_of, day >= as_of - timedelta(days=days))
        .select("post_id", "author", day.alias("date"), "source", "market", "thread", "language", text=text)
        .collect()
    )


def posts_saying(posts: pl.DataFrame, phrase: NewPhrase) -> pl.DataFrame:
    """The posts (columns as `find_phrases` takes them) that say the phrase in one of its forms, with `form`: which."""
    numbered = with_words(posts).with_row_index("post")
    keys = pl.Series([member.partition(":")[2] for member in phrase.members], dtype=pl.String)
    said = runs_of_words(words_of_posts(numbered), keys).filter(_phrase_id().is_in(phrase.members))
    found = numbered.join(said.unique("post").select("post", "form"), on="post")
    return found.drop("post", "words", "stems").sort("date", "post_id")


def _merged(
    said: pl.DataFrame, candidates: pl.DataFrame, before: pl.DataFrame, lexicon: Lexicon, names: Set[str]
) -> pl.DataFrame:
    """language, key, term_id: the phrase that each candidate is a form of; those that a term means are left out."""
    counts = said.join(candidates, on=["language", "key"], how="semi").group_by("language", "key", "form")
    forms = counts.agg(authors=pl.col("author").n_unique())
    tag = pl.col("form").str.starts_with("#")
    spelt = forms.sort("language", "key", tag, -pl.col("authors").cast(pl.Int64), "form")
    by_key = spelt.group_by("language", "key", maintain_order=True)
    rows = by_key.agg(pl.col("form").first(), pl.col("authors").sum())
    named = rows.filter(~_is_calendar()).with_columns(phrase_id=_phrase_id())
    written = before.filter(pl.col("word").is_in(_words_in(named["form"]).implode()))
    often = written.filter(pl.col("len") >= _ESTABLISHED_POSTS)["word"]
    of = merge(
        [Candidate(**row) for row in named.drop("key").iter_rows(named=True)],
        load_concepts(lexicon),
        {fold(word) for word in often},
        names,
    )
    joined = pl.col("phrase_id").replace_strict(of, default="", return_dtype=pl.String)
    return named.select("language", "key", term_id=joined).filter(pl.col("term_id") != "")


def _is_calendar() -> pl.Expr:
    """Whether a form says nothing but when: `july 31st`, `samedi`."""
    words = pl.col("form").str.strip_prefix("#").str.split(" ")
    return words.list.eval(pl.element().is_in(calendar_words()) | pl.element().str.contains(r"^\p{N}")).list.all()


def _words_in(forms: pl.Series) -> pl.Series:
    return forms.str.split(" ").explode().unique()


def _weeks(counts: DailyCounts, expected: dict[str, float]) -> dict[str, tuple[PhraseWeek, ...]]:
    """The weeks of each phrase, oldest first. What a week would have had is the volume of its sources times what is
    expected for each author of the last two."""
    weekly = counts.usual_on([0]).weekly
    found = {}
    for row, term_id in enumerate(counts.series["term_id"]):
        if term_id not in expected or counts.series["market"][row]:
            continue
        exposure, authors = weekly.exposure[row], weekly.authors[row]
        rate = expected[term_id] * GAP_WEEKS / max(float(exposure[:GAP_WEEKS].sum()), 1e-9)
        found[term_id] = tuple(
            PhraseWeek(
                week_ending=counts.as_of - timedelta(days=DAYS * week + 1),
                authors=int(authors[week]),
                expected_authors=float(rate * exposure[week]),
            )
            for week in range(min(_WEEKS, len(authors)) - 1, -1, -1)
            if weekly.covered[row, week]
        )
    return found


def _without_parts(said: pl.DataFrame, phrases: pl.DataFrame) -> pl.DataFrame:
    """Phrases (language, key, term_id) without those that are hardly said but as part of a longer one."""
    of_phrase = said.join(phrases, on=["language", "key"])
    posts = of_phrase.group_by("term_id").agg(posts=pl.col("post").n_unique())
    inside = (
        of_phrase.select("post", "language", "term_id", key="parts")
        .explode("key", empty_as_null=False)
        .join(phrases.rename({"term_id": "part"}), on=["language", "key"])
        .filter(pl.col("part") != pl.col("term_id"))
        .group_by("term_id", "part")
        .agg(both=pl.col("post").n_unique())
        .join(posts, left_on="part", right_on="term_id")
        .filter(pl.col("both") >= _SAME_POSTS * pl.col("posts"))
    )
    return phrases.join(inside.select(term_id="part"), on="term_id", how="anti")


def _candidates(said: pl.DataFrame, fewest: int, lexicon: Lexicon) -> pl.DataFrame:
    """language, key of what enough authors say and the lexicon has no term for."""
    authors = said.group_by("language", "key").agg(authors=pl.col("author").n_unique())
    listed = _parts_listed(lexicon)
    plain = pl.col("key").str.contains(r"\p{L}") & (pl.col("key").str.len_chars() > SHORTEST_STEM)
    enough = authors.filter(pl.col("authors") >= fewest, plain)
    return enough.filter(~pl.col("key").is_in(listed)).select("language", "key", term_id=_phrase_id())


def _listed(lexicon: Lexicon, *, longest: int) -> frozenset[str]:
    """Keys of the lexicon's forms of up to that many words."""
    forms = (form for term in lexicon.terms.values() for of_language in term.forms.values() for form in of_language)
    return frozenset(key_of(form) for form in forms if len(form.split()) <= longest)


def _parts_listed(lexicon: Lexicon) -> frozenset[str]:
    """Keys of all runs of words inside the lexicon's forms: `butter` is no phrase of its own."""
    forms = (form for term in lexicon.terms.values() for of_language in term.forms.values() for form in of_language)
    stems = [stems_of(form) for form in dict.fromkeys(forms)]
    runs = ((of_form, first, last) for of_form in stems for last in range(len(of_form) + 1) for first in range(last))
    return frozenset("".join(of_form[first:last]) for of_form, first, last in runs)


def _mentions(posts: pl.DataFrame, common: pl.DataFrame, merged: pl.DataFrame) -> pl.DataFrame:
    """MENTIONS_SCHEMA: which post says which phrase."""
    told = [
        runs_of_words(words_of_posts(batch, common), merged["key"])
        .join(merged, on=["language", "key"])
        .select("post", "term_id")
        .unique()
        for batch in batches(posts)
    ]
    found = pl.concat(told).join(posts.drop("words", "stems"), on="post").with_columns(product_id=pl.lit(""))
    return found.select(MENTIONS_SCHEMA.names()).cast(MENTIONS_SCHEMA)


def _phrase_id() -> pl.Expr:
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


def _phrase(
    said: pl.DataFrame, *, expected_authors: float, q_value: float, first_day: date, weeks: tuple[PhraseWeek, ...]
) -> NewPhrase:
    spelt = said.group_by("form").agg(authors=pl.col("author").n_unique())
    # A hashtag runs its words together: it names the phrase only where nobody spells it out.
    tag = pl.col("form").str.starts_with("#")
    spelt = spelt.sort(tag, "authors", "form", descending=[False, True, False])
    forms = spelt["form"].to_list()
    main = said.filter(pl.col("form") == forms[0])["language"].mode().sort()[0]
    return NewPhrase(
        phrase_id=said["term_id"][0],
        phrase=forms[0].lstrip("#"),
        language=main,
        authors=said["author"].n_unique(),
        expected_authors=expected_authors,
        q_value=q_value,
        first_day=first_day,
        forms=tuple(forms),
        form_authors=tuple(spelt["authors"]),
        members=tuple(said.select(_phrase_id().unique().sort()).to_series()),
        weeks=weeks,
    )
