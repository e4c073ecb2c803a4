"""The API's calls for people's rights, for administrators alone: forget, export, sweep, register."""

from __future__ import annotations

from datetime import UTC, date, datetime

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from copilot.forgetting.export import export_author
from copilot.forgetting.forget import forget_author
from copilot.forgetting.records import AuthorExport, ErasureReport
from copilot.forgetting.sweep import sweep as sweep_workspace
from copilot.register import Register, processing_register
from copilot.web.administrators import administrator, index_in
from copilot.web.api import Held
from copilot.web.problems import RESPONSES


class AuthorRequest(BaseModel):
    """Whose data. The handle is in the body, so that no log has it."""

    model_config = ConfigDict(extra="forbid")

    author: str = Field(min_length=1, max_length=500, description="Handle or name as the source gives it.")
    source: str = Field(default="", max_length=200, description="Only in this source; empty: everywhere.")


class SweepRequest(BaseModel):
    """Retention on a day."""

    model_config = ConfigDict(extra="forbid")

    as_of: date | None = Field(default=None, description="None: today, in UTC.")
    dry_run: bool = Field(default=False, description="Count what would go, and change nothing.")


router = APIRouter(
    prefix="/api/v1/privacy",
    tags=["privacy"],
    dependencies=[Depends(administrator)],
    responses=dict(RESPONSES),  # type: ignore[arg-type]
)


@router.post("/forget", summary="Forget an author")
def forget(asked: AuthorRequest, service: Held) -> ErasureReport:
    """Removes every trace of an author everywhere, and proves it. `proof.remaining` is empty when nothing is left."""
    return forget_author(service.workspace, asked.author, on=_today(), source=asked.source, index=index_in(service))


@router.post("/export", summary="All that is held on an author")
def export(asked: AuthorRequest, service: Held) -> AuthorExport:
    """Everything held on an author, from every place."""
    return export_author(service.workspace, asked.author, on=_today(), source=asked.source, index=index_in(service))


@router.post("/sweep", summary="Remove what is older than it may be")
def sweep(asked: SweepRequest, service: Held) -> ErasureReport:
    """Retention by source, for chat threads and for briefs."""
    day = asked.as_of or _today()
    return sweep_workspace(service.workspace, day, dry_run=asked.dry_run, index=index_in(service))


@router.get("/register", summary="The register of processing")
def register(service: Held) -> Register:
    """What is processed of people, why, on what basis, how long and where."""
    return processing_register(service.workspace)


def _today() -> date:
    return datetime.now(UTC).date()
