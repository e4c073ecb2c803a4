"""The whole answer of a turn from all that its tools found."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from copilot.agent.offline import replies
from copilot.agent.offline.conversation import Result
from copilot.agent.offline.writing import freshness, plans, posts, retail, trends
from copilot.agent.offline.writing.pieces import Page
from copilot.settings import Language

_WRITERS: Mapping[str, Callable[[Page], str]] = {
    "find_products": retail.products,
    "stock": retail.stock,
    "sales": retail.sales,
    "returns_by_size": retail.returns,
    "forecast": plans.forecast,
    "restock": plans.plan,
    "at_risk": plans.plan,
    "rising_terms": trends.rising,
    "explain_term": trends.explained,
    "search_posts": posts.posts,
    "data_freshness": freshness.freshness,
}


def compose(results: Sequence[Result], language: Language) -> str:
    """One part a result, in order; what failed says why."""
    return "\n\n".join(_part(result, language) for result in results)


def _part(result: Result, language: Language) -> str:
    if result.evidence is None:
        return replies.failed(result.error, language)
    return _WRITERS[result.tool](Page(evidence=result.evidence, language=language))
