"""Reddit, as a loopback server speaks it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from pydantic import SecretStr

from ingestion.errors import SourceError
from ingestion.records import RawPost
from ingestion.settings import RedditSettings
from ingestion.sources.reddit import RedditSource
from ingestion.sources.source import RejectedPost, Watermark

DAY = 86_400
NOW = datetime(2026, 1, 20, tzinfo=UTC).timestamp()


def entry(kind: str, id: str, days_ago: int, **fields: object) -> dict[str, object]:
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


class Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.answer({"access_token": "t", "expires_in": 3600, "scope": "*", "token_type": "bearer"})

    def do_GET(self) -> None:
        if "/comments" in self.path:
            self.listing(COMMENTS)
        elif "/new" in self.path:
            self.listing(SUBMISSIONS)
        else:
            self.send_error(403)

    def listing(self, entries: list[dict[str, object]]) -> None:
        self.answer({"kind": "Listing", "data": {"after": None, "children": entries}})

    def answer(self, content: object) -> None:
        body = json.dumps(content).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Keep the test's output clean."""


@pytest.fixture
def url() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def source(url: str) -> RedditSource:
    return RedditSource(
        RedditSettings(
            client_id="id", client_secret=SecretStr("s3cret"), subreddits=("fashion",), url=url, oauth_url=url
        )
    )


def test_submissions_and_comments_come_as_posts(url: str) -> None:
    items = list(source(url).posts())
    posts = {item.source_id: item for item in items if isinstance(item, RawPost)}
    assert list(posts) == ["t3_s3", "t3_s2", "t3_s1", "t1_c2"]
    assert (posts["t3_s3"].title, posts["t3_s3"].text, posts["t3_s3"].author) == ("Linen?", "Is linen in?", "old_hat")
    assert (posts["t3_s2"].title, posts["t3_s2"].text) == ("", "A title only")
    assert posts["t1_c2"].thread == posts["t3_s3"].thread == "t3_s3"
    assert posts["t3_s3"].published_at == datetime(2026, 1, 20, tzinfo=UTC)
    assert [item for item in items if isinstance(item, RejectedPost)] == [
        RejectedPost(row=2, column="", reason="removed or without text")
    ]


def test_resumes_two_days_before_the_newest_seen(url: str) -> None:
    seen = datetime.fromtimestamp(NOW, tz=UTC)
    mark = Watermark(source="reddit", stream="r/fashion", last_published_at=seen, last_post_id="", read=5)
    posts = [item.source_id for item in source(url).posts(mark) if isinstance(item, RawPost)]
    assert posts == ["t3_s3", "t3_s2", "t1_c2"]


def test_a_failure_names_no_credentials() -> None:
    with pytest.raises(SourceError) as caught:
        list(source("http://127.0.0.1:1").posts())
    assert "s3cret" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_without_credentials_it_says_what_to_set() -> None:
    with pytest.raises(SourceError, match="REASSORT_POSTS__REDDIT__CLIENT_ID"):
        RedditSource(RedditSettings())
