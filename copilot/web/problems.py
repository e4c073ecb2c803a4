"""Errors as problem details (RFC 9457): what went wrong, and what to do, in `application/problem+json`."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from copilot import errors
from ingestion.errors import IngestionError, TableMissingError
from vectorstore.errors import InvalidFilterError, Retryable, VectorStoreError

MEDIA_TYPE = "application/problem+json"
_LOG = logging.getLogger(__name__)


class Problem(BaseModel):
    """What went wrong."""

    model_config = ConfigDict(extra="forbid")

    type: str = Field(description="Name of the problem: stable, for programs.", examples=["no-data"])
    title: str = Field(description="The problem in a few words.")
    status: int = Field(description="HTTP status.")
    detail: str = Field(description="What, which value, and what to do.")
    candidates: list[str] = Field(default_factory=list, description="What an ambiguous or unknown name may mean.")


_KINDS: tuple[tuple[type, str, str, int], ...] = (
    (errors.AmbiguousError, "ambiguous-name", "The name means several things", 409),
    (errors.UnknownNameError, "unknown-name", "The name means nothing here", 404),
    (errors.NoDataError, "no-data", "There is no data to answer from", 404),
    (TableMissingError, "no-data", "There is no data to answer from", 404),
    (errors.UngroundedError, "ungrounded", "The answer did not hold", 502),
    (errors.ModelError, "model-failed", "The chat model did not answer", 502),
    (errors.CopilotError, "not-possible", "The question cannot be answered", 500),
    (InvalidFilterError, "invalid-request", "The request does not fit", 422),
    (Retryable, "try-again", "A part of the service is unavailable", 503),
    (VectorStoreError, "index-failed", "The index cannot be used", 503),
    (IngestionError, "not-possible", "The question cannot be answered", 500),
)
"""Error -> type, title and status of its problem; the first that fits."""

PACKAGE_ERRORS = (errors.CopilotError, IngestionError, VectorStoreError)
"""Roots of what the packages raise."""

_HTTP = {
    403: ("not-allowed", "This is for administrators"),
    409: ("busy", "Something else is under way"),
    404: ("not-found", "There is nothing here"),
    422: ("invalid-request", "The request does not fit"),
}

RESPONSES: Mapping[int | str, Mapping[str, object]] = {
    code: {"model": Problem, "content": {MEDIA_TYPE: {}}, "description": text}
    for code, text in {
        401: "Not signed in.",
        404: "No data to answer from, or a name that means nothing.",
        409: "A name that means several things.",
        422: "Arguments that do not fit.",
        503: "A part of the service is unavailable.",
    }.items()
}
"""What every call of the API may answer besides its own, for its description."""


def add_handlers(app: FastAPI) -> None:
    """Answer errors with problems."""
    for root in PACKAGE_ERRORS:
        app.add_exception_handler(root, _answer)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unexpected)


def problem(type: str, title: str, status: int, detail: str, candidates: tuple[str, ...] = ()) -> JSONResponse:
    """A response that says what went wrong."""
    return _response(Problem(type=type, title=title, status=status, detail=detail, candidates=list(candidates)))


def _response(found: Problem) -> JSONResponse:
    return JSONResponse(found.model_dump(), status_code=found.status, media_type=MEDIA_TYPE)


def problem_of(error: Exception) -> Problem:
    """What an error of the packages is called. Only for instances of `PACKAGE_ERRORS`."""
    type, title, status = next(found[1:] for found in _KINDS if isinstance(error, found[0]))
    candidates = getattr(error, "candidates", ()) or getattr(error, "closest", ())
    return Problem(type=type, title=title, status=status, detail=str(error), candidates=list(candidates))


def failed() -> Problem:
    """What anything else is called."""
    detail = "The service failed at this request; its log says where."
    return Problem(type="failed", title="Something went wrong", status=500, detail=detail)


async def _answer(request: Request, error: Exception) -> JSONResponse:
    return _response(problem_of(error))


async def _invalid(request: Request, error: Exception) -> JSONResponse:
    found = error.errors() if isinstance(error, RequestValidationError) else []
    # The values given are left out: they may hold what a planner typed.
    details = [f"{'.'.join(str(part) for part in one['loc'][1:])}: {one['msg']}" for one in found]
    return problem("invalid-request", "The request does not fit", 422, "; ".join(details))


async def _http(request: Request, error: Exception) -> JSONResponse:
    status = error.status_code if isinstance(error, HTTPException) else 500
    detail = str(error.detail) if isinstance(error, HTTPException) else ""
    type, title = _HTTP.get(status, ("http-error", "The request cannot be answered"))
    return problem(type, title, status, detail)


async def _unexpected(request: Request, error: Exception) -> JSONResponse:
    # The message may hold the words of a post or a planner: only its kind is logged.
    _LOG.error("%s %s failed: %s", request.method, request.url.path, type(error).__name__)
    return _response(failed())
