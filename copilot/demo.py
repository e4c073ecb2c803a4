"""The demo: the retailer's tables and posts brought into a workspace, and its morning's work done."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby

from copilot.daily import DailyReport, run_daily
from copilot.ingesting import opened_pipeline
from copilot.workspace import Workspace
from ingestion.demo import Demo, build_demo, parse_size
from ingestion.pipeline import IngestReport
from ingestion.progress import Progress, silent
from ingestion.retail.contracts import CONTRACTS
from ingestion.sources.memory import MemorySource
from vectorstore.encoder import load_encoder


@dataclass(frozen=True, kw_only=True)
class DemoReport:
    """What the demo made."""

    rows: dict[str, int]
    """Retail table -> rows."""
    posts: tuple[IngestReport, ...]
    """One report a source of posts."""
    daily: DailyReport


def build_demo_workspace(
    workspace: Workspace, *, size: str = "full", seed: int = 7, progress: Progress = silent
) -> DemoReport:
    """Fill the workspace with the demo retailer and run its last morning. Interrupted, it is run again to the same end.

    `size` is `small`, `full` or STORESxPRODUCTS. Raises ValueError for another size.
    """
    wanted = parse_size(size)
    with ThreadPoolExecutor(1) as beside:
        # Converting the encoder takes some 8 s of one core, the first time: tables and names model are made meanwhile.
        converting = beside.submit(load_encoder, workspace.settings.index, workspace.models_path)
        demo = build_demo(wanted, seed=seed)
        rows = _import_tables(workspace, demo, progress)
        posts = _ingest_posts(workspace, demo, f"demo/{size}/{seed}", progress)
        converting.result()
    daily = run_daily(workspace, demo.end + timedelta(days=1), progress=progress)
    return DemoReport(rows=rows, posts=posts, daily=daily)


def _import_tables(workspace: Workspace, demo: Demo, progress: Progress) -> dict[str, int]:
    rows: dict[str, int] = {}
    for table, frame in demo.tables():
        workspace.lake.merge(table, frame, key=CONTRACTS[table].key)
        rows[table] = rows.get(table, 0) + frame.height
        progress("tables", len(rows), len(CONTRACTS))
    return rows


def _ingest_posts(workspace: Workspace, demo: Demo, stream: str, progress: Progress) -> tuple[IngestReport, ...]:
    posts = sorted(demo.raw_posts(), key=lambda post: post.source)
    with opened_pipeline(workspace, progress=progress) as ingest:
        return tuple(
            ingest(MemorySource(name=name, stream=stream, entries=tuple(of_source)), None)
            for name, of_source in groupby(posts, key=lambda post: post.source)
        )
