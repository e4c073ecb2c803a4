"""Where threads are kept: in the workspace's state file, or in memory."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

from langchain_core.messages import AIMessage, BaseMessage, RemoveMessage, ToolMessage
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

Threads = Callable[[], AbstractAsyncContextManager[BaseCheckpointSaver[str]]]
"""Opens the store of threads for one question, on the event loop that asks."""


def threads_in_file(path: Path) -> Threads:
    """Threads in a SQLite file, made when first written."""

    @asynccontextmanager
    async def opened() -> AsyncIterator[BaseCheckpointSaver[str]]:
        path.parent.mkdir(parents=True, exist_ok=True)
        async with AsyncSqliteSaver.from_conn_string(str(path)) as saver:
            await saver.conn.execute("PRAGMA busy_timeout = 10000")
            await saver.setup()
            yield saver

    return opened


def threads_in_memory() -> Threads:
    """Threads that end with the process."""
    saver = InMemorySaver()

    @asynccontextmanager
    async def opened() -> AsyncIterator[BaseCheckpointSaver[str]]:
        yield saver

    return opened


def unanswered_calls(messages: Sequence[BaseMessage]) -> list[RemoveMessage]:
    """What to take out of a thread that was cut off between a tool call and its answer: servers refuse such threads."""
    answered = {message.tool_call_id for message in messages if isinstance(message, ToolMessage)}
    cut = [
        message
        for message in messages
        if isinstance(message, AIMessage) and any(call["id"] not in answered for call in message.tool_calls)
    ]
    orphans = {call["id"] for message in cut for call in message.tool_calls}
    removed = [*cut, *(m for m in messages if isinstance(m, ToolMessage) and m.tool_call_id in orphans)]
    return [RemoveMessage(id=message.id) for message in removed if message.id]
