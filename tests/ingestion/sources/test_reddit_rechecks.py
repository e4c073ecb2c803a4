"""Entries held for long that are gone from Reddit: asked of in portions, and noted for the next sweep."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from ingestion.lake import Lake
from ingestion.privacy.erasure import Wanted, erase_from_tables
from ingestion.privacy.traces import Traces
from ingestion.pseudonymise.keys import PseudonymKey
from ingestion.pseudonymise.pseudonyms import Pseudonyms
from ingestion.records import POSTS_SCHEMA
from ingestion.settings import CrawlSettings, RedditSourceSettings
from ingestion.sources.clock import ManualClock
from ingestion.sources.configured import NamedSource
from ingestion.sources.crawl import Crawl
from ingestion.sources.crawl_state import CrawlState
from ingestion.sources.held_entries import TABLE, CheckedEntry, HeldEntries, note_checked
from ingestion.sources.reddit import RedditSource
from ingestion.sources.sealing import Seal
from ingestion.sources.source import RejectedPost
from ingestion.withdrawn import withdrawn_posts
from tests.ingestion.raw_posts import KEY
from tests.ingestion.sources.test_reddit import COMMENTS, DAY, NOW, SUBMISSIONS, FakeReddit, entry, fake_reddit, source
from tests.ingestion.test_pipeline import open_home

START = datetime.fromtimestamp(NOW, tz=UTC)
NAMES = Pseudonyms(KEY)
SEAL = Seal(KEY, "crawl state")
DELETED = "[deleted]"


@pytest.fixture
def reddit() -> Iterator[FakeReddit]:
    with fake_reddit() as server:
        yield server


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(START)


def crawl_of(lake: Lake, clock: ManualClock, *, seal: Seal = SEAL) -> Crawl:
    settings = CrawlSettings(interval_s=0.0, tries=1)
    return Crawl(settings, CrawlState(), clock, seal=seal, held=HeldEntries(lake))


def held_lake(folder: Path, ids: list[str]) -> Lake:
    """A lake with a post for each entry, all checked at the start."""
    lake = Lake(str(folder / "lake"))
    posts = [dict.fromkeys(POSTS_SCHEMA, "") | {"post_id": NAMES.post_id("threads", id)} for id in ids]
    texts = pl.Schema({name: kind for name, kind in POSTS_SCHEMA.items() if kind == pl.String})
    lake.append("posts", pl.DataFrame(posts, schema=texts))
    note_checked(lake, NAMES, "threads", [CheckedEntry(source_id=id, sealed=SEAL.closed(id), at=START) for id in ids])
    return lake


def run(one: RedditSource, lake: Lake) -> list[str]:
    """Ids that a run finds gone."""
    gone = [item.withdrawn_id for item in one.posts() if isinstance(item, RejectedPost) and item.withdrawn_id]
    note_checked(lake, NAMES, "threads", one.checked())
    return gone


def asked_of(reddit: FakeReddit) -> list[str]:
    return [path for path in reddit.asked if "/api/info" in path]


def test_what_is_deleted_weeks_later_is_noted_for_the_next_sweep(
    reddit: FakeReddit, clock: ManualClock, tmp_path: Path
) -> None:
    home = open_home(tmp_path)
    crawl = crawl_of(home.lake, clock)
    says = RedditSourceSettings(kind="reddit", subreddits=("fashion",))
    one = NamedSource("threads", source(reddit.url, crawl), says, crawl)
    assert home.ingest_from(one).new == 4  # type: ignore[arg-type]
    entries = home.lake.read(TABLE)
    assert entries.height == 4
    assert not any(id in str(entries["entry"].to_list()) for id in ("t3_s1", "t3_s2", "t3_s3", "t1_c2"))
    clock.advance(16 * DAY)
    new = entry("t3", "s4", -16, title="New", selftext="A new one")
    without_author = entry("t3", "s1", 9, title="Old", selftext="An old one", author=DELETED)
    reddit.submissions = [new, SUBMISSIONS[0], without_author]  # s2 is not there at all
    reddit.comments = [entry("t1", "c2", 0, body="[removed]", link_id="t3_s3"), COMMENTS[1]]
    report = home.ingest_from(one)  # type: ignore[arg-type]
    assert (report.new, report.withdrawn) == (1, 3)
    gone = {NAMES.post_id("threads", id) for id in ("t3_s1", "t3_s2", "t1_c2")}
    assert set(withdrawn_posts(home.lake)["post_id"]) == gone
    checked = home.lake.read(TABLE)
    assert checked.height == 5
    assert checked["checked_at"].is_between(START + timedelta(days=16), clock.now()).all()
    assert one.note == ""
    wanted = Wanted(post_ids=tuple(gone))
    erase_from_tables(home.lake, wanted, Traces(post_ids=wanted.post_ids))
    assert home.lake.read(TABLE)["post_id"].is_in(list(gone)).sum() == 0
    home.store.close()


def test_each_entry_is_asked_of_within_the_period_in_bounded_portions(
    reddit: FakeReddit, clock: ManualClock, tmp_path: Path
) -> None:
    ids = [f"t3_h{number}" for number in range(190)]
    lake = held_lake(tmp_path, ids)
    reddit.submissions = [entry("t3", id[3:], 99, title="T", selftext="x") for id in ids]
    one = source(reddit.url, crawl_of(lake, clock), recheck_days=4, recheck_requests=1, submissions=1, comments=0)
    for _ in range(9):
        clock.advance(DAY)
        reddit.asked.clear()
        assert run(one, lake) == []
        assert len(asked_of(reddit)) <= 1
        oldest = lake.read(TABLE)["checked_at"].min()
        assert isinstance(oldest, datetime)
        assert (clock.now() - oldest).days <= 4
    assert one.note == ""


def test_more_than_the_portions_hold_is_said(reddit: FakeReddit, clock: ManualClock, tmp_path: Path) -> None:
    ids = [f"t3_h{number}" for number in range(130)]
    lake = held_lake(tmp_path, ids)
    reddit.submissions = [entry("t3", id[3:], 0, title="T", selftext="x") for id in ids]
    one = source(reddit.url, crawl_of(lake, clock), recheck_days=4, recheck_requests=1, submissions=1, comments=0)
    clock.advance(5 * DAY)
    run(one, lake)
    assert one.note == "31 held entries were not asked of for 4 days: raise recheck_requests."


def test_an_answer_without_any_entry_takes_nothing_back(reddit: FakeReddit, clock: ManualClock, tmp_path: Path) -> None:
    lake = held_lake(tmp_path, ["t3_s1", "t3_s2"])
    reddit.submissions, reddit.comments = [], []
    one = source(reddit.url, crawl_of(lake, clock))
    clock.advance(20 * DAY)
    assert run(one, lake) == []
    assert "told nothing" in one.note
    assert lake.read(TABLE)["checked_at"].max() == START


@pytest.mark.parametrize("status", [500, 503])
def test_a_reddit_that_fails_then_keeps_what_came_before(
    reddit: FakeReddit, clock: ManualClock, tmp_path: Path, status: int
) -> None:
    lake = held_lake(tmp_path, ["t3_old"])
    one = source(reddit.url, crawl_of(lake, clock))
    clock.advance(20 * DAY)
    reddit.info_failures = [(status, {})]
    assert run(one, lake) == ["t1_c1"]
    assert "not asked to the end" in one.note
    assert run(one, lake) == ["t1_c1", "t3_old"]


@pytest.mark.parametrize(("settings", "days"), [({"recheck_requests": 0}, 40), ({}, 14)], ids=["off", "not yet due"])
def test_nothing_is_asked_of_where_it_is_off_or_too_early(
    reddit: FakeReddit, clock: ManualClock, tmp_path: Path, settings: dict[str, int], days: int
) -> None:
    lake = held_lake(tmp_path, ["t3_old"])
    clock.advance(days * DAY)
    one = source(reddit.url, crawl_of(lake, clock), **settings)
    assert run(one, lake) == ["t1_c1"]
    assert asked_of(reddit) == []
    assert one.note == ""


def test_what_another_key_sealed_is_passed_over(reddit: FakeReddit, clock: ManualClock, tmp_path: Path) -> None:
    lake = held_lake(tmp_path, [f"t3_h{number}" for number in range(120)])
    other = Seal(PseudonymKey(secret=b"o" * 32), "crawl state")
    clock.advance(20 * DAY)
    entries = [CheckedEntry(source_id="t3_h7", sealed=other.closed("t3_h7"), at=clock.now())]
    note_checked(lake, NAMES, "threads", entries)
    clock.advance(40 * DAY)
    one = source(reddit.url, crawl_of(lake, clock, seal=other), recheck_requests=1)
    assert run(one, lake) == ["t1_c1", "t3_h7"]
    assert one.note == ""


def test_of_entries_whose_posts_are_not_held_nothing_is_kept(tmp_path: Path) -> None:
    lake = held_lake(tmp_path, ["t3_s1"])
    entries = [CheckedEntry(source_id=id, sealed=SEAL.closed(id), at=START) for id in ("t3_s1", "t3_s2")]
    note_checked(lake, NAMES, "threads", entries)
    assert lake.read(TABLE)["post_id"].to_list() == [NAMES.post_id("threads", "t3_s1")]
    assert "t3_s1" not in repr(entries)
