"""What the chat shows with an answer: its sources, each in a panel of its own, and its charts."""

from __future__ import annotations

from typing import ClassVar

import chainlit as cl
from chainlit.element import Element, ElementType
from pydantic.dataclasses import dataclass

from copilot.agent.records import Answer, Source
from copilot.settings import Language
from copilot.web.chat.sources import evidence_markdown
from copilot.web.plotly_charts import plotly_json
from copilot.wording import phrase


@dataclass
class PlotlyJson(Element):  # type: ignore[misc]  # Chainlit has no types here
    """A figure for the page's own plotly.js, as JSON: `cl.Plotly` would want the Plotly package for nothing."""

    type: ClassVar[ElementType] = "plotly"


def source_elements(answer: Answer) -> list[cl.Text]:
    """One panel a source, opened by its name in the answer."""
    return [
        cl.Text(name=_name(source, answer), content=_panel(source, answer.language), display="side")
        for source in answer.sources
    ]


def sources_line(answer: Answer) -> str:
    """The line that names the sources, which makes them links, and the model."""
    model = phrase("web.chat.answered_by", answer.language, model=answer.model)
    if not answer.sources:
        return f"*{model}*"
    lines = [f"- {_name(source, answer)} {source.label}" for source in answer.sources]
    return "\n".join([f"**{phrase('web.chat.sources', answer.language)}** · *{model}*", "", *lines])


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


def _panel(source: Source, language: Language) -> str:
    title = source.label[:1].upper() + source.label[1:]
    return f"**{title}**\n\n{evidence_markdown(source.evidence, language)}"


def _name(source: Source, answer: Answer) -> str:
    """With the evidence's id: a name that two answers share would open the sources of both."""
    return phrase("web.chat.source", answer.language, number=source.number, id=source.evidence.id)
