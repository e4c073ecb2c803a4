"""Reading evidence in tests."""

from __future__ import annotations

from copilot.evidence import Evidence, Figure, Row


def cells(row: Row) -> dict[str, float]:
    """Figures of a row by name."""
    return {figure.name: figure.value for figure in row.figures}


def totals(evidence: Evidence) -> dict[str, float]:
    """Totals by name, money with its currency: `revenue EUR`."""
    return {_name(figure): figure.value for figure in evidence.totals}


def _name(figure: Figure) -> str:
    return f"{figure.name} {figure.currency}" if figure.unit == "money" else figure.name
