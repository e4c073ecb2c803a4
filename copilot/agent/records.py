"""What an asked question gives: the tools as they start and finish, then the answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from copilot.charts import Chart
from copilot.evidence import Evidence
from copilot.settings import Language

Refusal = Literal["", "personal", "ungrounded", "limit"]


@dataclass(frozen=True, kw_only=True)
class ToolStarted:
    """The model called a tool."""

    call_id: str
    tool: str
    label: str
    """What it does, in the planner's language."""
    arguments: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class ToolFinished:
    """A tool answered."""

    call_id: str
    tool: str
    evidence: Evidence | None
    """None: it found no figures (names only), or failed."""
    error: str = ""
    """Why it failed, in words; empty: it did not."""


@dataclass(frozen=True, kw_only=True)
class Source:
    """One piece of evidence that an answer cites."""

    number: int
    """As cited: `[1]`."""
    label: str
    """What it is and of when, in the answer's language."""
    evidence: Evidence


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A checked answer. `text` is Markdown without links or images; its figures are in `sources`."""

    text: str
    language: Language
    thread_id: str
    model: str
    """Which model answered: `offline`, or its name at the server."""
    sources: tuple[Source, ...] = ()
    """In the order of their numbers."""
    charts: tuple[Chart, ...] = ()
    follow_ups: tuple[str, ...] = ()
    """Questions that could come next, ready to be asked."""
    refusal: Refusal = ""
    """Why nothing was answered; empty: something was."""
    problems: tuple[str, ...] = ()
    """For engineers: what the check found in the text that was not shown."""


AgentEvent = ToolStarted | ToolFinished | Answer
