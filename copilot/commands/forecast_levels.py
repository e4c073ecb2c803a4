"""`reassort forecast --by LEVEL --at LEVEL`: expected demand of categories, regions and the like."""

from __future__ import annotations

from datetime import date, timedelta

from rich.table import Table

from copilot.agent.evidence_json import to_json
from copilot.commands.console import stdout_console
from copilot.commands.options import note, print_json
from copilot.evidence import Evidence
from copilot.lookups.context import Context
from copilot.lookups.hierarchy import demand_by_level
from copilot.lookups.scope import Period, Scope
from copilot.planning.hierarchy.levels import PLACE_COLUMNS, PRODUCT_COLUMNS, Level, PlaceLevel, ProductLevel
from copilot.workspace import Workspace

BY: dict[str, ProductLevel] = {name: name for name in PRODUCT_COLUMNS}
AT: dict[str, PlaceLevel] = {"store": "location", "region": "country", **{name: name for name in PLACE_COLUMNS}}
"""What may be said on the command line -> the level. A region is a country, as locations have it."""
_FIGURES = ("mean_demand_units", "p10_units", "p50_units", "p90_units")


def level_of(by: str | None, at: str | None) -> Level:
    """The level that the two options name; one alone is crossed with everything on the other side."""
    return Level(by=BY[by or "all"], at=AT[at or "chain"])


def show_levels(
    workspace: Workspace, morning: date, level: Level, *, scope: Scope, days: int, limit: int, as_json: bool
) -> None:
    """Print the kept forecasts of the level's nodes, as the tool and the API have them."""
    with Context(workspace, morning) as context:
        period = Period(since=morning, before=morning + timedelta(days=days))
        found = demand_by_level(context, scope, level=level, period=period, limit=limit)
    if as_json:
        print_json(to_json(found))
        return
    stdout_console().print(_table(found, level))
    said = f"; {', '.join(found.notes)}" if found.notes else ""
    note(f"{morning}, {days} days, {level.name}: {found.row_count} nodes; shown: {len(found.rows)}{said}.")


def _table(found: Evidence, level: Level) -> Table:
    """A row a node, and one of the whole below."""
    labels = [*level.columns] or ["all"]
    table = Table(box=None, pad_edge=False)
    for column in labels:
        table.add_column(column)
    for column in _FIGURES:
        table.add_column(column, justify="right")
    for row in found.rows:
        figures = {figure.name: figure.value for figure in row.figures}
        table.add_row(*(row.labels.get(name, "-") for name in labels), *(f"{figures[name]:,.0f}" for name in _FIGURES))
    figures = {figure.name: figure.value for figure in found.totals}
    table.add_row("all", *("" for _ in labels[1:]), *(f"{figures[name]:,.0f}" for name in _FIGURES))
    return table
