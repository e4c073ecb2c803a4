"""The demo's truth: every rise is found in its first days, and nothing planted that is not one."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date, timedelta
from statistics import median

import numpy as np
import polars as pl
import pytest

from copilot.settings import SignalSettings
from copilot.signals.counting import count_days
from copilot.signals.detection import Rises, detect
from copilot.signals.leaders import FIRST_DAYS, LeaderHistory, find_leaders
from copilot.signals.mentions import find_mentions
from copilot.signals.past import PastRise
from ingestion.demo import Demo, Truth, build_demo, parse_size
from ingestion.languages import LanguageDetector
from ingestion.records import POSTS_SCHEMA

_END = date(2026, 11, 2)
_DAYS = 728


def _rows(demo: Demo) -> Iterator[dict[str, object]]:
    """Posts as they enter the lake, but for pseudonymisation: a hash stands in for the keyed one."""
    planted = demo.truth.posts
    detector = LanguageDetector(("en", "fr", "it", "de", "es"))
    for post in demo.raw_posts():
        key = (post.source, post.source_id)
        name = post.author or "|".join(key)
        yield asdict(post) | {
            "post_id": "|".join(key),
            "author": _hashed(name),
            "language": post.language or detector.detect(post.text),
            "content_hash": "",
            "duplicate_of": "first" if key in planted.exact_duplicates | planted.near_duplicates else "",
            "spam": key in planted.spam,
            "personal_data": [],
        }


@pytest.fixture(scope="module")
def demo() -> Demo:
    return build_demo(parse_size("full"), seed=7)


@pytest.fixture(scope="module")
def posts(demo: Demo) -> pl.DataFrame:
    return pl.DataFrame(list(_rows(demo)), schema=POSTS_SCHEMA)


@pytest.fixture(scope="module")
def mentions(posts: pl.DataFrame) -> pl.DataFrame:
    return find_mentions(posts).with_columns(market=pl.lit(""))


@pytest.fixture(scope="module")
def found(posts: pl.DataFrame, mentions: pl.DataFrame) -> Rises:
    """Every rise that begins over all markets in two years, and what rises at the end."""
    day = pl.col("published_at").dt.date().alias("date")
    countable = posts.filter(~pl.col("spam"), pl.col("duplicate_of") == "")
    volumes = countable.select("post_id", "author", day, "source", "thread", market=pl.lit(""))
    return detect(count_days(mentions, volumes, _END, days=_DAYS), SignalSettings(), mornings=_DAYS - 98)


def _delays(demo: Demo, found: Rises) -> dict[str, int]:
    """Term -> days from the start of its rise to its signal."""
    starts = pl.DataFrame(
        [(rise.term_id, rise.starts_on) for rise in demo.truth.rises], schema=["term_id", "start"], orient="row"
    )
    both = found.begun.join(starts, on="term_id").filter(pl.col("began_on") > pl.col("start"))
    waited = both.select("term_id", days=(pl.col("began_on") - pl.col("start")).dt.total_days())
    return dict(waited.group_by("term_id").agg(pl.col("days").min()).iter_rows())


def test_every_rise_is_found_in_its_first_week(demo: Demo, found: Rises) -> None:
    delays = _delays(demo, found)

    assert len(delays) == len(demo.truth.rises) == 9
    assert max(delays.values()) <= 7
    assert median(delays.values()) <= 4


def test_rises_that_last_are_still_found_at_the_end(demo: Demo, found: Rises) -> None:
    lasting = {rise.term_id for rise in demo.truth.rises if rise.starts_on > _END - timedelta(days=21)}

    assert len(lasting) == 4
    assert lasting <= set(found.series.filter("raised")["term_id"])


def test_nothing_that_is_planted_and_no_rise_is_found(demo: Demo, found: Rises) -> None:
    assert set(found.begun["term_id"]) & _not_rises(demo.truth) == set()


def test_no_rise_is_found_before_it_begins_or_after_it_ends(demo: Demo, found: Rises) -> None:
    rises = {rise.term_id: rise for rise in demo.truth.rises}
    early_or_late = [
        (term_id, began_on)
        for term_id, began_on in found.begun.select("term_id", "began_on").iter_rows()
        if term_id in rises and not rises[term_id].starts_on < began_on <= rises[term_id].ends_on + timedelta(days=7)
    ]

    assert early_or_late == []


def test_those_who_lead_are_the_early_adopters(demo: Demo, mentions: pl.DataFrame) -> None:
    known = _leaders(demo, mentions)
    early = {_hashed(handle) for handle in demo.truth.posts.early_adopters}

    assert known.enough
    assert len(known.leading & early) >= 8
    assert len(known.leading - early) <= 0.1 * len(known.leading)


def test_where_authors_are_shuffled_hardly_anybody_leads(demo: Demo, mentions: pl.DataFrame) -> None:
    chance = np.random.default_rng(3)
    began = {rise.term_id: rise.starts_on for rise in demo.truth.rises}
    age = (pl.col("date") - pl.col("term_id").replace_strict(began, default=None, return_dtype=pl.Date)).dt.total_days()
    rises = mentions.filter(age.is_between(0, FIRST_DAYS - 1)).partition_by("term_id")
    known = [
        _leaders(
            demo, pl.concat([one.with_columns(author=chance.permutation(one["author"].to_numpy())) for one in rises])
        )
        for _ in range(8)
    ]

    assert all(one.enough for one in known)
    assert sum(bool(one.leading) for one in known) <= 2


def _leaders(demo: Demo, mentions: pl.DataFrame) -> LeaderHistory:
    rises = [
        PastRise(term_id=rise.term_id, first_day=rise.starts_on, ended_on=None, seen_until=_END)
        for rise in demo.truth.rises
    ]
    return find_leaders(mentions, rises, _END, false_discovery_rate=SignalSettings().false_discovery_rate)


def _hashed(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:16]


def _not_rises(truth: Truth) -> set[str]:
    seasonals, floods, declines = truth.seasonals, truth.floods, truth.declines
    return {e.term_id for e in seasonals} | {e.term_id for e in floods} | {e.term_id for e in declines}
