"""A workspace: the folder that holds lake, index, state, briefs and models, opened by its settings.

lake/           Delta tables
index/          the embedded index
models/         what the encoder was converted to
briefs/         briefs as written
state.db        threads and service state
reassort.toml   settings, none of them secret by default
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from copilot.errors import WorkspaceError
from copilot.settings import Settings
from ingestion.lake import Lake
from ingestion.warehouse import Warehouse
from ingestion.whole_files import written_whole

_SERVICE_FILE = "service.json"


@dataclass(frozen=True, kw_only=True)
class RunningService:
    """The service that has this workspace open, as it described itself."""

    url: str
    pid: int
    started_at: str
    """ISO 8601, with a zone."""


class Workspace:
    """One workspace. Opening it makes no folder; writing does."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.home = settings.home

    @classmethod
    def existing(cls, settings: Settings) -> Workspace:
        """The workspace at `settings.home`. Raises `WorkspaceError` where there is none."""
        workspace = cls(settings)
        if not settings.lake.url and not workspace.home.is_dir():
            raise WorkspaceError(
                str(workspace.home), "does not exist", "Make one with `reassort init`, or see one with `reassort demo`."
            )
        return workspace

    @cached_property
    def lake(self) -> Lake:
        """The tables."""
        lake = self.settings.lake
        return Lake(lake.url or self.home / "lake", storage_options=lake.storage_options)

    @cached_property
    def warehouse(self) -> Warehouse:
        """Questions on the retail tables, wherever they are."""
        return Warehouse(self.lake, url=self.settings.lake.warehouse_url)

    @property
    def index_path(self) -> Path:
        """Folder of the embedded index."""
        return self.home / "index"

    @property
    def models_path(self) -> Path:
        """Folder of converted models."""
        return self.home / "models"

    @property
    def briefs_path(self) -> Path:
        """Folder of written briefs."""
        return self.home / "briefs"

    @property
    def state_path(self) -> Path:
        """SQLite file of threads and service state."""
        return self.home / "state.db"

    def running_service(self) -> RunningService | None:
        """What the service on this workspace said of itself; None where there is none or its process is gone."""
        try:
            said = RunningService(**json.loads((self.home / _SERVICE_FILE).read_text(encoding="utf-8")))
        except (FileNotFoundError, ValueError, TypeError):  # none, or half a file that a full disk left
            return None
        return said if _lives(said.pid) else None

    def announce_service(self, service: RunningService) -> None:
        """Let other commands find the service."""
        self.home.mkdir(parents=True, exist_ok=True)
        with written_whole(self.home / _SERVICE_FILE) as draft:
            draft.write_text(json.dumps(vars(service)), encoding="utf-8")

    def withdraw_service(self) -> None:
        """The service ends."""
        (self.home / _SERVICE_FILE).unlink(missing_ok=True)


def _lives(pid: int) -> bool:
    if os.name == "nt":
        return True  # a signal would end it there
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
