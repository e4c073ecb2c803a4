"""Numbers for evidence, in the order in which a brief first cites it."""

from __future__ import annotations

from collections.abc import Mapping

from copilot.evidence import Evidence, Figure, Row


class Citations:
    """Gives each piece of evidence one number."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._evidence: dict[int, Evidence] = {}

    def cite(self, evidence: Evidence) -> int:
        """Number of the evidence; equal evidence keeps its number."""
        number = self._numbers.setdefault(evidence.id, len(self._numbers) + 1)
        self._evidence[number] = evidence
        return number

    @property
    def evidence(self) -> Mapping[int, Evidence]:
        """Everything cited so far, by number."""
        return dict(self._evidence)

    @property
    def sources(self) -> dict[str, int]:
        """Newest version read of each table behind the evidence."""
        read: dict[str, int] = {}
        for evidence in self._evidence.values():
            for table, version in evidence.sources.items():
                read[table] = max(version, read.get(table, version))
        return dict(sorted(read.items()))


def value(row: Row, name: str) -> float:
    """The figure of that name in a row; 0 where the row has none."""
    return next((figure.value for figure in row.figures if figure.name == name), 0.0)


def totals(evidence: Evidence, name: str) -> tuple[Figure, ...]:
    """The totals of that name: one a currency for money, one otherwise."""
    return tuple(figure for figure in evidence.totals if figure.name == name)


def total(evidence: Evidence, name: str) -> float:
    """The total of that name; 0 where there is none."""
    return sum(figure.value for figure in totals(evidence, name))
