"""`reassort forecast --tournament`: which forecast is closest where, and training of the boosted model."""

from __future__ import annotations

from datetime import date

import polars as pl
from rich.table import Table

from copilot.commands.console import stdout_console
from copilot.commands.options import note, print_json
from copilot.planning.training import Trained, train_on
from copilot.settings import Language
from copilot.wording import number, phrase, share
from copilot.workspace import Workspace

_COLUMNS = ("segment", "candidate", "wape", "bias", "series", "won")
_REGRESSOR_COLUMNS = ("regressor", "groups", "wape_without", "wape_with", "p_value", "decided")


def show_tournament(workspace: Workspace, morning: date, *, language: Language, as_json: bool) -> None:
    """Train, compare, keep and print."""
    found = train_on(workspace, morning)
    if as_json:
        print_json(found.scores.to_dicts())
    else:
        stdout_console().print(_table(found.scores, language))
        stdout_console().print(_regressors(found.regressors, language))
    note(_said(found, morning))


def _said(found: Trained, morning: date) -> str:
    if found.model is None:
        return f"{morning}: compared on {found.mornings} mornings; too little history to train the boosted model."
    drifted = (
        f" The one before it was due: {', '.join(found.drift.codes)}." if found.drift and found.drift.codes else ""
    )
    where = ", ".join(sorted(found.boosted_segments)) or "no segment"
    return (
        f"{morning}: compared on {found.mornings} mornings; the boosted model is kept, and forecasts {where} "
        f"from the next `reassort forecast` on{_entering(found.regressors)}.{drifted}"
    )


def _entering(decided: pl.DataFrame) -> str:
    kept = decided.filter("kept")["regressor"].to_list()
    return f", with {' and '.join(kept)}" if kept else ""


def _table(scores: pl.DataFrame, language: Language) -> Table:
    table = Table(box=None, pad_edge=False)
    for column in _COLUMNS:
        table.add_column(
            phrase(f"tournament.columns.{column}", language),
            justify="left" if column in ("segment", "candidate") else "right",
        )
    for row in scores.iter_rows(named=True):
        table.add_row(
            phrase(f"tournament.segments.{row['segment']}", language),
            phrase(f"tournament.candidates.{row['candidate']}", language),
            *("-" if row[name] is None else share(row[name], language) for name in ("wape", "bias")),
            number(row["series"], language),
            "*" if row["won"] else "",
        )
    return table


def _regressors(decided: pl.DataFrame, language: Language) -> Table:
    """Leading regressors that were tried, and whether they enter."""
    table = Table(box=None, pad_edge=False)
    for column in _REGRESSOR_COLUMNS:
        table.add_column(
            phrase(f"regressors.columns.{column}", language),
            justify="left" if column in ("regressor", "decided") else "right",
        )
    for row in decided.iter_rows(named=True):
        table.add_row(
            phrase(f"regressors.names.{row['regressor']}", language),
            number(row["groups"], language),
            *("-" if row[name] is None else share(row[name], language) for name in ("wape_without", "wape_with")),
            "-" if row["p_value"] is None else number(round(row["p_value"], 3), language),
            phrase(f"regressors.decided.{row['reason']}", language),
        )
    return table
