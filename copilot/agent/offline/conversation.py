"""A thread's messages as turns: what was asked, what the tools found, what was replied."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage

from copilot.agent.evidence_json import from_json
from copilot.agent.names import RECOGNISE, Names
from copilot.evidence import Evidence


@dataclass(frozen=True, kw_only=True)
class Result:
    """One tool's answer."""

    tool: str
    evidence: Evidence | None
    error: str = ""
    """Why it failed; empty: it did not."""


@dataclass(kw_only=True)
class Turn:
    """One question, what was found for it, and the reply; the last turn of a thread has no reply yet."""

    question: str
    names: Names | None = None
    """None: not looked up yet."""
    results: list[Result] = field(default_factory=list)
    reply: str = ""


def turns_of(messages: Sequence[BaseMessage]) -> list[Turn]:
    """The turns of a thread, oldest first."""
    turns: list[Turn] = []
    for message in messages:
        if isinstance(message, HumanMessage):
            turns.append(Turn(question=message.text))
        elif isinstance(message, ToolMessage) and turns:
            _add(message, turns[-1])
        elif isinstance(message, AIMessage) and turns and not message.tool_calls:
            turns[-1].reply = message.text
    return turns


def _add(message: ToolMessage, turn: Turn) -> None:
    if message.status == "error":
        turn.results.append(Result(tool=message.name or "", evidence=None, error=_reason(message.text)))
    elif message.name == RECOGNISE:
        turn.names = Names.model_validate_json(message.text)
    else:
        turn.results.append(Result(tool=message.name or "", evidence=from_json(message.artifact)))


def _reason(content: str) -> str:
    try:
        return str(json.loads(content)["error"])
    except (ValueError, KeyError, TypeError):
        return content
