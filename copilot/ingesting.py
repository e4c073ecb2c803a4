"""Posts on their way into a workspace: its key, its index and the names of its products found for the pipeline."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path

from copilot.indexing import Index, held_index
from copilot.workspace import Workspace
from ingestion.errors import MappingError, ReadError, SourceError, SourcePausedError, TableMissingError
from ingestion.lake import Lake
from ingestion.pipeline import IngestReport, ingest_posts
from ingestion.progress import Progress, silent
from ingestion.pseudonymise.keys import ensure_key, load_key
from ingestion.pseudonymise.names.loading import load_text_reader
from ingestion.pseudonymise.posts import Pseudonymiser
from ingestion.sources.clock import Clock
from ingestion.sources.configured import NamedSource, open_source
from ingestion.sources.crawl import Crawl
from ingestion.sources.crawl_state import CrawlState
from ingestion.sources.files import FileSource
from ingestion.sources.held_entries import HeldEntries
from ingestion.sources.runs import (
    Outcome,
    SourceHealth,
    SourceRun,
    failures_in_a_row,
    record_run,
    source_health,
    worst,
)
from ingestion.sources.sealing import Seal
from ingestion.sources.source import Source
from ingestion.watermarks import source_of

Ingest = Callable[[Source, Path | None], IngestReport]
"""Brings the posts of a source into a workspace, its rejected rows into a file."""

SOURCE_FAILURES = (SourceError, ReadError, MappingError)
"""What a source may raise that is its own fault: it is noted, and the next source is read."""


def ingest_source(
    workspace: Workspace,
    source: Source,
    *,
    rejects_path: Path | None = None,
    index: Index | None = None,
    progress: Progress = silent,
) -> IngestReport:
    """Bring the posts of a source into the workspace; `index`: where it is open already.

    Raises what `ingest_posts` and `open_index` raise.
    """
    with opened_pipeline(workspace, index=index, progress=progress) as ingest:
        return ingest(source, rejects_path)


def ingest_file(
    workspace: Workspace, file: FileSource, *, clock: Clock, index: Index | None = None, progress: Progress = silent
) -> IngestReport:
    """Bring the posts of a file into the workspace, and note the run as one of its source.

    A file that nothing but its own name gives a source, and that was read before under another name, stays of that
    source. Rejected rows are listed beside the file, or in the workspace where its folder is read-only. Raises as
    `ingest_source`.
    """
    known = source_of(workspace.lake, file.stream) if file.is_named_by_path else None
    if known is not None:
        file.rename(known)
    beside = file.rejects_path
    rejects_path = beside if os.access(beside.parent, os.W_OK) else workspace.home / "rejects" / beside.name
    run = _Reading(file.name, clock)
    try:
        report = ingest_source(workspace, file, rejects_path=rejects_path, index=index, progress=progress)
    except SOURCE_FAILURES as error:
        run.failed(error)
        raise
    else:
        run.came(report)
        return report
    finally:
        run.note(workspace.lake)


def ingest_configured(
    workspace: Workspace,
    names: Sequence[str],
    *,
    clock: Clock,
    environment: Mapping[str, str],
    seed: int = 0,
    ignore_pauses: bool = False,
    index: Index | None = None,
    progress: Progress = silent,
    told: Callable[[SourceRun], None] = lambda run: None,
) -> list[SourceRun]:
    """Read sources that the settings name, one after the other; what one of them raises never stops the others.

    `environment`: where secrets of mapping files are looked up, and proxies. `seed`: of the random part of waits.
    `ignore_pauses`: hosts on pause are tried at once. `told` hears of each run when it ends. Raises what `open_index`
    and `load_key` raise.
    """
    lake, settings = workspace.lake, workspace.settings.posts
    sources, health = settings.named_sources(), source_health(lake)
    state = CrawlState.load(lake)
    ensure_key(workspace.settings.pseudonym, workspace.home)
    crawl = Crawl(
        settings.crawl,
        state,
        clock,
        seed=seed,
        ignore_pauses=ignore_pauses,
        environment=environment,
        seal=Seal(load_key(workspace.settings.pseudonym, workspace.home), "crawl state"),
        held=HeldEntries(lake),
        save=lambda: state.save(lake, clock.now()),
    )
    runs = []
    with ExitStack() as stack:
        opened: list[Ingest] = []

        def ingest(source: Source, rejects_path: Path | None) -> IngestReport:
            # Encoder and index take seconds: not for sources that are all on pause.
            if not opened:
                opened.append(stack.enter_context(opened_pipeline(workspace, index=index, progress=progress)))
            return opened[0](source, rejects_path)

        for name in names:
            run = _Reading(name, clock)
            try:
                parts = open_source(name, sources[name], settings, crawl, home=workspace.home, environment=environment)
            except SOURCE_FAILURES as error:
                run.failed(error)
                parts = []
            for number, part in enumerate(parts, start=1):
                ending = f"-{number}" if len(parts) > 1 else ""
                run.read(part, ingest, workspace.home / "rejects" / f"{name}{ending}.csv")
            runs.append(run.ended(health.get(name)))
            record_run(lake, runs[-1])
            crawl.save()
            told(runs[-1])
    return runs


@contextmanager
def opened_pipeline(
    workspace: Workspace, *, index: Index | None = None, progress: Progress = silent
) -> Iterator[Ingest]:
    """The pipeline into the workspace, its models loaded and its index held open: for several sources. `index`: where
    it is open already.

    Raises what `open_index` and `load_text_reader` raise.
    """
    settings = workspace.settings
    ensure_key(settings.pseudonym, workspace.home)
    key = load_key(settings.pseudonym, workspace.home)
    pseudonymiser = Pseudonymiser(key, languages=settings.pseudonym.languages, keep=_names_to_keep(workspace))
    reader = load_text_reader(settings.pseudonym, workspace.models_path, encoder=settings.index.encoder)
    with held_index(workspace, index) as (store, encoder):

        def ingest(source: Source, rejects_path: Path | None) -> IngestReport:
            return ingest_posts(
                source,
                lake=workspace.lake,
                store=store,
                encoder=encoder,
                pseudonymiser=pseudonymiser,
                reader=reader,
                settings=settings.posts,
                progress=progress,
                rejects_path=rejects_path,
            )

        yield ingest


class _Reading:
    """One reading of one configured source, part by part."""

    def __init__(self, name: str, clock: Clock) -> None:
        self._name = name
        self._clock = clock
        self._started_at = clock.now()
        self._outcomes: list[Outcome] = []
        self._reasons: dict[str, None] = {}
        self._counts: Counter[str] = Counter()
        self._next_try_at: datetime | None = None

    def read(self, part: NamedSource, ingest: Ingest, rejects_path: Path) -> None:
        """Read one part to its end, or note why it failed."""
        try:
            report = ingest(part, rejects_path)
        except SOURCE_FAILURES as error:
            self.failed(error)
            return
        if part.failure is not None:
            self.failed(part.failure)
            self._count(report)
        else:
            part.settle()
            self.came(report)
        if part.note:
            self._reasons[part.note] = None

    def came(self, report: IngestReport) -> None:
        """Note a reading that came to its end."""
        self._outcomes.append("ok" if report.read else "unchanged")
        self._count(report)

    def failed(self, error: Exception) -> None:
        """Note a failure. Messages of these errors name no one."""
        self._outcomes.append("skipped" if isinstance(error, SourcePausedError) else "failed")
        self._reasons[_reason(error)] = None
        until = error.until if isinstance(error, SourcePausedError) else getattr(error, "paused_until", None)
        self._next_try_at = max(filter(None, (self._next_try_at, until)), default=None)

    def note(self, lake: Lake) -> None:
        """Write the run down, where anything became of it."""
        if self._outcomes:
            record_run(lake, self.ended(source_health(lake).get(self._name)))

    def ended(self, before: SourceHealth | None) -> SourceRun:
        """The run, which comes after `before`."""
        outcome = worst(self._outcomes)
        return SourceRun(
            source=self._name,
            started_at=self._started_at,
            ended_at=self._clock.now(),
            outcome=outcome,
            reason=" ".join(self._reasons),
            consecutive_failures=failures_in_a_row(before, outcome),
            next_try_at=self._next_try_at,
            **self._counts,
        )

    def _count(self, report: IngestReport) -> None:
        self._counts.update(read=report.read, new=report.new, changed=report.changed, rejected=report.rejected)


def _reason(error: Exception) -> str:
    """What is kept of a failure: nothing of what the file holds."""
    if isinstance(error, MappingError):
        return f"{error.where}: {error.problem}."
    return error.reason if isinstance(error, SourceError) else str(error)


def _names_to_keep(workspace: Workspace) -> set[str]:
    """Names of products and brands: they are nobody's."""
    try:
        products = workspace.lake.read("products", columns=["name", "brand"])
    except TableMissingError:
        return set()
    return {name for column in products.iter_columns() for name in column.drop_nulls() if name}
