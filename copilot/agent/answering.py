"""The agent: a question in, tools as they work, then an answer whose every figure was checked against the evidence."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import date
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

from langchain.agents import create_agent
from langchain.agents.middleware import ModelCallLimitMiddleware, ToolCallLimitMiddleware
from langchain.agents.middleware.model_call_limit import ModelCallLimitExceededError
from langchain.agents.middleware.tool_call_limit import ToolCallLimitExceededError
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AnyMessage, HumanMessage
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.errors import GraphRecursionError
from langgraph.graph.state import CompiledStateGraph

import prompts
from copilot import wording
from copilot.agent.guard import asks_for_personal_data, without_personal_data
from copilot.agent.language import language_of
from copilot.agent.models import errors_of, explained, make_model
from copilot.agent.offline.model import OfflineModel
from copilot.agent.records import AgentEvent, Answer
from copilot.agent.run import Run
from copilot.agent.threads import Threads, threads_in_file, threads_in_memory, unanswered_calls
from copilot.agent.tools import make_tools
from copilot.errors import CopilotError
from copilot.evidence import Evidence
from copilot.lookups.context import Context, last_morning
from copilot.settings import Language
from copilot.workspace import Workspace

_MAX_TOOL_CALLS = 12
_RECURSION_LIMIT = 60
"""Steps of the graph; the limits of model and tool calls end a run long before."""
_LIMITS = (ModelCallLimitExceededError, ToolCallLimitExceededError, GraphRecursionError)


class Agent:
    """Answers questions on one workspace as known on one morning. Close it after use, or open it in a `with` statement.

    Threads continue: a question is read with those before it. Several may be asked at a time.
    """

    def __init__(self, context: Context, *, model: BaseChatModel, threads: Threads) -> None:
        self._context = context
        self._model = model
        self._threads = threads
        self._settings = context.workspace.settings

    @classmethod
    def open(
        cls,
        workspace: Workspace,
        *,
        as_of: date | None = None,
        model: BaseChatModel | None = None,
        remember: bool = True,
    ) -> Self:
        """An agent on `workspace`; `as_of` defaults to the morning after the newest sales.

        `model` defaults to the one that the settings name. With `remember` threads are kept in the workspace, else in
        memory. Raises `ModelError` where the model needs a key, `NoDataError` where there are no sales and no `as_of`.
        """
        model = model or make_model(workspace.settings.llm)
        threads = threads_in_file(workspace.state_path) if remember else threads_in_memory()
        return cls(Context(workspace, as_of or last_morning(workspace)), model=model, threads=threads)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give free what was opened. A second call does nothing."""
        self._context.close()

    @property
    def as_of(self) -> date:
        """The morning that it answers on."""
        return self._context.as_of

    @property
    def model_name(self) -> str:
        """Which model answers: `offline`, or its name at the server."""
        return "offline" if isinstance(self._model, OfflineModel) else self._settings.llm.model

    async def ask(
        self, question: str, *, thread_id: str, language: Language | None = None
    ) -> AsyncIterator[AgentEvent]:
        """Tools as they start and finish, then one `Answer`. Whoever stops listening early closes it (`aclosing`).

        `language` is read from the question, then from the thread, where none is given. E-mail addresses, phone numbers
        and handles in the question are neither stored nor sent. Raises `ModelError` where the model cannot be reached
        or fails; the thread then goes on without this question's answer.
        """
        asked = without_personal_data(question)
        config: RunnableConfig = {"configurable": {"thread_id": thread_id}, "recursion_limit": _RECURSION_LIMIT}
        async with self._threads() as saver:
            history = await _history(saver, config)
            run = self._run(asked, language or self._language(asked, history), config, thread_id, saver)
            try:
                if asks_for_personal_data(asked):
                    answer = run.refused("personal")
                else:
                    async for event in run.events(cut_off=unanswered_calls(history)):
                        yield event
                    answer = await run.answer()
            except _LIMITS:
                answer = run.refused("limit")
            except errors_of(self._settings.llm) as error:
                raise explained(error, self._settings.llm) from error
        yield answer

    def answer(self, question: str, *, thread_id: str = "", language: Language | None = None) -> Answer:
        """The answer alone, for callers without an event loop; an empty `thread_id` begins a new thread."""
        return asyncio.run(self._last(question, thread_id=thread_id or uuid4().hex, language=language))

    async def _last(self, question: str, *, thread_id: str, language: Language | None) -> Answer:
        # Read to its end, so that the store of threads is closed before the event loop is.
        events = [event async for event in self.ask(question, thread_id=thread_id, language=language)]
        answer = events[-1]
        if not isinstance(answer, Answer):
            raise CopilotError(f"The question ended without an answer: {question!r}.")
        return answer

    def _run(
        self, asked: str, language: Language, config: RunnableConfig, thread_id: str, saver: BaseCheckpointSaver[str]
    ) -> Run:
        found: dict[str, Evidence] = {}
        return Run(
            graph=self._graph(language, found, saver),
            config=config,
            question=asked,
            language=language,
            thread_id=thread_id,
            model=self.model_name,
            found=found,
            may_retry=not isinstance(self._model, OfflineModel),
        )

    def _graph(
        self, language: Language, found: dict[str, Evidence], saver: BaseCheckpointSaver[str]
    ) -> CompiledStateGraph[Any, Any, Any, Any]:
        model = self._model
        if isinstance(model, OfflineModel):
            model = model.model_copy(update={"language": language, "as_of": self.as_of})
        # Any: the two middlewares are typed for states of their own, and take the agent's.
        middleware: list[Any] = [
            ModelCallLimitMiddleware(run_limit=self._settings.llm.max_model_calls, exit_behavior="error"),
            ToolCallLimitMiddleware(run_limit=_MAX_TOOL_CALLS, exit_behavior="error"),
        ]
        return create_agent(
            model,
            make_tools(self._context, language, found),
            system_prompt=prompts.load("planner", language).render(
                as_of=self.as_of.isoformat(),
                weekday=wording.day(self.as_of, language, weekday=True).split()[0],
            ),
            middleware=middleware,
            checkpointer=saver,
        )

    def _language(self, asked: str, history: Sequence[AnyMessage]) -> Language:
        earlier = [message.text for message in reversed(history) if isinstance(message, HumanMessage)]
        found = (language_of(text) for text in (asked, *earlier))
        return next((language for language in found if language), self._settings.language)


async def _history(saver: BaseCheckpointSaver[str], config: RunnableConfig) -> list[AnyMessage]:
    kept = await saver.aget_tuple(config)
    messages: list[AnyMessage] = kept.checkpoint["channel_values"].get("messages", []) if kept else []
    return messages
