"""The index of a workspace: opened, compared with the lake, brought in line, built anew."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from copilot.workspace import Workspace
from ingestion.post_checks import PostDifference, check_posts, repair_posts
from ingestion.post_index import post_schema, sync_index
from ingestion.progress import Progress, silent
from vectorstore.encoder import Encoder, load_encoder
from vectorstore.open import open_store
from vectorstore.rebuild import rebuilding
from vectorstore.snapshot import restore_snapshot, write_snapshot
from vectorstore.store import DocumentStore

Index = tuple[DocumentStore, Encoder]
"""An open store, and the encoder of its vectors."""


@dataclass(frozen=True, kw_only=True)
class RebuildReport:
    """What an index built anew was made of."""

    indexed: int
    """Posts taken from the lake."""
    restored: int
    """Posts whose vectors came from a snapshot, and that the lake has as they were then."""


@contextmanager
def held_index(workspace: Workspace, index: Index | None) -> Iterator[Index]:
    """The index where it is open already, else opened and closed afterwards. Raises what `open_index` raises."""
    if index is not None:
        yield index
        return
    with opened_index(workspace) as opened:
        yield opened


@contextmanager
def present_index(workspace: Workspace, index: Index | None) -> Iterator[Index | None]:
    """As `held_index`, for who only reads: None where the workspace has no index yet, and none is made."""
    if index is None and not workspace.settings.index.url and not workspace.index_path.is_dir():
        yield None
        return
    with held_index(workspace, index) as held:
        yield held


@contextmanager
def opened_index(workspace: Workspace) -> Iterator[Index]:
    """The store and the encoder of its vectors, closed afterwards. Raises what `open_index` raises."""
    store, encoder = open_index(workspace)
    try:
        yield store, encoder
    finally:
        store.close()


def open_index(workspace: Workspace) -> Index:
    """The store, to be closed by the caller, and the encoder of its vectors.

    Raises what encoder and store raise: `StoreLockedError` where another process has the index.
    """
    settings = workspace.settings.index
    encoder = load_encoder(settings, workspace.models_path)
    store = open_store(settings, path=workspace.index_path, schema=post_schema(encoder))
    return store, encoder


def post_differences(workspace: Workspace, *, index: Index | None = None) -> list[PostDifference]:
    """Where the posts, what is kept about them and the index disagree. Writes nothing: no index lacks all posts."""
    with present_index(workspace, index) as held:
        return check_posts(workspace.lake, held[0] if held else None)


def repair_post_differences(workspace: Workspace, *, index: Index | None = None, progress: Progress = silent) -> None:
    """Bring what is kept about posts, and the index, in line with the posts."""
    with held_index(workspace, index) as (store, encoder):
        repair_posts(workspace.lake, store, encoder, progress=progress)


def save_index(workspace: Workspace, path: Path) -> int:
    """Write the index to a snapshot at `path`; return how many posts it holds.

    Raises what `open_index` raises, and `SnapshotError` where the file cannot be written.
    """
    with opened_index(workspace) as (store, _):
        return write_snapshot(store, path)


def rebuild_index(workspace: Workspace, *, snapshot: Path | None = None, progress: Progress = silent) -> RebuildReport:
    """Build the index anew from the lake, beside the present one, and put it in its place when it is done.

    `snapshot`: a file of `save_index`, whose posts need not be embedded again; of those that the lake has otherwise by
    now, or no longer, nothing is left. On a server searches go on meanwhile, and what other processes add to the old
    index is brought over at the end; an embedded index must not be open. Raises what encoder and store raise, and
    `SnapshotError` for a snapshot that cannot be read.
    """
    settings = workspace.settings.index
    encoder = load_encoder(settings, workspace.models_path)
    with rebuilding(settings, path=workspace.index_path, schema=post_schema(encoder)) as store:
        there = restore_snapshot(snapshot, store) if snapshot else 0
        report = sync_index(workspace.lake, store, encoder, progress=progress)
        restored = store.count() - report.indexed
        if restored < there:
            store.purge()
    if not settings.url:
        return RebuildReport(indexed=report.indexed, restored=restored)
    with opened_index(workspace) as (live, live_encoder):
        rest = sync_index(workspace.lake, live, live_encoder)
    return RebuildReport(indexed=report.indexed + rest.indexed, restored=restored)
