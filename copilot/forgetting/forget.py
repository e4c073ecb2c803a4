"""One person forgotten, everywhere, with the proof; and the path that every erasure takes.

The order makes a killed run safe to run again: first the person is kept from coming back, then what quotes the posts,
then the index, then the tables, `posts` last, because the posts say what to look for.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date

from filelock import FileLock

from copilot.forgetting.briefs import erase_from_briefs
from copilot.forgetting.files import erase_from_files
from copilot.forgetting.people import key_of, tokens_of
from copilot.forgetting.proof import prove
from copilot.forgetting.records import ErasureReport, Place
from copilot.forgetting.recount import note_mornings, recount
from copilot.forgetting.threads import erase_from_state
from copilot.indexing import Index, held_index
from copilot.workspace import Workspace
from ingestion.post_index import sync_index
from ingestion.privacy.erasure import POSTS, Wanted, erase_from_tables, posts_of, traces_of
from ingestion.privacy.suppression import TABLE as SUPPRESSED
from ingestion.privacy.suppression import Suppressions
from ingestion.privacy.traces import Traces
from ingestion.progress import Progress, silent
from vectorstore.store import Filter

_LOCK = "forgetting.lock"


def forget_author(
    workspace: Workspace,
    handle: str,
    *,
    on: date,
    source: str = "",
    index: Index | None = None,
    progress: Progress = silent,
) -> ErasureReport:
    """Remove every trace of an author, in one source or in all, and prove it.

    `on`: day of the request, kept with the digest that keeps the author out from now on. `index`: the open index of a
    running service; None: opened here. Raises `CopilotError` for an empty handle, and what key, lake and index raise.
    """
    key = key_of(workspace)
    tokens = tokens_of(handle, key)
    with alone(workspace):
        for token in tokens[:1]:
            Suppressions(workspace.lake, key).add(token, source=source, since=on)
        posts = posts_of(workspace.lake, tokens, source)
        wanted = Wanted(tokens=tokens, source=source, post_ids=tuple(posts["post_id"]))
        traces = traces_of(workspace.lake, posts, wanted)
        note_mornings(workspace, posts)
        report = erase(workspace, wanted, traces, index=index, progress=progress)
    kept = Place(kind="suppression", name=SUPPRESSED, searched=1, removed=0, rewritten=0, note="kept out from now on")
    return replace(report, on=on, source=source, places=(*report.places, kept))


@contextmanager
def alone(workspace: Workspace) -> Iterator[None]:
    """One erasure at a time."""
    workspace.home.mkdir(parents=True, exist_ok=True)
    with FileLock(workspace.home / _LOCK):
        yield


def erase(
    workspace: Workspace,
    wanted: Wanted,
    traces: Traces,
    *,
    index: Index | None = None,
    progress: Progress = silent,
) -> ErasureReport:
    """Take the posts and their traces out of every place, count again, and search for what is left."""
    with _index_of(workspace, index) as opened:
        places = [*_erase_from_copies(workspace, traces)]
        tables = erase_from_tables(workspace.lake, wanted, traces)
        places += [
            Place(
                kind="table",
                name=done.table,
                searched=done.rows,
                removed=done.removed,
                rewritten=done.rewritten,
                note=f"only version {done.version} can be read",
            )
            for done in tables
        ]
        mornings = recount(workspace, progress=progress)
        places.append(
            Place(
                kind="signals",
                name="signals",
                searched=mornings,
                removed=0,
                rewritten=mornings,
                note="mornings counted again",
            )
        )
        if opened is not None:
            places.append(_erase_from_index(workspace, wanted, opened, progress))
        proof = prove(workspace, traces, opened[0] if opened else None, progress=progress)
    posts = next((done for done in tables if done.table == POSTS), None)
    return ErasureReport(
        request="forget",
        source="",
        on=date.min,
        posts_removed=posts.removed if posts else 0,
        posts_rewritten=posts.rewritten if posts else 0,
        undated_posts=0,
        places=tuple(places),
        proof=proof,
    )


def _erase_from_copies(workspace: Workspace, traces: Traces) -> Iterator[Place]:
    """What quotes posts: briefs, threads, other files."""
    briefs = erase_from_briefs(workspace, traces)
    yield Place(
        kind="briefs",
        name=workspace.briefs_path.name,
        searched=briefs.briefs,
        removed=briefs.removed,
        rewritten=briefs.rewritten,
    )
    state = erase_from_state(workspace.state_path, traces)
    yield Place(
        kind="threads",
        name=workspace.state_path.name,
        searched=state.threads,
        removed=state.removed,
        rewritten=state.rewritten,
        note="written anew without free pages",
    )
    files = erase_from_files(workspace, traces)
    yield Place(
        kind="files", name="other files", searched=files.files, removed=files.removed, rewritten=files.rewritten
    )


def _erase_from_index(workspace: Workspace, wanted: Wanted, index: Index, progress: Progress) -> Place:
    store, encoder = index
    searched = store.count()
    removed = 0
    if wanted.tokens:
        of_source = {"source": [wanted.source]} if wanted.source else {}
        removed = store.delete_where(Filter(any_of={"author": list(wanted.tokens), **of_source}))
    done = sync_index(workspace.lake, store, encoder, progress=progress)
    purged = store.purge()
    return Place(
        kind="index",
        name=workspace.settings.index.url or workspace.index_path.name,
        searched=searched,
        removed=removed + done.removed,
        rewritten=done.indexed,
        note="files written anew" if purged else "the server frees its files by itself",
    )


@contextmanager
def _index_of(workspace: Workspace, index: Index | None) -> Iterator[Index | None]:
    """The index given, or the workspace's own, opened; None where it has none."""
    if index is not None or workspace.lake.exists(POSTS) or workspace.index_path.is_dir():
        with held_index(workspace, index) as held:
            yield held
    else:
        yield None
