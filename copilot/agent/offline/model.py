"""The offline model: a LangChain chat model that needs no key and no network, and answers the same each time.

It reads the question's words (`intents`), looks up its names with a tool, calls the tools that answer it (`routing`),
and writes from their messages alone (`writing`). It knows nothing that a tool did not say.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_openai_tool
from typing_extensions import override

from copilot.agent.names import RECOGNISE, Names
from copilot.agent.offline import replies
from copilot.agent.offline.conversation import Result, Turn, turns_of
from copilot.agent.offline.intents import TASKS, Intent, intent_of
from copilot.agent.offline.reading import read, text_to_look_up
from copilot.agent.offline.routing import Call, calls_for
from copilot.agent.offline.writing.compose import compose
from copilot.lookups.lacking import NOT_IN_RANGE
from copilot.settings import Language


class OfflineModel(BaseChatModel):
    """Answers planners' questions by rules. Deterministic; one instance can serve many threads."""

    language: Language = "en"
    """Language of the answers."""
    as_of: date | None = None
    """The morning that it answers on: decides whether days asked for are still to come."""
    tools: tuple[str, ...] = ()
    """Names of the tools that it may call; `bind_tools` sets them."""

    @property
    @override
    def _llm_type(self) -> str:
        return "reassort-offline"

    @override
    def bind_tools(
        self,
        tools: Sequence[dict[str, Any] | type | Callable[..., Any] | BaseTool],
        *,
        tool_choice: str | None = None,
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """A copy that may call `tools`."""
        return self.model_copy(update={"tools": tuple(map(_name_of, tools))})

    @override
    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        reply = self._reply(turns_of(messages))
        return ChatResult(generations=[ChatGeneration(message=reply)])

    def _reply(self, turns: Sequence[Turn]) -> AIMessage:
        if not turns:
            return AIMessage(content=replies.not_understood(self.language))
        turn = turns[-1]
        if turn.results:
            # What is answered is about the names that are known: the others are said first.
            names = turn.names.unknown if turn.names else ()
            unknown = replies.unknown(names, self.language)
            if any(not name.places for name in names) and all(map(_tells_lacking, turn.results)):
                # That the range has no jumpsuit says nothing of the `Zebulon` one.
                return AIMessage(content=unknown)
            return AIMessage(content=f"{unknown}\n\n{compose(turn.results, self.language)}".strip())
        if turn.names is None:
            return self._first_step(turns)
        return self._second_step(turns, turn.names)

    def _first_step(self, turns: Sequence[Turn]) -> AIMessage:
        """Small talk and what is not in the data need no lookup; all else begins with the names."""
        text = replies.small_talk(intent_of(turns[-1].question).intent, self.language)
        if text:
            return AIMessage(content=text)
        return self._calling([Call(tool=RECOGNISE, arguments={"text": text_to_look_up(turns)})], turns)

    def _second_step(self, turns: Sequence[Turn], names: Names) -> AIMessage:
        reading = read(turns)
        if reading.names.ambiguous and reading.intent != "trends":
            return AIMessage(content=replies.which_one(reading.names.ambiguous[0], self.language))
        if replies.is_about_unknown(names, reading.intent):
            return AIMessage(content=replies.unknown(names.unknown, self.language))
        if not _is_task(reading.intent):
            return AIMessage(content=replies.not_understood(self.language))
        calls = [call for call in calls_for(reading, self.as_of or date.min) if call.tool in self.tools]
        return self._calling(calls, turns) if calls else AIMessage(content=replies.not_understood(self.language))

    def _calling(self, calls: Sequence[Call], turns: Sequence[Turn]) -> AIMessage:
        return AIMessage(
            content="",
            tool_calls=[
                {"name": call.tool, "args": call.arguments, "id": _id(len(turns), number, call), "type": "tool_call"}
                for number, call in enumerate(calls)
            ],
        )


def _id(turn: int, number: int, call: Call) -> str:
    """The same call at the same place of a thread has the same id."""
    content = f"{turn}/{number}/{call.tool}/{sorted(call.arguments.items(), key=str)}"
    return f"call_{hashlib.sha256(content.encode()).hexdigest()[:16]}"


def _tells_lacking(result: Result) -> bool:
    notes = result.evidence.notes if result.evidence else ()
    return any(note.partition(":")[0] == NOT_IN_RANGE for note in notes)


def _is_task(intent: Intent | None) -> bool:
    return intent in TASKS


def _name_of(tool: dict[str, Any] | type | Callable[..., Any] | BaseTool) -> str:
    if isinstance(tool, BaseTool):  # spares the schema, 7 ms a tool
        return tool.name
    return str(convert_to_openai_tool(tool)["function"]["name"])
