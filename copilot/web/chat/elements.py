"""What the chat shows with an answer: its sources, which open in a panel, its charts, and what to ask next."""

from __future__ import annotations

from typing import ClassVar

import chainlit as cl
from chainlit.element import Element, ElementType
from pydantic.dataclasses import dataclass

from copilot.agent.records import Answer, Source
from copilot.web.chat.sources import evidence_markdown
from copilot.web.plotly_charts import plotly_json
from copilot.wording import phrase

OPEN_SOURCE, ASK = "open_source", "ask"
"""Names of the buttons' callbacks."""


@dataclass
class PlotlyJson(Element):  # type: ignore[misc]  # Chainlit has no types here
    """A figure for the page's own plotly.js, as JSON: `cl.Plotly` would want the Plotly package for nothing."""

    type: ClassVar[ElementType] = "plotly"


def sources_text(answer: Answer) -> str:
    """The lines that say what the numbers in the answer stand for, and which model answered."""
    model = phrase("web.chat.answered_by", answer.language, model=answer.model)
    if not answer.sources:
        return f"*{model}*"
    lines = [f"{source.number}. {source.label} ({source.evidence.id})" for source in answer.sources]
    return "\n".join([f"**{phrase('web.chat.sources', answer.language)}** · *{model}*", "", *lines])


def answer_actions(answer: Answer) -> list[cl.Action]:
    """Buttons below the answer: one opens each source, then the questions that could come next."""
    return [
        *(cl.Action(name=OPEN_SOURCE, payload=_panel(source, answer), label=_name(source, answer), icon="book-open")
          for source in answer.sources),
        *(cl.Action(name=ASK, payload={"question": next}, label=next, icon="message-circle")
          for next in answer.follow_ups),
    ]  # fmt: skip


async def open_source(payload: dict[str, str]) -> None:
    """Show a source in the panel, in place of what it showed."""
    panel = cl.Text(name=payload["title"], content=payload["content"])
    await cl.ElementSidebar.set_elements([panel], key=payload["id"])
    await cl.ElementSidebar.set_title(payload["title"])


def chart_elements(answer: Answer) -> list[PlotlyJson]:
    """The answer's charts, below it."""
    return [
        PlotlyJson(
            name=chart.title,
            content=plotly_json(chart, language=answer.language),
            display="inline",
            size="large",
            mime="application/json",
        )
        for chart in answer.charts
    ]


def _panel(source: Source, answer: Answer) -> dict[str, str]:
    title = source.label[:1].upper() + source.label[1:]
    return {
        "id": source.evidence.id,
        "title": f"{_name(source, answer)} · {source.evidence.id}",
        "content": f"**{title}**\n\n{evidence_markdown(source.evidence, answer.language)}",
    }


def _name(source: Source, answer: Answer) -> str:
    return phrase("web.chat.source", answer.language, number=source.number)
