"""`reassort signals`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path

import click
from rich.table import Table

from copilot.commands.console import stdout_console
from copilot.commands.explained import show_term
from copilot.commands.options import (
    as_of_option,
    home_option,
    json_option,
    language_option,
    note,
    open_workspace,
    print_json,
)
from copilot.commands.progress import progress_bars
from copilot.lookups.context import Context, last_morning
from copilot.lookups.lift import lift_of_term
from copilot.lookups.like import carries, like_phrase, shown_links
from copilot.lookups.phrases import phrases_of
from copilot.lookups.trends import newest_signals
from copilot.settings import Language
from copilot.signals.kept import in_order
from copilot.signals.lexicon import load_lexicon
from copilot.signals.lift import Lift
from copilot.signals.new_phrases import update_phrases_of
from copilot.signals.phrase_records import NewPhrase
from copilot.signals.records import Signal
from copilot.signals.run import update_signals
from copilot.wording import label, number, ratio, share

_LEAST_P = 0.001
_MOST_PRODUCTS = 5


@click.command()
@home_option
@as_of_option
@language_option
@json_option
@click.option(
    "--explain",
    "explained",
    metavar="TERM",
    help="Explain a term or a new phrase instead: who, where, how long, what it does.",
)
@click.option(
    "--market", default="", metavar="COUNTRY", help="ISO 3166 country to explain it in.  [default: all markets]"
)
@click.option("--lift", "lift_of", metavar="TERM", help="Measure what a rising term does to sales instead.")
def signals(
    home: Path,
    as_of: date | None,
    language: Language | None,
    as_json: bool,
    explained: str | None,
    market: str,
    lift_of: str | None,
) -> None:
    """Find the terms that more authors say than expected, and keep them for briefs and answers."""
    workspace = open_workspace(home)
    morning = as_of or last_morning(workspace)
    if explained is not None:
        with Context(workspace, morning) as context:
            shown_in = language or workspace.settings.language
            show_term(context, explained, market=market, language=shown_in, as_json=as_json)
        return
    if lift_of is not None:
        with Context(workspace, morning) as context:
            _show_lift(lift_of_term(context, context.lexicon.named(lift_of).term_id), as_json=as_json)
        return
    with progress_bars() as progress:
        update_signals(
            workspace.lake,
            workspace.warehouse,
            morning,
            workspace.settings.signals,
            progress=progress,
        )
        update_phrases_of(workspace, morning)
    with Context(workspace, morning) as context:
        shown, _ = newest_signals(context)
        _, phrases = phrases_of(context)
    # What one account alone did is no figure to show.
    found = in_order([Signal(**row) for row in shown.iter_rows(named=True)])
    if as_json:
        rows = [asdict(signal) for signal in found]
        kept = [{name: value for name, value in row.items() if name != "top_author_share"} for row in rows]
        print_json({"signals": kept, "phrases": [_phrase(context, phrase) for phrase in phrases]})
        return
    language = language or workspace.settings.language
    if found:
        stdout_console().print(_table(found, language))
    else:
        note("No term is said by more authors than expected.")
    if phrases:
        note("Said by more authors than before, and in no list of terms:")
        stdout_console().print(_phrases(phrases, language))


def _show_lift(lift: Lift, *, as_json: bool) -> None:
    if as_json:
        print_json(asdict(lift))
        return
    sizes = f"{lift.products} products against {lift.controls} others, {lift.days} days"
    if lift.share is None or lift.low is None or lift.high is None:
        click.echo(f"Not enough evidence: {sizes}.")
        return
    verdict = {"lift": "Lift", "no_lift": "No lift", "not_enough_evidence": "Not enough evidence"}[lift.verdict]
    delay = f", {lift.delay_days} days after the rise" if lift.delay_days is not None else ""
    click.echo(f"{verdict}: {lift.share:+.0%} (80 %: {lift.low:+.0%} to {lift.high:+.0%}){delay}; {sizes}.")
    chance = f"p {lift.p_value:.3f}" if lift.p_value is not None and lift.p_value >= _LEAST_P else f"p under {_LEAST_P}"
    click.echo(f"{chance}; of the others {lift.placebo_share:.0%} lie as far above the rest.")


def _phrase(context: Context, phrase: NewPhrase) -> dict[str, object]:
    """A phrase with its products; weeks with too few authors are left out."""
    links = like_phrase(context, phrase)
    told = {name: value for name, value in asdict(phrase).items() if name != "form_authors"}
    return {
        **told,
        "weeks": [asdict(week) for week in phrase.weeks if context.floor.shows(week.authors)],
        "products": [asdict(link) for link in shown_links(links, _MOST_PRODUCTS)],
        "in_range": carries(links),
    }


def _phrases(found: Sequence[NewPhrase], language: Language) -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in ("phrase", "language", "since", "authors in 14 days", "expected", "q"):
        table.add_column(heading, justify="left" if heading in {"phrase", "language", "since"} else "right")
    for phrase in found:
        table.add_row(
            phrase.phrase,
            phrase.language,
            str(phrase.first_day),
            number(phrase.authors, language),
            number(phrase.expected_authors, language, decimals=1),
            share(phrase.q_value, language),
        )
    return table


def _table(found: Sequence[Signal], language: Language) -> Table:
    names = {term_id: term.labels for term_id, term in load_lexicon().terms.items()}
    table = Table(box=None, pad_edge=False)
    for heading in ("term", "market", "stage", "severity", "authors", "expected", "ratio", "q"):
        table.add_column(heading, justify="left" if heading in {"term", "market", "stage"} else "right")
    for signal in found:
        table.add_row(
            names[signal.term_id][language],
            signal.market or "*",
            label("stages", signal.stage, language),
            str(signal.severity),
            number(signal.authors, language),
            number(signal.expected_authors, language, decimals=1),
            ratio(signal.ratio, language),
            share(signal.q_value, language),
        )
    return table
