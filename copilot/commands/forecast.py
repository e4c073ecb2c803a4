"""`reassort forecast`."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import click
import polars as pl
from rich.table import Table

from copilot.commands.console import stdout_console
from copilot.commands.forecast_checks import missed
from copilot.commands.forecast_levels import AT, BY, level_of, show_levels
from copilot.commands.forecast_reasons import show_reasons
from copilot.commands.launches import show_analogues
from copilot.commands.options import (
    as_of_option,
    home_option,
    json_option,
    language_option,
    note,
    open_workspace,
    print_json,
)
from copilot.commands.progress import progress_bars
from copilot.commands.reproduce import show_reproduction
from copilot.commands.scenario import SCENARIO_HELP, show_scenario
from copilot.commands.scoping import named_scope
from copilot.commands.tournament import show_tournament
from copilot.errors import NoDataError
from copilot.lookups.context import Context, last_morning
from copilot.lookups.scope import Period, Scope
from copilot.lookups.uncarried import uncarried_products
from copilot.planning.boosted_model import Drift, drift_of
from copilot.planning.forecast import PanelReader, forecast_demand
from copilot.planning.launches.keeping import keeper
from copilot.planning.launches.texts import texts_of
from copilot.planning.model_choice import BoostedChoice, choose_model
from copilot.planning.record_keeping import check_morning, keep_forecasts
from copilot.settings import Language
from copilot.workspace import Workspace

_LEVEL_DAYS = 28
_COLUMNS = ("sku_id", "location_id", "horizon_days", "mean_units", "p10", "p50", "p90", "in_stock_share", "model")


@click.command()
@click.option("--sku", "skus", multiple=True, help="Show this SKU; may be given again.")
@click.option("--location", "locations", multiple=True, help="Show this place (id, name or city); may be given again.")
@click.option("--by", type=click.Choice([*BY]), help="Show the kept forecasts summed by this level of products.")
@click.option("--at", type=click.Choice([*AT]), help="The same for places: store, city, region (country) or chain.")
@click.option("--product", "products", multiple=True, help="Show this product (id or name); may be given again.")
@click.option("--limit", default=20, show_default=True, help="Rows to show, greatest demand first.")
@click.option(
    "--tournament",
    is_flag=True,
    help="Instead: train the boosted model, compare forecasts on past mornings, keep both. Takes minutes.",
)
@click.option("--explain", is_flag=True, help="Instead: what kept forecasts rest on, in units that add up to them.")
@click.option("--analogues", is_flag=True, help="Instead: which products new ones are forecast from, and by how much.")
@click.option("--reproduce", is_flag=True, help="Instead: make a kept forecast again from its record, and compare.")
@click.option("--scenario", "changes", multiple=True, help=SCENARIO_HELP)
@click.option("--days", default=28, show_default=True, help="Days ahead to explain, or of a scenario without days.")
@home_option
@as_of_option
@language_option
@json_option
def forecast(
    skus: tuple[str, ...],
    locations: tuple[str, ...],
    by: str | None,
    at: str | None,
    products: tuple[str, ...],
    limit: int,
    tournament: bool,
    explain: bool,
    analogues: bool,
    reproduce: bool,
    changes: tuple[str, ...],
    days: int,
    home: Path,
    as_of: date | None,
    language: Language | None,
    as_json: bool,
) -> None:
    """Forecast demand for each SKU and location, and keep it for plans, briefs and answers."""
    workspace = open_workspace(home)
    morning = as_of or last_morning(workspace)
    if tournament:
        show_tournament(workspace, morning, language=language or workspace.settings.language, as_json=as_json)
        return
    if reproduce:
        show_reproduction(workspace, morning, as_json=as_json)
        return
    scope = named_scope(workspace, morning, products=products, skus=skus, locations=locations)
    if explain or changes or analogues:
        words = language or workspace.settings.language
        with Context(workspace, morning) as context:
            if analogues:
                show_analogues(context, scope, language=words, as_json=as_json)
                return
            if changes:
                show_scenario(context, scope, changes, days=days, language=words, as_json=as_json)
                return
            period = Period(since=morning, before=morning + timedelta(days=days))
            show_reasons(context, scope, period=period, language=words, as_json=as_json)
        return
    if by or at:
        show_levels(workspace, morning, level_of(by, at), scope=scope, days=_LEVEL_DAYS, limit=limit, as_json=as_json)
        return
    _forecast(workspace, morning, scope, limit, as_json=as_json)


def _forecast(workspace: Workspace, morning: date, scope: Scope, limit: int, *, as_json: bool) -> None:
    """Forecast, keep, and print what the scope asks for."""
    planning, versions = workspace.settings.planning, workspace.warehouse.versions()
    boosted = choose_model(workspace, morning)
    reader = PanelReader(workspace.warehouse, morning, planning)
    with progress_bars() as progress:
        found = forecast_demand(
            workspace.warehouse,
            morning,
            planning,
            progress=progress,
            reader=reader,
            boosted=boosted,
            embed=texts_of(workspace),
            keep_analogues=keeper(workspace.lake, morning),
        )
    drift = _drift(boosted, reader) if boosted is not None and boosted.segments else None
    check = check_morning(workspace.lake, reader, boosted)
    if check is not None and check.codes:
        note(f"{missed(check)} Train: `reassort forecast --tournament`.")
    kept = drift if drift is not None and drift.codes else check or drift
    keep_forecasts(workspace.lake, found, reader, planning, versions=versions, boosted=boosted, drift=kept)
    with Context(workspace, morning) as context:
        shown = _chosen(context, found, scope).head(limit)
    if as_json:
        print_json(shown.to_dicts())
        return
    stdout_console().print(_table(shown))
    note(f"{morning}: {found.height:,} forecasts kept; shown: {shown.height}.")


def _drift(boosted: BoostedChoice, reader: PanelReader) -> Drift | None:
    """How the boosted model did lately; says when it is due for training."""
    regressors = () if boosted.leading is None else boosted.leading.regressors(reader.sample.series)
    drift = drift_of(boosted.model, reader.sample, reader.drivers, regressors=regressors)
    if drift is not None and drift.codes:
        note(f"The boosted model is due ({', '.join(drift.codes)}). Train it: `reassort forecast --tournament`.")
    return drift


def _chosen(context: Context, made: pl.DataFrame, scope: Scope) -> pl.DataFrame:
    found = made
    if scope.names_skus:
        found = found.join(scope.skus(context.catalogue), on="sku_id", how="semi")
    if scope.location_ids:
        found = found.filter(pl.col("location_id").is_in(list(scope.location_ids)))
    if found.is_empty():
        _refuse_uncarried(uncarried_products(context, scope, made))
        raise NoDataError(
            "No forecast for that SKU and location: see `reassort status`, and the ids in your catalogue."
        )
    return found.sort(pl.col("mean_units").neg(), "sku_id", "location_id", "horizon_days")


def _refuse_uncarried(products: pl.DataFrame) -> None:
    """Raise `NoDataError` that names what nothing carries, where there is any."""
    for name, described in products.select("name", "described").iter_rows():
        instead = (
            f'What products like it say: `reassort forecast --analogues --product "{name}"`.'
            if described
            else "The catalogue tells nothing of it to compare it by: give it a category, a material or a description."
        )
        raise NoDataError(f"Nothing stocks, sells or has ordered {name!r}, so it has no forecast. {instead}")


def _table(shown: pl.DataFrame) -> Table:
    table = Table(box=None, pad_edge=False)
    for column in _COLUMNS:
        table.add_column(column, justify="left" if column.endswith("_id") or column == "model" else "right")
    for row in shown.select(_COLUMNS).iter_rows():
        table.add_row(*(f"{cell:.2f}" if isinstance(cell, float) else str(cell) for cell in row))
    return table
