"""Mounting Chainlit in the service's app. Chainlit keeps its state in its modules: one chat a process."""

from __future__ import annotations

import importlib
import os
import shutil
import sys
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from copilot.errors import SettingsError
from copilot.web.chat.page import page_policy, without_external
from copilot.web.service import Service

PATH = "/chat"
_FILES = Path(__file__).parent / "files"
_TARGET = Path(__file__).parent / "handlers.py"
_FRENCH = ("fr", "fr-FR", "fr-BE", "fr-CA", "fr-CH")


def mount_chat(app: FastAPI, service: Service) -> None:
    """Put the chat at `/chat`. Its files are in the workspace's `chat` folder, which is emptied first.

    Raises `SettingsError` where this process has a chat already.
    """
    if "chainlit.config" in sys.modules:
        raise SettingsError("This process has a chat already: open another workspace in a process of its own.")
    folder = service.workspace.home / "chat"
    _write_files(folder)
    # Chainlit reads these when it is imported; without the first it would write into the current folder.
    os.environ["CHAINLIT_APP_ROOT"] = str(folder)
    os.environ["CHAINLIT_ROOT_PATH"] = PATH
    server: Any = importlib.import_module("chainlit.server")
    utils = importlib.import_module("chainlit.utils")
    template = server.get_html_template
    server.get_html_template = lambda root_path: without_external(template(root_path))
    server.app.state.service = service
    policy = page_policy(server.get_html_template(PATH))
    utils.mount_chainlit(app=app, target=str(_TARGET), path=PATH)
    app.add_middleware(_PagePolicy, policy=policy)
    app.state.chat_folder = folder


def remove_files(folder: Path) -> None:
    """Delete what the chat wrote: sources that it showed hold words of posts."""
    shutil.rmtree(folder, ignore_errors=True)


class _PagePolicy:
    """ASGI: gives the chat's responses the policy of its page."""

    def __init__(self, app: ASGIApp, *, policy: str) -> None:
        self._app = app
        self._policy = policy.encode("ascii")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start" and scope["path"].startswith(f"{PATH}/"):
                headers = [*message["headers"], (_POLICY, self._policy)]
                if scope["path"].startswith(f"{PATH}/assets/"):
                    headers.append((b"cache-control", b"private, max-age=31536000, immutable"))
                message = {**message, "headers": headers}
            await send(message)

        await self._app(scope, receive, sending)


_POLICY = b"content-security-policy"


def _write_files(folder: Path) -> None:
    remove_files(folder)
    (folder / ".chainlit").mkdir(parents=True)
    shutil.copyfile(_FILES / "config.toml", folder / ".chainlit" / "config.toml")
    shutil.copytree(_FILES / "public", folder / "public")
    shutil.copyfile(_FILES / "chainlit.md", folder / "chainlit.md")
    for language in _FRENCH:
        shutil.copyfile(_FILES / "chainlit_fr.md", folder / f"chainlit_{language}.md")
