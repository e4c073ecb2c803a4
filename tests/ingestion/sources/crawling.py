"""What tests of crawled sources share: a crawl whose time passes at once, and pages to read."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from ingestion.settings import CrawlSettings
from ingestion.sources.clock import ManualClock
from ingestion.sources.crawl import Crawl
from ingestion.sources.crawl_state import CrawlState
from ingestion.sources.source import Watermark
from tests.fakes.web_server import Answer, Asked, Site

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def crawl(state: CrawlState | None = None, *, clock: ManualClock | None = None, **settings: object) -> Crawl:
    """A crawl with limits that suit tests."""
    return Crawl(
        CrawlSettings.model_validate({"timeout_s": 5.0, **settings}), state or CrawlState(), clock or ManualClock(NOW)
    )


def slept(found: Crawl) -> list[float]:
    """The waits of a crawl made here, in seconds."""
    clock = found.clock
    assert isinstance(clock, ManualClock)
    return clock.slept


def watermark(last: datetime | None) -> Watermark:
    """Of a run that came to its end."""
    return Watermark(source="s", stream="s", last_published_at=last, last_post_id="", read=1)


def site(**pages: Answer | Iterable[Answer] | Callable[[Asked], Answer]) -> Site:
    """A site of pages by name: one answer, answers in turn (the last one for good), or a function. No robots.txt."""
    turns = {name: iter(list(page)) for name, page in pages.items() if isinstance(page, list)}
    last: dict[str, Answer] = {}

    def answer(asked: Asked) -> Answer:
        name = asked.path.strip("/").replace("/", "_").partition(".")[0]
        page = pages.get(name)
        if page is None:
            return Answer(status=404)
        if isinstance(page, Answer):
            return page
        if name in turns:
            last[name] = next(turns[name], last.get(name, Answer(status=404)))
            return last[name]
        assert callable(page)
        return page(asked)

    return answer


def robots(text: str) -> Answer:
    """A robots.txt."""
    return Answer(body=text.encode(), headers={"Content-Type": "text/plain"})


def as_json(content: object, **headers: str) -> Answer:
    """A JSON answer."""
    return Answer(body=json.dumps(content).encode(), headers={"Content-Type": "application/json", **headers})


def rss(*items: str, head: str = "", **headers: str) -> Answer:
    """An RSS feed of items, each the XML inside `<item>`."""
    inside = "".join(f"<item>{item}</item>" for item in items)
    atom = 'xmlns:atom="http://www.w3.org/2005/Atom"'
    body = f'<rss version="2.0" {atom}><channel><title>F</title>{head}{inside}</channel></rss>'
    return Answer(body=body.encode(), headers={"Content-Type": "application/rss+xml", **headers})


def item(id: str, text: str = "Linen again", *, date: str = "Sat, 28 Feb 2026 10:00:00 +0000", extra: str = "") -> str:
    """The XML of one item."""
    return f"<guid>{id}</guid><title>T {id}</title><description>{text}</description><pubDate>{date}</pubDate>{extra}"
