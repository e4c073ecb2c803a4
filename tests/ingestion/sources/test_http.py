"""The polite client against servers that misbehave."""

from __future__ import annotations

import gzip
import logging
import zlib
from collections.abc import Callable
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path

import httpx
import pytest

from ingestion.errors import SourceError, SourcePausedError, SourceRefusedError, SourceUnavailableError
from ingestion.lake import Lake
from ingestion.settings import CrawledSettings
from ingestion.sources.crawl import Crawl
from ingestion.sources.crawl_state import CrawlState
from ingestion.sources.http import Page, PoliteClient
from tests.fakes.web_server import Answer, Asked, FakeWeb, fake_web
from tests.ingestion.sources.crawling import NOW, crawl, robots, site, slept

HELLO = Answer(body=b"hello", headers={"Content-Type": "text/plain; charset=utf-8"})


def get(web: FakeWeb, path: str, found: Crawl, **settings: object) -> Page:
    with PoliteClient("voices", web.url, CrawledSettings.model_validate(settings), found) as client:
        return client.get(httpx.URL(web.url + path))


@pytest.mark.parametrize(
    ("broken", "problem"),
    [
        (Answer(status=500), "HTTP 500"),
        (Answer(status=503), "HTTP 503"),
        (Answer(body=b"half of it", cut=5), "broke its answer off"),
        (Answer(body=b"half of it", is_chunked=True, cut=1), "broke its answer off"),
        (
            Answer(body=gzip.compress(b"x" * 999)[:-9], headers={"Content-Encoding": "gzip"}),
            "breaks off before its end",
        ),
        (Answer(body=b"no gzip", headers={"Content-Encoding": "gzip"}), "cannot be unpacked"),
        (Answer(is_reset=True), "cannot be reached|broke its answer off"),
    ],
    ids=["500", "503", "truncated", "chunks-end", "gzip-cut", "no-gzip", "reset"],
)
def test_a_failing_host_is_tried_again_and_named_when_it_stays_so(broken: Answer, problem: str) -> None:
    with fake_web(site(page=[broken, broken, HELLO])) as web:
        found = crawl()
        assert get(web, "/page", found).text == "hello"
        assert web.paths() == ["/page"] * 3
        assert len(slept(found)) >= 2
    with fake_web(site(page=broken)) as web, pytest.raises(SourceUnavailableError, match=problem):
        get(web, "/page", crawl())


def test_waits_grow_and_differ() -> None:
    with fake_web(site(page=Answer(status=500))) as web:
        found = crawl(tries=5, interval_s=0.0)
        with pytest.raises(SourceUnavailableError):
            get(web, "/page", found)
    waits = slept(found)
    assert len(waits) == 4
    assert all(2**n / 2 <= wait <= 2**n for n, wait in enumerate(waits, start=1))
    assert len(set(waits)) == 4


def test_a_silent_host_is_given_up() -> None:
    with fake_web(site(page=Answer(is_silent=True))) as web, pytest.raises(SourceUnavailableError, match="in time"):
        get(web, "/page", crawl(timeout_s=0.05, tries=2))


def test_a_dead_host_is_given_up() -> None:
    with pytest.raises(SourceUnavailableError, match="cannot be reached"):
        get(FakeWeb(url="http://127.0.0.1:1"), "/page", crawl())


@pytest.mark.parametrize(
    "value", ["7", format_datetime(NOW + timedelta(seconds=7), usegmt=True)], ids=["seconds", "date"]
)
def test_a_busy_host_is_left_alone_as_long_as_it_asks(value: str) -> None:
    with fake_web(site(page=[Answer(status=429, headers={"Retry-After": value}), HELLO])) as web:
        found = crawl(interval_s=0.0)
        assert get(web, "/page", found).text == "hello"
    assert len(slept(found)) == 1
    assert 7.0 <= slept(found)[0] <= 9.0


def test_a_host_that_asks_for_more_than_a_run_waits_is_left_alone_over_runs() -> None:
    with fake_web(site(page=Answer(status=429, headers={"Retry-After": "7200"}))) as web:
        found = crawl()
        with pytest.raises(SourceUnavailableError) as caught:
            get(web, "/page", found, robots=False)
        assert caught.value.paused_until == NOW + timedelta(hours=2)
        assert len(web.paths()) == 1
        with pytest.raises(SourcePausedError, match="2026-03-01 14:00"):
            get(web, "/page", found)
        assert len(web.paths()) == 1


def test_a_host_that_keeps_failing_is_left_alone_then_tried_once() -> None:
    with fake_web(site(page=[Answer(status=500)] * 7 + [HELLO])) as web:
        found = crawl(tries=1, failures_before_pause=3, pause_s=600)
        for _ in range(3):
            with pytest.raises(SourceUnavailableError):
                get(web, "/page", found)
        with pytest.raises(SourcePausedError):
            get(web, "/page", found)
        assert len(web.paths()) == 3
        found.clock.sleep(601)
        with pytest.raises(SourceUnavailableError) as caught:
            get(web, "/page", found, robots=False)
        assert caught.value.paused_until == found.clock.now() + timedelta(seconds=1200)


def test_after_a_pause_one_failure_doubles_it_and_a_success_ends_it() -> None:
    with fake_web(site(page=[Answer(status=500)] * 2 + [HELLO, Answer(status=500), HELLO])) as web:
        found = crawl(failures_before_pause=1, tries=1, pause_s=600)
        waits: list[float] = []
        for _ in range(2):
            with pytest.raises(SourceUnavailableError) as caught:
                get(web, "/page", found)
            assert caught.value.paused_until is not None
            waits.append((caught.value.paused_until - found.clock.now()).total_seconds())
            found.clock.sleep(waits[-1] + 1)
        assert waits == [600, 1200]
        assert get(web, "/page", found).text == "hello"
        with pytest.raises(SourceUnavailableError) as caught:
            get(web, "/page", found)
        assert caught.value.paused_until == found.clock.now() + timedelta(seconds=600)


def test_a_pause_can_be_ignored() -> None:
    with fake_web(site(page=[Answer(status=500), HELLO])) as web:
        found = crawl(failures_before_pause=1, tries=1)
        with pytest.raises(SourceUnavailableError):
            get(web, "/page", found)
        again = Crawl(found.settings, found.state, found.clock, ignore_pauses=True)
        assert get(web, "/page", again).text == "hello"
        assert get(web, "/page", found).text == "hello"


def test_the_one_try_after_a_pause_is_not_repeated() -> None:
    with fake_web(site(page=Answer(status=500))) as web:
        found = crawl(tries=2, failures_before_pause=1, pause_s=60)
        with pytest.raises(SourceUnavailableError):
            get(web, "/page", found, robots=False)
        found.clock.sleep(61)
        with pytest.raises(SourceUnavailableError):
            get(web, "/page", found, robots=False)
        assert len(web.paths()) == 3


def test_requests_to_one_host_keep_their_distance() -> None:
    with fake_web(site(page=HELLO)) as web:
        found = crawl(interval_s=2.0)
        for _ in range(3):
            get(web, "/page", found, robots=False)
    assert slept(found) == [2.0, 2.0]


@pytest.mark.parametrize(
    ("status", "told"),
    [(401, "credentials"), (403, "refuses access"), (404, "not there"), (410, "gone"), (418, "HTTP 418")],
)
def test_a_refusal_is_final(status: int, told: str) -> None:
    with fake_web(site(page=Answer(status=status))) as web:
        with pytest.raises(SourceRefusedError, match=told):
            get(web, "/page", crawl())
        assert len(web.paths()) == 1


@pytest.mark.parametrize(
    ("packing", "pack"),
    [
        ("gzip", gzip.compress),
        ("deflate", zlib.compress),
        ("deflate", lambda body: zlib.compress(body)[2:-4]),
    ],
    ids=["gzip", "deflate", "raw-deflate"],
)
def test_packed_answers_are_unpacked(packing: str, pack: Callable[[bytes], bytes]) -> None:
    body = b"linen " * 20_000
    with fake_web(site(page=Answer(body=pack(body), headers={"Content-Encoding": packing}))) as web:
        assert get(web, "/page", crawl()).body == body


@pytest.mark.parametrize(
    "answer",
    [
        Answer(body=b"x" * 300_000),
        Answer(body=b"x" * 300_000, is_chunked=True),
        Answer(body=gzip.compress(bytes(50_000_000)), headers={"Content-Encoding": "gzip"}),
    ],
    ids=["plain", "chunked", "bomb"],
)
def test_answers_stay_within_the_limit(answer: Answer) -> None:
    with fake_web(site(page=answer)) as web:
        with pytest.raises(SourceRefusedError, match=r"larger than 0\.1 MB"):
            get(web, "/page", crawl(largest_answer_mb=0.1))
        assert len(web.paths()) == 1


def test_a_packing_not_asked_for_is_refused() -> None:
    with fake_web(site(page=Answer(body=b"?", headers={"Content-Encoding": "br"}))) as web:
        with pytest.raises(SourceRefusedError, match="'br'"):
            get(web, "/page", crawl())
        assert web.asked[-1].headers["accept-encoding"] == "gzip, deflate"


def test_an_answer_that_drips_is_given_up() -> None:
    found = crawl(answer_s=10, tries=1)

    def slow(asked: Asked) -> Answer:
        found.clock.sleep(11)
        return HELLO

    with fake_web(site(page=slow)) as web, pytest.raises(SourceUnavailableError, match="more than 10 seconds"):
        get(web, "/page", found, robots=False)


def test_redirects_are_followed_to_own_pages() -> None:
    with fake_web(site(a=Answer(status=301, headers={"Location": "/b?x=1"}), b=HELLO)) as web:
        page = get(web, "/a", crawl())
        assert page.text == "hello"
        assert str(page.url) == f"{web.url}/b?x=1"


@pytest.mark.parametrize(
    ("location", "told"),
    [
        ("https://elsewhere.example/x", "another host"),
        ("http://127.0.0.1:9/x", "another"),
        ("http://169.254.169.254/latest/meta-data", "another host"),
        ("http://localhost/x", "another host"),
        ("http://user:secret@127.0.0.1/x", "no plain"),
        ("ftp://127.0.0.1/x", "no plain"),
        ("file:///etc/passwd", "no plain"),
        ("http://127.0.0.1:x/", "no address"),
    ],
)
def test_redirects_to_forbidden_places_are_refused(location: str, told: str) -> None:
    with fake_web(site(a=Answer(status=302, headers={"Location": location}))) as web:
        with pytest.raises(SourceRefusedError, match=told) as caught:
            get(web, "/a", crawl())
        assert "secret" not in str(caught.value)


def test_redirect_loops_end() -> None:
    with fake_web(site(a=Answer(status=302, headers={"Location": "/a"}))) as web:
        with pytest.raises(SourceRefusedError, match="more than 3 times"):
            get(web, "/a", crawl(redirects=3))
        assert len(web.paths()) == 4


def test_pages_that_robots_disallow_are_not_asked_for() -> None:
    rules = robots("User-agent: *\nDisallow: /private\n\nUser-agent: reassort\nDisallow: /page\n")
    with fake_web(site(robots=rules, page=HELLO, private=HELLO)) as web:
        found = crawl()
        with pytest.raises(SourceRefusedError, match="disallows"):
            get(web, "/page", found)
        assert get(web, "/private", found).text == "hello"
        assert web.paths() == ["/private"]
        assert get(web, "/page", found, robots=False).text == "hello"


def test_robots_is_asked_once_a_day_and_its_delay_kept() -> None:
    rules = robots("User-agent: *\nCrawl-delay: 5\n")
    with fake_web(site(robots=rules, page=HELLO)) as web:
        found = crawl()
        with PoliteClient("voices", web.url, CrawledSettings(), found) as client:
            for _ in range(3):
                client.get(httpx.URL(f"{web.url}/page"))
        get(web, "/page", found)
        assert [one.path for one in web.asked].count("/robots.txt") == 1
        assert 5.0 in slept(found)
        found.clock.sleep(90_000)
        get(web, "/page", found)
        assert [one.path for one in web.asked].count("/robots.txt") == 2


@pytest.mark.parametrize("status", [500, 503, 429])
def test_robots_that_cannot_be_read_forbid_everything(status: int) -> None:
    with fake_web(site(robots=Answer(status=status), page=HELLO)) as web:
        with pytest.raises(SourceUnavailableError, match=f"HTTP {status}"):
            get(web, "/page", crawl(tries=2))
        assert web.paths() == []


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_robots_that_are_not_there_forbid_nothing(status: int) -> None:
    with fake_web(site(robots=Answer(status=status), page=HELLO)) as web:
        assert get(web, "/page", crawl()).text == "hello"


def test_known_rules_hold_while_newer_ones_cannot_be_read() -> None:
    rules = robots("User-agent: *\nDisallow: /page\n")
    with fake_web(site(robots=[rules, Answer(status=500)], page=HELLO, other=HELLO)) as web:
        found = crawl(tries=1)
        get(web, "/other", found)
        found.clock.sleep(2 * 86_400)
        assert get(web, "/other", found).text == "hello"
        with pytest.raises(SourceRefusedError, match="disallows"):
            get(web, "/page", found)
        found.clock.sleep(31 * 86_400)
        with pytest.raises(SourceUnavailableError):
            get(web, "/other", found)


def test_requests_say_who_asks() -> None:
    with fake_web(site(page=HELLO)) as web:
        get(web, "/page", crawl(contact="mailto:data@example.com"))
        assert web.asked[-1].headers["user-agent"] == "Reassort/1.0 (+mailto:data@example.com)"
        assert web.asked[-1].headers["host"] == web.url.removeprefix("http://")


def test_secrets_go_to_the_own_host_only() -> None:
    def page(asked: Asked) -> Answer:
        there = asked.headers["host"].replace("api.example", "cdn.example")
        return Answer(status=302, headers={"Location": f"http://{there}/media"})

    with fake_web(site(page=page, media=HELLO), host="api.example") as web:
        found = crawl()
        found.resolve = lambda host, port: ["127.0.0.1"]
        settings = CrawledSettings(hosts=("cdn.example",), private_network=True)
        with PoliteClient("voices", web.url, settings, found) as client:
            answer = client.get(httpx.URL(f"{web.url}/page"), secrets={"X-Key": "s3cret"})
        assert answer.text == "hello"
        asked = [one for one in web.asked if one.path != "/robots.txt"]
        assert [(one.headers["host"].partition(":")[0], one.headers.get("x-key")) for one in asked] == [
            ("api.example", "s3cret"),
            ("cdn.example", None),
        ]


def test_neither_errors_nor_logs_name_paths_or_keys(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    told = ""
    for answer in (
        HELLO,
        Answer(status=500),
        Answer(status=404),
        Answer(status=302, headers={"Location": "/u/jane.doe?key=s3cret"}),
    ):
        with fake_web(lambda asked, answer=answer: Answer(status=404) if "robots" in asked.path else answer) as web:  # type: ignore[misc]
            try:
                get(web, "/u/jane.doe?key=s3cret", crawl(tries=1))
            except SourceError as error:
                told += f"{error}{error.__cause__ or ''}"
    assert told.count("127.0.0.1") >= 3
    assert "jane" not in told + caplog.text
    assert "s3cret" not in told + caplog.text


def test_a_delay_longer_than_a_run_waits_leaves_one_page_a_run() -> None:
    rules = robots("User-agent: *\nCrawl-delay: 3600\n")
    with fake_web(site(robots=rules, page=HELLO)) as web:
        found = crawl(longest_wait_s=60)
        with PoliteClient("voices", web.url, CrawledSettings(), found) as client:
            assert client.get(httpx.URL(f"{web.url}/page")).text == "hello"
            with pytest.raises(SourceRefusedError, match="3600 seconds between"):
                client.get(httpx.URL(f"{web.url}/page"))
        assert max(slept(found)) < 60


def test_what_is_remembered_between_runs_names_no_address(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    with fake_web(site(robots=robots("User-agent: *\nDisallow: /x\n"), page=[Answer(status=500)])) as web:
        found = crawl(tries=1, failures_before_pause=1)
        with pytest.raises(SourceUnavailableError):
            get(web, "/page", found)
        found.state.save(lake, NOW)
        with pytest.raises(SourcePausedError):
            get(web, "/page", crawl(CrawlState.load(lake)))
        assert [one.path for one in web.asked].count("/robots.txt") == 1
    assert "127.0.0.1" not in str(lake.read("crawl_state").to_dicts())
    version = lake.version("crawl_state")
    found.state.save(lake, NOW)
    assert lake.version("crawl_state") == version, "nothing changed, nothing written"
