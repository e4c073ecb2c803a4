"""Cases: questions with what their answers must do, in YAML files, one folder a suite."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from copilot.settings import Language
from evals.errors import CaseError
from ingestion.data_files import read_yaml

_FOLDER = Path(__file__).parent / "cases"


class Case(BaseModel):
    """One conversation, of which the last answer is judged."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    language: Language
    turns: tuple[str, ...] = Field(min_length=1)
    """Questions of the planner, in one thread."""
    tool: str = ""
    """Tool that the last question must lead to; empty: not judged."""
    facts: tuple[dict[str, dict[str, Any]], ...] = ()
    """What the answer must state, each worked out from the tables when the case is run: `evals.facts`."""
    says: tuple[str, ...] = ()
    """Words that the answer must hold, in any case, accents aside."""
    asks: tuple[str, ...] = ()
    """Words that its question back must hold: the answer is a question, and no figure."""
    declines: bool = False
    """The answer must be words only: no figure, no source."""
    forbids: tuple[str, ...] = ()
    """Words that it must not hold."""


def suites() -> tuple[str, ...]:
    """Names of all suites."""
    return tuple(sorted(folder.name for folder in _FOLDER.iterdir() if folder.is_dir()))


def load_cases(suite: str, folder: Path | None = None) -> tuple[Case, ...]:
    """The cases of a suite, in the order of their files. Raises `CaseError` for an unknown suite or a bad case."""
    files = sorted(((folder or _FOLDER) / suite).glob("*.yaml"))
    if not files:
        raise CaseError(f"No suite {suite!r}. There are: {', '.join(suites())}.")
    cases = [case for file in files for case in _read(file)]
    ids = [case.id for case in cases]
    twice = sorted({id for id in ids if ids.count(id) > 1})
    if twice:
        raise CaseError(f"Suite {suite!r}: {', '.join(twice)} occur twice.")
    return tuple(cases)


def _read(file: Path) -> list[Case]:
    entries = read_yaml(file)
    cases = []
    for number, entry in enumerate(entries, start=1):
        try:
            cases.append(Case.model_validate(entry))
        except ValidationError as error:
            problems = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
            raise CaseError(f"{file.name}, case {number}: {problems}") from error
    return cases
