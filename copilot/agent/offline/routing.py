"""From a question understood to the tools that answer it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import product

from copilot.agent.names import NamedPeriod, Names
from copilot.agent.offline.aspects import aspects_in
from copilot.agent.offline.changes import change_in
from copilot.agent.offline.groups import group_of, order_of, same_stores
from copilot.agent.offline.intents import Task
from copilot.agent.offline.reading import Reading
from copilot.lookups.period_pairs import asked_against
from copilot.lookups.scope import Period
from copilot.lookups.text import fold

Arguments = dict[str, object]

_SCOPE = ("product_ids", "sku_ids", "categories", "departments", "materials", "colours", "sizes", "location_ids",
          "countries")  # fmt: skip
_IMPLIED = frozenset({"categories", "departments"})
"""What a product named makes needless: `robe Alba` is Alba, whatever its kind."""
_OF_PRODUCTS = frozenset(
    {"stock", "inbound", "out", "cover", "sales", "returns", "promotions", "forecast", "reasons", "scenario", "restock",
     "decision", "at_risk", "products"}
)  # fmt: skip
_FADING = re.compile(
    r"\b(?:fad\w+|retomb\w+|essouffl\w+|falling|dying|die down|declin\w+|en baisse|going down|baiss\w+)\b"
)
_UNDER = re.compile(
    r"\b(?:under|below|less than|cheaper than|at most|up to|max\w*|moins (?:de|cher\w* que)|sous|jusqu.a|inferieurs?)\b"
)
_OVER = re.compile(
    r"\b(?:over|above|more (?:expensive )?than|at least|min\w*|plus (?:de|cher\w* que)|superieurs?|au.dessus)\b"
)
_LASTS = re.compile(r"\b(?:by|d.ici|last(?:s|ing)?|tiendr\w*|tien(?:t|nent|ne)|tenir|hold out|jusqu\w*|until|till)\b")
"""Asks whether stock lasts to a day; what may run out by itself is a matter of the next deliveries."""
_ON_HAND = re.compile(r"\b(?:stock|on hand|reste\w*|left|dispo\w*|availab\w*)\b")
_HAVE = re.compile(r"\b(?:do we have|have we|avons.nous|a.t.on|est.ce qu.on a|reste.t.il)\b")
_MANY_STARS = re.compile(r"\b(?:[45]|four|five|quatre|cinq).?(?:stars?|etoiles?)\b")
_STARS = re.compile(r"\b([1-3]|one|two|une?|deux) (?:stars?|etoiles?)\b")
_NEGATIVE = re.compile(
    r"\b(?:negati\w+|bad|worst|mauvais\w*|complain\w*|plaign\w+|plaintes?|reproch\w*|hate\w*|detest\w*|mecontent\w*"
    r"|unhappy|critiqu\w+|insatisf\w+)\b"
)
_POSITIVE = re.compile(r"\b(?:positi\w+|good|love\w*|like about|aime\w*|adore\w*|bons? avis)\b")
_SIZED = re.compile(r"\b(?:petits?|grands?|larges?|serres?|small|big|tight|justes?)\b")
_OPPOSITE = {"runs_small": "runs_large", "runs_large": "runs_small"}
"""Who asks whether a product runs small wants to know if it runs large."""
_DESCRIBED = re.compile(
    r"^.*?\b(?:anything|something|products?|styles?|things?)\s+(?:like|similar to)\b|^.*?\bsimilar to\b"
    r"|^.*?\b(?:ressembl\w*|semblables?)\s+(?:à|a|au|aux)\b|^.*?\b(?:chose|produits?|modèles?|modeles?)\s+comme\b"
    r"|^.*?\b(?:du|dans le) genre(?:\s+(?:de|des|du))?\b|^.*?\b(?:équivalent|equivalent|proche)\s+(?:de|des|du)\b",
    re.IGNORECASE,
)
"""What a question says before it describes what products should be like."""
_MANY, _FEW = 20, 3
_SALES_GROUPS = frozenset(
    {"location", "category", "country", "size", "colour", "department", "channel", "day", "sku", "product"}
)


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
    asked = fold(f"{reading.before} {reading.question}")
    single = bool(names.sku_ids or (names.product_ids and (names.sizes or names.names_places)))
    group = _of_sku(group_of(reading, {"location", "product", "sku", "size", "colour"}))
    if not group:
        group = "sku_location" if single else "location" if names.product_ids else "product"
    coming: Arguments = {"coming_only": True} if reading.intent == "inbound" and not _ON_HAND.search(asked) else {}
    if coming:
        coming |= {f"due_{end}": day for end, day in _ahead(reading, as_of).items()}
    return [Call(tool="stock", arguments={**_scope(names), **coming, "group": group, "limit": _MANY})]


def _out(reading: Reading, as_of: date) -> list[Call]:
    return [Call(tool="out_of_stock", arguments={**_scope(reading.names), "limit": reading.names.limit or _MANY})]


def _cover(reading: Reading, as_of: date) -> list[Call]:
    names = reading.names
    group = _of_sku(group_of(reading, {"location", "product", "sku", "category", "size", "colour"}))
    if not group:
        one_place = len(names.location_ids) == 1
        group = "location" if names.names_products and not one_place else "product"
        group = "sku" if one_place and names.product_ids else group
    until = _ahead(reading, as_of).get("until")
    arguments = {**_scope(names), **({"until": until} if until else {}), "group": group, "limit": names.limit or 10}
    return [Call(tool="stock_cover", arguments=arguments)]


def _sales(reading: Reading, as_of: date) -> list[Call]:
    names = reading.names
    group = group_of(reading, _SALES_GROUPS)
    if not group:
        one = bool(names.product_ids) and not names.names_places
        group = "location" if one and len(names.product_ids) == 1 else "product"
    # `web` in `web or stores?` is one side of what is compared, no place to look at alone.
    scope = _scope(names, leave_out={"location_ids"} if group == "channel" else set())
    days, against = _compared_days(names, as_of)
    compared = {f"against_{end}": day for end, day in against.items()}
    arguments = {**scope, **days, **compared, "group": group, "limit": names.limit or 10}
    if same_stores(reading):
        arguments["same_stores"] = True
    order = order_of(reading, group)
    if order:
        arguments["order"] = order
    return [Call(tool="sales", arguments=arguments)]


def _returns(reading: Reading, as_of: date) -> list[Call]:
    group = group_of(reading, {"size", "product", "location", "country", "category", "colour"})
    if not group:
        group = "size" if reading.names.names_products else "product"
    scope, stretches = _scope(reading.names), _compared_days(reading.names, as_of)
    return [
        Call(tool="return_rates", arguments={**scope, **days, "group": group})
        for number, days in enumerate(stretches)
        if days or number == 0
    ]


def _promotions(reading: Reading, as_of: date) -> list[Call]:
    return [Call(tool="promotions", arguments={**_scope(reading.names), **_days(reading.names)})]


def _forecast(reading: Reading, as_of: date) -> list[Call]:
    arguments = _ahead(reading, as_of)
    group = _of_sku(group_of(reading, {"location", "country", "category", "product", "sku", "size", "colour"}))
    group = group or ("location" if len(reading.names.product_ids) == 1 else "product")
    return [Call(tool="forecast", arguments={**_scope(reading.names), **arguments, "group": group})]


def _reasons(reading: Reading, as_of: date) -> list[Call]:
    return [Call(tool="forecast_reasons", arguments={**_scope(reading.names), **_ahead(reading, as_of)})]


def _scenario(reading: Reading, as_of: date) -> list[Call]:
    change = change_in(reading)
    # The black of a Black Friday is no colour.
    scope = _scope(reading.names, leave_out={"colours"} if "event" in change else set())
    return [Call(tool="scenario", arguments={**scope, **change, **_ahead(reading, as_of)})]


def _quality(reading: Reading, as_of: date) -> list[Call]:
    return [Call(tool="forecast_quality", arguments=_scope(reading.names))]


def _launch(reading: Reading, as_of: date) -> list[Call]:
    """What a new style is likened to, and what is expected of it where."""
    expected = _forecast(reading, as_of) if reading.names.names_products else []
    return [*_analogues(reading, as_of), *expected]


def _today(reading: Reading, as_of: date) -> list[Call]:
    """The gravest of each kind; of days that are over, what sold on them first."""
    names, few = reading.names, {"limit": _FEW}
    past = names.period is not None and date.fromisoformat(names.period.last_day) < as_of
    return [
        *([Call(tool="sales", arguments={**_scope(names), **_days(names), "group": "product", **few})] if past else []),
        Call(tool="at_risk", arguments={**_scope(names), **few}),
        Call(tool="restock", arguments={**_scope(names), **few}),
        *(Call(tool="rising_terms", arguments={**market, **few}) for market in _markets(names)),
    ]


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
    if _LASTS.search(fold(f"{reading.before} {reading.question}")) and _ahead(reading, as_of):
        return _cover(reading, as_of)
    return [Call(tool="at_risk", arguments={**_scope(reading.names), "limit": reading.names.limit or 10})]


def _trends(reading: Reading, as_of: date) -> list[Call]:
    names, markets = reading.names, _markets(reading.names)
    if names.phrases:
        return [Call(tool="explain_term", arguments={"term": phrase}) for phrase in names.phrases]
    if names.term_ids:
        named = product(names.term_ids[:2], markets)
        return [Call(tool="explain_term", arguments={"term": term, **market}) for term, market in named]
    fading = bool(_FADING.search(fold(f"{reading.before} {reading.question}")))
    arguments: Arguments = {**({"direction": "fading"} if fading else {}), "limit": names.limit or 8}
    return [Call(tool="rising_terms", arguments={**market, **arguments}) for market in markets]


def _new_phrases(reading: Reading, as_of: date) -> list[Call]:
    return [Call(tool="new_phrases", arguments={"limit": reading.names.limit or 8})]


def _gaps(reading: Reading, as_of: date) -> list[Call]:
    return [Call(tool="range_gaps", arguments={"limit": reading.names.limit or 8})]


def _like(reading: Reading, as_of: date) -> list[Call]:
    text = _DESCRIBED.sub("", reading.question.strip()).strip(' ?!.,"«»“”')
    return [Call(tool="products_like", arguments={"text": text or reading.question.strip()})]


def _opinions(reading: Reading, as_of: date) -> list[Call]:
    arguments: Arguments = {
        "query": f"{reading.before} {reading.question}".strip(),
        **_scope(reading.names, leave_out={"location_ids", "sizes"}),
    }
    if reading.names.period:
        arguments["since"] = reading.names.period.since
    posts = Call(tool="search_posts", arguments=arguments | _only(fold(reading.question)))
    complaints = _complaints(reading)
    if complaints and (reading.names.problem_ids or reading.names.product_ids):
        return [*complaints, posts]
    return [*complaints, *_aspects(reading), *([] if complaints else [posts])]


def _only(asked: str) -> Arguments:
    """Which posts are quoted: by stars, or by what they think all in all."""
    if _MANY_STARS.search(asked):
        return {"sentiments": ["positive"]}
    stars = _STARS.search(asked)
    if stars:
        return {"most_stars": float({"one": 1, "two": 2, "un": 1, "une": 1, "deux": 2}.get(stars[1]) or stars[1])}
    negative, positive = _NEGATIVE.search(asked), _POSITIVE.search(asked)
    if bool(negative) == bool(positive):
        return {}
    return {"sentiments": ["negative" if negative else "positive"]}


def _complaints(reading: Reading) -> list[Call]:
    """Which products a problem is said of; for sizes in general, those that run small and large."""
    names, asked = reading.names, fold(reading.question)
    terms = list(names.problem_ids)
    of_term = bool(names.term_ids) and not names.names_products
    if names.product_ids:
        terms += [_OPPOSITE[id] for id in names.problem_ids if id in _OPPOSITE]
    if not terms and not of_term and "fit" in aspects_in(reading.question) and _SIZED.search(asked):
        terms = list(_OPPOSITE)
    if not terms:
        return []
    scope = _scope(names, leave_out={"location_ids", "sizes"})
    return [Call(tool="complaints", arguments={**scope, "terms": list(dict.fromkeys(terms))})]


def _aspects(reading: Reading) -> list[Call]:
    """Where the question is about fit, quality and the like: shares of all who write of it, before what some say."""
    asked, names = aspects_in(reading.question) or aspects_in(reading.before), reading.names
    if not asked:
        return []
    arguments: Arguments = {"aspects": asked, **_scope(names, leave_out={"location_ids", "sizes"})}
    if names.term_ids and not names.names_products:
        arguments = {"aspects": asked, "term": names.term_ids[0]}
        arguments |= {"market": names.countries[0]} if names.countries else {}
    return [Call(tool="aspects", arguments=arguments)]


def _freshness(reading: Reading, as_of: date) -> list[Call]:
    places = reading.names.location_ids
    return [Call(tool="data_freshness", arguments={"location_ids": list(places)} if places else {})]


def _products(reading: Reading, as_of: date) -> list[Call]:
    names, folded = reading.names, fold(reading.question)
    if names.product_ids and (names.sizes or names.names_places) and _HAVE.search(folded):
        # `Do we have any in 39 in Rome?` asks for stock.
        return _stock(reading, as_of)
    arguments: Arguments = {**_scope(names), "limit": names.limit or 10}
    if names.budget and _UNDER.search(folded):
        arguments["most_price"] = names.budget
    elif names.budget and _OVER.search(folded):
        arguments["least_price"] = names.budget
    return [Call(tool="find_products", arguments=arguments)]


def _places(reading: Reading, as_of: date) -> list[Call]:
    return [Call(tool="find_places", arguments=_where(reading.names))]


def _of_sku(group: str) -> str:
    """Stock and forecasts have no sums by size or colour; each SKU has both."""
    return "sku" if group in ("size", "colour") else group


def _where(names: Names) -> Arguments:
    return {field: list(getattr(names, field)) for field in ("location_ids", "countries") if getattr(names, field)}


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
    "out": _out,
    "cover": _cover,
    "quality": _quality,
    "promotions": _promotions,
    "places": _places,
    "launch": _launch,
    "decision": _restock,
    "today": _today,
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


def _compared_days(names: Names, as_of: date) -> tuple[Arguments, Arguments]:
    """The days asked for, and those that they are compared with."""
    if names.against is None:
        return _days(names), {}
    base = _period(names.against)
    asked, base = (_period(names.period), base) if names.period else asked_against(base, as_of)
    return _arguments(asked), _arguments(base)


def _period(named: NamedPeriod) -> Period:
    return Period(since=date.fromisoformat(named.since), before=date.fromisoformat(named.last_day) + timedelta(days=1))


def _arguments(period: Period) -> Arguments:
    return {"since": period.since.isoformat(), "last_day": period.last_day.isoformat()}


def _markets(names: Names) -> list[Arguments]:
    """One for each country named, as signals are of one market or of all together."""
    return [{"market": country} for country in names.countries] or [{}]


def _ahead(reading: Reading, as_of: date) -> Arguments:
    """The days asked for where they are not over."""
    period = reading.names.period
    ahead = period is not None and date.fromisoformat(period.last_day) >= as_of
    return {"since": period.since, "until": period.last_day} if period and ahead else {}
