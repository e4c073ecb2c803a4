"""Pages of our own: the list of briefs, one brief, sign-in. None has a script."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from copilot.briefs.archive import list_briefs
from copilot.settings import Language
from copilot.web.api import Held
from copilot.web.security import COOKIE, SIGN_IN, SignIn, local_path
from copilot.wording import day, phrase

router = APIRouter(include_in_schema=False)


@router.get("/")
def home() -> RedirectResponse:
    """The briefs come first."""
    return RedirectResponse("/briefs")


@router.get("/briefs")
def briefs(request: Request, service: Held) -> HTMLResponse:
    """All briefs, newest first, in the browser's language."""
    language = language_of(request)
    mornings: dict[date, list[Language]] = {}
    for ref in list_briefs(service.workspace):
        mornings.setdefault(ref.as_of, []).append(ref.language)
    rows = [
        {"as_of": as_of.isoformat(), "day": day(as_of, language, year=True, weekday=True), "languages": languages}
        for as_of, languages in mornings.items()
    ]
    return _page("briefs.html", language, rows=rows)


@router.get("/briefs/{as_of}/{language}")
def brief(as_of: date, language: Language, request: Request, service: Held) -> Response:
    """One brief as it was written."""
    for ref in list_briefs(service.workspace):
        if (ref.as_of, ref.language) == (as_of, language):
            return FileResponse(ref.path_html, media_type="text/html")
    return _page("missing.html", language_of(request), status=404, day=day(as_of, language_of(request), year=True))


@router.get("/docs")
def docs(request: Request) -> HTMLResponse:
    """The API's calls, read from its own description; the usual pages would load scripts from elsewhere."""
    description = request.app.openapi()
    calls = [
        {"method": method.upper(), "path": path, **call}
        for path, methods in description["paths"].items()
        for method, call in methods.items()
    ]
    return _page("docs.html", language_of(request), calls=calls, about=description["info"]["description"])


@router.get(SIGN_IN)
def sign_in_page(request: Request, next: str = "/") -> HTMLResponse:
    """The form."""
    return _page("sign_in.html", language_of(request), next=local_path(next), wrong=False)


@router.post(SIGN_IN)
async def sign_in(request: Request, password: Annotated[str, Form()], next: Annotated[str, Form()] = "/") -> Response:
    """A session for the right password, the form again for a wrong one."""
    keeper: SignIn = request.app.state.sign_in
    if not await keeper.check(password):
        return _page("sign_in.html", language_of(request), status=401, next=local_path(next), wrong=True)
    answer = RedirectResponse(local_path(next), status_code=303)
    secure = request.url.scheme == "https"
    answer.set_cookie(COOKIE, keeper.new_session(), httponly=True, samesite="strict", secure=secure, path="/")
    return answer


def language_of(request: Request) -> Language:
    """French where the browser prefers it to English, else English."""
    ranked = [part.split(";")[0].strip().lower() for part in request.headers.get("accept-language", "").split(",")]
    return "fr" if next((tag for tag in ranked if tag.startswith(("en", "fr"))), "en").startswith("fr") else "en"


def _page(template: str, language: Language, *, status: int = 200, **values: object) -> HTMLResponse:
    text = (
        _environment()
        .get_template(template)
        .render(language=language, words=lambda key, **more: phrase(f"web.{key}", language, **more), **values)
    )
    return HTMLResponse(text, status_code=status)


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
