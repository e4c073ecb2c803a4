"""The whole answer of a turn from all that its tools found."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from copilot.agent.offline import replies
from copilot.agent.offline.conversation import Result
from copilot.agent.offline.writing import aspects, forecasts, freshness, launches, phrases, plans, posts, retail, trends
from copilot.agent.offline.writing.pieces import Page
from copilot.settings import Language

_WRITERS: Mapping[str, Callable[[Page], str]] = {
    "find_products": retail.products,
    "stock": retail.stock,
    "sales": retail.sales,
    "returns_by_size": retail.returns,
    "forecast": plans.forecast,
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
    "search_posts": posts.posts,
    "aspects": aspects.aspects,
    "data_freshness": freshness.freshness,
}


def compose(results: Sequence[Result], language: Language) -> str:
    """One part a result, in order; what failed says why."""
    return "\n\n".join(_part(result, language) for result in results)


def _part(result: Result, language: Language) -> str:
    if result.evidence is None:
        return replies.failed(result.error, language)
    return _WRITERS[result.tool](Page(evidence=result.evidence, language=language))
