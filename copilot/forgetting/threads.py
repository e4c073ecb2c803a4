"""Chat threads and what else is in the state file: what posts said is taken out of messages, cell by cell.

What a tool found is evidence, whose quotes go one by one; an answer keeps its words but for those of an erased post.
A thread in which a trace is left after that goes as a whole.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from langchain_core.messages import BaseMessage, ToolMessage
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from pydantic import ValidationError

from copilot.agent.evidence_json import for_model, from_json
from ingestion.privacy.traces import Traces

_THREADS = frozenset({"checkpoints", "writes"})
_WAIT_SECONDS = 30.0


@dataclass(frozen=True, kw_only=True)
class StateErasure:
    """What became of the state file."""

    threads: int
    """Threads looked through."""
    removed: int
    """Threads and other rows that went as a whole."""
    rewritten: int
    """Cells rewritten."""


def erase_from_state(path: Path, traces: Traces) -> StateErasure:
    """Take the traces out of a SQLite state file, then write the file anew so that no free page holds them.

    Killed and run again, it ends the same. A missing file holds nothing.
    """
    if not path.is_file():
        return StateErasure(threads=0, removed=0, rewritten=0)
    with closing(_connect(path)) as state:
        removed = rewritten = 0
        for table in _tables(state):
            gone, changed = _erase_from_table(state, table, traces)
            removed, rewritten = removed + gone, rewritten + changed
        threads = count_threads(state)
        state.commit()
        compact(state)
    return StateErasure(threads=threads, removed=removed, rewritten=rewritten)


def compact(state: sqlite3.Connection) -> None:
    """Write the file anew without free pages, and empty its log."""
    state.execute("VACUUM")
    state.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def count_threads(state: sqlite3.Connection) -> int:
    """Threads with a checkpoint."""
    if "checkpoints" not in _tables(state):
        return 0
    return int(state.execute("SELECT count(DISTINCT thread_id) FROM checkpoints").fetchone()[0])


def quotes_in_threads(path: Path) -> Iterator[tuple[str, Mapping[str, object]]]:
    """Id of the thread and quote, for every quote in a checkpoint of the state file: some more than once."""
    with closing(sqlite3.connect(path)) as state:
        kept = "checkpoints" in _tables(state)
        rows = state.execute("SELECT thread_id, type, checkpoint FROM checkpoints").fetchall() if kept else []
    serde = JsonPlusSerializer()
    for thread_id, kind, value in rows:
        yield from ((thread_id, quote) for quote in _quotes_in(serde.loads_typed((kind, value))))


def open_state(path: Path) -> sqlite3.Connection:
    """The state file, what is deleted overwritten with zeros. Close it after use."""
    return _connect(path)


def _connect(path: Path) -> sqlite3.Connection:
    state = sqlite3.connect(path, timeout=_WAIT_SECONDS)
    state.execute("PRAGMA secure_delete = ON")
    return state


def _tables(state: sqlite3.Connection) -> list[str]:
    rows = state.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    return [str(name) for (name,) in rows]


def _quotes_in(value: Any) -> Iterator[Mapping[str, object]]:
    """Quotes anywhere in a value of a checkpoint."""
    if isinstance(value, BaseMessage):
        yield from _quotes_in(getattr(value, "artifact", None))
    elif isinstance(value, Mapping):
        for key, item in value.items():
            if key == "quotes" and isinstance(item, list):
                yield from (quote for quote in item if isinstance(quote, Mapping))
            else:
                yield from _quotes_in(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _quotes_in(item)


def _erase_from_table(state: sqlite3.Connection, table: str, traces: Traces) -> tuple[int, int]:
    """Rows removed, or threads, and cells rewritten."""
    removed = rewritten = 0
    columns = [str(row[1]) for row in state.execute(f'PRAGMA table_info("{table}")')]
    for row_id, *cells in state.execute(f'SELECT rowid, * FROM "{table}"').fetchall():  # noqa: S608  # name of a table
        row = dict(zip(columns, cells, strict=True))
        changed = {name: _without_traces(row, name, traces) for name in columns if _holds(row[name], traces)}
        if not changed:
            continue
        if any(value is None or _holds(value, traces) for value in changed.values()):
            removed += _remove(state, table, row_id, row)
            continue
        rewritten += len(changed)
        names = ", ".join(f'"{name}" = ?' for name in changed)
        state.execute(f'UPDATE "{table}" SET {names} WHERE rowid = ?', [*changed.values(), row_id])  # noqa: S608
    return removed, rewritten


def _remove(state: sqlite3.Connection, table: str, row_id: int, row: Mapping[str, Any]) -> int:
    """A row, or the whole thread that it is part of."""
    if table not in _THREADS:
        state.execute(f'DELETE FROM "{table}" WHERE rowid = ?', [row_id])  # noqa: S608
        return 1
    there = state.execute("SELECT count(*) FROM checkpoints WHERE thread_id = ?", [row["thread_id"]]).fetchone()[0]
    for name in _THREADS:
        state.execute(f'DELETE FROM "{name}" WHERE thread_id = ?', [row["thread_id"]])  # noqa: S608
    return int(there > 0)


def _holds(value: object, traces: Traces) -> bool:
    if isinstance(value, str):
        return bool(traces.find_in_bytes(value.encode()))
    return isinstance(value, bytes) and bool(traces.find_in_bytes(value))


def _without_traces(row: Mapping[str, Any], name: str, traces: Traces) -> str | bytes | None:
    """The cell without its traces; None where it is no text and no message, so that the row must go."""
    value = row[name]
    kind = row.get("type")
    if isinstance(value, bytes) and isinstance(kind, str) and name in ("checkpoint", "value"):
        serde = JsonPlusSerializer()
        _, written = serde.dumps_typed(_walk(serde.loads_typed((kind, value)), traces))
        return written
    try:
        text = value.decode() if isinstance(value, bytes) else str(value)
    except UnicodeDecodeError:
        return None
    redacted = traces.redacted(text)
    return redacted.encode() if isinstance(value, bytes) else redacted


def _walk(value: Any, traces: Traces) -> Any:
    """Any value of a checkpoint without traces, in its own type."""
    if isinstance(value, str):
        return traces.redacted(value)
    if isinstance(value, BaseMessage):
        return _message(value, traces)
    if isinstance(value, Mapping):
        kept = {key: _quotes(item, traces) if key == "quotes" else item for key, item in value.items()}
        return {_walk(key, traces): _walk(item, traces) for key, item in kept.items()}
    if isinstance(value, list | tuple | set | frozenset):
        walked = [_walk(item, traces) for item in value]
        return type(value)(*walked) if hasattr(value, "_fields") else type(value)(walked)
    return value


def _message(message: BaseMessage, traces: Traces) -> BaseMessage:
    held = message.model_dump(exclude={"type", "id"})
    if not traces.find_in_bytes(repr(held).encode()):
        return message
    changed = message.model_copy(update={name: _walk(getattr(message, name), traces) for name in held})
    if isinstance(changed, ToolMessage) and isinstance(changed.artifact, dict):
        try:
            return changed.model_copy(update={"content": for_model(from_json(changed.artifact))})
        except ValidationError:
            # An older version's evidence: its words were taken out above.
            return changed
    return changed


def _quotes(quotes: object, traces: Traces) -> object:
    """Quotes of evidence without those of erased posts and of forgotten people."""
    if not isinstance(quotes, Sequence) or isinstance(quotes, str):
        return quotes
    gone, people = frozenset(traces.post_ids), frozenset(traces.tokens)
    return [
        quote
        for quote in quotes
        if not (isinstance(quote, Mapping) and (quote.get("post_id") in gone or quote.get("author") in people))
    ]
