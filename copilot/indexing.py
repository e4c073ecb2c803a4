"""The index of a workspace: opened, compared with the lake, brought in line, built anew."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from copilot.errors import SettingsError
from copilot.workspace import Workspace
from ingestion.post_checks import PostDifference, check_posts, repair_posts
from ingestion.post_index import SyncReport, post_schema, sync_index
from ingestion.progress import Progress, silent
from vectorstore.encoder import Encoder, load_encoder
from vectorstore.open import open_store
from vectorstore.store import DocumentStore


@contextmanager
def opened_index(workspace: Workspace) -> Iterator[tuple[DocumentStore, Encoder]]:
    """The store and the encoder of its vectors, closed afterwards. Raises what `open_index` raises."""
    store, encoder = open_index(workspace)
    try:
        yield store, encoder
    finally:
        store.close()


def open_index(workspace: Workspace, *, path: Path | None = None) -> tuple[DocumentStore, Encoder]:
    """The store, to be closed by the caller, and the encoder of its vectors; `path`: another folder.

    Raises what encoder and store raise: `StoreLockedError` where another process has the index.
    """
    settings = workspace.settings.index
    encoder = load_encoder(settings, workspace.models_path)
    store = open_store(settings, path=path or workspace.index_path, schema=post_schema(encoder))
    return store, encoder


def post_differences(workspace: Workspace) -> list[PostDifference]:
    """Where the posts, what is kept about them and the index disagree."""
    with opened_index(workspace) as (store, _):
        return check_posts(workspace.lake, store)


def repair_post_differences(workspace: Workspace, *, progress: Progress = silent) -> None:
    """Bring what is kept about posts, and the index, in line with the posts."""
    with opened_index(workspace) as (store, encoder):
        repair_posts(workspace.lake, store, encoder, progress=progress)


def rebuild_index(workspace: Workspace, *, progress: Progress = silent) -> SyncReport:
    """Build the embedded index anew from the lake, beside the old one, and put it in its place when it is done.

    Raises `SettingsError` for an index on a server, which is built anew under another collection name.
    """
    if workspace.settings.index.url:
        raise SettingsError(
            "The index is on a server: set index.collection to a new name, run `reassort doctor --repair` to fill it,"
            " and drop the old collection there."
        )
    beside = workspace.index_path.with_name("index.new")
    shutil.rmtree(beside, ignore_errors=True)
    store, encoder = open_index(workspace, path=beside)
    try:
        report = sync_index(workspace.lake, store, encoder, progress=progress)
        store.optimize()
    finally:
        store.close()
    _swap(workspace.index_path, beside)
    return report


def _swap(live: Path, new: Path) -> None:
    old = live.with_name("index.old")
    shutil.rmtree(old, ignore_errors=True)
    if live.exists():
        live.rename(old)
    new.rename(live)
    shutil.rmtree(old, ignore_errors=True)
