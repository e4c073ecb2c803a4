"""`reassort ask`."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from copilot.agent.answering import Agent
from copilot.commands.options import (
    as_of_option,
    home_option,
    json_option,
    language_option,
    note,
    open_workspace,
)
from copilot.settings import Language
from copilot.web.models import AnswerOut
from copilot.web.remote import find_service
from copilot.workspace import Workspace


@click.command()
@click.argument("question")
@language_option
@click.option("--thread", "thread_id", default="", help="Continue this conversation; any name.")
@home_option
@as_of_option
@json_option
def ask(
    question: str, language: Language | None, thread_id: str, home: Path, as_of: date | None, as_json: bool
) -> None:
    """Ask QUESTION, in French or English; the answer cites its sources."""
    answer = _answer(open_workspace(home), question, language=language, thread_id=thread_id, as_of=as_of)
    if as_json:
        click.echo(answer.model_dump_json(indent=2))
        return
    click.echo(answer.text)
    for source in answer.sources:
        note(f"[{source.number}] {source.label}")


def _answer(
    workspace: Workspace, question: str, *, language: Language | None, thread_id: str, as_of: date | None
) -> AnswerOut:
    """From the running service, which has the index, where it is on the same morning; else from here."""
    service = find_service(workspace)
    if service is not None and as_of is None:
        note(service.notice)
        return service.ask(question, language=language, thread_id=thread_id)
    with Agent.open(workspace, as_of=as_of, remember=bool(thread_id)) as agent:
        return AnswerOut.of(agent.answer(question, thread_id=thread_id, language=language))
