"""The daily job: signals, forecasts, lifts, restock plan, briefs. Each step is stored before the next begins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from copilot.briefs.archive import archive_brief
from copilot.briefs.compose import compose_brief
from copilot.briefs.records import BriefRef
from copilot.errors import NoDataError
from copilot.lookups.context import Context
from copilot.lookups.lift import update_lifts
from copilot.planning.forecast import PanelReader, forecast_demand
from copilot.planning.launches.keeping import keeper
from copilot.planning.launches.texts import texts_of
from copilot.planning.model_choice import choose_model
from copilot.planning.record_keeping import check_morning, keep_forecasts
from copilot.planning.restock import plan_restock, write_plan
from copilot.settings import Language
from copilot.signals.new_phrases import update_phrases_of
from copilot.signals.run import update_signals
from copilot.wording import LANGUAGES
from copilot.workspace import Workspace
from ingestion.errors import TableMissingError
from ingestion.progress import Progress, silent


@dataclass(frozen=True, kw_only=True)
class DailyReport:
    """What a daily run made."""

    as_of: date
    signals: int | None
    """Signals found; None where no posts were ever ingested."""
    forecasts: int
    """Forecast rows written."""
    restock_lines: int | None
    """Restock lines written; None where no stock levels were ever imported."""
    briefs: tuple[BriefRef, ...]


def run_daily(
    workspace: Workspace,
    as_of: date,
    *,
    languages: Sequence[Language] = LANGUAGES,
    progress: Progress = silent,
) -> DailyReport:
    """Do the whole morning's work. Running it again for the same morning on the same tables gives the same tables."""
    settings = workspace.settings
    signals = _signals(workspace, as_of, progress)
    versions = workspace.warehouse.versions()
    reader = PanelReader(workspace.warehouse, as_of, settings.planning)
    boosted = choose_model(workspace, as_of)
    forecasts = forecast_demand(
        workspace.warehouse,
        as_of,
        settings.planning,
        progress=progress,
        reader=reader,
        boosted=boosted,
        embed=texts_of(workspace),
        keep_analogues=keeper(workspace.lake, as_of),
    )
    check = check_morning(workspace.lake, reader, boosted)
    keep_forecasts(
        workspace.lake, forecasts, reader, settings.planning, versions=versions, boosted=boosted, drift=check
    )
    with Context(workspace, as_of) as context:
        if signals is not None:
            update_lifts(context, reader)
    planned = _plan(workspace, as_of, forecasts)
    return DailyReport(
        as_of=as_of,
        signals=signals,
        forecasts=forecasts.height,
        restock_lines=planned,
        briefs=write_briefs(workspace, as_of, languages),
    )


def _signals(workspace: Workspace, as_of: date, progress: Progress) -> int | None:
    """Signals found; None without posts, which is no reason to go without forecasts and a plan."""
    settings = workspace.settings.signals
    try:
        found = update_signals(workspace.lake, workspace.warehouse, as_of, settings, progress=progress)
    except TableMissingError as error:
        if error.table != "posts":
            raise
        return None
    update_phrases_of(workspace, as_of)
    return len(found.signals)


def _plan(workspace: Workspace, as_of: date, forecasts: pl.DataFrame) -> int | None:
    """Lines written; None without stock levels, which is no reason to go without a brief."""
    try:
        plan = plan_restock(workspace.warehouse, as_of, workspace.settings.planning, forecasts)
    except NoDataError:
        return None
    write_plan(workspace.lake, plan, as_of)
    return plan.height


def write_briefs(workspace: Workspace, as_of: date, languages: Sequence[Language]) -> tuple[BriefRef, ...]:
    """Compose, check and archive a brief a language. Raises `UngroundedError` rather than write an unproved figure."""
    with Context(workspace, as_of) as context:
        return tuple(archive_brief(workspace, compose_brief(context, language)) for language in languages)
