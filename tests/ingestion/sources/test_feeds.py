"""RSS and Atom feeds, good and bad."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ingestion.errors import SourceContentError, SourceRefusedError
from ingestion.records import RawPost
from ingestion.settings import FeedSettings
from ingestion.sources.crawl import Crawl
from ingestion.sources.crawl_state import CrawlState
from ingestion.sources.feeds import FeedSource
from ingestion.sources.source import RejectedPost, Watermark
from tests.fakes.web_server import Answer, Asked, FakeWeb, fake_web
from tests.ingestion.sources.crawling import NOW, crawl, item, rss, site, watermark

NEXT = '<atom:link rel="next" href="{}"/>'
ATOM = """<?xml version="1.0"?>
<feed xmlns="http://www.w3.org/2005/Atom" xmlns:thr="http://purl.org/syndication/thread/1.0" xml:lang="fr-FR">
 <title>F</title>
 <entry><id>tag:1</id><title>Lin</title><author><name>Zoé M.</name></author>
  <summary>Court</summary><content type="html">&lt;p&gt;Le lin revient&lt;/p&gt;</content>
  <updated>2026-02-28T11:00:00+01:00</updated><published>2026-02-27T11:00:00+01:00</published></entry>
 <entry xml:lang="it"><id>tag:2</id><title>Risposta</title><content type="text">Anche qui</content>
  <thr:in-reply-to ref="tag:1"/><updated>2026-02-28T10:00:00Z</updated></entry>
</feed>"""


def feed(web: FakeWeb, found: Crawl | None = None, path: str = "/feed.xml", **settings: Any) -> FeedSource:
    url = web.url + path
    return FeedSource(
        "blog", url, FeedSettings.model_validate({"kind": "feed", "url": url, **settings}), found or crawl()
    )


def read(source: FeedSource, after: Watermark | None = None) -> list[str]:
    return [post.source_id for post in source.posts(after) if isinstance(post, RawPost)]


def one(xml: str, **settings: Any) -> RawPost | RejectedPost:
    with fake_web(site(feed=rss(xml))) as web:
        (found,) = feed(web, **settings).posts()
        return found


def test_atom_entries_come_as_posts() -> None:
    with fake_web(site(feed=Answer(body=ATOM.encode()))) as web:
        first, second = feed(web, post_kind="review").posts()
    assert first == RawPost(
        source="blog",
        source_id="tag:1",
        kind="review",
        author="Zoé M.",
        text="<p>Le lin revient</p>",
        title="Lin",
        published_at=datetime(2026, 2, 27, 10, tzinfo=UTC),
        language="fr",
        thread="tag:1",
    )
    assert isinstance(second, RawPost)
    assert (second.thread, second.language, second.author) == ("tag:1", "it", "")
    assert second.published_at == datetime(2026, 2, 28, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "hour"),
    [
        ("Sat, 28 Feb 2026 10:00:00 +0100", 9),
        ("Sat, 28 Feb 2026 10:00:00 GMT", 10),
        ("Sat, 28 Feb 2026 10:00:00 EST", 15),
        ("Sat, 28 Feb 2026 10:00:00", 9),
        ("2026-02-28T10:00:00", 9),
        ("2026-02-28T10:00:00Z", 10),
        ("2026-02-28T10:00:00+03:00", 7),
    ],
)
def test_dates_without_a_zone_are_in_the_configured_one(written: str, hour: int) -> None:
    post = one(item("1", date=written), zone="Europe/Paris")
    assert isinstance(post, RawPost)
    assert post.published_at == datetime(2026, 2, 28, hour, tzinfo=UTC)


def test_what_is_missing_is_made_up_for_or_rejected() -> None:
    bare = one("<title>Title alone</title>")
    assert isinstance(bare, RawPost)
    assert (bare.text, bare.title, bare.published_at, bare.author) == ("Title alone", "", None, "")
    assert len(bare.source_id) == 64
    assert one("<guid>1</guid><description>&lt;p&gt; &lt;/p&gt;</description>") == RejectedPost(
        row=1, column="", reason="no text"
    )
    long = RejectedPost(row=1, column="", reason="a text of more than 200,000 characters")
    assert one(f"<guid>1</guid><description>{'a coat ' * 30_000}</description>") == long
    unread = RejectedPost(row=1, column="published", reason="no date that can be read")
    assert one(item("1", date="sometime in spring")) == unread


def test_authors_are_named_alike_however_they_are_written() -> None:
    for written in (
        "<author>jane@example.com (Jane Doe)</author>",
        "<dc:creator xmlns:dc='http://purl.org/dc/elements/1.1/'>Jane Doe</dc:creator>",
    ):
        post = one(item("1", extra=written))
        assert isinstance(post, RawPost)
        assert post.author == "Jane Doe"


@pytest.mark.parametrize("declared", ["utf-8", "iso-8859-1", "windows-1252"])
@pytest.mark.parametrize("real", ["utf-8", "cp1252"])
@pytest.mark.parametrize("header", ["", "; charset=utf-8", "; charset=iso-8859-1"])
def test_wrong_encodings_are_seen_through(declared: str, real: str, header: str) -> None:
    inside = "<channel><item><title>Été à 50 €</title></item></channel>"
    body = f'<?xml version="1.0" encoding="{declared}"?><rss version="2.0">{inside}</rss>'
    with fake_web(site(feed=Answer(body=body.encode(real), headers={"Content-Type": f"text/xml{header}"}))) as web:
        (post,) = feed(web).posts()
    assert isinstance(post, RawPost)
    assert post.text == "Été à 50 €"


def test_pages_are_followed_in_order() -> None:
    pages = {
        "feed": rss(item("1"), item("2"), head=NEXT.format("/p2.xml")),
        "p2": rss(item("3"), head='<atom:link rel="prev-archive" href="p3.xml"/>'),
        "p3": rss(item("4")),
    }
    with fake_web(site(**pages)) as web:
        source = feed(web)
        assert read(source) == ["1", "2", "3", "4"]
        assert source.note == ""


def test_endless_pages_end_at_the_limit() -> None:
    def endless(asked: Asked) -> Answer:
        page = int(asked.query.get("page", "1"))
        return rss(item(str(page)), head=NEXT.format(f"/feed.xml?page={page + 1}"))

    with fake_web(site(feed=endless)) as web:
        source = feed(web, crawl(pages=7))
        assert read(source) == [str(n) for n in range(1, 8)]
        assert source.note == "stopped after 7 pages, as configured"
        assert read(feed(web, crawl(pages=7), pages=2)) == ["1", "2"]


def test_pages_in_circles_end_where_nothing_is_new() -> None:
    def circle(asked: Asked) -> Answer:
        page = int(asked.query.get("page", "1"))
        return rss(item("1"), item("2"), head=NEXT.format(f"/feed.xml?page={page + 1}"))

    with fake_web(site(feed=circle)) as web:
        source = feed(web)
        assert read(source) == ["1", "2"]
        assert "nothing new" in source.note
        assert len(web.paths()) == 2


def test_a_later_run_stops_at_what_is_known() -> None:
    pages = {
        "feed": rss(item("9", date="Sun, 01 Mar 2026 09:00:00 GMT"), head=NEXT.format("/p2.xml")),
        "p2": rss(item("8", date="Mon, 16 Feb 2026 09:00:00 GMT"), head=NEXT.format("/p3.xml")),
        "p3": rss(item("7", date="Sun, 15 Feb 2026 09:00:00 GMT")),
    }
    with fake_web(site(**pages)) as web:
        assert read(feed(web), watermark(NOW - timedelta(days=1))) == ["9", "8"]
        assert read(feed(web), watermark(NOW + timedelta(days=9999))) == ["9", "8"]
        assert read(feed(web), watermark(None)) == ["9", "8", "7"]


def test_a_next_page_on_another_host_is_refused() -> None:
    page = rss(item("1"), head=NEXT.format("http://elsewhere.example/"))
    with fake_web(site(feed=page)) as web, pytest.raises(SourceRefusedError, match="another host"):
        read(feed(web))


def versioned(asked: Asked) -> Answer:
    if asked.headers.get("if-none-match") == '"v1"' and asked.headers.get("if-modified-since"):
        return Answer(status=304)
    return rss(item("1"), **{"ETag": '"v1"', "Last-Modified": "Sat, 28 Feb 2026 10:00:00 GMT"})


def test_an_unchanged_feed_is_not_sent_again_once_its_posts_are_stored() -> None:
    with fake_web(site(feed=versioned)) as web:
        found = crawl()
        source = feed(web, found)
        assert read(source) == ["1"]
        assert read(source, watermark(NOW)) == ["1"], "not settled: its posts may not have been stored"
        source.settle()
        assert read(source, watermark(NOW)) == []
        assert source.is_unchanged
        assert read(source, None) == ["1"], "no watermark: its posts are gone"


def test_a_feed_that_breaks_off_is_not_taken_for_read() -> None:
    broken = b'<rss version="2.0"><channel><item><guid>1</guid><title>One</title></item><item><guid>2</guid><tit'
    with fake_web(site(feed=Answer(body=broken, headers={"ETag": '"v1"'}))) as web:
        found = crawl()
        source = feed(web, found)
        posts = list(source.posts())
        assert isinstance(posts[0], RawPost)
        assert isinstance(posts[-1], RejectedPost)
        assert "breaks off" in posts[-1].reason
        source.settle()
        list(source.posts(watermark(NOW)))
        assert "if-none-match" not in web.asked[-1].headers


def test_sloppy_feeds_are_read_all_the_same() -> None:
    post = one("<guid>1</guid><title>Salt & pepper</title><description>5 < 6 & &eacute;l&eacute;gant</description>")
    assert isinstance(post, RawPost)
    assert (post.title, post.text) == ("Salt & pepper", "5 < 6 & élégant")


@pytest.mark.parametrize(
    "body", [b"<html><body>Please sign in</body></html>", b"", b"{}", b"\x00\x01\x02", b"<rss", b"\xff\xfe"]
)
def test_what_is_no_feed_is_said_to_be_none(body: bytes) -> None:
    page, told = Answer(body=body, headers={"Content-Type": "text/html"}), "no RSS or Atom feed but text/html"
    with fake_web(site(feed=page)) as web, pytest.raises(SourceContentError, match=told):
        read(feed(web))


def test_entities_of_files_and_bombs_are_not_expanded() -> None:
    bomb = "".join(f'<!ENTITY b{n} "{f"&b{n - 1};" * 10}">' for n in range(1, 12))
    types = f'<!DOCTYPE r [<!ENTITY b0 "lol">{bomb}<!ENTITY f SYSTEM "file:///etc/passwd">]>'
    inside = "<channel><item><title>A&f;</title><description>&b11;</description></item></channel>"
    body = f'{types}<rss version="2.0">{inside}</rss>'
    with fake_web(site(feed=Answer(body=body.encode()))) as web:
        posts = list(feed(web).posts())
    assert all(len(post.text) < 10_000 and "root:" not in post.text for post in posts if isinstance(post, RawPost))


def test_streams_tell_feeds_apart_and_name_nobody() -> None:
    web, found = FakeWeb(url="https://blog.example"), crawl(CrawlState())
    assert feed(web, found, "/@jane").stream != feed(web, found, "/@john").stream
    assert "jane" not in feed(web, found, "/@jane").stream
