"""A brief as data: what is written, checked, rendered and archived."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Literal

from copilot.charts import Chart
from copilot.evidence import Evidence, Quote
from copilot.settings import Language

SectionName = Literal["to_do", "rising", "fading", "lacking", "at_risk", "unknown"]


@dataclass(frozen=True, kw_only=True)
class Item:
    """One line of the brief, with what it rests on."""

    title: str
    sentences: tuple[str, ...]
    """Plain text; each sentence with a figure cites evidence as [n]."""
    citations: tuple[int, ...]
    """Numbers of the evidence cited, into `Brief.evidence`."""
    charts: tuple[Chart, ...] = ()
    table: tuple[Mapping[str, str], ...] = ()
    """Rows behind the line, formatted: column heading -> cell."""
    quotes: tuple[Quote, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Section:
    """Items under one heading."""

    name: SectionName
    heading: str
    items: tuple[Item, ...]
    empty: str = ""
    """What to say when there is no item."""


@dataclass(frozen=True, kw_only=True)
class Brief:
    """The trend-and-restock brief of one morning in one language."""

    as_of: date
    language: Language
    title: str
    data_until: str
    """How far the data reach, in words."""
    summary: tuple[str, ...]
    sections: tuple[Section, ...]
    evidence: Mapping[int, Evidence]
    """Number in the text -> evidence."""
    sources: Mapping[str, int] = field(default_factory=dict)
    """Lake table -> version read: the brief can be made again from these."""


@dataclass(frozen=True, kw_only=True)
class BriefRef:
    """A brief as archived."""

    as_of: date
    language: Language
    path_html: Path
    path_md: Path
    path_json: Path
