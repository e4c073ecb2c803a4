"""Names that a planner or a model writes, as ids: for the tools."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from copilot import wording
from copilot.agent.names import Ambiguous, NamedPeriod, Names, Unknown
from copilot.agent.tool_arguments import ScenarioArguments, ScopeArguments
from copilot.errors import UnknownNameError
from copilot.lookups.context import Context
from copilot.lookups.names import recognise
from copilot.lookups.phrases import phrase_named
from copilot.lookups.recognised import Recognised
from copilot.lookups.scenarios import Change
from copilot.lookups.scope import Period, Scope
from copilot.settings import Language

_FIELDS = (
    "product_ids",
    "sku_ids",
    "categories",
    "departments",
    "materials",
    "colours",
    "sizes",
    "location_ids",
    "countries",
)


def names_in(context: Context, text: str, language: Language) -> Names:
    """What a text names, with how products, places and terms are called."""
    found = recognise(context, text)
    problems = [id for id in found.term_ids if context.lexicon.terms[id].kind == "problem"]
    return Names(
        **{field: getattr(found, field) for field in _FIELDS},
        term_ids=tuple(id for id in found.term_ids if id not in problems),
        problem_ids=tuple(problems),
        phrases=_phrases(context, text),
        products_of_skus=_products_of(context, found.sku_ids),
        period=_days(found.period),
        against=_days(found.against),
        compares_last_year=found.compares_last_year,
        limit=found.limit,
        budget=found.budget,
        called=_called(context, found, language),
        ambiguous=tuple(
            Ambiguous(
                text=one.text,
                candidates=tuple(_candidate(context, candidate.product_id, language) for candidate in one.candidates),
                product_ids=tuple(candidate.product_id for candidate in one.candidates),
            )
            for one in found.ambiguous
        ),
        unknown=tuple(
            Unknown(text=one.text, closest=one.closest, places=context.vocabulary.cities if one.is_place else ())
            for one in found.unknown
        ),
    )


def scope_of(context: Context, given: ScopeArguments) -> Scope:
    """The words and ids of a tool call together.

    Raises `AmbiguousError` for a name that means several products, `UnknownNameError` for one that means nothing.
    """
    ids = {field: tuple(getattr(given, field)) for field in _FIELDS}
    if not given.about:
        return Scope(**ids)
    found = recognise(context, given.about)
    found.require_clear()
    for unknown in found.unknown:
        kind, known = (
            ("place", context.vocabulary.cities) if unknown.is_place else ("product or place", unknown.closest)
        )
        raise UnknownNameError(unknown.text, kind, known)
    return Scope(**{field: tuple(dict.fromkeys((*ids[field], *getattr(found.scope, field)))) for field in _FIELDS})


def change_of(context: Context, given: ScenarioArguments) -> Change:
    """What a scenario changes. Raises `UnknownNameError` for a term that means nothing."""
    return Change(
        promotion=given.promotion_share,
        price_change=given.price_change_share,
        price=given.price,
        event=given.event,
        term_id=term_of(context, given.term) if given.term else "",
        term_change=given.term_change,
        weather=given.weather,
    )


def term_of(context: Context, said: str) -> str:
    """The id of the term that a model names. Raises `UnknownNameError`."""
    if said in context.lexicon.terms:
        return said
    found = recognise(context, said).term_ids
    if not found:
        raise UnknownNameError(said, "term", ())
    return found[0]


def _days(period: Period | None) -> NamedPeriod | None:
    if period is None:
        return None
    return NamedPeriod(since=period.since.isoformat(), last_day=period.last_day.isoformat())


def _candidate(context: Context, product_id: str, language: Language) -> str:
    """How a product that a name may mean is called: `Alba (robe)`."""
    rows = context.products.filter(pl.col("product_id") == product_id)
    return f"{rows['name'][0]} ({wording.value(rows['category'][0], language)})"


def _phrases(context: Context, text: str) -> tuple[str, ...]:
    found = phrase_named(context, text)
    return () if found is None else (found.phrase,)


def _products_of(context: Context, sku_ids: Sequence[str]) -> tuple[str, ...]:
    if not sku_ids:
        return ()
    rows = context.catalogue.filter(pl.col("sku_id").is_in(list(sku_ids)))
    return tuple(rows["product_id"].unique(maintain_order=True))


def _called(context: Context, found: Recognised, language: Language) -> dict[str, str]:
    products = {id: context.vocabulary.products.label(id) for id in found.product_ids}
    named = dict(context.locations.select("location_id", "name").iter_rows())
    places = {id: named[id] for id in found.location_ids}
    terms = {id: context.lexicon.terms[id].labels[language] for id in found.term_ids}
    return {**products, **places, **terms}
