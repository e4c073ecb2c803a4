"""The REST API."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from copilot.settings import Settings
from copilot.web.app import create_app
from copilot.workspace import Workspace
from tests.copilot.lookups.retailer import AS_OF


def test_stock_by_words(client: TestClient) -> None:
    found = client.get("/api/v1/stock", params={"about": "robs alba ecru en 38 à Lyom", "language": "fr"}).json()
    assert found["kind"] == "stock"
    assert {figure["name"]: figure["value"] for figure in found["totals"]} == {
        "on_hand_units": 1,
        "inbound_units": 6,
        "stores": 1,
    }


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("products?categories=coat", "products"),
        ("stock?sku_ids=ODE-CAM-38&group=location", "stock"),
        ("sales?since=2026-10-26&last_day=2026-11-01&group=day", "sales"),
        ("sales", "sales"),
        ("returns?about=robe Alba", "sales"),
        ("restock?budget=200", "restock"),
        ("at-risk?countries=FR", "restock"),
        ("products-like?text=linen dress", "products"),
        ("freshness", "freshness"),
    ],
)
def test_lookups_answer_evidence(client: TestClient, path: str, kind: str) -> None:
    answer = client.get(f"/api/v1/{path}")
    assert answer.status_code == 200, answer.text
    assert answer.json()["kind"] == kind
    assert answer.json()["as_of"] == AS_OF.isoformat()


@pytest.mark.parametrize(
    ("path", "status", "type", "says"),
    [
        ("stock?about=Alba", 409, "ambiguous-name", "Which one?"),
        ("stock?about=manteau Zorglub", 404, "unknown-name", "Zorglub"),
        ("forecast", 404, "no-data", "reassort forecast"),
        ("forecast/reasons", 404, "no-data", "reassort forecast"),
        ("forecast/analogues", 404, "no-data", "reassort forecast"),
        ("forecast/scenario?promotion_share=0.2", 404, "no-data", "reassort forecast"),
        ("forecast/scenario?promotion_share=2", 422, "invalid-request", "promotion_share"),
        ("forecast/scenario?term=zorglub", 404, "unknown-name", "zorglub"),
        ("forecast/levels", 404, "no-data", "reassort forecast"),
        ("forecast/levels?by=shelf", 422, "invalid-request", "category"),
        ("signals", 404, "no-data", "reassort signals"),
        ("phrases", 404, "no-data", "reassort signals"),
        ("range-gaps", 404, "no-data", "reassort signals"),
        ("products-like", 422, "invalid-request", "text"),
        ("search?query=linen", 404, "no-data", "reassort ingest"),
        ("aspects", 404, "no-data", "reassort ingest"),
        ("signals/zorglub", 404, "unknown-name", "zorglub"),
        ("stock?limit=0", 422, "invalid-request", "limit"),
        ("stock?colour=red", 422, "invalid-request", "colour"),
        ("sales?since=2026-10-02&last_day=2026-10-01", 422, "invalid-request", "has none"),
        ("briefs/2020-01-01/en.html", 404, "not-found", "reassort brief"),
        ("nowhere", 404, "not-found", ""),
    ],
)
def test_errors_say_what_to_do(client: TestClient, path: str, status: int, type: str, says: str) -> None:
    answer = client.get(f"/api/v1/{path}")
    assert (answer.status_code, answer.json()["type"]) == (status, type), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert says in answer.json()["detail"]


def test_ambiguous_name_lists_candidates(client: TestClient) -> None:
    found = client.get("/api/v1/stock", params={"about": "Alba"}).json()
    assert found["candidates"] == ["Alba (dress)", "Alba (sandals)"]


def test_question_is_answered_with_sources(client: TestClient) -> None:
    question = {"question": "Combien de robes Alba ecru en 38 à Lyon ?"}
    found = client.post("/api/v1/ask", json=question).json()
    assert (found["language"], found["model"], found["refusal"]) == ("fr", "offline", "")
    assert "[1]" in found["text"]
    assert found["sources"][0]["evidence"]["kind"] == "stock"


@pytest.mark.parametrize(
    "body", [{}, {"question": ""}, {"question": "x" * 2001}, {"question": "x", "thread_id": "../x"}]
)
def test_questions_that_do_not_fit(client: TestClient, body: dict[str, str]) -> None:
    answer = client.post("/api/v1/ask", json=body)
    assert (answer.status_code, answer.json()["type"]) == (422, "invalid-request")
    assert "x" * 20 not in answer.text


def test_status_and_health(client: TestClient) -> None:
    status = client.get("/api/v1/status").json()
    assert status["as_of"] == AS_OF.isoformat()
    assert {table["table"] for table in status["tables"]} >= {"sales", "stock", "restock_lines"}
    assert client.get("/api/v1/health").json()["status"] == "ok"


def test_empty_workspace_says_what_to_import(tmp_path: Path) -> None:
    client = TestClient(create_app(Workspace(Settings(home=tmp_path)), chat=False), base_url="http://127.0.0.1")
    answer = client.get("/api/v1/stock")
    assert (answer.status_code, answer.json()["type"]) == (404, "no-data")
    assert "reassort import sales" in answer.json()["detail"]
    assert client.get("/api/v1/status").json()["as_of"] is None


def test_every_call_is_described(client: TestClient) -> None:
    paths = client.get("/api/openapi.json").json()["paths"]
    calls = [call for methods in paths.values() for call in methods.values()]
    assert len(calls) >= 15
    assert all(call["summary"] and call["description"] for call in calls)
    assert all("404" in call["responses"] for call in calls)


def test_service_moves_on_to_the_newest_morning(retailer_home: Path) -> None:
    client = TestClient(create_app(Workspace(Settings(home=retailer_home)), chat=False), base_url="http://127.0.0.1")
    assert date.fromisoformat(client.get("/api/v1/status").json()["as_of"]) == AS_OF
