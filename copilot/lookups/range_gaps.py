"""What rises and the range has nothing like: terms and phrases, with the nearest products."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta

import polars as pl

from copilot.errors import NoDataError
from copilot.evidence import Evidence, Figure, Row, make_evidence
from copilot.lookups.context import Context
from copilot.lookups.like import carries, like_phrase, names_of, shown_links
from copilot.lookups.phrases import phrases_of
from copilot.lookups.rows import to_figures
from copilot.lookups.trends import newest_signals
from copilot.settings import Language
from copilot.signals.concepts import load_concepts
from copilot.signals.new_phrases import NEW_PHRASES
from copilot.signals.phrase_records import NewPhrase
from copilot.signals.records import ProductLink, TermKind
from copilot.signals.weeks import DAYS

_RISING = ("emerging", "rising", "peaking")
_NO_PRODUCTS: frozenset[TermKind] = frozenset({"problem", "brand"})
"""Kinds of terms that no product could be bought for: what goes wrong, and other houses."""


def range_gaps(context: Context, *, limit: int = 8, language: Language = "en") -> Evidence:
    """Rising terms and new phrases that no product of the range is like, those with the most authors first.

    Rows: `term`, `nearest` (products that have part of it, surest first), authors of the last seven days against those
    expected, `link_score` of the nearest product. Totals: `terms_checked`, `range_gaps`. Notes: `no_gaps`,
    `stale_signals`, `cut`. Raises `NoDataError` where signals were never looked for, or there is no catalogue.
    """
    signals, notes = newest_signals(context)
    rising = signals.filter(pl.col("market") == "", pl.col("stage").is_in(list(_RISING)))
    checked = [*_terms(context, rising, language), *_phrases(context)]
    checked = list({row.labels["term"]: (row, links) for row, links in checked}.values())
    gaps = [_with_nearest(context, row, links) for row, links in checked if not carries(links)]
    gaps.sort(key=lambda row: (-row.figures[0].value, row.labels["term"]))
    evidence = make_evidence(
        "signal",
        as_of=context.as_of,
        sources=context.versions("signals", "mentions", NEW_PHRASES, "posts", "products", "skus"),
        rows=gaps[:limit],
        totals=to_figures(
            {"terms_checked": len(checked), "range_gaps": len(gaps)}, {"terms_checked": "terms", "range_gaps": "terms"}
        ),
        dates={"since": context.as_of - timedelta(days=DAYS), "last_day": context.as_of - timedelta(days=1)},
        row_count=len(gaps),
        notes=[*notes, *([] if gaps else ["no_gaps"]), *(["cut"] if len(gaps) > limit else [])],
    )
    # Each row was held to the floor by itself.
    return context.floor.released(evidence, authors=context.floor.min_authors)


def _terms(context: Context, rising: pl.DataFrame, language: Language) -> Iterator[tuple[Row, list[ProductLink]]]:
    terms = context.lexicon.terms
    for cells in rising.iter_rows(named=True):
        term = terms.get(cells["term_id"])
        if term is not None and term.kind not in _NO_PRODUCTS:
            labels = {"term": context.lexicon.label(term.term_id, language), "term_id": term.term_id}
            row = _row(labels, cells["authors"], cells["expected_authors"])
            yield row, context.product_links.like_term(term.term_id)


def _phrases(context: Context) -> Iterator[tuple[Row, list[ProductLink]]]:
    with suppress(NoDataError):
        for phrase in phrases_of(context)[1]:
            week = phrase.weeks[-1]
            links = like_phrase(context, phrase)
            if context.floor.shows(week.authors) and (links or _is_of_clothes(context, phrase)):
                labels = {"term": phrase.phrase, "phrase_id": phrase.phrase_id}
                yield _row(labels, week.authors, week.expected_authors), links


def _is_of_clothes(context: Context, phrase: NewPhrase) -> bool:
    """Whether a word of the phrase is something that a product can be: `prime` is nothing that a range lacks."""
    terms = context.lexicon.terms
    meant = (id for meaning in load_concepts(context.lexicon).of(phrase.phrase, phrase.language) for id in meaning)
    return any(id in terms and terms[id].kind not in _NO_PRODUCTS for id in meant)


def _row(labels: dict[str, str], authors: float, expected: float) -> Row:
    figures = (
        Figure(name="authors", value=float(authors), unit="authors"),
        Figure(name="expected_authors", value=float(expected), unit="authors"),
    )
    return Row(labels=labels, figures=figures)


def _with_nearest(context: Context, row: Row, links: list[ProductLink]) -> Row:
    nearest = shown_links(links, limit=2)
    if not nearest:
        return row
    score = Figure(name="link_score", value=nearest[0].score, unit="share")
    labels = {**row.labels, "nearest": names_of(context, nearest)}
    return Row(labels=labels, figures=(*row.figures, score), reasons=nearest[0].reasons)
