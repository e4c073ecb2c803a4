"""Workspaces copied for tests: holes stay holes, and what nobody ever writes to again is linked."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from copilot.forgetting.extents import written_parts


def copy_home(source: Path, target: Path) -> Path:
    """A copy of a workspace that a test may change. Its models, which no test changes, are those of the original."""
    shutil.copytree(source, target, copy_function=_copied, ignore=shutil.ignore_patterns("models"))
    if (source / "models").is_dir():
        (target / "models").symlink_to(source / "models")
    return target


def _copied(source: str, target: str) -> str:
    if source.endswith(".parquet"):
        os.link(source, target)  # data files of tables are written once
        return target
    with Path(source).open("rb") as read, Path(target).open("wb") as written:
        for start, piece in written_parts(read):
            written.seek(start)
            written.write(piece)
        written.truncate(os.fstat(read.fileno()).st_size)
    shutil.copystat(source, target)
    return target
