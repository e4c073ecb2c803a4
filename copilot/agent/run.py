"""One question through the model and its tools, up to a text that was checked against the evidence."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field

from langchain_core.messages import AIMessage, AnyMessage, BaseMessage, HumanMessage, RemoveMessage, ToolMessage
from langchain_core.runnables import RunnableConfig
from langgraph.graph.state import CompiledStateGraph

import prompts
from copilot import wording
from copilot.agent.citations import Numbered, numbered, sources
from copilot.agent.evidence_json import from_json
from copilot.agent.follow_ups import follow_ups
from copilot.agent.guard import inert
from copilot.agent.names import RECOGNISE, Names
from copilot.agent.records import Answer, Refusal, ToolFinished, ToolStarted
from copilot.charts import Chart
from copilot.evidence import Evidence
from copilot.grounding import check_text
from copilot.settings import Language

_MAX_CHARTS = 3


@dataclass(kw_only=True)
class Run:
    """One question. `events` first, then `answer`."""

    graph: CompiledStateGraph  # type: ignore[type-arg]  # its state types are langchain's own
    config: RunnableConfig
    question: str
    language: Language
    thread_id: str
    model: str
    found: dict[str, Evidence] = field(default_factory=dict)
    """Evidence by id: what tools found now, with charts, and what they found earlier in the thread, without."""
    may_retry: bool = False
    """Whether the model can do better when told what is wrong: the offline one cannot."""

    async def events(self, *, cut_off: Sequence[RemoveMessage] = ()) -> AsyncIterator[ToolStarted | ToolFinished]:
        """Ask, and tell of each tool as it starts and finishes. `cut_off` is taken out of the thread first."""
        async for event in self._stream([*cut_off, HumanMessage(self.question)]):
            yield event

    async def answer(self) -> Answer:
        """The model's last text where its figures are held, after one more try; else a refusal, kept in its place."""
        messages = await self._messages()
        text, problems = self._checked(messages)
        if problems and self.may_retry:
            async for _ in self._stream([HumanMessage(self._complaint(problems))]):
                pass
            before, messages = messages, await self._messages()
            text, problems = self._checked(messages)
            await self._drop(messages, since=len(before))
        if problems:
            await self._replace_last(messages, wording.phrase("agent.refused.ungrounded", self.language))
            return self.refused("ungrounded", problems)
        return self._answered(text, _products_asked(messages))

    def refused(self, refusal: Refusal, problems: Sequence[str] = ()) -> Answer:
        """An answer that says why there is none."""
        return Answer(
            text=wording.phrase(f"agent.refused.{refusal}", self.language),
            language=self.language,
            thread_id=self.thread_id,
            model=self.model,
            refusal=refusal,
            problems=tuple(problems),
        )

    def _answered(self, text: Numbered, about: Mapping[str, str]) -> Answer:
        return Answer(
            text=text.text,
            language=self.language,
            thread_id=self.thread_id,
            model=self.model,
            sources=sources(text.evidence, self.language),
            charts=_charts(text.evidence),
            follow_ups=follow_ups(text.evidence, self.language, about=about),
        )

    async def _stream(self, messages: Sequence[BaseMessage]) -> AsyncIterator[ToolStarted | ToolFinished]:
        # Kept once, at the end: a checkpoint holds the whole thread, and each step would write it again.
        updates = self.graph.astream({"messages": messages}, self.config, stream_mode="updates", durability="exit")
        async for update in updates:
            for change in update.values():
                for message in (change or {}).get("messages", ()):
                    for event in self._events(message):
                        yield event

    def _events(self, message: object) -> list[ToolStarted | ToolFinished]:
        if isinstance(message, AIMessage):
            return [
                ToolStarted(
                    call_id=str(call["id"]),
                    tool=call["name"],
                    label=wording.label("agent.steps", call["name"], self.language),
                    arguments={name: _shown(value) for name, value in call["args"].items()},
                )
                for call in message.tool_calls
            ]
        if isinstance(message, ToolMessage):
            failed = message.status == "error"
            return [
                ToolFinished(
                    call_id=message.tool_call_id,
                    tool=message.name or "",
                    evidence=None if failed else self._evidence(message),
                    error=message.text if failed else "",
                )
            ]
        return []

    def _evidence(self, message: ToolMessage) -> Evidence | None:
        if message.artifact is None:
            return None
        evidence = from_json(message.artifact)
        # The copy that the tool left has its charts.
        return self.found.setdefault(evidence.id, evidence)

    async def _messages(self) -> list[AnyMessage]:
        state = await self.graph.aget_state(self.config)
        messages: list[AnyMessage] = state.values.get("messages", [])
        for message in messages:
            if isinstance(message, ToolMessage) and message.status != "error":
                self._evidence(message)
        return messages

    def _checked(self, messages: Sequence[AnyMessage]) -> tuple[Numbered, list[str]]:
        last = messages[-1] if messages else None
        text = numbered(inert(last.text) if isinstance(last, AIMessage) else "", self.found)
        if not text.text.strip():
            return text, ["there is no text"]
        problems = check_text(text.text, text.evidence, self.language, question=self._given(messages))
        return text, [str(problem) for problem in problems]

    def _given(self, messages: Sequence[AnyMessage]) -> str:
        """Words that may be quoted back: the question's, the names that were read in it, and why a tool failed."""
        said = [
            message.text
            for message in messages
            if isinstance(message, HumanMessage)
            or (isinstance(message, ToolMessage) and (message.name == RECOGNISE or message.status == "error"))
        ]
        return "\n".join(said)

    def _complaint(self, problems: Sequence[str]) -> str:
        return prompts.load("retry", self.language).render(problems="\n".join(f"- {problem}" for problem in problems))

    async def _drop(self, messages: Sequence[AnyMessage], *, since: int) -> None:
        """Take the refused text and the complaint out of the thread; what came of them stays."""
        removed = [message for message in messages[since - 1 : since + 1] if message.id]
        await self._update([RemoveMessage(id=str(message.id)) for message in removed])

    async def _replace_last(self, messages: Sequence[AnyMessage], text: str) -> None:
        if messages and isinstance(messages[-1], AIMessage):
            await self._update([AIMessage(content=text, id=messages[-1].id)])

    async def _update(self, messages: Sequence[BaseMessage]) -> None:
        await self.graph.aupdate_state(self.config, {"messages": messages}, as_node="model")


def _products_asked(messages: Sequence[AnyMessage]) -> dict[str, str]:
    """Evidence id -> name of the product, for tools that were asked for one product alone."""
    called: dict[str, str] = {}
    asked: dict[str, str] = {}
    about: dict[str, str] = {}
    for message in messages:
        if isinstance(message, AIMessage):
            ids = {str(call["id"]): call["args"].get("product_ids") or [] for call in message.tool_calls}
            asked |= {call_id: products[0] for call_id, products in ids.items() if len(products) == 1}
        elif isinstance(message, ToolMessage) and message.status != "error":
            if message.name == RECOGNISE:
                called |= Names.model_validate_json(message.text).called
            elif message.artifact is not None and asked.get(message.tool_call_id) in called:
                about[from_json(message.artifact).id] = called[asked[message.tool_call_id]]
    return about


def _charts(evidence: Mapping[int, Evidence]) -> tuple[Chart, ...]:
    """Charts of what is cited, in order, none twice."""
    return tuple(dict.fromkeys(chart for _, piece in sorted(evidence.items()) for chart in piece.charts))[:_MAX_CHARTS]


def _shown(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
