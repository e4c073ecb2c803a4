"""The list of rows that were no posts. It holds no value of theirs: those may be personal, and the source has them."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable
from pathlib import Path

from ingestion.sources.source import RejectedPost

_HEADER = ("row", "column", "reason")


def write_rejected_posts(path: Path, rejected: Iterable[RejectedPost]) -> Path | None:
    """Write row, column and reason of each, replacing the file in one step; None, and no file, where there are none."""
    lines = [(reject.row, reject.column, reject.reason) for reject in rejected]
    if not lines:
        if _is_ours(path):
            path.unlink()
        return None
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.part")
    with unfinished.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([_HEADER, *lines])
    unfinished.replace(path)
    return path


def _is_ours(path: Path) -> bool:
    if not path.is_file():
        return False
    with path.open(encoding="utf-8-sig", newline="") as file:
        return file.readline().strip() == ",".join(_HEADER)
