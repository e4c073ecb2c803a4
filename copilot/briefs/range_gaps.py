"""What the range lacks, and phrases that nobody listed: in sentences that cite them."""

from __future__ import annotations

from collections.abc import Sequence

from copilot.briefs.citing import Citations, value
from copilot.briefs.records import Item
from copilot.errors import NoDataError
from copilot.evidence import Evidence, Row
from copilot.lookups.context import Context
from copilot.lookups.like import RANGE_GAP
from copilot.lookups.phrases import explain_phrase, phrases_of
from copilot.lookups.range_gaps import range_gaps
from copilot.settings import Language
from copilot.wording import day, listing, number, phrase

_MOST_GAPS = 6
_MOST_PHRASES = 4
_MOST_PRODUCTS = 4
_MOST_QUOTES = 3


def gap_items(context: Context, language: Language, citations: Citations) -> tuple[Item, ...]:
    """One item for each that rises and no product is like. Raises `NoDataError` where signals were never looked for."""
    gaps = range_gaps(context, limit=_MOST_GAPS, language=language)
    cited = citations.cite(gaps) if gaps.rows else 0
    return tuple(_gap_item(row, language, cited) for row in gaps.rows)


def phrase_items(context: Context, language: Language, citations: Citations) -> tuple[Item, ...]:
    """One item a phrase that no list of terms has, surest first; none where they were never looked for."""
    try:
        _, found = phrases_of(context)
    except NoDataError:
        return ()
    explained = [explain_phrase(context, one, language=language) for one in found[:_MOST_PHRASES]]
    return tuple(_phrase_item(one, language, citations.cite(one)) for one in explained)


def _gap_item(row: Row, language: Language, cited: int) -> Item:
    nearest = row.labels.get("nearest", "")
    sentences = [
        phrase("briefs.lacking.gap", language, **_counts(row, language), n=cited),
        phrase("briefs.lacking.nearest", language, products=nearest, n=cited)
        if nearest
        else phrase("briefs.lacking.nothing_near", language, n=cited),
    ]
    title = phrase("briefs.lacking.title", language, term=row.labels["term"])
    return Item(title=title, sentences=tuple(sentences), citations=(cited,))


def _phrase_item(evidence: Evidence, language: Language, cited: int) -> Item:
    row = evidence.rows[0]
    since = day(row.dates["first_seen_on"], language)
    sentences = [phrase("briefs.phrase.authors", language, **_counts(row, language), since=since, n=cited)]
    if "forms" in row.labels:
        sentences.append(phrase("briefs.phrase.also", language, forms=row.labels["forms"], n=cited))
    sentences.append(_products(evidence, language, cited))
    return Item(
        title=phrase("briefs.phrase.title", language, phrase=row.labels["term"]),
        sentences=tuple(sentences),
        citations=(cited,),
        charts=evidence.charts[:1],
        quotes=evidence.quotes[:_MOST_QUOTES],
    )


def _products(evidence: Evidence, language: Language, cited: int) -> str:
    if RANGE_GAP in evidence.notes:
        return phrase("briefs.phrase.gap", language, n=cited)
    named = [row.labels["product"] for row in evidence.rows if "product" in row.labels]
    names: Sequence[str] = list(dict.fromkeys(named))[:_MOST_PRODUCTS]
    return phrase("briefs.phrase.products", language, products=listing(names, language), n=cited)


def _counts(row: Row, language: Language) -> dict[str, str]:
    return {
        "authors": phrase("units.authors", language, count=int(value(row, "authors"))),
        "expected": number(value(row, "expected_authors"), language),
    }
