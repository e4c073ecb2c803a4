"""The running service, asked by commands: it owns the index, so they ask it instead of opening the workspace."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import httpx
from pydantic import SecretStr, TypeAdapter

from copilot.errors import CopilotError, ServiceInUseError
from copilot.evidence import Evidence
from copilot.forgetting.records import AuthorExport, ErasureReport
from copilot.settings import Language
from copilot.web.models import AnswerOut, Evidences, PostsChecked
from copilot.workspace import RunningService, Workspace
from ingestion.ingest_report import IngestReport
from ingestion.progress import Progress
from ingestion.sources.runs import SourceRun

_PROBE_SECONDS = 3.0
_ASK_SECONDS = 180.0
_LONG_SECONDS = 3600.0
"""Erasing reads every byte of the workspace; ingesting may wait for slow hosts between two lines."""
_ERASURE, _EXPORT = TypeAdapter(ErasureReport), TypeAdapter(AuthorExport)
_REPORT, _RUNS, _CHECKED = TypeAdapter(IngestReport), TypeAdapter(list[SourceRun]), TypeAdapter(PostsChecked)


class RemoteService:
    """The service at `url`. Raises `ServiceInUseError` where it does not answer, `CopilotError` with its own words."""

    def __init__(
        self, running: RunningService, password: SecretStr | None, admin_password: SecretStr | None = None
    ) -> None:
        self.url = running.url
        self.started_at = running.started_at
        self._auth = _auth(password)
        self._admin_auth = _auth(admin_password or password)

    @property
    def notice(self) -> str:
        """What a command says when it asks here."""
        clock = self.started_at[11:16]
        return f"The index of this workspace is open in the service at {self.url} (started {clock}). Asked it instead."

    def ask(self, question: str, *, language: Language | None = None, thread_id: str = "") -> AnswerOut:
        """A checked answer."""
        body = {"question": question, "language": language, "thread_id": thread_id}
        return AnswerOut.model_validate(self._call("POST", "/api/v1/ask", json=body))

    def look_up(self, path: str, arguments: Mapping[str, Any]) -> Evidence:
        """Evidence of a lookup: `stock`, `sales`, `search`, ..., with the call's arguments."""
        given = {name: value for name, value in arguments.items() if value not in (None, "", [])}
        return Evidences.validate_python(self._call("GET", f"/api/v1/{path}", params=given))

    def ingest_file(self, file: Path, mapping: Path | None, *, source: str = "", progress: Progress) -> IngestReport:
        """The posts of a file brought in there: the service is on this machine."""
        body = {"file": str(file.resolve()), "mapping": str(mapping.resolve()) if mapping else None}
        body |= {"source": source} if source else {}
        return _REPORT.validate_python(self._streamed("ingest", body, progress))

    def ingest_sources(self, names: Sequence[str], *, retry: bool, progress: Progress) -> list[SourceRun]:
        """Configured sources read there, with the service's environment."""
        return _RUNS.validate_python(self._streamed("ingest", {"sources": list(names), "retry": retry}, progress))

    def check_posts(self) -> PostsChecked:
        """Differences between posts and index."""
        return _CHECKED.validate_python(
            self._call("GET", "/api/v1/doctor", auth=self._admin_auth, timeout=_LONG_SECONDS)
        )

    def repair_posts(self, *, progress: Progress) -> PostsChecked:
        """Posts and index brought in line there."""
        return _CHECKED.validate_python(self._streamed("doctor/repair", {}, progress))

    def forget(self, handle: str, *, source: str = "") -> ErasureReport:
        """An author forgotten there."""
        return _ERASURE.validate_python(self._privacy("forget", {"author": handle, "source": source}))

    def export(self, handle: str, *, source: str = "") -> AuthorExport:
        """All that is held on an author."""
        return _EXPORT.validate_python(self._privacy("export", {"author": handle, "source": source}))

    def sweep(self, as_of: date, *, dry_run: bool = False) -> ErasureReport:
        """Retention applied there."""
        return _ERASURE.validate_python(self._privacy("sweep", {"as_of": as_of.isoformat(), "dry_run": dry_run}))

    def _privacy(self, what: str, body: Mapping[str, Any]) -> Any:
        path = f"/api/v1/privacy/{what}"
        return self._call("POST", path, auth=self._admin_auth, timeout=_LONG_SECONDS, json=dict(body))

    def _streamed(self, what: str, body: Mapping[str, Any], progress: Progress) -> Any:
        url = f"{self.url}/api/v1/{what}"
        options: dict[str, Any] = {"auth": self._admin_auth, "timeout": _LONG_SECONDS, "json": dict(body)}
        try:
            with httpx.stream("POST", url, **options) as answer:
                if not answer.is_success:
                    answer.read()
                    raise CopilotError(_detail(answer))
                for line in answer.iter_lines():
                    told = json.loads(line)
                    if "progress" in told:
                        progress(*told["progress"])
                    elif "problem" in told:
                        raise CopilotError(told["problem"]["detail"])
                    else:
                        return told["result"]
        except httpx.HTTPError as error:
            raise _failed(self.url, error) from error
        raise CopilotError(_broken_off(self.url))

    def _call(self, method: str, path: str, **request: Any) -> Any:
        try:
            answer = httpx.request(
                method, f"{self.url}{path}", **{"auth": self._auth, "timeout": _ASK_SECONDS, **request}
            )
        except httpx.HTTPError as error:
            raise _failed(self.url, error) from error
        if answer.is_success:
            return answer.json()
        raise CopilotError(_detail(answer))


def find_service(workspace: Workspace) -> RemoteService | None:
    """The service that has this workspace, or None. Raises `ServiceInUseError` where it lives but does not answer."""
    running = workspace.running_service()
    # A container numbers its processes alike each time: what a killed service left may be this process's own number.
    if running is None or running.pid == os.getpid():
        return None
    try:
        httpx.get(f"{running.url}/api/v1/health", timeout=_PROBE_SECONDS).raise_for_status()
    except httpx.HTTPError as error:
        raise ServiceInUseError(running.url, f"{type(error).__name__}. Stop process {running.pid}") from error
    web = workspace.settings.web
    return RemoteService(running, web.password, web.admin_password)


def _failed(url: str, error: httpx.HTTPError) -> CopilotError:
    """What to say of a call without an answer: the service went away over it, or cannot be reached."""
    if isinstance(error, httpx.RemoteProtocolError | httpx.ReadError):
        return CopilotError(_broken_off(url))
    return ServiceInUseError(url, type(error).__name__)


def _broken_off(url: str) -> str:
    return (
        f"The service at {url} ended in the middle of the work. Its log says why; run it again: nothing is done twice."
    )


def _auth(password: SecretStr | None) -> httpx.BasicAuth | None:
    return httpx.BasicAuth("reassort", password.get_secret_value()) if password else None


def _detail(answer: httpx.Response) -> str:
    try:
        return str(answer.json()["detail"])
    except (ValueError, KeyError, TypeError):
        return f"The service answered with status {answer.status_code}."
