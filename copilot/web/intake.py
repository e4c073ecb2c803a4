"""The API's calls that bring posts in and check them, for administrators alone: ingest, doctor."""

from __future__ import annotations

import os
from pathlib import Path

from fastapi import APIRouter, Depends
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field, model_validator

from copilot.errors import NoDataError
from copilot.indexing import post_differences, repair_post_differences
from copilot.ingesting import ingest_configured, ingest_file
from copilot.web.administrators import administrator, index_in
from copilot.web.api import Held
from copilot.web.models import PostsChecked
from copilot.web.problems import RESPONSES
from copilot.web.service import Service
from copilot.web.streaming import streamed
from ingestion.ingest_report import IngestReport
from ingestion.progress import Progress
from ingestion.sources.clock import SystemClock
from ingestion.sources.files import FileSource
from ingestion.sources.mapping import load_post_mapping
from ingestion.sources.runs import SourceRun

SOURCE_PATTERN = r"^([a-z0-9][a-z0-9._-]{0,63})?$"


class IngestRequest(BaseModel):
    """What to read: configured sources, or one file of the service's machine."""

    model_config = ConfigDict(extra="forbid")

    sources: list[str] = Field(default=[], description="Names of configured sources; none, and no file: all of them.")
    retry: bool = Field(default=False, description="Try hosts at once that are left alone for a while.")
    file: Path | None = Field(default=None, description="Full path on the service's machine.")
    mapping: Path | None = Field(default=None, description="Mapping of the file; none: proposed from its columns.")
    source: str = Field(
        default="",
        pattern=SOURCE_PATTERN,
        description="Name that the file's posts carry; empty: the mapping's, the platform's, or the file's.",
    )

    @model_validator(mode="after")
    def _one_kind(self) -> IngestRequest:
        paths = [path for path in (self.file, self.mapping) if path is not None]
        if self.file is not None and self.sources:
            raise ValueError("give `sources` or `file`, not both")
        if self.source and self.file is None:
            raise ValueError("`source` names the posts of a `file`")
        if any(not path.is_absolute() for path in paths):
            raise ValueError("paths must be full")
        return self


router = APIRouter(
    prefix="/api/v1",
    tags=["intake"],
    dependencies=[Depends(administrator)],
    responses=dict(RESPONSES),  # type: ignore[arg-type]
)


@router.post("/ingest", summary="Bring posts in", response_class=StreamingResponse)
def ingest(asked: IngestRequest, service: Held) -> StreamingResponse:
    """Lines of JSON: progress, then one result: the report of a file, or the runs of the sources."""
    return streamed(lambda progress: _ingested(service, asked, progress), alone=service.writing)


@router.get("/doctor", summary="Check posts and index")
def check(service: Held) -> PostsChecked:
    """Compares the posts, what is kept about them and the index; changes nothing."""
    return PostsChecked(differences=post_differences(service.workspace, index=index_in(service)), repaired=[])


@router.post("/doctor/repair", summary="Mend posts and index", response_class=StreamingResponse)
def repair(service: Held) -> StreamingResponse:
    """Lines of JSON: progress, then one result with what was mended and what was not."""
    return streamed(lambda progress: _mended(service, progress), alone=service.writing)


def _ingested(service: Service, asked: IngestRequest, progress: Progress) -> IngestReport | list[SourceRun]:
    workspace, index = service.workspace, service.index.opened()
    if asked.file is not None:
        if not asked.file.is_file():
            raise NoDataError(f"There is no file {str(asked.file)!r} on the service's machine.")
        mapping = load_post_mapping(asked.mapping) if asked.mapping else None
        file = FileSource(asked.file, mapping, source=asked.source)
        return ingest_file(workspace, file, clock=SystemClock(), index=index, progress=progress)
    configured = workspace.settings.posts.named_sources()
    unknown = [name for name in asked.sources if name not in configured]
    if unknown:
        raise NoDataError(f"No source is called {unknown[0]!r}. Configured: {', '.join(sorted(configured)) or 'none'}.")
    return ingest_configured(
        workspace,
        asked.sources or list(configured),
        clock=SystemClock(),
        environment=os.environ,
        seed=os.getpid(),
        ignore_pauses=asked.retry,
        index=index,
        progress=progress,
    )


def _mended(service: Service, progress: Progress) -> PostsChecked:
    workspace, index = service.workspace, index_in(service)
    found = post_differences(workspace, index=index)
    repair_post_differences(workspace, index=index, progress=progress)
    left = post_differences(workspace, index=index)
    return PostsChecked(differences=left, repaired=[one for one in found if one not in left])
