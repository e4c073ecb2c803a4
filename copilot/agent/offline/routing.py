"""From a question understood to the tools that answer it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from copilot.agent.names import Names
from copilot.agent.offline.aspects import aspects_in
from copilot.agent.offline.changes import change_in
from copilot.agent.offline.intents import Task
from copilot.agent.offline.reading import Reading
from copilot.lookups.text import fold

Arguments = dict[str, object]

_SCOPE = ("product_ids", "sku_ids", "categories", "departments", "materials", "colours", "sizes", "location_ids",
          "countries")  # fmt: skip
_IMPLIED = frozenset({"categories", "departments", "materials"})
"""What a product named makes needless: `robe Alba` is Alba, whatever its kind."""
_GROUPS: Mapping[str, str] = {
    "location": r"\b(?:par (?:magasin|boutique|lieu|ville)|by (?:store|shop|location|city)|which (?:store|shop)s?"
    r"|quels? magasins?)",
    "category": r"\b(?:par (?:categorie|famille)|by category|which categor(?:y|ies)|quelles? categories?)",
    "country": r"\b(?:par (?:pays|region|marche)|by (?:country|region|market))",
    "size": r"\b(?:par taille|by size|which sizes?|quelles? tailles?)",
    "day": r"\b(?:par jour|by day|daily|jour par jour|day by day|chaque jour|each day)",
    "sku": r"\b(?:par (?:reference|sku)|by sku)",
    "product": r"\b(?:par (?:produit|modele)|by (?:product|style)|best ?sellers?|meilleures? ventes?"
    r"|which (?:product|style)s?|quels? produits?)",
}
_OF_PRODUCTS = frozenset(
    {"stock", "inbound", "sales", "returns", "forecast", "reasons", "scenario", "restock", "at_risk", "products"}
)
_SAME_STORES = re.compile(r"constants?|same stores|like.for.like|comparables?")
_DESCRIBED = re.compile(
    r"^.*?\b(?:anything|something|products?|styles?|things?)\s+(?:like|similar to)\b|^.*?\bsimilar to\b"
    r"|^.*?\b(?:ressembl\w*|semblables?)\s+(?:à|a|au|aux)\b|^.*?\b(?:chose|produits?|modèles?|modeles?)\s+comme\b"
    r"|^.*?\b(?:du|dans le) genre(?:\s+(?:de|des|du))?\b|^.*?\b(?:équivalent|equivalent|proche)\s+(?:de|des|du)\b",
    re.IGNORECASE,
)
"""What a question says before it describes what products should be like."""
_MANY = 20


@dataclass(frozen=True, kw_only=True)
class Call:
    """One tool to call."""

    tool: str
    arguments: Arguments


def calls_for(reading: Reading, as_of: date) -> list[Call]:
    """The tools to call for a question whose intent is a task."""
    route = _ROUTES.get(reading.intent)  # type: ignore[arg-type]  # other intents have no route
    if route is None:
        return []
    names = reading.names
    if names.term_ids and not names.names_products and reading.intent in _OF_PRODUCTS:
        # The range has no such category or material: what it has of the term is for the term to say.
        route = _trends
    return route(reading, as_of)


def _stock(reading: Reading, as_of: date) -> list[Call]:
    names = reading.names
    single = bool(names.sku_ids or (names.product_ids and (names.sizes or names.names_places)))
    group = _group(reading, {"location", "product", "sku"})
    if not group:
        group = "sku_location" if single else "location" if names.product_ids else "product"
    return [Call(tool="stock", arguments={**_scope(names), "group": group, "limit": _MANY})]


def _sales(reading: Reading, as_of: date) -> list[Call]:
    names = reading.names
    group = _group(reading, set(_GROUPS) - {"category"}) or (
        "location" if names.product_ids and not names.names_places else "product"
    )
    arguments = {**_scope(names), **_days(names), "group": group, "limit": names.limit or 10}
    if _SAME_STORES.search(fold(reading.question)):
        arguments["same_stores"] = True
    return [Call(tool="sales", arguments=arguments)]


def _returns(reading: Reading, as_of: date) -> list[Call]:
    return [Call(tool="returns_by_size", arguments={**_scope(reading.names), **_days(reading.names)})]


def _forecast(reading: Reading, as_of: date) -> list[Call]:
    arguments = _ahead(reading, as_of)
    group = _group(reading, {"location", "country", "category", "product", "sku"})
    group = group or ("location" if reading.names.product_ids else "product")
    return [Call(tool="forecast", arguments={**_scope(reading.names), **arguments, "group": group})]


def _reasons(reading: Reading, as_of: date) -> list[Call]:
    return [Call(tool="forecast_reasons", arguments={**_scope(reading.names), **_ahead(reading, as_of)})]


def _scenario(reading: Reading, as_of: date) -> list[Call]:
    change = change_in(reading)
    # The black of a Black Friday is no colour.
    scope = _scope(reading.names, leave_out={"colours"} if "event" in change else set())
    return [Call(tool="scenario", arguments={**scope, **change, **_ahead(reading, as_of)})]


def _analogues(reading: Reading, as_of: date) -> list[Call]:
    return [Call(tool="launch_analogues", arguments=_scope(reading.names))]


def _restock(reading: Reading, as_of: date) -> list[Call]:
    names = reading.names
    arguments: Arguments = {**_scope(names), "limit": names.limit or 10}
    if names.budget:
        arguments["budget"] = names.budget
    if names.period and date.fromisoformat(names.period.last_day) >= as_of:
        arguments["before"] = date.fromordinal(date.fromisoformat(names.period.last_day).toordinal() + 1).isoformat()
    return [Call(tool="restock", arguments=arguments)]


def _at_risk(reading: Reading, as_of: date) -> list[Call]:
    return [Call(tool="at_risk", arguments={**_scope(reading.names), "limit": reading.names.limit or 10})]


def _trends(reading: Reading, as_of: date) -> list[Call]:
    names = reading.names
    market: Arguments = {"market": names.countries[0]} if names.countries else {}
    if names.phrases:
        return [Call(tool="explain_term", arguments={"term": phrase}) for phrase in names.phrases]
    if names.term_ids:
        return [Call(tool="explain_term", arguments={"term": term, **market}) for term in names.term_ids[:2]]
    return [Call(tool="rising_terms", arguments={**market, "limit": names.limit or 8})]


def _new_phrases(reading: Reading, as_of: date) -> list[Call]:
    return [Call(tool="new_phrases", arguments={"limit": reading.names.limit or 8})]


def _gaps(reading: Reading, as_of: date) -> list[Call]:
    return [Call(tool="range_gaps", arguments={"limit": reading.names.limit or 8})]


def _like(reading: Reading, as_of: date) -> list[Call]:
    text = _DESCRIBED.sub("", reading.question.strip()).strip(' ?!.,"«»“”')
    return [Call(tool="products_like", arguments={"text": text or reading.question.strip()})]


def _opinions(reading: Reading, as_of: date) -> list[Call]:
    arguments: Arguments = {"query": reading.question, **_scope(reading.names, leave_out={"location_ids", "sizes"})}
    if reading.names.period:
        arguments["since"] = reading.names.period.since
    return [*_aspects(reading), Call(tool="search_posts", arguments=arguments)]


def _aspects(reading: Reading) -> list[Call]:
    """Where the question is about fit, quality and the like: shares of all who write of it, before what some say."""
    asked, names = aspects_in(reading.question), reading.names
    if not asked:
        return []
    arguments: Arguments = {"aspects": asked, **_scope(names, leave_out={"location_ids", "sizes"})}
    if names.term_ids and not names.names_products:
        arguments = {"aspects": asked, "term": names.term_ids[0]}
        arguments |= {"market": names.countries[0]} if names.countries else {}
    return [Call(tool="aspects", arguments=arguments)]


def _freshness(reading: Reading, as_of: date) -> list[Call]:
    return [Call(tool="data_freshness", arguments={})]


def _products(reading: Reading, as_of: date) -> list[Call]:
    return [Call(tool="find_products", arguments={**_scope(reading.names), "limit": reading.names.limit or 10})]


_ROUTES: Mapping[Task, Callable[[Reading, date], list[Call]]] = {
    "stock": _stock,
    "inbound": _stock,
    "sales": _sales,
    "returns": _returns,
    "forecast": _forecast,
    "reasons": _reasons,
    "analogues": _analogues,
    "scenario": _scenario,
    "restock": _restock,
    "at_risk": _at_risk,
    "trends": _trends,
    "opinions": _opinions,
    "freshness": _freshness,
    "products": _products,
    "new_phrases": _new_phrases,
    "gaps": _gaps,
    "like": _like,
}


def _scope(names: Names, *, leave_out: frozenset[str] | set[str] = frozenset()) -> Arguments:
    named = bool(names.product_ids or names.sku_ids)
    return {
        field: list(values)
        for field in _SCOPE
        if (values := getattr(names, field)) and field not in leave_out and not (named and field in _IMPLIED)
    }


def _days(names: Names) -> Arguments:
    return {} if names.period is None else {"since": names.period.since, "last_day": names.period.last_day}


def _ahead(reading: Reading, as_of: date) -> Arguments:
    """The days asked for where they are not over."""
    period = reading.names.period
    ahead = period is not None and date.fromisoformat(period.last_day) >= as_of
    return {"since": period.since, "until": period.last_day} if period and ahead else {}


def _group(reading: Reading, allowed: set[str]) -> str:
    folded = fold(reading.question)
    return next((group for group, words in _GROUPS.items() if group in allowed and re.search(words, folded)), "")
