"""A workspace of a few posts, a thread that quotes them, a brief and a report: quick to make, and to forget in."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, date, datetime
from pathlib import Path

from langchain_core.messages import AIMessage, HumanMessage, ToolMessage
from langgraph.checkpoint.base import empty_checkpoint
from pydantic import SecretStr

from copilot.agent.evidence_json import for_model, to_json
from copilot.agent.threads import threads_in_file
from copilot.briefs.archive import archive_brief
from copilot.briefs.records import Brief, Item, Section
from copilot.evidence import Evidence, Quote, make_evidence
from copilot.ingesting import ingest_source
from copilot.settings import load_settings
from copilot.signals.mentions import update_mentions
from copilot.workspace import Workspace
from ingestion.records import RawPost
from ingestion.settings import PrivacySettings, PseudonymSettings
from ingestion.sources.memory import MemorySource
from vectorstore.settings import IndexSettings

ANNE, BOB = "anne.couture", "bob_b"
MORNING = date(2026, 6, 1)
TEXT = "The emerald linen trousers from Lyon shrank, <b>what</b> a pity & shame; I'd never buy them again"
TITLE = "Shrunk after washing"


def write_small(home: Path, privacy: PrivacySettings | None = None) -> Workspace:
    """Anne's two posts, one of them quoted in a brief and a thread, and three of others, one of which mentions her."""
    workspace = open_small(home, privacy)
    for source in ("forum", "shop"):
        posts = tuple(post for post in raw_posts() if post.source == source)
        ingest_source(workspace, MemorySource(name=source, stream="1", entries=posts))
    update_mentions(workspace.lake)
    evidence = quoting(workspace)
    write_thread(workspace, "quoting", evidence)
    write_thread(workspace, "quiet", make_evidence("stock", as_of=MORNING, sources={}))
    archive_brief(workspace, _brief(evidence))
    (home / "logs").mkdir()
    (home / "logs" / "run.jsonl").write_text(
        "".join(json.dumps({"line": line}) + "\n" for line in ("begun", to_json(evidence), "ended"))
    )
    return workspace


def open_small(home: Path, privacy: PrivacySettings | None = None) -> Workspace:
    """The workspace at `home`, as it was made."""
    return Workspace(
        load_settings(
            home,
            pseudonym=PseudonymSettings(key=SecretStr("5a" * 32), names_model="none"),
            index=IndexSettings(encoder="hash"),
            privacy=privacy or PrivacySettings(),
        )
    )


def raw_posts() -> list[RawPost]:
    """As their sources give them."""
    return [
        _post("1", ANNE, TEXT, title=TITLE, on=date(2026, 5, 30)),
        _post("2", ANNE, "Corduroy is back in every window of the old town", source="shop", on=date(2026, 5, 28)),
        _post("3", BOB, f"@{ANNE} is right about linen", on=date(2026, 5, 31)),
        _post("4", "clara", "Linen all summer, as every year since I was little", on=date(2025, 3, 1)),
        _post("5", "dora", "No date, and nothing said", on=None),
    ]


def quoting(workspace: Workspace) -> Evidence:
    """Evidence that quotes Anne and Bob."""
    rows = workspace.lake.read("posts").sort("published_at").iter_rows(named=True)
    quotes = [
        Quote(
            post_id=row["post_id"],
            source=row["source"],
            language="en",
            author=row["author"],
            published_on=row["published_at"].date(),
            text=f"{row['title']} {row['text']}".strip(),
        )
        for row in rows
        if row["published_at"] and row["source"] == "forum" and row["published_at"].date().month == 5
    ]
    return make_evidence("posts", as_of=MORNING, sources={"posts": 1}, quotes=quotes)


def write_thread(workspace: Workspace, thread_id: str, evidence: Evidence, *, at: datetime | None = None) -> None:
    """A thread in which a tool found the evidence and the answer repeats its words."""
    said = " ".join(f"One writes: “{quote.text}”." for quote in evidence.quotes)
    messages = [
        HumanMessage("What do they say about linen?"),
        AIMessage("", tool_calls=[{"id": "1", "name": "search_posts", "args": {"query": "linen"}}]),
        ToolMessage(for_model(evidence), tool_call_id="1", artifact=to_json(evidence)),
        AIMessage(f"They speak of linen. {said}"),
    ]
    checkpoint = empty_checkpoint()
    checkpoint["ts"] = (at or datetime(2026, 6, 1, 8, tzinfo=UTC)).isoformat()
    checkpoint["channel_values"] = {"messages": messages}

    async def write() -> None:
        async with threads_in_file(workspace.state_path)() as saver:
            config = {"configurable": {"thread_id": thread_id, "checkpoint_ns": ""}}
            await saver.aput(config, checkpoint, {"source": "loop", "step": 1, "parents": {}}, {})  # type: ignore[arg-type]

    asyncio.run(write())


def _post(number: str, author: str, text: str, *, title: str = "", source: str = "forum", on: date | None) -> RawPost:
    return RawPost(
        source=source,
        source_id=number,
        kind="social",
        author=author,
        title=title,
        text=text,
        published_at=None if on is None else datetime(on.year, on.month, on.day, 9, tzinfo=UTC),
        language="en",
    )


def _brief(evidence: Evidence) -> Brief:
    item = Item(title="linen", sentences=("People speak of linen [1].",), citations=(1,), quotes=evidence.quotes)
    return Brief(
        as_of=MORNING,
        language="en",
        title="Monday",
        data_until="",
        summary=(),
        sections=(Section(name="rising", heading="Rising", items=(item,)),),
        evidence={1: evidence},
        sources={"posts": 1},
    )
