"""The whole answer of a turn from all that its tools found."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from copilot import wording
from copilot.agent.offline import replies
from copilot.agent.offline.conversation import Result
from copilot.agent.offline.writing import (
    aspects,
    forecasts,
    freshness,
    lacking,
    launches,
    phrases,
    plans,
    posts,
    retail,
    trends,
)
from copilot.agent.offline.writing.pieces import Page
from copilot.evidence import Evidence
from copilot.lookups.trends import IN_MARKET
from copilot.settings import Language

_WRITERS: Mapping[str, Callable[[Page], str]] = {
    "find_products": retail.products,
    "stock": retail.stock,
    "out_of_stock": retail.out,
    "stock_cover": retail.cover,
    "find_places": retail.places,
    "promotions": retail.promotions,
    "sales": retail.sales,
    "return_rates": retail.returns,
    "forecast": plans.forecast,
    "forecast_quality": plans.quality,
    "forecast_reasons": forecasts.reasons,
    "scenario": forecasts.scenario,
    "launch_analogues": launches.analogues,
    "restock": plans.plan,
    "at_risk": plans.plan,
    "rising_terms": trends.rising,
    "explain_term": lambda page: phrases.explained(page) if phrases.is_phrase(page) else trends.explained(page),
    "new_phrases": phrases.new,
    "range_gaps": phrases.gaps,
    "products_like": phrases.like,
    "complaints": posts.complaints,
    "search_posts": posts.posts,
    "aspects": aspects.aspects,
    "data_freshness": freshness.freshness,
}


def compose(results: Sequence[Result], language: Language) -> str:
    """One part a result, in order, those that found nothing last; what failed says why.

    That nobody complains of a thing is what was asked, and stays where it is.
    """
    results = sorted(results, key=lambda result: result.tool != "complaints" and _is_empty(result.evidence))
    # Several tools say the same where none of it is in the range.
    return "\n\n".join(dict.fromkeys(_part(result, language) for result in results))


def _is_empty(evidence: Evidence | None) -> bool:
    return evidence is not None and not (evidence.rows or evidence.totals or evidence.quotes)


def _part(result: Result, language: Language) -> str:
    if result.evidence is None:
        return replies.failed(result.error, language)
    page = Page(evidence=result.evidence, language=language)
    if whole := lacking.lacking(page):
        return whole
    parts = (_market(page), lacking.partly_lacking(page), _WRITERS[result.tool](page))
    return "\n\n".join(filter(None, parts))


def _market(page: Page) -> str:
    """The country that what follows is of; empty where it is of all."""
    told = {code: country for code, _, country in (note.partition(":") for note in page.evidence.notes)}
    return f"**{wording.country(told[IN_MARKET], page.language)}**" if IN_MARKET in told else ""
