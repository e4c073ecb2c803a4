"""A brief in its three forms: HTML that needs no script, Markdown for a message, JSON for a program."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from copilot.briefs.records import Brief
from copilot.briefs.svg import NARROW, render_svg
from copilot.charts import Chart
from copilot.evidence import Evidence
from copilot.settings import Language
from copilot.wording import day, label, phrase

_CITATION = re.compile(r"\s?\[(\d+)\](\.?)")
_MARKDOWN_SPECIAL = re.compile(r"([\\`*_{}<>#|!~\[\]])")


def render_html(brief: Brief) -> str:
    """One self-contained page; everything that came from data is escaped."""
    return (
        _environment()
        .get_template("brief.html")
        .render(
            brief=brief,
            words=_words(brief.language),
            sources=[(number, _source_line(evidence, brief.language)) for number, evidence in brief.evidence.items()],
        )
    )


def render_markdown(brief: Brief) -> str:
    """The brief as Markdown, without charts; text from data cannot become markup."""
    words = _words(brief.language)
    lines = [f"# {brief.title}", "", brief.data_until, ""]
    lines += [f"{sentence}" for sentence in brief.summary] + [""]
    for section in brief.sections:
        lines += [f"## {section.heading}", ""]
        if not section.items:
            lines += [section.empty, ""]
        for number, item in enumerate(section.items, start=1):
            lines += [f"{number}. **{_markdown(item.title)}**  ", f"   {' '.join(item.sentences)}"]
            lines += [f"   {words['said']}", ""] if item.quotes else []
            lines += [f"   > {_markdown(quote.text)} ({quote.author}, {quote.source})" for quote in item.quotes]
            lines += [""]
    lines += [f"## {words['sources']}", ""]
    lines += [f"[{number}] {_source_line(evidence, brief.language)}  " for number, evidence in brief.evidence.items()]
    return "\n".join(lines).rstrip() + "\n"


def render_json(brief: Brief) -> str:
    """Every field of the brief and its evidence."""
    return json.dumps(asdict(brief), ensure_ascii=False, indent=1, default=_plain)


def _source_line(evidence: Evidence, language: Language) -> str:
    versions = ", ".join(f"{table} v{version}" for table, version in sorted(evidence.sources.items()))
    kind = label("kinds", evidence.kind, language)
    return f"{kind} · {day(evidence.as_of, language, year=True)} · {versions} · {evidence.id}"


def _words(language: Language) -> Mapping[str, str]:
    keys = ("brief", "sources", "posts", "rows", "said")
    return {key: phrase(f"briefs.page.{key}", language) for key in keys}


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["cited"] = _cited
    environment.filters["svg"] = _svg
    environment.filters["day"] = day
    return environment


def _cited(sentence: str) -> Markup:
    """The sentence escaped, its [n] made links to the sources below."""
    return Markup(_CITATION.sub(r'\2<a class="cite" href="#source-\1">\1</a>', str(escape(sentence))))


def _svg(chart: Chart) -> Markup:
    """For a wide page and for a narrow one. Where styles are lost, the wide one alone is shown."""
    return Markup(
        f'<div class="wide">{render_svg(chart)}</div><div class="narrow" hidden>{render_svg(chart, NARROW)}</div>'
    )


def _markdown(text: str) -> str:
    return _MARKDOWN_SPECIAL.sub(r"\\\1", text.replace("\n", " "))


def _plain(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no JSON form")
