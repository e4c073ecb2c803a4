"""Runs of one to three words in posts, and their keys: what is the same but for plural, hyphen and hashtag has one key.

Words as common as articles begin and end no run; which words are is counted in the posts themselves, by language.
"""

from __future__ import annotations

from collections.abc import Set
from datetime import date

import polars as pl

from copilot.signals.lexicon import fold

SHORTEST_STEM = 3
_LONGEST = 3
_COMMON_SHARE = 0.02
"""Share of a language's posts from which on a word is as common as articles are."""
_BREAK = "|"
_TOKENS = r"#?[\p{L}\p{N}][\p{L}\p{N}'’]*|[.!?;:,()\n]"
_PLACEHOLDER = r"\[\w+\]"
"""What stands in a post for a name or an address."""
_WORD = r"^#?[\p{L}\p{N}]"


def words_of_posts(posts: pl.DataFrame, since: date, listed: Set[str]) -> pl.DataFrame:
    """post, language, word, stem, common: the words of each post in order; marks of punctuation have no stem.

    Common words are so in the posts before `since`; those of the lexicon never are.
    """
    words = posts.select("post", "language", word=_text().str.extract_all(_TOKENS)).explode("word", empty_as_null=False)
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


def _text() -> pl.Expr:
    return pl.col("text").str.to_lowercase().str.replace_all(_PLACEHOLDER, ".")


def _stem(word: str) -> str:
    folded = fold(word.lstrip("#")).replace("'", "").replace("’", "").replace(" ", "")
    plural = len(folded) > SHORTEST_STEM and folded.endswith("s") and not folded.endswith("ss")
    return folded[:-1] if plural else folded


def runs_of_words(words: pl.DataFrame) -> pl.DataFrame:
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


def key_of(form: str) -> str:
    """The key of a run as written."""
    return "".join(_stem(word) for word in form.replace("-", " ").split())
