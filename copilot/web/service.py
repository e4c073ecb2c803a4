"""What the running service holds: one workspace, opened once for all requests, on the newest morning or a fixed one."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator
from datetime import date
from uuid import uuid4

from copilot.agent.answering import Agent
from copilot.agent.models import make_model
from copilot.agent.records import AgentEvent, Answer
from copilot.agent.threads import threads_in_file
from copilot.errors import ModelError
from copilot.lookups.context import Context, last_morning
from copilot.lookups.index import PostIndex
from copilot.settings import Language
from copilot.workspace import Workspace


class Service:
    """A workspace that answers, from several threads at once. Close it after use.

    Without a fixed `as_of` it works on the morning after the newest sales, and moves on when newer ones arrive.
    """

    def __init__(self, workspace: Workspace, as_of: date | None = None) -> None:
        """Raises `ModelError` where the configured chat model needs a key; opens nothing else yet."""
        self.workspace = workspace
        self._as_of = as_of
        self._model = make_model(workspace.settings.llm)
        self._threads = threads_in_file(workspace.state_path)
        self._lock = threading.Lock()
        self.writing = threading.Lock()
        """Held while posts are brought in or mended: one such work at a time."""
        self.index = PostIndex(workspace)
        self._context: Context | None = None
        self._agent: Agent | None = None

    @property
    def context(self) -> Context:
        """What lookups read, on the morning that holds now. Raises `NoDataError` in a workspace without sales."""
        as_of = self._as_of or last_morning(self.workspace)
        with self._lock:
            if self._context is None:
                self._context = Context(self.workspace, as_of, index=self.index)
            elif self._context.as_of != as_of:
                # The index stays open: other requests may be reading it.
                self._context = self._context.at(as_of)
                self._agent = None
            return self._context

    @property
    def agent(self) -> Agent:
        """What answers questions. Raises as `context`."""
        context = self.context
        with self._lock:
            if self._agent is None:
                self._agent = Agent(context, model=self._model, threads=self._threads)
            return self._agent

    def events(self, question: str, *, thread_id: str, language: Language | None) -> AsyncIterator[AgentEvent]:
        """Tools as they start and finish, then one answer; raises as `Agent.ask`."""
        return self.agent.ask(question, thread_id=thread_id, language=language)

    async def answer(self, question: str, *, thread_id: str = "", language: Language | None = None) -> Answer:
        """The answer alone; an empty `thread_id` begins a new thread."""
        async for event in self.events(question, thread_id=thread_id or uuid4().hex, language=language):
            if isinstance(event, Answer):
                return event
        raise ModelError("The question ended without an answer. Ask it again.")

    def warm_up(self) -> None:
        """Load what the first search would wait for: encoder and index. Raises as a search does."""
        if self.workspace.lake.exists("posts"):
            self.context.index.open()

    def close(self) -> None:
        """Give the index free. A second call does nothing."""
        with self._lock:
            self._context = self._agent = None
        self.index.close()
