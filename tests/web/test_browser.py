"""The chat and the brief page, in a real browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]
CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
_PATIENCE_MS = 60_000


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """One browser for all tests; Playwright's objects carry no types worth having here."""
    if not CHROMIUM.exists():
        pytest.skip(f"no browser at {CHROMIUM}")
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield browser
        browser.close()


class Page:
    """One page in one language, and the hosts that it asked."""

    def __init__(self, browser: Any, url: str, locale: str) -> None:
        self.url = url
        self.context = browser.new_context(locale=locale, viewport={"width": 1280, "height": 1000})
        self.page = self.context.new_page()
        self.asked: set[str] = set()
        self.page.on("request", lambda request: self.asked.add(request.url))

    @property
    def elsewhere(self) -> set[str]:
        """Addresses asked that are not the service's."""
        return {url for url in self.asked if not url.startswith((self.url, "data:", "blob:", "ws:"))}

    def ask(self, question: str) -> str:
        """Ask in the chat; the answer's text once its sources are there."""
        self.page.goto(f"{self.url}/chat/")
        self.page.locator("#chat-input").wait_for(timeout=_PATIENCE_MS)
        self.page.locator("#chat-input").click()
        self.page.keyboard.type(question)
        # The button opens once the page is connected; a key pressed before that is lost.
        self.page.locator("#chat-submit:not([disabled])").click(timeout=_PATIENCE_MS)
        source = self.page.get_by_role("button", name="Source 1").first
        source.or_(self.page.get_by_text(re.compile(r"\b(log says where|journal dit où)\b"))).wait_for(
            timeout=_PATIENCE_MS
        )
        assert source.count(), self.page.locator(".ai-message").all_inner_texts()
        # Until the answer is complete its buttons are drawn anew, and a click on one may be lost.
        self.page.locator("#stop-button").wait_for(state="detached", timeout=_PATIENCE_MS)
        return str(self.page.locator(".ai-message").last.inner_text())


@pytest.fixture(params=["en-GB", "fr-FR"])
def page(request: pytest.FixtureRequest, chromium: Any, demo_service: str) -> Iterator[Page]:
    opened = Page(chromium, demo_service, request.param)
    yield opened
    opened.context.close()


STOCK = {"en": "How many Alba dresses in ecru 38 in Lyon?", "fr": "Combien de robes Alba ecru en 38 à Lyon ?"}
TREND = {"en": 'Why is "mesh flats" spiking, and do we sell any?', "fr": "Qu'est-ce qui monte cette semaine ?"}
SAYS = {
    ("en", "stock"): r"\d+ pieces? on hand",
    ("fr", "stock"): r"\d+ pièces? en stock",
    ("en", "trend"): r"mesh flats.*\d+ authors",
    ("fr", "trend"): r"\d+ auteurs",
}


@pytest.mark.parametrize(("about", "questions"), [("stock", STOCK), ("trend", TREND)], ids=["stock", "trend"])
def test_chat_answers_with_sources_and_a_chart(
    page: Page, about: str, questions: dict[str, str], tmp_path: Path
) -> None:
    language = page.page.evaluate("navigator.language")[:2]
    text = page.ask(questions[language])
    assert re.search(SAYS[language, about], text, re.DOTALL), text
    assert "[1]" in text
    page.page.locator(".js-plotly-plot .main-svg").first.wait_for(timeout=_PATIENCE_MS)
    page.page.get_by_role("button", name="Source 1").first.click()
    page.page.locator("#side-view-content table").first.wait_for(timeout=_PATIENCE_MS)
    page.page.screenshot(path=str(tmp_path / f"{about}-{language}.png"))
    assert page.elsewhere == set()


def test_brief_page_shows_charts(page: Page, tmp_path: Path) -> None:
    language = page.page.evaluate("navigator.language")[:2]
    page.page.goto(f"{page.url}/briefs")
    page.page.locator(f'a[hreflang="{language}"]').first.click()
    page.page.locator("main svg").first.wait_for(timeout=_PATIENCE_MS)
    page.page.wait_for_load_state()  # the page is shown as it comes in
    # Those in closed details have a box too, but are not shown.
    shown = [svg for svg in page.page.locator("main svg").all() if svg.evaluate("svg => svg.checkVisibility()")]
    boxes = [box for svg in shown if (box := svg.bounding_box())]
    assert len(boxes) >= 3
    assert all(box["width"] > 300 and box["height"] > 80 for box in boxes)
    page.page.screenshot(path=str(tmp_path / f"brief-{language}.png"), full_page=True)
    assert page.elsewhere == set()


def test_follow_up_is_asked_by_a_click(chromium: Any, demo_service: str) -> None:
    page = Page(chromium, demo_service, "en-GB")
    page.ask(STOCK["en"])
    answers = page.page.locator(".ai-message").count()
    page.page.get_by_role("button", name=re.compile("Alba")).first.click()
    page.page.wait_for_function(
        "before => document.querySelectorAll('.ai-message').length > before", arg=answers, timeout=_PATIENCE_MS
    )
    page.context.close()
