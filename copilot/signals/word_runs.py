"""Runs of one to three words in posts, and their keys: what is the same but for plural, hyphen and hashtag has one key.

Words as common as articles begin and end no run; which words are is counted in the posts themselves, by language.
"""

from __future__ import annotations

from collections.abc import Iterator, Set
from functools import lru_cache

import polars as pl

from copilot.signals.lexicon import fold

SHORTEST_STEM = 3
_BATCH = 10_000
_LONGEST = 3
_COMMON_SHARE = 0.02
"""Share of a language's posts from which on a word is as common as articles are."""
_BREAK = "|"
_TOKENS = r"#?[\p{L}\p{N}][\p{L}\p{N}'’]*|[.!?;:,()\n]"
_PLACEHOLDER = r"\[\w+\]"
"""What stands in a post for a name or an address."""
_WORD = r"^#?[\p{L}\p{N}]"


def with_words(posts: pl.DataFrame) -> pl.DataFrame:
    """The posts (language, text) with `words`, a list in the order of the text, and `stems`, as many.

    Marks of punctuation are words without a stem.
    """
    posts = posts.with_columns(words=_text().str.extract_all(_TOKENS))
    known = posts.select(pl.col("words").explode(empty_as_null=False).unique()).with_columns(
        stem=pl.when(pl.col("words").str.contains(_WORD))
        .then(pl.col("words").map_elements(_stem, return_dtype=pl.String))
        .otherwise(pl.lit(_BREAK))
    )
    stem = pl.element().replace_strict(known["words"], known["stem"], return_dtype=pl.String)
    return posts.with_columns(stems=pl.col("words").list.eval(stem))


def words_of_posts(posts: pl.DataFrame, common: pl.DataFrame | None = None) -> pl.DataFrame:
    """post, language, word, stem, common: the words of each post (as of `with_words`) in order.

    `common` has language and stem of the words that are; None: none is.
    """
    words = posts.select("post", "language", word="words", stem="stems").explode("word", "stem", empty_as_null=False)
    if common is None:
        return words.with_columns(common=pl.lit(value=False))
    marked = common.with_columns(common=pl.lit(value=True))
    found = words.join(marked, on=["language", "stem"], how="left", maintain_order="left")
    return found.with_columns(pl.col("common").fill_null(value=False))


def batches(posts: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """The posts, some thousands at a time: their words take a hundred times as much memory."""
    return posts.iter_slices(_BATCH)


def vocabulary(posts: pl.DataFrame, listed: Set[str]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """language and stem of common words; and word and len, the posts with each word.

    Words of `listed` stems are never common.
    """
    stems, spelt = [], []
    for batch in batches(posts):
        words = words_of_posts(batch)
        stems.append(words.unique(["post", "stem"]).group_by("language", "stem").len())
        spelt.append(words.unique(["post", "word"]).group_by("word").len())
    if not stems:
        return pl.DataFrame(schema={"language": pl.String, "stem": pl.String}), pl.DataFrame(
            schema={"word": pl.String, "len": pl.UInt32}
        )
    in_language = posts.group_by("language").agg(posts=pl.len())
    often = pl.concat(stems).group_by("language", "stem").agg(pl.col("len").sum()).join(in_language, on="language")
    common = often.filter(pl.col("len") > _COMMON_SHARE * pl.col("posts"), ~pl.col("stem").is_in(listed))
    return common.select("language", "stem"), pl.concat(spelt).group_by("word").agg(pl.col("len").sum())


def runs_of_words(words: pl.DataFrame, keys: pl.Series | None = None) -> pl.DataFrame:
    """post, language, key, form, length, parts (keys) of each run of one to three words.

    Runs that begin or end in a common word are left out; `keys`: those of other keys, too.
    """
    starts = None if keys is None else {key[:end] for key in keys for end in range(1, len(key) + 1)}
    begins = ~pl.col("common") if starts is None else ~pl.col("common") & pl.col("stem").is_in(starts)
    further = [pl.col(name).shift(-n).alias(f"{name}{n}") for name in ("stem", "word") for n in range(1, _LONGEST)]
    words = words.with_columns(pl.col("stem").alias("stem0"), pl.col("word").alias("word0"), *further)
    found = []
    for length in range(1, _LONGEST + 1):
        ahead = range(length)
        inside = [pl.col(f"stem{n}") != _BREAK for n in ahead]
        single = [~pl.col(f"word{n}").str.starts_with("#") for n in ahead] if length > 1 else []
        same = pl.col("post").shift(1 - length) == pl.col("post")
        runs = words.filter(begins, same, ~pl.col("common").shift(1 - length), *inside, *single).select(
            "post",
            "language",
            key=_joined(0, length),
            form=pl.concat_str([pl.col(f"word{n}") for n in ahead], separator=" "),
            length=pl.lit(length),
            parts=pl.concat_list(_parts(length)) if length > 1 else pl.lit([], dtype=pl.List(pl.String)),
        )
        found.append(runs if keys is None else runs.filter(pl.col("key").is_in(keys.implode())))
    return pl.concat(found)


def _joined(first: int, last: int) -> pl.Expr:
    return pl.concat_str([pl.col(f"stem{n}") for n in range(first, last)])


def _parts(length: int) -> list[pl.Expr]:
    """Keys of the shorter runs inside a run."""
    spans = [(first, last) for last in range(1, length + 1) for first in range(last) if last - first < length]
    return [_joined(first, last) for first, last in spans]


def _text() -> pl.Expr:
    return pl.col("text").str.to_lowercase().str.replace_all(_PLACEHOLDER, ".")


def _stem(word: str) -> str:
    folded = fold(word.lstrip("#")).replace("'", "").replace("’", "").replace(" ", "")
    plural = len(folded) > SHORTEST_STEM and folded.endswith("s") and not folded.endswith("ss")
    return folded[:-1] if plural else folded


def key_of(form: str) -> str:
    """The key of a run as written."""
    return "".join(stems_of(form))


def stems_of(form: str) -> list[str]:
    """The stems of a run as written: run together they are its key."""
    return [_listed_stem(word) for word in form.replace("-", " ").split()]


@lru_cache(maxsize=10_000)
def _listed_stem(word: str) -> str:
    """Of words of the lexicon, which come again and again; no word of a post is held in memory."""
    return _stem(word)
