"""One term explained on the command line: `reassort signals --explain TERM`."""

from __future__ import annotations

import re

import click

from copilot.agent.evidence_json import to_json
from copilot.agent.naming import term_of
from copilot.agent.offline.writing.aspects import aspects
from copilot.agent.offline.writing.phrases import explained as explained_phrase
from copilot.agent.offline.writing.pieces import Page
from copilot.agent.offline.writing.trends import explained
from copilot.commands.options import note, print_json
from copilot.evidence import Evidence
from copilot.lookups.aspects import aspects_of_term
from copilot.lookups.context import Context
from copilot.lookups.explain import explain_term
from copilot.lookups.lift import kept_lift, update_lifts
from copilot.lookups.phrases import explain_phrase, phrase_named
from copilot.lookups.trends import newest_signals
from copilot.settings import Language
from copilot.signals.phrase_records import NewPhrase

_MARKS = re.compile(r"\s?\[(?:signal|posts)-[0-9a-f]+\]|\*\*")


def show_term(context: Context, term: str, *, market: str, language: Language, as_json: bool) -> None:
    """Print a term with its proof, or a new phrase, as the tool, the chat, the API and the brief have it.

    What a term's authors say of fit, quality and the like follows. Of a rising term whose effect on sales nobody
    measured this morning it is measured now, and kept.
    """
    phrase = phrase_named(context, term)
    if phrase is not None:
        _show_phrase(context, phrase, market=market, language=language, as_json=as_json)
        return
    term_id = term_of(context, term)
    signals, _ = newest_signals(context)
    if term_id in signals["term_id"] and kept_lift(context, term_id) is None:
        note("Measuring what rising terms do to sales...")
        update_lifts(context)
    evidence = explain_term(context, term_id, market=market.upper(), language=language)
    said = aspects_of_term(context, term_id, market=market.upper(), language=language)
    if as_json:
        print_json({**to_json(evidence), "aspects": to_json(said)})
        return
    click.echo(_MARKS.sub("", explained(Page(evidence=evidence, language=language))))
    click.echo(_read_from(evidence))
    click.echo("\n" + _MARKS.sub("", aspects(Page(evidence=said, language=language))))
    click.echo(_read_from(said))


def _show_phrase(context: Context, phrase: NewPhrase, *, market: str, language: Language, as_json: bool) -> None:
    if market:
        note("New phrases are looked for in all markets together: --market is left out.")
    evidence = explain_phrase(context, phrase, language=language)
    if as_json:
        print_json(to_json(evidence))
        return
    click.echo(_MARKS.sub("", explained_phrase(Page(evidence=evidence, language=language))))
    click.echo(_read_from(evidence))


def _read_from(evidence: Evidence) -> str:
    versions = ", ".join(f"{table} v{version}" for table, version in sorted(evidence.sources.items()))
    return f"\n{evidence.id} · {evidence.as_of} · {versions}"
