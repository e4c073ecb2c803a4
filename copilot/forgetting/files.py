"""Every other file of a workspace: exports, reports, logs, what the chat showed."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from copilot.workspace import Workspace
from ingestion.privacy.traces import Traces
from ingestion.whole_files import written_whole

_LEFT_BEHIND = ("index.new", "index.old")
"""What a rebuild of the index that was killed leaves: copies of every post."""


@dataclass(frozen=True, kw_only=True)
class FileErasure:
    """What became of files."""

    files: int
    """Files looked through."""
    removed: int
    """Files that hold a trace and are no text, and folders that a killed rebuild left."""
    rewritten: int


def erase_from_files(workspace: Workspace, traces: Traces) -> FileErasure:
    """Take the traces out of text files that are neither tables, index, models nor state.

    Where words of an erased post do not read as the post had them, the whole line goes. A file that is no text and
    holds a trace goes.
    """
    removed = _remove_left_behind(workspace)
    files = rewritten = 0
    for path in _other_files(workspace):
        files += 1
        data = path.read_bytes()
        if not traces.find_in_bytes(data):
            continue
        text = _without_traces(data, traces)
        if text is None:
            path.unlink()
            removed += 1
        else:
            with written_whole(path) as draft:
                draft.write_bytes(text)
                shutil.copymode(path, draft)
            rewritten += 1
    return FileErasure(files=files, removed=removed, rewritten=rewritten)


def files_of(workspace: Workspace) -> Iterator[Path]:
    """Every file of the workspace, links left alone, in order."""
    for folder, names, files in os.walk(workspace.home):
        names.sort()
        for name in sorted(files):
            path = Path(folder) / name
            if path.is_file() and not path.is_symlink():
                yield path


def _other_files(workspace: Workspace) -> Iterator[Path]:
    home = workspace.home
    kept_apart = (home / "lake", workspace.index_path, workspace.models_path)
    for path in files_of(workspace):
        if not path.name.startswith(workspace.state_path.name) and not any(path.is_relative_to(f) for f in kept_apart):
            yield path


def _remove_left_behind(workspace: Workspace) -> int:
    folders = [workspace.index_path.with_name(name) for name in _LEFT_BEHIND]
    there = [folder for folder in folders if folder.is_dir()]
    for folder in there:
        shutil.rmtree(folder)
    return len(there)


def _without_traces(data: bytes, traces: Traces) -> bytes | None:
    try:
        text = traces.redacted(data.decode())
    except UnicodeDecodeError:
        return None
    if not traces.find_in_bytes(text.encode()):
        return text.encode()
    lines = [line for line in text.splitlines(keepends=True) if not traces.find_in_bytes(line.encode())]
    return "".join(lines).encode()
