"""Sign-in, hosts, origins and headers."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from copilot.web.security import COOKIE, SignIn, local_path
from tests.web.conftest import PASSWORD

PAGE = {"accept": "text/html"}


def test_pages_lead_to_sign_in_and_back(guarded: TestClient) -> None:
    answer = guarded.get("/briefs", headers=PAGE)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=/briefs")
    signed = guarded.post("/sign-in", data={"password": PASSWORD, "next": "/briefs"})
    assert (signed.status_code, signed.headers["location"]) == (303, "/briefs")
    cookie = signed.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert guarded.get("/briefs", headers=PAGE).status_code == 200


def test_api_wants_the_password(guarded: TestClient) -> None:
    answer = guarded.get("/api/v1/stock")
    assert (answer.status_code, answer.json()["type"]) == (401, "not-signed-in")
    assert answer.headers["www-authenticate"].startswith("Basic")
    assert guarded.get("/api/v1/stock", auth=("anyone", PASSWORD)).status_code == 200


@pytest.mark.parametrize("cookie", ["", "x.y", "forged." + "0" * 64])
def test_forged_sessions_are_refused(guarded: TestClient, cookie: str) -> None:
    guarded.cookies.set(COOKIE, cookie)
    assert guarded.get("/api/v1/stock").status_code == 401


def test_wrong_password_is_refused(guarded: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("copilot.web.security._WRONG_PASSWORD_SECONDS", 0.0)
    assert guarded.get("/api/v1/stock", auth=("anyone", "wrong")).status_code == 401
    answer = guarded.post("/sign-in", data={"password": "wrong"}, headers={"accept-language": "fr"})
    assert answer.status_code == 401
    assert "pas le mot de passe" in answer.text


def test_sessions_of_another_process_are_refused() -> None:
    assert not SignIn(PASSWORD).holds(SignIn(PASSWORD).new_session())


def test_health_is_open(guarded: TestClient) -> None:
    assert guarded.get("/api/v1/health").status_code == 200


def test_strange_names_of_this_machine_are_refused(client: TestClient) -> None:
    answer = client.get("/api/v1/stock", headers={"host": "evil.example"})
    assert (answer.status_code, answer.json()["type"]) == (421, "wrong-host")
    assert client.get("/api/v1/health", headers={"host": "localhost:8000"}).status_code == 200


def test_other_sites_are_refused(client: TestClient) -> None:
    answer = client.post("/api/v1/ask", json={"question": "stock"}, headers={"origin": "https://evil.example"})
    assert (answer.status_code, answer.json()["type"]) == (403, "wrong-origin")


@pytest.mark.parametrize("path", ["/briefs", "/docs", "/sign-in", "/api/v1/health", "/nowhere"])
def test_nothing_loads_from_elsewhere(client: TestClient, path: str) -> None:
    answer = client.get(path, headers=PAGE)
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "http" not in policy
    assert "script-src" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "<script" not in answer.text
    assert "https://" not in answer.text


@pytest.mark.parametrize(
    ("path", "kept"),
    [("/briefs", "/briefs"), ("//evil.example", "/"), ("https://evil.example", "/"), ("/\\evil.example", "/")],
)
def test_sign_in_leads_nowhere_else(path: str, kept: str) -> None:
    assert local_path(path) == kept
