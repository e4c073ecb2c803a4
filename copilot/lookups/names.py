"""From a question in French or English, mistyped or not, to ids and catalogue values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain

import polars as pl

from copilot.lookups.absent import find_absent
from copilot.lookups.amounts import find_budget, find_limit, find_top
from copilot.lookups.context import Context
from copilot.lookups.period_pairs import find_compared
from copilot.lookups.periods import compares_last_year, find_period
from copilot.lookups.product_names import NamedProducts
from copilot.lookups.recognised import Ambiguity, Candidate, Recognised
from copilot.lookups.sizes import find_absent_sizes, find_sizes
from copilot.lookups.spans import Span, find_spans, values_of
from copilot.lookups.spelling import respell
from copilot.lookups.text import Token, singular, tokens
from copilot.lookups.unknown import find_codes, find_unknown
from copilot.lookups.vocabulary import Vocabulary

_COLUMNS = {"categories": "category", "departments": "department", "materials": "material", "colours": "colour"}
_PLACE_CUES = frozenset(
    ["a", "in", "at", "for", "pour", "de", "to", "vers", "from", "chez", "near", "sur", "et", "and", "ou", "or", "au"]
)


def recognise(context: Context, text: str) -> Recognised:
    """Everything that the text names. Nothing raises: what means several things, or nothing, is in the answer.

    Raises `NoDataError` only where there is no catalogue at all.
    """
    vocabulary, lexicon = context.vocabulary, context.lexicon
    asked, against = find_compared(text, context.as_of, find_period(text, context.as_of))
    sku_ids, product_codes = find_codes(text, vocabulary.skus), find_codes(text, vocabulary.products.ids)
    # Words of a period are dates and parts of codes are codes: `mars` is no product, `15` no size.
    parts = [(code.start, code.end) for code in (*sku_ids, *product_codes)]
    parts += find_top(text)
    rest = _without(text, [*parts, *((named.start, named.end) for named in (asked, against) if named)])
    read, corrections = respell(tokens(rest), vocabulary.spellings, vocabulary.common | vocabulary.listed)
    spans = {kind: find_spans(read, getattr(vocabulary, kind)) for kind in (*_COLUMNS, "countries")}
    # The jean of `veste en jean` is what the jacket is made of.
    spans["categories"] = [span for span in spans["categories"] if not span.inside(spans["materials"])]
    if len(spans["departments"]) > 1:
        # `accessoires` beside `femme` is the department, not the articles in it.
        spans["categories"] = [span for span in spans["categories"] if not span.inside(spans["departments"])]
    places = _find_places(read, rest, vocabulary, spans["colours"])
    named = vocabulary.products.find(read, rest)
    named_words = {word for name in named for word in name.words}
    of_products = {place for place, token in enumerate(read) if singular(token.word) in named_words}
    product_ids, ambiguous = _settle(context, named, spans, read, rest)
    coloured = [span for span in spans["colours"] if not span.inside(places) and not of_products & set(span.places())]
    sized = of_products | {span.end - 1 for span in chain(spans["categories"], coloured)}
    known = of_products | {place for span in chain(places, *spans.values()) for place in span.places()}
    absent = {
        kind: find_absent(read, phrases, near=_articles(of_products, spans, coloured), known=known)
        for kind, phrases in vocabulary.absent.items()
    }
    known |= {place for span in chain.from_iterable(absent.values()) for place in span.places()}
    sized |= {span.end - 1 for span in absent["colours"]}
    absent_sizes = find_absent_sizes(read, rest, vocabulary.sizes, after=sized)
    known |= set(absent_sizes)
    return Recognised(
        product_ids=tuple(dict.fromkeys([*(code.id for code in product_codes), *product_ids])),
        sku_ids=tuple(dict.fromkeys(code.id for code in sku_ids)),
        categories=values_of(spans["categories"]),
        departments=values_of(spans["departments"]),
        materials=_materials(context, product_ids, values_of([*spans["materials"], *absent["materials"]])),
        colours=values_of([*coloured, *absent["colours"]]),
        sizes=(*find_sizes(read, rest, vocabulary.sizes, after=sized), *absent_sizes.values()),
        location_ids=values_of(places),
        countries=values_of(spans["countries"]),
        term_ids=_find_terms(context, text, read, places),
        period=None if asked is None else asked.period,
        against=None if against is None else against.period,
        compares_last_year=compares_last_year(text),
        limit=find_limit(text),
        budget=find_budget(text),
        corrections=corrections,
        ambiguous=ambiguous,
        unknown=find_unknown(read, rest, vocabulary, lexicon, named=known),
    )


def _materials(context: Context, product_ids: Sequence[str], said: tuple[str, ...]) -> tuple[str, ...]:
    """What is said of material; beside products that come in it, it adds nothing to their names."""
    products = context.products.filter(pl.col("product_id").is_in(list(product_ids)))
    return () if set(said) & set(products["material"]) else said


def _articles(of_products: set[int], spans: Mapping[str, Sequence[Span]], coloured: Sequence[Span]) -> set[int]:
    """Places of the words that say what article is meant."""
    said = chain(spans["categories"], spans["departments"], spans["materials"], coloured)
    return of_products | {place for span in said for place in span.places()}


def _without(text: str, parts: Sequence[tuple[int, int]]) -> str:
    """The text with spaces in place of some parts, as long as before."""
    for start, end in parts:
        text = text[:start] + " " * (end - start) + text[end:]
    return text


def _find_places(read: Sequence[Token], text: str, vocabulary: Vocabulary, colours: Sequence[Span]) -> list[Span]:
    """Locations. A word that is also a colour (`bordeaux`) or an everyday one (`nice`) must look like a place."""
    spans = []
    for span in find_spans(read, vocabulary.locations):
        capital = text[read[span.start].start].isupper()
        cued = span.start > 0 and read[span.start - 1].word in _PLACE_CUES
        everyday = span.end == span.start + 1 and read[span.start].word in vocabulary.common
        if (capital or not everyday) and (cued or capital or not span.inside(colours)):
            spans.append(span)
    # `Marais` beside `Paris` means that one store of Paris.
    return [span for span in spans if not any(set(other.values) < set(span.values) for other in spans)]


def _settle(
    context: Context,
    named: Sequence[NamedProducts],
    spans: Mapping[str, Sequence[Span]],
    read: Sequence[Token],
    text: str,
) -> tuple[list[str], tuple[Ambiguity, ...]]:
    """Products that a name means once the words around it are heeded, and the names that still mean several."""
    product_ids: list[str] = []
    ambiguous = []
    for name in named:
        rows = context.catalogue.filter(pl.col("product_id").is_in(list(name.product_ids)))
        for kind, column in _COLUMNS.items():
            fitting = rows.filter(pl.col(column).is_in(list(values_of(spans[kind]))))
            rows = rows if fitting.is_empty() else fitting
        fitting_ids = rows["product_id"].unique(maintain_order=True).to_list()
        if len(fitting_ids) == 1:
            product_ids += fitting_ids
            continue
        said = [text[token.start : token.end] for token in read if singular(token.word) in name.words]
        ambiguous.append(Ambiguity(text=" ".join(dict.fromkeys(said)), candidates=_candidates(context, fitting_ids)))
    return product_ids, tuple(ambiguous)


def _candidates(context: Context, product_ids: Sequence[str]) -> tuple[Candidate, ...]:
    rows = context.products.filter(pl.col("product_id").is_in(list(product_ids))).sort("product_id")
    labels = rows.select("product_id", "name", "category").iter_rows()
    return tuple(Candidate(product_id=id, label=f"{name} ({category})") for id, name, category in labels)


def _find_terms(context: Context, text: str, read: Sequence[Token], places: Sequence[Span]) -> tuple[str, ...]:
    """Terms of the text as typed, and of its corrected words; what names a place is near no term's word."""
    placed = {place for span in places for place in span.places()}
    typed = _without(text, [(read[place].start, read[place].end) for place in placed])
    corrected = " ".join(token.word for place, token in enumerate(read) if place not in placed)
    versions = (typed, corrected)
    found = [id for version in versions for language in ("en", "fr") for id in context.lexicon.find(version, language)]
    return tuple(dict.fromkeys(found))
