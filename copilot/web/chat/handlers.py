"""Chainlit's callbacks, run when the chat is mounted. They show what the service answers and decide nothing."""

from __future__ import annotations

import logging

import chainlit as cl
from chainlit.server import app

from copilot.agent.language import language_of
from copilot.agent.records import Answer, ToolFinished, ToolStarted
from copilot.errors import CopilotError
from copilot.settings import Language
from copilot.web.chat.elements import ASK, OPEN_SOURCE, answer_actions, chart_elements, open_source, sources_text
from copilot.web.chat.sources import evidence_markdown
from copilot.web.service import Service
from copilot.wording import phrase
from ingestion.errors import IngestionError
from vectorstore.errors import VectorStoreError

_LOG = logging.getLogger(__name__)
_STARTERS = ("stock", "trends", "restock", "fresh")
_TELL_ABOUT = (CopilotError, IngestionError, VectorStoreError)


@cl.set_starters
async def starters(user: object = None, language: str | None = None) -> list[cl.Starter]:
    """Questions to begin with, in the browser's language."""
    reader = _reader(language)
    return [
        cl.Starter(
            label=phrase(f"web.chat.starters.{name}.label", reader),
            message=phrase(f"web.chat.starters.{name}.message", reader),
        )
        for name in _STARTERS
    ]


@cl.on_message
async def on_message(message: cl.Message) -> None:
    """A question: its tools as steps, its answer with sources, charts and follow-ups."""
    await _answer(message.content)


@cl.action_callback(OPEN_SOURCE)
async def on_source(action: cl.Action) -> None:
    """A source that was chosen is shown beside the chat."""
    await open_source(action.payload)


@cl.action_callback(ASK)
async def on_follow_up(action: cl.Action) -> None:
    """A follow-up that was chosen is asked like any other question."""
    question = str(action.payload["question"])
    await cl.Message(content=question, type="user_message", author="User").send()
    await _answer(question)


async def _answer(question: str) -> None:
    service: Service = app.state.service
    session = cl.context.session
    begun = bool(cl.user_session.get("begun"))
    cl.user_session.set("begun", True)
    # A first question that could be in either language is answered in the browser's.
    language = None if begun or language_of(question) else _reader(session.language)
    steps: dict[str, cl.Step] = {}
    try:
        async for event in service.events(question, thread_id=session.thread_id, language=language):
            if isinstance(event, ToolStarted):
                steps[event.call_id] = await _started(event)
            elif isinstance(event, ToolFinished):
                await _finished(steps[event.call_id], event, language or language_of(question) or "en")
            else:
                await _say(event)
    except _TELL_ABOUT as error:
        await cl.Message(content=str(error)).send()
    except Exception as error:  # noqa: BLE001  # the edge of the service: the planner must be told something
        _LOG.error("A question failed: %s", type(error).__name__)
        await cl.Message(content=phrase("web.chat.busy", _reader(session.language))).send()


async def _started(event: ToolStarted) -> cl.Step:
    # Under the same run as the answer, so that steps stand before it.
    run = cl.context.current_step
    step = cl.Step(name=event.label, type="tool", show_input="json", parent_id=run.id if run else None)
    step.input = dict(event.arguments)
    await step.send()
    return step


async def _finished(step: cl.Step, event: ToolFinished, language: Language) -> None:
    if event.error:
        step.is_error = True
        step.output = phrase("web.chat.failed", language, reason=event.error)
    else:
        step.output = evidence_markdown(event.evidence, language) if event.evidence else ""
    await step.update()


async def _say(answer: Answer) -> None:
    await cl.Message(
        content="\n\n".join(part for part in (answer.text, sources_text(answer)) if part),
        elements=chart_elements(answer),
        actions=answer_actions(answer),
    ).send()


def _reader(language: str | None) -> Language:
    return "fr" if (language or "").lower().startswith("fr") else "en"
