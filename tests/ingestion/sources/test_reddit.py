"""Reddit, as a loopback server speaks it."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from pydantic import SecretStr

from ingestion.errors import SourceError, SourcePausedError, SourceRefusedError, SourceUnavailableError
from ingestion.pseudonymise.keys import PseudonymKey
from ingestion.records import RawPost
from ingestion.settings import CrawlSettings, RedditSettings, RedditSourceSettings
from ingestion.sources.clock import ManualClock
from ingestion.sources.crawl import Crawl
from ingestion.sources.crawl_state import CrawlState
from ingestion.sources.reddit import RedditSource
from ingestion.sources.sealing import Seal
from ingestion.sources.source import RejectedPost, Watermark
from tests.ingestion.sources.crawling import crawl, slept

DAY = 86_400
NOW = datetime(2026, 1, 20, tzinfo=UTC).timestamp()
Entry = dict[str, object]


def entry(kind: str, id: str, days_ago: float, **fields: object) -> Entry:
    data = {"id": id, "name": f"{kind}_{id}", "created_utc": NOW - days_ago * DAY, "author": "old_hat", **fields}
    return {"kind": kind, "data": data}


SUBMISSIONS = [
    entry("t3", "s3", 0, title="Linen?", selftext="Is linen in?"),
    entry("t3", "s2", 1, title="A title only", selftext=""),
    entry("t3", "s1", 9, title="Old", selftext="An old one"),
]
COMMENTS = [
    entry("t1", "c2", 0, body="Yes", link_id="t3_s3"),
    entry("t1", "c1", 1, body="[removed]", link_id="t3_s3"),
]


class FakeReddit(ThreadingHTTPServer):
    """Its listings, what it was asked, and how it fails."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.submissions, self.comments, self.page_size = SUBMISSIONS, COMMENTS, 100
        self.failures: list[tuple[int, dict[str, str]]] = []
        """Answers given before any listing: status and headers."""
        self.info_failures: list[tuple[int, dict[str, str]]] = []
        """Answers given before any on single entries."""
        self.headers: dict[str, str] = {}
        self.asked: list[str] = []


class Handler(BaseHTTPRequestHandler):
    server: FakeReddit

    def do_POST(self) -> None:
        self.answer({"access_token": "t", "expires_in": 3600, "scope": "*", "token_type": "bearer"})

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        failures = self.server.info_failures if "/api/info" in self.path else self.server.failures
        if failures := failures or self.server.failures:
            status, headers = failures.pop(0)
            self.send_response(status)
            for name, value in {**headers, "Content-Length": "0"}.items():
                self.send_header(name, value)
            self.end_headers()
        elif "/api/info" in self.path:
            wanted = parse_qs(urlsplit(self.path).query)["id"][0].split(",")
            every = [*self.server.submissions, *self.server.comments]
            self.listing([one for one in every if one["data"]["name"] in wanted])  # type: ignore[index]
        else:
            self.listing(self.server.comments if "/comments" in self.path else self.server.submissions)

    def listing(self, entries: list[Entry]) -> None:
        names = [one["data"]["name"] for one in entries]  # type: ignore[index]
        last = parse_qs(urlsplit(self.path).query).get("after", [""])[0]
        start = names.index(last) + 1 if last in names else 0
        before = parse_qs(urlsplit(self.path).query).get("before", [""])[0]
        if before:  # Reddit answers nothing where that entry is gone
            entries = entries[: names.index(before)] if before in names else []
        page = entries[start : start + self.server.page_size]
        more = start + self.server.page_size < len(entries)
        self.answer(
            {"kind": "Listing", "data": {"after": names[start + len(page) - 1] if more else None, "children": page}}
        )

    def answer(self, content: object) -> None:
        body = json.dumps(content).encode()
        self.send_response(200)
        for name, value in self.server.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Keep the test's output clean."""


@contextmanager
def fake_reddit() -> Iterator[FakeReddit]:
    server = FakeReddit()
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def reddit() -> Iterator[FakeReddit]:
    with fake_reddit() as server:
        yield server


def source(url: str, found: Crawl | None = None, **settings: object) -> RedditSource:
    access = RedditSettings(client_id="id", client_secret=SecretStr("s3cret"), url=url, oauth_url=url)
    one = RedditSourceSettings.model_validate({"kind": "reddit", "subreddits": ["fashion"], **settings})
    return RedditSource("threads", access, one, found or crawl())


def read(found: RedditSource, after: Watermark | None = None) -> list[str]:
    return [item.source_id for item in found.posts(after) if isinstance(item, RawPost)]


def mark(days_ago: float) -> Watermark:
    seen = datetime.fromtimestamp(NOW - days_ago * DAY, tz=UTC)
    return Watermark(source="threads", stream="r/fashion", last_published_at=seen, last_post_id="", read=5)


def test_submissions_and_comments_come_as_posts(reddit: FakeReddit) -> None:
    items = list(source(reddit.url).posts())
    posts = {item.source_id: item for item in items if isinstance(item, RawPost)}
    assert list(posts) == ["t3_s3", "t3_s2", "t3_s1", "t1_c2"]
    assert {post.source for post in posts.values()} == {"threads"}
    assert (posts["t3_s3"].title, posts["t3_s3"].text, posts["t3_s3"].author) == ("Linen?", "Is linen in?", "old_hat")
    assert (posts["t3_s2"].title, posts["t3_s2"].text) == ("", "A title only")
    assert posts["t1_c2"].thread == posts["t3_s3"].thread == "t3_s3"
    assert posts["t3_s3"].published_at == datetime(2026, 1, 20, tzinfo=UTC)
    assert [item for item in items if isinstance(item, RejectedPost)] == [
        RejectedPost(row=5, column="", reason="removed or without text", withdrawn_id="t1_c1")
    ]
    assert "t1_c1" not in str(items)


def test_resumes_two_days_before_the_newest_seen(reddit: FakeReddit) -> None:
    assert read(source(reddit.url), mark(0)) == ["t3_s3", "t3_s2", "t1_c2"]


def test_listings_are_paged_down_to_what_was_seen_and_no_further(reddit: FakeReddit) -> None:
    reddit.submissions = [entry("t3", f"s{n}", n, title="T", selftext="x") for n in range(20)]
    reddit.page_size = 3
    assert len(read(source(reddit.url, comments=0))) == 20
    reddit.asked.clear()
    assert read(source(reddit.url, comments=0), mark(1)) == ["t3_s0", "t3_s1", "t3_s2", "t3_s3"]
    assert len(reddit.asked) == 2
    assert "after=t3_s2" in reddit.asked[1]


def sealed(clock: ManualClock) -> Crawl:
    """A crawl that keeps how far it came, read to its end by `read_all` at the moment of the entries."""
    key = PseudonymKey(secret=b"k" * 32)
    return Crawl(CrawlSettings(interval_s=0.0), CrawlState(), clock, seal=Seal(key, "crawl state"))


def read_all(reddit: FakeReddit, found: Crawl, after: Watermark | None = None, **settings: object) -> list[str]:
    reddit.asked.clear()
    one = source(reddit.url, found, **settings)
    ids = read(one, after)
    one.settle()
    return ids


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime.fromtimestamp(NOW, tz=UTC))


def test_goes_on_behind_the_last_entry_and_once_a_day_two_days_back(reddit: FakeReddit, clock: ManualClock) -> None:
    found = sealed(clock)
    assert len(read_all(reddit, found)) == 4
    assert read_all(reddit, found, mark(0)) == []
    assert [path for path in reddit.asked if "before=t3_s3" in path or "before=t1_c2" in path]
    reddit.submissions = [entry("t3", "s4", 0, title="New", selftext="Newer"), *SUBMISSIONS]
    clock.advance(3600)
    assert read_all(reddit, found, mark(0)) == ["t3_s4"]
    assert read_all(reddit, found, mark(0)) == []
    clock.advance(DAY)
    assert read_all(reddit, found, mark(0)) == ["t3_s4", "t3_s3", "t3_s2", "t1_c2"]
    assert "s3cret" not in str(found.state.__dict__)
    assert "t3_s4" not in str(found.state.__dict__), "the id of an entry names its author"


@pytest.mark.parametrize("left", ["nothing", "its place"])
def test_where_the_last_entry_is_gone_it_goes_back_by_date(reddit: FakeReddit, clock: ManualClock, left: str) -> None:
    found = sealed(clock)
    read_all(reddit, found, comments=0)
    gone = entry("t3", "s3", 0, title="Linen?", selftext="[deleted]", author="[deleted]")
    reddit.submissions = [*([gone] if left == "its place" else []), *SUBMISSIONS[1:]]
    assert read_all(reddit, found, mark(0), comments=0) == ["t3_s2"]


def test_more_than_a_page_of_new_entries_is_read_by_date(reddit: FakeReddit, clock: ManualClock) -> None:
    found = sealed(clock)
    read_all(reddit, found, comments=0)
    new = [entry("t3", f"n{number}", 0, title="T", selftext="x") for number in range(130)]
    reddit.submissions = [*new, *SUBMISSIONS]
    assert len(read_all(reddit, found, mark(0), comments=0)) == 132


def test_a_reading_that_was_not_stored_is_read_again(reddit: FakeReddit, clock: ManualClock) -> None:
    found = sealed(clock)
    assert len(read(source(reddit.url, found))) == 4
    assert len(read(source(reddit.url, found), mark(0))) == 3


def test_another_key_reads_by_date(reddit: FakeReddit, clock: ManualClock) -> None:
    found = sealed(clock)
    read_all(reddit, found)
    found.seal = Seal(PseudonymKey(secret=b"o" * 32), "crawl state")
    assert len(read_all(reddit, found, mark(0))) == 3


def test_limits_of_submissions_and_comments_hold(reddit: FakeReddit) -> None:
    assert read(source(reddit.url, submissions=1, comments=0)) == ["t3_s3"]
    assert read(source(reddit.url, submissions=0)) == ["t1_c2"]


@pytest.mark.parametrize(
    ("status", "headers", "least_s"),
    [
        (429, {"Retry-After": "9"}, 9.0),
        (429, {"x-ratelimit-reset": "11", "x-ratelimit-remaining": "0", "x-ratelimit-used": "100"}, 11.0),
        (503, {}, 1.0),
        (500, {}, 1.0),
    ],
)
def test_a_busy_reddit_is_asked_again_later(
    reddit: FakeReddit, status: int, headers: dict[str, str], least_s: float
) -> None:
    reddit.failures = [(status, headers)]
    found = crawl(interval_s=0.0)
    assert len(read(source(reddit.url, found))) == 4
    assert max(slept(found)) >= least_s


def test_a_used_up_rate_is_waited_out(reddit: FakeReddit) -> None:
    reddit.headers = {"x-ratelimit-remaining": "0.0", "x-ratelimit-used": "100", "x-ratelimit-reset": "240"}
    found = crawl()
    assert len(read(source(reddit.url, found))) == 4
    assert max(slept(found)) == pytest.approx(240.0)


def test_requests_keep_their_distance(reddit: FakeReddit) -> None:
    found = crawl(interval_s=0.0)
    read(source(reddit.url, found))
    assert slept(found) == [pytest.approx(0.6)] * 2


def test_a_reddit_that_keeps_failing_is_left_alone(reddit: FakeReddit) -> None:
    reddit.failures = [(500, {})] * 9
    found = crawl(tries=3, failures_before_pause=2)
    for _ in range(2):
        with pytest.raises(SourceUnavailableError, match="HTTP 500"):
            read(source(reddit.url, found))
    with pytest.raises(SourcePausedError):
        read(source(reddit.url, found))
    assert len(reddit.asked) == 6


@pytest.mark.parametrize("status", [401, 403, 404])
def test_refusals_are_final_and_say_what_to_check(reddit: FakeReddit, status: int) -> None:
    reddit.failures = [(status, {})] * 9
    with pytest.raises(SourceRefusedError, match="credentials, and the names of the subreddits"):
        read(source(reddit.url))


def test_reddit_is_asked_through_the_proxy_that_the_crawl_names(reddit: FakeReddit) -> None:
    found = crawl(proxy=reddit.url)
    assert len(read(source("http://reddit.example", found))) == 4
    assert {path.partition("?")[0] for path in reddit.asked} == {
        f"http://reddit.example/r/fashion/{listing}" for listing in ("new", "comments/")
    }


def test_neither_errors_nor_logs_name_credentials_or_authors(
    reddit: FakeReddit, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    read(source(reddit.url))
    with pytest.raises(SourceUnavailableError) as caught:
        read(source("http://127.0.0.1:1", crawl(tries=2)))
    assert caught.value.__cause__ is None
    found = sealed(ManualClock(datetime.fromtimestamp(NOW, tz=UTC)))
    read_all(reddit, found)
    read_all(reddit, found, mark(0))
    assert "s3cret" not in str(caught.value) + caplog.text
    assert "old_hat" not in caplog.text
    assert "t3_s3" not in caplog.text


def test_without_credentials_it_says_what_to_set() -> None:
    one = RedditSourceSettings(kind="reddit", subreddits=("fashion",))
    with pytest.raises(SourceError, match="REASSORT_POSTS__REDDIT__CLIENT_ID"):
        RedditSource("reddit", RedditSettings(), one, crawl())


def test_a_post_dated_in_the_future_keeps_no_other_out(reddit: FakeReddit) -> None:
    found = crawl(clock=ManualClock(datetime.fromtimestamp(NOW, tz=UTC)))
    assert read(source(reddit.url, found), mark(-9999)) == ["t3_s3", "t3_s2", "t1_c2"]
