"""Phrases that nobody listed, put into real posts: how many are found, and called as a person would call them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from copilot.settings import SignalSettings
from copilot.signals.phrases import find_phrases

_PHRASES = (
    "cloud loafers",
    "lantern hem",
    "glacier mint",
    "moss tartan",
    "ribbon belt",
    "paper denim",
    "sherbet stripes",
    "barrel tote",
    "wabi coat",
    "shell buckle",
    "tulip shorts",
    "biscuit suede",
    "opera flats",
    "quilted collar",
    "comet nails",
    "poet blouse",
    "apron skirt",
    "mushroom bob",
    "puddle pants",
    "scallop mules",
)
_AUTHORS, _DAYS, _WEEKS = 25, 9, 16
_PLAIN, _INFLECTED = 0.6, 0.2
_ENDS = (date(2013, 8, 5), date(2013, 7, 6), date(2013, 6, 6))


@dataclass(frozen=True, kw_only=True)
class PhraseTally:
    """What came of the phrases."""

    put: int
    found: int
    named: int
    """Called as they were put, but for the plural."""
    others: tuple[str, ...]
    """Other phrases that were called new."""


def find_planted(folder: Path) -> PhraseTally:
    """Twenty phrases in each of three summers of posts, by 25 authors in nine days, one in five as a hashtag."""
    posts = real_posts(folder)
    found, named, others = 0, 0, []
    for seed, end in enumerate(_ENDS):
        recent = posts.filter(pl.col("date") < end, pl.col("date") >= end - timedelta(weeks=_WEEKS))
        whole = pl.concat([recent, _planted(recent, end, seed).select(recent.columns)])
        called = {phrase.phrase: phrase.forms for phrase in find_phrases(whole, end, SignalSettings())}
        matched = {phrase: _calls(phrase, called) for phrase in _PHRASES}
        found += sum(bool(names) for names in matched.values())
        named += sum(any(name in (phrase, *_inflected(phrase)) for name in names) for phrase, names in matched.items())
        others += [name for name in called if not any(name in names for names in matched.values())]
    return PhraseTally(put=len(_PHRASES) * len(_ENDS), found=found, named=named, others=tuple(others))


def real_posts(folder: Path) -> pl.DataFrame:
    """Posts of the subreddits as `find_phrases` takes them, each of an author of its own."""
    raw = pl.read_csv(folder / "reddit_fashion_top_posts.csv.gz", infer_schema_length=0)
    at = pl.from_epoch(pl.col("created_utc").cast(pl.Float64).cast(pl.Int64)).dt.date()
    title, text = (pl.col(name).fill_null("") for name in ("title", "selftext"))
    own = {"language": "en", "market": "", "thread": ""}
    return raw.unique("id", maintain_order=True).select(
        post_id="id",
        author="id",
        source="subreddit",
        date=at,
        text=title + "\n" + text,
        **{name: pl.lit(value) for name, value in own.items()},
    )


def _planted(recent: pl.DataFrame, end: date, seed: int) -> pl.DataFrame:
    chance = np.random.default_rng(seed)
    titles, sources = recent["text"].str.split("\n").list.first().to_list(), recent["source"].to_list()
    rows = []
    for number, phrase in enumerate(_PHRASES):
        for author in range(_AUTHORS):
            words = titles[int(chance.integers(len(titles)))].split()
            place = int(chance.integers(len(words) + 1))
            name = f"planted-{number}-{author}"
            rows.append(
                {
                    "post_id": name,
                    "author": name,
                    "source": sources[int(chance.integers(len(sources)))],
                    "date": end - timedelta(days=int(chance.integers(1, _DAYS + 1))),
                    "text": " ".join([*words[:place], _form(phrase, float(chance.random())), *words[place:]]),
                    "language": "en",
                    "market": "",
                    "thread": "",
                }
            )
    return pl.DataFrame(rows)


def _form(phrase: str, drawn: float) -> str:
    if drawn < _PLAIN:
        return phrase
    return _inflected(phrase)[0] if drawn < _PLAIN + _INFLECTED else "#" + phrase.replace(" ", "")


def _inflected(phrase: str) -> tuple[str, ...]:
    return (phrase.removesuffix("s"),) if phrase.endswith("s") else (f"{phrase}s",)


def _calls(phrase: str, called: dict[str, tuple[str, ...]]) -> Sequence[str]:
    """Names under which the phrase was found."""
    return [name for name, forms in called.items() if phrase in forms]
