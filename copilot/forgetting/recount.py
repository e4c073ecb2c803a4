"""Counts made again without the posts that went, so that tables agree with one another."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path

import polars as pl

from copilot.signals.kept import RUNS
from copilot.signals.mentions import COUNTED, update_mentions
from copilot.signals.new_phrases import NEW_PHRASES, PHRASE_RUNS, PHRASE_WEEKS, update_phrases_of
from copilot.signals.phrases import RECENT_DAYS
from copilot.signals.post_words import drop_stale_words
from copilot.signals.run import update_signals
from copilot.workspace import Workspace
from ingestion.progress import Progress, silent
from ingestion.whole_files import written_whole

_PENDING = "forgetting.json"


def note_mornings(workspace: Workspace, posts: pl.DataFrame) -> None:
    """Remember, for a run that is killed, which mornings counted posts that are about to go: their dates alone."""
    mornings = sorted({*_pending(workspace), *_mornings(workspace, posts)})
    if mornings:
        with written_whole(_path(workspace)) as draft:
            draft.write_text(json.dumps([morning.isoformat() for morning in mornings]), encoding="utf-8")


def recount(workspace: Workspace, *, progress: Progress = silent) -> int:
    """Count mentions again where posts changed, and look for signals and new phrases again on the mornings remembered;
    return how many mornings. The words that changed posts had go, on whatever morning.

    Later weeks' expectations keep what the posts once added to them.
    """
    lake = workspace.lake
    if lake.exists(COUNTED) and lake.exists("posts"):
        update_mentions(lake)
    drop_stale_words(lake)
    mornings = _pending(workspace)
    for number, morning in enumerate(mornings):
        progress("signals", number, len(mornings))
        update_signals(lake, workspace.warehouse, morning, workspace.settings.signals)
        if lake.exists(PHRASE_RUNS):
            update_phrases_of(workspace, morning)
    for table in (NEW_PHRASES, PHRASE_WEEKS):
        # Older versions would have the words that too few people are behind now.
        if mornings and lake.exists(table):
            lake.forget_history(table)
    _path(workspace).unlink(missing_ok=True)
    return len(mornings)


def _mornings(workspace: Workspace, posts: pl.DataFrame) -> list[date]:
    """Mornings with signals whose last fourteen days hold one of the posts: new phrases are those of as many."""
    if not workspace.lake.exists(RUNS):
        return []
    days: Iterable[date] = posts["published_at"].drop_nulls().dt.date().unique()
    touched = {day + timedelta(days=after) for day in days for after in range(1, RECENT_DAYS + 1)}
    runs = workspace.lake.read(RUNS, columns=["as_of"])["as_of"]
    return sorted(touched.intersection(runs))


def _pending(workspace: Workspace) -> list[date]:
    path = _path(workspace)
    if not path.is_file():
        return []
    return [date.fromisoformat(text) for text in json.loads(path.read_text(encoding="utf-8"))]


def _path(workspace: Workspace) -> Path:
    return workspace.home / _PENDING
