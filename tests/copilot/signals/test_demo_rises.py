"""The demo's truth: every rise is found in its first week, and nothing planted that is not one."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date, timedelta

import polars as pl
import pytest

from copilot.settings import SignalSettings
from copilot.signals.detection import find_rises
from copilot.signals.mentions import find_mentions
from ingestion.demo import Demo, Truth, build_demo, parse_size
from ingestion.languages import LanguageDetector
from ingestion.records import POSTS_SCHEMA

_END = date(2026, 11, 2)


def _rows(demo: Demo) -> Iterator[dict[str, object]]:
    """Posts as they enter the lake, but for pseudonymisation: a hash stands in for the keyed one."""
    planted = demo.truth.posts
    detector = LanguageDetector(("en", "fr", "it", "de", "es"))
    for post in demo.raw_posts():
        key = (post.source, post.source_id)
        name = post.author or "|".join(key)
        yield asdict(post) | {
            "post_id": "|".join(key),
            "author": hashlib.sha256(name.encode()).hexdigest()[:16],
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
def found(demo: Demo) -> dict[date, set[str]]:
    """Morning -> terms that rise over all markets, a week into each rise and at the end."""
    posts = pl.DataFrame(list(_rows(demo)), schema=POSTS_SCHEMA)
    mentions = find_mentions(posts)
    day = pl.col("published_at").dt.date().alias("date")
    countable = posts.filter(~pl.col("spam"), pl.col("duplicate_of") == "")
    volumes = countable.select("post_id", "author", day, "source", "market")
    mornings = {rise.starts_on + timedelta(days=7) for rise in demo.truth.rises} | {_END}
    return {
        morning: set(find_rises(mentions, volumes, morning, SignalSettings()).series.filter("raised")["term_id"])
        for morning in mornings
    }


def test_every_rise_is_found_in_its_first_week(demo: Demo, found: dict[date, set[str]]) -> None:
    missed = [r.term_id for r in demo.truth.rises if r.term_id not in found[r.starts_on + timedelta(days=7)]]

    assert len(demo.truth.rises) == 9
    assert missed == []


def test_rises_that_last_are_still_found_at_the_end(demo: Demo, found: dict[date, set[str]]) -> None:
    lasting = {rise.term_id for rise in demo.truth.rises if rise.starts_on > _END - timedelta(days=21)}

    assert len(lasting) == 4
    assert lasting <= found[_END]


def test_nothing_that_is_planted_and_no_rise_is_found(demo: Demo, found: dict[date, set[str]]) -> None:
    assert {term for terms in found.values() for term in terms} & _not_rises(demo.truth) == set()


def test_no_rise_is_found_before_it_begins_or_after_it_ends(demo: Demo, found: dict[date, set[str]]) -> None:
    early_or_late = [
        (rise.term_id, morning)
        for rise in demo.truth.rises
        for morning, terms in found.items()
        if rise.term_id in terms and not rise.starts_on < morning <= rise.ends_on + timedelta(days=7)
    ]

    assert early_or_late == []


def _not_rises(truth: Truth) -> set[str]:
    seasonals, floods, declines = truth.seasonals, truth.floods, truth.declines
    return {e.term_id for e in seasonals} | {e.term_id for e in floods} | {e.term_id for e in declines}
