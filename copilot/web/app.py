"""The service's web app: REST API, chat, brief pages, sign-in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from importlib.metadata import version

from fastapi import FastAPI

from copilot.web import api, intake, pages, privacy
from copilot.web.problems import add_handlers
from copilot.web.security import SecurityMiddleware, SignIn
from copilot.web.service import Service
from copilot.workspace import Workspace

_DESCRIPTION = """Trend signals and a planner copilot for fashion and luxury retail.

Answers of lookups are evidence: rows and totals as figures with units, the days and table versions they rest on, and
notes on what is not known. Errors are problem details (`application/problem+json`). With a password set, send it with
HTTP Basic."""


def create_app(workspace: Workspace, as_of: date | None = None, *, chat: bool = True) -> FastAPI:
    """The app on a workspace; `as_of` fixes the morning, else it follows the newest sales.

    `chat` mounts the chat, which a process can do once. Raises `ModelError` where the configured model needs a key.
    """
    service = Service(workspace, as_of)
    password = workspace.settings.web.password
    admin = workspace.settings.web.admin_password
    sign_in = SignIn(password.get_secret_value() if password else None, admin.get_secret_value() if admin else None)
    app = FastAPI(
        title="Reassort",
        version=version("reassort"),
        description=_DESCRIPTION,
        lifespan=_lifespan,
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
    )
    app.state.service = service
    app.state.sign_in = sign_in
    add_handlers(app)
    app.include_router(api.router)
    app.include_router(intake.router)
    app.include_router(privacy.router)
    app.include_router(pages.router)
    if chat:
        from copilot.web.chat.mount import mount_chat  # Chainlit takes seconds to import

        mount_chat(app, service)
    # Without a sign-in only this machine may ask, and only by its own names.
    hosts = None if sign_in.required else [workspace.settings.web.host]
    app.add_middleware(SecurityMiddleware, sign_in=sign_in, hosts=hosts)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    yield
    app.state.service.close()
