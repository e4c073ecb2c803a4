"""`reassort forecast --explain`: what a forecast rests on."""

from __future__ import annotations

import re

import click

from copilot.agent.evidence_json import to_json
from copilot.agent.offline.writing.forecasts import reasons
from copilot.agent.offline.writing.pieces import Page
from copilot.commands.options import print_json
from copilot.evidence import Evidence
from copilot.lookups.context import Context
from copilot.lookups.forecast_reasons import forecast_reasons
from copilot.lookups.scope import Period, Scope
from copilot.settings import Language

_MARKS = re.compile(r"\s?\[forecast-[0-9a-f]+\]|\*\*")


def show_reasons(context: Context, scope: Scope, *, period: Period | None, language: Language, as_json: bool) -> None:
    """Print what the kept forecasts of the scope rest on, as the tool, the chat and the API have it."""
    evidence = forecast_reasons(context, scope, period=period, language=language)
    print_page(evidence, reasons(Page(evidence=evidence, language=language)), as_json=as_json)


def print_page(evidence: Evidence, text: str, *, as_json: bool) -> None:
    """The evidence as JSON, or what is written of it with where it comes from."""
    if as_json:
        print_json(to_json(evidence))
        return
    click.echo(_MARKS.sub("", text))
    versions = ", ".join(f"{table} v{version}" for table, version in sorted(evidence.sources.items()))
    click.echo(f"\n{evidence.id} · {evidence.as_of} · {versions}")
