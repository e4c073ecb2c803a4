"""Pages asked through a proxy: which one, and that it opens no way into a private network."""

from __future__ import annotations

from collections.abc import Mapping

import httpx
import pytest

from ingestion.errors import SourceError, SourceRefusedError
from ingestion.settings import CrawlSettings, FeedSettings
from ingestion.sources.clock import ManualClock
from ingestion.sources.crawl import Crawl
from ingestion.sources.crawl_state import CrawlState
from ingestion.sources.feeds import FeedSource
from ingestion.sources.proxies import proxy_of
from tests.fakes.web_server import Answer, fake_web
from tests.ingestion.sources.crawling import NOW, item, rss

PUBLIC = "93.184.216.34"
PROXY = "http://proxy.example:3128"


@pytest.mark.parametrize(
    ("url", "environment", "expected"),
    [
        ("https://blog.example/feed", {}, ""),
        ("https://blog.example/feed", {"HTTPS_PROXY": PROXY}, PROXY),
        ("http://blog.example/feed", {"HTTPS_PROXY": PROXY}, ""),
        ("http://blog.example/feed", {"http_proxy": PROXY, "HTTP_PROXY": "http://other"}, PROXY),
        ("http://blog.example/feed", {"ALL_PROXY": "proxy.example:3128"}, PROXY),
        ("https://blog.example/feed", {"https_proxy": PROXY, "no_proxy": "localhost, .example"}, ""),
        ("https://blog.example/feed", {"https_proxy": PROXY, "NO_PROXY": "*"}, ""),
        ("https://blog.example:8443/feed", {"https_proxy": PROXY, "NO_PROXY": "blog.example:8443"}, ""),
        ("https://blogs.example.com/feed", {"https_proxy": PROXY, "NO_PROXY": "s.example.com"}, PROXY),
    ],
)
def test_the_environment_names_the_proxy(url: str, environment: Mapping[str, str], expected: str) -> None:
    assert proxy_of(httpx.URL(url), environment) == expected


def feed(url: str, environment: Mapping[str, str], address: str | None = PUBLIC, **settings: object) -> FeedSource:
    def resolve(host: str, port: int) -> list[str]:
        if address is None:
            raise OSError("no such host")
        return [address]

    limits = CrawlSettings.model_validate({"tries": 1, "interval_s": 0.0, "timeout_s": 5.0, **settings})
    crawl = Crawl(limits, CrawlState(), ManualClock(NOW), resolve=resolve, environment=environment)
    return FeedSource("blog", url, FeedSettings(kind="feed", url=url), crawl)


@pytest.mark.parametrize("address", [PUBLIC, None], ids=["known here", "known to the proxy alone"])
@pytest.mark.parametrize("named_by", ["environment", "setting"])
def test_pages_come_through_the_proxy(named_by: str, address: str | None) -> None:
    with fake_web(lambda asked: rss(item("1")) if "feed" in asked.path else Answer(status=404)) as proxy:
        environment = {"http_proxy": proxy.url} if named_by == "environment" else {"http_proxy": PROXY}
        settings = {"proxy": proxy.url} if named_by == "setting" else {}
        assert len(list(feed("http://blog.example/feed", environment, address, **settings).posts())) == 1
    assert [(asked.headers["host"], asked.path) for asked in proxy.asked] == [
        ("blog.example", "/robots.txt"),
        ("blog.example", "/feed"),
    ]


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("http://blog.example/feed", "10.0.0.7"),
        ("http://blog.example/feed", "169.254.169.254"),
        ("http://blog.example/feed", "::ffff:127.0.0.1"),
    ],
)
def test_a_proxy_is_no_way_into_a_private_network(url: str, address: str) -> None:
    refused = pytest.raises(SourceRefusedError, match="private network")
    with fake_web(lambda asked: rss(item("1"))) as proxy, refused:
        list(feed(url, {"http_proxy": proxy.url}, address).posts())
    assert proxy.asked == []


def test_a_redirect_through_a_proxy_is_checked_too() -> None:
    away = Answer(status=302, headers={"Location": "http://169.254.169.254/latest"})
    refused = pytest.raises(SourceRefusedError, match="another host")
    with fake_web(lambda asked: Answer(status=404) if "robots" in asked.path else away) as proxy, refused:
        list(feed("http://blog.example/feed", {"http_proxy": proxy.url}).posts())
    assert {asked.headers["host"] for asked in proxy.asked} == {"blog.example"}


def test_a_dead_proxy_is_named_by_no_password() -> None:
    with pytest.raises(SourceError) as caught:
        list(feed("http://blog.example/feed", {"http_proxy": "http://me:s3cret@127.0.0.1:1"}).posts())
    assert "s3cret" not in str(caught.value)
