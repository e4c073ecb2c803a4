"""Posts brought in and checked through the running service: by the API, and by commands that find it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from fastapi.testclient import TestClient

from copilot.cli import cli
from copilot.indexing import opened_index
from copilot.settings import WebSettings
from copilot.status import workspace_status
from copilot.web.app import create_app
from copilot.workspace import Workspace
from tests.copilot.forgetting.small import MORNING, open_small
from tests.fakes.serving import served
from tests.web.conftest import PASSWORD

POSTS = "id,date,author,text\n" + "".join(
    f"{number},2026-05-{number + 10},user{number},The linen dress number {number} is a joy to wear\n"
    for number in range(1, 6)
)
BAD_ROW = "6,not a day,user6,A coat\n"
MAPPING = "source: web\nkind: review\ncolumns: {text: [text], source_id: id, author: author, published_at: date}\n"
CONFIG = """
[index]
encoder = "hash"
[posts.sources.club]
kind = "file"
path = "club.csv"
map = "map.yaml"
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("REASSORT_PSEUDONYM__KEY", "5a" * 32)
    home = tmp_path / "home"
    home.mkdir()
    (home / "reassort.toml").write_text(CONFIG, encoding="utf-8")
    (home / "map.yaml").write_text(MAPPING, encoding="utf-8")
    (home / "club.csv").write_text(POSTS, encoding="utf-8")
    (tmp_path / "posts.csv").write_text(POSTS + BAD_ROW, encoding="utf-8")
    return home


@pytest.fixture
def client(home: Path) -> Iterator[TestClient]:
    with TestClient(create_app(open_small(home), MORNING, chat=False), base_url="http://127.0.0.1") as client:
        yield client


def lines(client: TestClient, call: str, body: dict[str, Any]) -> list[dict[str, Any]]:
    answer = client.post(f"/api/v1/{call}", json=body)
    assert answer.status_code == 200, answer.text
    return [json.loads(line) for line in answer.text.splitlines()]


def test_a_file_comes_in_with_progress_and_is_found(client: TestClient, home: Path) -> None:
    body = {"file": str(home.parent / "posts.csv"), "mapping": str(home / "map.yaml")}
    *progress, last = lines(client, "ingest", body)
    assert {line["progress"][0] for line in progress} >= {"ingest"}
    report = last["result"]
    assert (report["read"], report["new"], report["rejected"]) == (6, 5, 1)
    assert "not a day" not in json.dumps(report)
    assert client.get("/api/v1/doctor").json() == {"differences": [], "repaired": []}
    again = lines(client, "ingest", body)[-1]["result"]
    assert (again["new"], again["already_read"]) == (0, True)


@pytest.mark.parametrize(
    ("body", "status", "says"),
    [
        ({"file": "posts.csv"}, 422, "paths must be full"),
        ({"file": "/x/posts.csv", "sources": ["club"]}, 422, "not both"),
        ({"files": []}, 422, "Extra inputs"),
        ({"sources": ["club"], "source": "web"}, 422, "names the posts of a `file`"),
        ({"file": "/x/posts.csv", "source": "Le Club"}, 422, "pattern"),
    ],
)
def test_a_request_that_does_not_fit_is_refused(
    client: TestClient, body: dict[str, Any], status: int, says: str
) -> None:
    answer = client.post("/api/v1/ingest", json=body)
    assert answer.status_code == status
    assert says in answer.json()["detail"]


def test_what_is_not_there_is_named(client: TestClient, home: Path) -> None:
    gone = lines(client, "ingest", {"file": str(home / "gone.csv")})[-1]["problem"]
    assert (gone["type"], gone["status"]) == ("no-data", 404)
    strange = lines(client, "ingest", {"sources": ["clubb"]})[-1]["problem"]
    assert strange["detail"] == "No source is called 'clubb'. Configured: club."


def test_one_work_at_a_time(client: TestClient) -> None:
    writing = client.app.state.service.writing  # type: ignore[attr-defined]
    with writing:
        for call in ("ingest", "doctor/repair"):
            answer = client.post(f"/api/v1/{call}", json={})
            assert (answer.status_code, answer.json()["type"]) == (409, "busy")
    assert lines(client, "ingest", {})[-1]["result"][0]["new"] == 5


def test_planners_may_not(home: Path) -> None:
    workspace = open_small(home)
    settings = workspace.settings.model_copy(update={"web": WebSettings.model_validate({"password": PASSWORD})})
    with TestClient(create_app(Workspace(settings), MORNING, chat=False), base_url="http://127.0.0.1") as client:
        for method, call in (("POST", "ingest"), ("GET", "doctor"), ("POST", "doctor/repair")):
            assert client.request(method, f"/api/v1/{call}", json={}, auth=("a", PASSWORD)).status_code == 403


def test_commands_go_through_the_running_service(home: Path) -> None:
    workspace = open_small(home)
    posts, mapping = home.parent / "posts.csv", home / "map.yaml"
    with served(workspace, MORNING):
        file = run(home, "ingest", str(posts), "--map", str(mapping), "--source", "paper")
        sources = run(home, "ingest", "--json")
        gone = str(workspace.lake.read("posts")["post_id"].sort()[0])
        checked = run(home, "doctor")
        mended = run(home, "doctor", "--repair", "--json")
    assert "Asked it instead" in file.stderr
    assert (file.exit_code, checked.exit_code, mended.exit_code) == (0, 0, 0), file.output + checked.output
    assert file.stdout.startswith("posts.csv as paper: 6 read, 5 new")
    assert [(one.source, one.rejected) for one in workspace_status(workspace).sources] == [("club", 0), ("paper", 1)]
    assert [(one["source"], one["new"]) for one in json.loads(sources.stdout)] == [("club", 5)]
    with opened_index(workspace) as (store, _):
        assert store.count() == 10
        assert store.existing([gone]) == {gone}


def run(home: Path, *arguments: str) -> Result:
    return CliRunner().invoke(cli, [*arguments, "--home", str(home)], catch_exceptions=False)
