"""What the REST API takes and answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from copilot.agent.records import Answer
from copilot.charts import Chart
from copilot.evidence import Evidence
from copilot.settings import Language
from ingestion.post_checks import PostDifference

Evidences = TypeAdapter(Evidence)
"""Evidence to and from JSON."""


class Question(BaseModel):
    """A planner's question."""

    model_config = ConfigDict(extra="forbid")

    question: Annotated[str, Field(min_length=1, max_length=2000, description="In French or English.")]
    language: Language | None = Field(default=None, description="Of the answer; none: that of the question.")
    thread_id: str = Field(
        default="",
        pattern=r"^[A-Za-z0-9_-]{0,64}$",
        description="Conversation that the question goes on with, as a former answer named it; empty: a new one.",
    )


class SourceOut(BaseModel):
    """One piece of evidence that an answer cites."""

    number: int = Field(description="As cited in the text: [1].")
    label: str = Field(description="Which data, of when.")
    evidence: Evidence


class AnswerOut(BaseModel):
    """A checked answer."""

    text: str = Field(description="Markdown without links or images; its figures are in the sources.")
    language: Language
    thread_id: str
    model: str = Field(description="Which model answered.")
    sources: list[SourceOut]
    charts: list[Chart]
    follow_ups: list[str] = Field(description="Questions that could come next.")
    refusal: str = Field(description="Why nothing was answered; empty: something was.")

    @classmethod
    def of(cls, answer: Answer) -> AnswerOut:
        """The answer without what is for engineers."""
        return cls(
            text=answer.text,
            language=answer.language,
            thread_id=answer.thread_id,
            model=answer.model,
            sources=[SourceOut(number=s.number, label=s.label, evidence=s.evidence) for s in answer.sources],
            charts=list(answer.charts),
            follow_ups=list(answer.follow_ups),
            refusal=answer.refusal,
        )


class BriefOut(BaseModel):
    """A brief in the archive."""

    as_of: date
    language: Language
    html: str = Field(description="Where its page is.")
    markdown: str
    json_: str = Field(alias="json", serialization_alias="json")


class TableOut(BaseModel):
    """One table of the lake."""

    table: str
    rows: int
    version: int
    last_date: date | None


class PostSourceOut(BaseModel):
    """One source of posts, and how it did lately."""

    source: str
    kind: str = Field(description="As configured; empty: not configured, its posts came from a file.")
    posts: int
    last_success_at: datetime | None
    last_failure_at: datetime | None
    reason: str = Field(description="Why it fails; empty where it does not.")
    consecutive_failures: int
    next_try_at: datetime | None = Field(description="Until when it is left alone; none: the next run tries it.")


class StatusOut(BaseModel):
    """What the workspace holds."""

    as_of: date | None = Field(description="The morning that answers are for; none without sales.")
    model: str = Field(description="Chat model that answers.")
    tables: list[TableOut]
    sources: list[PostSourceOut]


class HealthOut(BaseModel):
    """Whether the service is up."""

    status: str = "ok"
    service: str = "reassort"
    version: str


@dataclass(frozen=True, kw_only=True)
class PostsChecked:
    """What is wrong between posts, index and what is kept about them."""

    differences: list[PostDifference]
    """What is still wrong."""
    repaired: list[PostDifference]
    """What was, before it was mended."""
