"""Pages of our own."""

from __future__ import annotations

from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from copilot.settings import Settings
from copilot.web.app import create_app
from copilot.workspace import Workspace
from tests.copilot.lookups.retailer import AS_OF


@pytest.fixture
def with_briefs(retailer_home: Path) -> TestClient:
    folder = retailer_home / "briefs"
    folder.mkdir(exist_ok=True)
    for language in ("en", "fr"):
        for form, text in (("html", f"<p>{language}</p>"), ("md", "# brief"), ("json", "{}")):
            (folder / f"brief-2026-11-02.{language}.{form}").write_text(text, encoding="utf-8")
    return TestClient(
        create_app(Workspace(Settings(home=retailer_home)), AS_OF, chat=False), base_url="http://localhost"
    )


@pytest.mark.parametrize(
    ("accepts", "day"), [("fr-FR,fr;q=0.9", "lundi 2 novembre 2026"), ("de,en", "2 November 2026")]
)
def test_briefs_are_listed_in_the_browser_language(with_briefs: TestClient, accepts: str, day: str) -> None:
    page = with_briefs.get("/briefs", headers={"accept-language": accepts}).text
    assert day in page
    assert 'href="/briefs/2026-11-02/fr"' in page


def test_home_leads_to_the_briefs(with_briefs: TestClient) -> None:
    assert with_briefs.get("/").url.path == "/briefs"


def test_one_brief_in_each_form(with_briefs: TestClient) -> None:
    assert with_briefs.get("/briefs/2026-11-02/fr").text == "<p>fr</p>"
    listed = with_briefs.get("/api/v1/briefs").json()
    assert [(one["as_of"], one["language"]) for one in listed] == [("2026-11-02", "en"), ("2026-11-02", "fr")]
    assert with_briefs.get(listed[0]["markdown"]).text == "# brief"
    assert with_briefs.get(listed[0]["json"]).json() == {}


def test_missing_brief_says_so(with_briefs: TestClient) -> None:
    answer = with_briefs.get("/briefs/2020-01-01/en")
    assert answer.status_code == 404
    assert "1 January 2020" in answer.text


def test_docs_list_every_call(with_briefs: TestClient) -> None:
    page = with_briefs.get("/docs").text
    assert "POST /api/v1/ask" in page
    assert "GET /api/v1/stock" in page
