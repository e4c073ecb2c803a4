"""What rises and what falls back: signals with their authors, products and posts, in sentences that cite them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from copilot.briefs.citing import Citations, value
from copilot.briefs.proofs import proof_sentences
from copilot.briefs.records import Item
from copilot.briefs.voices import said_of
from copilot.evidence import Evidence, Row
from copilot.lookups.aspects import aspects_of_term
from copilot.lookups.context import Context
from copilot.lookups.explain import explain_term
from copilot.lookups.trends import newest_signals, rising_terms, with_terms
from copilot.settings import Language
from copilot.wording import day, label, listing, number, phrase, ratio

_MOST_TRENDS = 8
_MOST_PRODUCTS = 4
_MOST_QUOTES = 3


@dataclass(frozen=True, kw_only=True)
class FoundTrend:
    """One signal of the morning, over all markets."""

    name: str
    """How the term is called in the brief's language."""
    stage: str
    product_ids: tuple[str, ...]
    """Products linked to it, closest first."""
    found_in: Evidence
    """The list of signals that it is in."""
    explained_by: Evidence
    said: Evidence | None = None
    """What people say of it by aspect; None: it was not read."""


def find_trends(context: Context, language: Language) -> tuple[FoundTrend, ...]:
    """Signals of the morning, gravest first. Raises `NoDataError` where none were looked for."""
    signals, _ = newest_signals(context)
    overall = with_terms(context, signals.filter(signals["market"] == ""), language)
    gravest = overall.sort(["severity", "ratio", "term_id"], descending=[True, True, False]).head(_MOST_TRENDS)
    found_in = rising_terms(context, limit=_MOST_TRENDS, language=language)
    trends: list[FoundTrend] = []
    read = context.workspace.settings.signals.aspects.in_briefs
    for row in gravest.iter_rows(named=True):
        explained = explain_term(context, row["term_id"], language=language)
        products = [about.labels["product_id"] for about in explained.rows if "product_id" in about.labels]
        trends.append(
            FoundTrend(
                name=row["term"],
                stage=row["stage"],
                product_ids=tuple(products),
                found_in=found_in,
                explained_by=explained,
                said=aspects_of_term(context, row["term_id"], language=language) if len(trends) < read else None,
            )
        )
    return tuple(trends)


def trend_items(trends: Sequence[FoundTrend], language: Language, citations: Citations) -> tuple[Item, ...]:
    """One item a trend."""
    return tuple(_item(trend, language, citations) for trend in trends)


def _item(trend: FoundTrend, language: Language, citations: Citations) -> Item:
    evidence = trend.explained_by
    cited = citations.cite(evidence)
    said = () if trend.said is None else tuple(said_of(trend.said, language, citations.cite(trend.said)))
    term = evidence.rows[0]
    since = term.dates.get("first_seen_on")
    sentences = [
        phrase(
            "briefs.signal.authors",
            language,
            authors=phrase("units.authors", language, count=int(value(term, "authors"))),
            ratio=ratio(value(term, "ratio"), language),
            expected=number(value(term, "expected_authors"), language, decimals=1),
            n=cited,
        )
    ]
    if since is not None:
        severity = number(value(term, "severity"), language)
        sentences.append(
            phrase("briefs.signal.severity", language, severity=severity, since=day(since, language), n=cited)
        )
    return Item(
        title=phrase("briefs.signal.title", language, term=trend.name, stage=label("stages", trend.stage, language)),
        sentences=(
            *sentences,
            *proof_sentences(evidence, language, cited),
            *said,
            _products(evidence.rows[1:], language, cited),
        ),
        citations=(cited, citations.cite(trend.said)) if trend.said is not None and said else (cited,),
        charts=evidence.charts[:1],
        quotes=evidence.quotes[:_MOST_QUOTES],
    )


def _products(rows: Sequence[Row], language: Language, cited: int) -> str:
    names = list(dict.fromkeys(row.labels["product"] for row in rows if "product" in row.labels))[:_MOST_PRODUCTS]
    if not names:
        return phrase("briefs.signal.no_products", language, n=cited)
    return phrase("briefs.signal.products", language, products=listing(names, language), n=cited)
