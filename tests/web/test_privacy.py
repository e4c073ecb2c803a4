"""The API's calls for people's rights: who may ask, and what they do."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from copilot.settings import WebSettings
from copilot.web.app import create_app
from copilot.workspace import Workspace
from tests.copilot.forgetting.small import ANNE, MORNING, open_small, write_small
from tests.fakes.copying import copy_home
from tests.web.conftest import PASSWORD

ADMIN = "much more correct horse"
CALLS = [
    ("POST", "forget", {"author": ANNE}),
    ("POST", "export", {"author": ANNE}),
    ("POST", "sweep", {"dry_run": True}),
    ("GET", "register", None),
]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_small(tmp_path_factory.mktemp("web-privacy") / "home").home


@pytest.fixture
def workspace(home: Path, tmp_path: Path) -> Workspace:
    copy_home(home, tmp_path / "home")
    return open_small(tmp_path / "home")


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("copilot.web.security._WRONG_PASSWORD_SECONDS", 0.0)


def _opened(workspace: Workspace, **web: str) -> Iterator[TestClient]:
    settings = workspace.settings.model_copy(update={"web": WebSettings.model_validate(web)})
    with TestClient(create_app(Workspace(settings), MORNING, chat=False), base_url="http://127.0.0.1") as client:
        yield client


@pytest.fixture
def local(workspace: Workspace) -> Iterator[TestClient]:
    """Nobody needs to sign in: this machine alone."""
    yield from _opened(workspace)


@pytest.fixture
def shared(workspace: Workspace) -> Iterator[TestClient]:
    """Planners sign in; nobody is an administrator."""
    yield from _opened(workspace, password=PASSWORD)


@pytest.fixture
def governed(workspace: Workspace) -> Iterator[TestClient]:
    """Planners sign in with one password, administrators with another."""
    yield from _opened(workspace, password=PASSWORD, admin_password=ADMIN)


@pytest.mark.parametrize(("method", "call", "body"), CALLS, ids=[call for _, call, _ in CALLS])
def test_planners_may_not(
    shared: TestClient, governed: TestClient, method: str, call: str, body: dict[str, object] | None
) -> None:
    for client in (shared, governed):
        answer = client.request(method, f"/api/v1/privacy/{call}", json=body, auth=("anyone", PASSWORD))
        assert (answer.status_code, answer.json()["type"]) == (403, "not-allowed")
        assert client.request(method, f"/api/v1/privacy/{call}", json=body).status_code == 401
    assert governed.request(method, f"/api/v1/privacy/{call}", json=body, auth=("a", "guess")).status_code == 401


def test_a_planners_session_is_no_administrators(governed: TestClient) -> None:
    governed.post("/sign-in", data={"password": PASSWORD})
    assert governed.get("/api/v1/status").status_code == 200
    assert governed.get("/api/v1/privacy/register").status_code == 403


def test_administrators_forget_and_the_index_stays_open(governed: TestClient, workspace: Workspace) -> None:
    auth = ("dpo", ADMIN)
    before = governed.post("/api/v1/privacy/export", json={"author": ANNE}, auth=auth).json()
    assert (len(before["posts"]), before["index_documents"]) == (2, 2)
    report = governed.post("/api/v1/privacy/forget", json={"author": ANNE}, auth=auth).json()
    assert (report["posts_removed"], report["proof"]["remaining"]) == (2, [])
    after = governed.post("/api/v1/privacy/export", json={"author": ANNE}, auth=auth).json()
    assert (after["posts"], after["quoted"], after["index_documents"], after["suppressed"]) == ([], [], 0, True)
    assert workspace.lake.rows("posts") == 3


def test_on_this_machine_alone_no_password_is_needed(local: TestClient) -> None:
    register = local.get("/api/v1/privacy/register").json()
    assert [entry["name"] for entry in register["entries"]][:2] == ["forum", "shop"]
    assert register["text_leaves"] is False
    asked = {"as_of": "2030-01-01", "dry_run": True}
    assert local.post("/api/v1/privacy/sweep", json=asked).json()["posts_removed"] == 4


@pytest.mark.parametrize("body", [{}, {"author": ""}, {"author": ANNE, "sauce": "forum"}])
def test_bad_requests_do_not_repeat_the_handle(local: TestClient, body: dict[str, str]) -> None:
    answer = local.post("/api/v1/privacy/forget", json=body)
    assert answer.status_code == 422
    assert ANNE not in answer.text
