"""Retention: posts, chat threads and briefs that are older than they may be, taken out by the path of every erasure."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import polars as pl
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer

from copilot.briefs.archive import list_briefs
from copilot.forgetting.briefs import remove_brief
from copilot.forgetting.forget import alone, erase
from copilot.forgetting.records import ErasureReport, Place
from copilot.forgetting.threads import compact, count_threads, open_state
from copilot.indexing import Index
from copilot.workspace import Workspace
from ingestion.privacy.erasure import POSTS, Wanted, traces_of
from ingestion.progress import Progress, silent
from ingestion.records import POSTS_SCHEMA
from ingestion.withdrawn import withdrawn_posts

_MOST_READ_IN_FULL = 2_000
"""Posts up to which the proof looks for their words too; beyond, for their ids."""


def sweep(
    workspace: Workspace,
    as_of: date,
    *,
    dry_run: bool = False,
    index: Index | None = None,
    progress: Progress = silent,
) -> ErasureReport:
    """Remove posts older than their source's retention or taken back there, and threads and briefs older than theirs,
    on `as_of`.

    A post of the very day that the retention reaches back to stays. Posts without a date are counted and stay. A dry
    run counts and changes nothing. Signals of mornings long gone keep their counts, which are of nobody.
    """
    lake = workspace.lake
    posts = expired_posts(workspace, as_of)
    undated = lake.scan(POSTS).select(pl.col("published_at").is_null().sum()).collect().item() if _any(workspace) else 0
    if dry_run:
        places = (_briefs(workspace, as_of, dry_run=True), _threads(workspace, as_of, dry_run=True))
        return ErasureReport(
            request="sweep",
            source="",
            on=as_of,
            posts_removed=posts.height,
            posts_rewritten=0,
            undated_posts=undated,
            places=places,
            proof=None,
        )
    with alone(workspace):
        places = (_briefs(workspace, as_of, dry_run=False), _threads(workspace, as_of, dry_run=False))
        # Of posts that a killed sweep removed, what asked for it may be left.
        wanted = Wanted(post_ids=tuple({*posts["post_id"], *withdrawn_posts(lake)["post_id"]}))
        traces = traces_of(lake, posts, wanted, texts=posts.height <= _MOST_READ_IN_FULL)
        report = erase(workspace, wanted, traces, index=index, progress=progress)
    return replace(report, request="sweep", on=as_of, undated_posts=undated, places=(*places, *report.places))


def expired_posts(workspace: Workspace, as_of: date) -> pl.DataFrame:
    """Posts older than the retention of their source, or taken back there, in `POSTS_SCHEMA`."""
    if not _any(workspace):
        return POSTS_SCHEMA.to_frame()
    privacy = workspace.settings.privacy
    day = pl.col("published_at").dt.date()
    oldest = pl.lit(as_of - timedelta(days=privacy.retention_days))
    for source in privacy.sources:
        own = pl.lit(as_of - timedelta(days=privacy.retention_of(source)))
        oldest = pl.when(pl.col("source") == source).then(own).otherwise(oldest)
    taken_back = pl.col("post_id").is_in(withdrawn_posts(workspace.lake)["post_id"].implode())
    return workspace.lake.scan(POSTS).filter((day < oldest) | taken_back).select(POSTS_SCHEMA.names()).collect()


def _any(workspace: Workspace) -> bool:
    return workspace.lake.exists(POSTS)


def _briefs(workspace: Workspace, as_of: date, *, dry_run: bool) -> Place:
    oldest = as_of - timedelta(days=workspace.settings.privacy.brief_retention_days)
    refs = list_briefs(workspace)
    expired = [ref for ref in refs if ref.as_of < oldest]
    for ref in expired if not dry_run else ():
        remove_brief(ref)
    name = workspace.briefs_path.name
    return Place(kind="briefs", name=name, searched=len(refs), removed=len(expired), rewritten=0, note="by age")


def _threads(workspace: Workspace, as_of: date, *, dry_run: bool) -> Place:
    oldest = as_of - timedelta(days=workspace.settings.privacy.thread_retention_days)
    searched, expired = _expired_threads(workspace.state_path, datetime.combine(oldest, time(), tzinfo=UTC))
    if expired and not dry_run:
        with closing(open_state(workspace.state_path)) as state:
            for table in ("checkpoints", "writes"):
                state.executemany(f"DELETE FROM {table} WHERE thread_id = ?", [(id,) for id in expired])  # noqa: S608
            state.commit()
            compact(state)
    name = workspace.state_path.name
    return Place(kind="threads", name=name, searched=searched, removed=len(expired), rewritten=0, note="by age")


def _expired_threads(path: Path, before: datetime) -> tuple[int, list[str]]:
    """Threads there are, and ids of those whose newest checkpoint is older."""
    if not path.is_file():
        return 0, []
    serde = JsonPlusSerializer()
    with closing(open_state(path)) as state:
        threads = count_threads(state)
        newest = (
            state.execute(
                "SELECT thread_id, type, checkpoint, max(checkpoint_id) FROM checkpoints GROUP BY thread_id"
            ).fetchall()
            if threads
            else []
        )
    stamps = {thread: serde.loads_typed((kind, value))["ts"] for thread, kind, value, _ in newest}
    return threads, [thread for thread, stamp in stamps.items() if datetime.fromisoformat(stamp) < before]
