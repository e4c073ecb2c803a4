"""Backgrounds that rises are injected into, as mentions and volumes, and the rises.

Two backgrounds come from the posts of 16 subreddits (`posts_reddit_fashion`): as they are, 14,866 posts without
authors, each taken as an author's own; and eight times as many, drawn with replacement from the 90 days before and
after each day, so that terms reach the volumes that a crawl has. Terms said
less than once a week are left out of these, as eight draws of one post would be a rise. Both keep the real terms, what
is said with what, the slow seasons, and the growth of the sources. The third is the demo retailer's.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Literal

import numpy as np
import polars as pl

from copilot.signals.mentions import find_mentions
from copilot.signals.weeks import DAYS, Integers
from ingestion.demo import Demo
from ingestion.languages import LanguageDetector
from ingestion.records import POSTS_SCHEMA

Kind = Literal["sudden", "slow", "repeat", "flood", "thread", "crawl"]
_AROUND_DAYS = 90
_OFTEN_DAYS = 364
RISE_DAYS = 28
_FLOOD_POSTS = 150


@dataclass(frozen=True, kw_only=True)
class Background:
    """Posts by what is counted of them, up to the eve of `as_of`."""

    mentions: pl.DataFrame
    """MENTIONS_SCHEMA, in all markets together."""
    volumes: pl.DataFrame
    """As `count_days` takes them."""
    as_of: date
    days: int
    """Days of posts before `as_of`."""


@dataclass(frozen=True, kw_only=True)
class Injection:
    """One planted thing: a rise, or what looks like one."""

    term_id: str
    """Empty: all terms of a source."""
    kind: Kind
    ratio: float
    starts_on: date
    usual: float
    """Authors a day of the term without it."""


def real_background(folder: Path, *, times: int, seed: int) -> Background:
    """The subreddits' posts until August 2013, `times` as many of them (1: as they are)."""
    raw = pl.read_csv(folder / "reddit_fashion_top_posts.csv.gz", infer_schema_length=0)
    at = pl.from_epoch(pl.col("created_utc").cast(pl.Float64).cast(pl.Int64))
    rows = raw.unique("id", maintain_order=True).select(
        post_id="id",
        source="subreddit",
        title=pl.col("title").fill_null(""),
        text=pl.col("selftext").fill_null(""),
        at=at,
    )
    plain = {"kind": "social", "language": "en", "market": "", "thread": "", "product_id": "", "duplicate_of": ""}
    posts = rows.with_columns(
        author="post_id",
        published_at=pl.col("at").dt.replace_time_zone("UTC"),
        content_hash="post_id",
        spam=False,
        rating=None,
        personal_data=pl.lit([], dtype=pl.List(pl.String)),
        **{name: pl.lit(value) for name, value in plain.items()},
    )
    mentions = find_mentions(posts.select(POSTS_SCHEMA.names()).cast(POSTS_SCHEMA))
    day = pl.col("published_at").dt.date().alias("date")
    volumes = posts.select("post_id", "author", day, "source", "market", "thread")
    found = Background(mentions=mentions, volumes=volumes, as_of=date(2013, 8, 12), days=800)
    return found if times == 1 else _drawn(found, times, seed)


def demo_background(demo: Demo, as_of: date) -> Background:
    """The demo's posts, all markets together."""
    planted, detector = demo.truth.posts, LanguageDetector(("en", "fr", "it", "de", "es"))
    rows: list[dict[str, object]] = []
    for post in demo.raw_posts():
        key = (post.source, post.source_id)
        author = hashlib.sha256((post.author or "|".join(key)).encode()).hexdigest()[:16]
        copied = key in planted.exact_duplicates | planted.near_duplicates
        rows.append(
            {
                "post_id": "|".join(key),
                "source": post.source,
                "kind": post.kind,
                "author": author,
                "thread": post.thread,
                "title": post.title,
                "text": post.text,
                "published_at": post.published_at,
                "language": post.language or detector.detect(post.text),
                "market": "",
                "rating": post.rating,
                "product_id": post.product_id,
                "content_hash": "",
                "duplicate_of": "first" if copied else "",
                "spam": key in planted.spam,
                "personal_data": [],
            }
        )
    posts = pl.DataFrame(rows, schema=POSTS_SCHEMA)
    day = pl.col("published_at").dt.date().alias("date")
    kept = posts.filter(~pl.col("spam"), pl.col("duplicate_of") == "")
    volumes = kept.select("post_id", "author", day, "source", "market", "thread")
    return Background(mentions=find_mentions(posts), volumes=volumes, as_of=as_of, days=728)


def usual_authors(background: Background, since: date) -> dict[str, float]:
    """Term -> authors a day that the background itself has in the four weeks from a day on."""
    until = since + timedelta(days=RISE_DAYS)
    meant = background.mentions.filter(pl.col("date") >= since, pl.col("date") < until)
    return dict(meant.group_by("term_id").agg(pl.len() / RISE_DAYS).iter_rows())


def inject(
    background: Background, injections: Sequence[Injection], *, seed: int, without: Collection[Kind] = ()
) -> Background:
    """The background with what is planted; the rest of it is the same where some kinds of it are left out."""
    chance = np.random.default_rng([seed, 7])
    mentions, volumes = [background.mentions], [background.volumes]
    for number, injection in enumerate(injections):
        if injection.kind == "crawl":
            said, posts = _grown(background, injection, number, chance)
        else:
            said = _planted(background, injection, number, chance)
            posts = said.select("post_id", "author", "date", "source", "market", thread="thread")
        if injection.kind in without:
            continue
        mentions.append(said.select(background.mentions.columns))
        volumes.append(posts.select(background.volumes.columns))
    return Background(
        mentions=pl.concat(mentions), volumes=pl.concat(volumes), as_of=background.as_of, days=background.days
    )


def _drawn(background: Background, times: int, seed: int) -> Background:
    since = background.as_of - timedelta(days=_OFTEN_DAYS)
    often = background.mentions.filter(pl.col("date") >= since).group_by("term_id").len()
    often = often.filter(pl.col("len") >= _OFTEN_DAYS / DAYS)
    mentions = background.mentions.join(often, on="term_id", how="semi")
    posts = background.volumes.drop_nulls("date").sort("date", "post_id")
    places = np.repeat(np.arange(posts.height), times)
    mentions, volumes = _copies(mentions, posts, places, "drawn", np.random.default_rng([seed, 1]))
    return Background(mentions=mentions, volumes=volumes, as_of=background.as_of, days=background.days)


def _copies(
    mentions: pl.DataFrame, posts: pl.DataFrame, places: Integers, name: str, chance: np.random.Generator
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """For each place in the posts (in order of time) one drawn from around it, by another author, on that day."""
    ages = (posts["date"] - posts["date"][0]).dt.total_days().to_numpy()
    first = np.searchsorted(ages, ages[places] - _AROUND_DAYS)
    last = np.searchsorted(ages, ages[places] + _AROUND_DAYS, side="right")
    names = pl.Series([f"{name}-{number}" for number in range(len(places))])
    volumes = posts[chance.integers(first, last)].with_columns(
        of=pl.col("post_id"), post_id=names, author=names, date=posts["date"][places]
    )
    keys = volumes.select("of", "post_id", "author", "date")
    said = mentions.drop("author", "date").rename({"post_id": "of"}).join(keys, on="of")
    return said.select(mentions.columns), volumes.drop("of")


def _planted(background: Background, injection: Injection, number: int, chance: np.random.Generator) -> pl.DataFrame:
    """Mentions of an injected rise, flood or thread, with `thread`."""
    of_term = background.mentions.filter(pl.col("term_id") == injection.term_id)
    sources = of_term["source"].to_list()
    days: list[int] = []
    if injection.kind in ("flood", "thread"):
        days = chance.integers(0, DAYS, _FLOOD_POSTS).tolist()
    else:
        for day in range(RISE_DAYS):
            share = min((day + 1) / RISE_DAYS, 1.0) if injection.kind == "slow" else 1.0
            days += [day] * int(chance.poisson((injection.ratio - 1.0) * share * injection.usual))
        if injection.kind == "repeat":
            days += [day - 364 for day in days]
    if injection.kind == "thread":
        sources = sources[:1]
    names = [f"planted-{number}-{n}" for n in range(len(days))]
    accounts = [f"account-{number}-{n % 3}" for n in range(len(days))] if injection.kind == "flood" else names
    return pl.DataFrame(
        {
            "post_id": names,
            "term_id": [injection.term_id] * len(days),
            "author": accounts,
            "date": [injection.starts_on + timedelta(days=day) for day in days],
            "source": chance.choice(sources, len(days)).tolist(),
            "language": ["en"] * len(days),
            "market": [""] * len(days),
            "product_id": [""] * len(days),
            "thread": [f"thread-{number}" if injection.kind == "thread" else ""] * len(days),
        },
        schema_overrides={"date": pl.Date},
    )


def _grown(
    background: Background, injection: Injection, number: int, chance: np.random.Generator
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Twice as many posts again in the largest source from a day on, drawn from around: a crawl that triples."""
    largest = background.volumes["source"].value_counts(sort=True)["source"][0]
    of_source = background.volumes.filter(pl.col("source") == largest).drop_nulls("date").sort("date", "post_id")
    later = np.repeat(np.flatnonzero(of_source["date"] >= injection.starts_on), 2)
    return _copies(background.mentions, of_source, later, f"grown-{number}", chance)
