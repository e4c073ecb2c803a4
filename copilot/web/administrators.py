"""Who may change what the workspace holds over the API, and what their calls share."""

from __future__ import annotations

from fastapi import Request
from starlette.exceptions import HTTPException

from copilot.indexing import Index
from copilot.web.security import SignIn
from copilot.web.service import Service


async def administrator(request: Request) -> None:
    """Let administrators through: whoever sends the administrator's password, or, on a service that nobody needs to
    sign in to because it is this machine's alone, anyone. Answers 403 to others.
    """
    sign_in: SignIn = request.app.state.sign_in
    if not await sign_in.is_administrator(request):
        raise HTTPException(
            403, "Only administrators may do this: set web.admin_password, and send it with HTTP Basic."
        )


def index_in(service: Service) -> Index | None:
    """The index as the service has it open; None where there is none yet."""
    workspace = service.workspace
    there = workspace.lake.exists("posts") or workspace.index_path.is_dir()
    return service.index.opened() if there else None
