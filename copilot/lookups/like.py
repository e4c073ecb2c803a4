"""Products that are like a term or a phrase, as rows with a score and its reasons; and whether the range has any."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from copilot.errors import NoDataError
from copilot.evidence import Evidence, Figure, Row, make_evidence
from copilot.lookups.context import Context
from copilot.lookups.products import find_products
from copilot.lookups.scope import Scope
from copilot.settings import Language
from copilot.signals.lexicon import fold
from copilot.signals.phrase_records import NewPhrase
from copilot.signals.products import LIKE
from copilot.signals.records import ProductLink

RANGE_GAP = "range_gap"
"""Note of evidence: no product is like it; the nearest are shown."""
_NEAREST = 3


def products_like(context: Context, text: str, *, limit: int = 8, language: Language = "en") -> Evidence:
    """Products like what a planner describes, surest first, with `link_score`, price, stock, sales and reasons.

    The first row holds the words asked about (`term`). Where no product is like them, the nearest follow, with the note
    `range_gap`; where nothing is near either, none. Raises `NoDataError` where there is no catalogue.
    """
    asked = text.strip()
    links = like_text(context, asked, language)
    return make_evidence(
        "products",
        as_of=context.as_of,
        sources=context.versions("products", "skus", "prices", "stock", "sales", "mentions"),
        rows=[Row(labels={"term": asked}), *linked_rows(context, shown_links(links, limit))],
        row_count=1 + len([link for link in links if link.score >= LIKE]),
        notes=[] if carries(links) else [RANGE_GAP],
    )


def like_phrase(context: Context, phrase: NewPhrase) -> list[ProductLink]:
    """Products at all like a new phrase, surest first; none where there is no catalogue."""
    try:
        return context.product_links.like_phrase(phrase.phrase_id, phrase.phrase, phrase.language)
    except NoDataError:
        return []


def like_text(context: Context, text: str, language: Language) -> list[ProductLink]:
    """Products at all like the words, surest first: in the language given, or in the other where they fit better."""
    found = [context.product_links.like_phrase(fold(text), text, spoken) for spoken in (language, "en", "fr")]
    return max(found, key=lambda links: links[0].score if links else 0.0)


def carries(links: Sequence[ProductLink]) -> bool:
    """Whether the range has something like it; `links` are surest first."""
    return bool(links) and links[0].score >= LIKE


def shown_links(links: Sequence[ProductLink], limit: int) -> list[ProductLink]:
    """The products that are like it, or else the nearest few."""
    alike = [link for link in links if link.score >= LIKE]
    return alike[:limit] or list(links[: min(limit, _NEAREST)])


def linked_rows(context: Context, links: Sequence[ProductLink], *, market: str = "") -> list[Row]:
    """The products as `find_products` shows them, with `link_score` and why, in the order of the links.

    `market` (ISO 3166) leaves the stock and sales of other countries out; empty: of all places.
    """
    if not links:
        return []
    scope = Scope(product_ids=tuple(link.product_id for link in links), countries=(market,) if market else ())
    found = {row.labels["product_id"]: row for row in find_products(context, scope, limit=len(links)).rows}
    return [
        replace(
            found[link.product_id],
            labels={**found[link.product_id].labels, **({"country": market} if market else {})},
            figures=(Figure(name="link_score", value=link.score, unit="share"), *found[link.product_id].figures),
            reasons=link.reasons,
        )
        for link in links
        if link.product_id in found
    ]


def names_of(context: Context, links: Sequence[ProductLink]) -> str:
    """How the products are called, joined by commas."""
    named = dict(context.products.select("product_id", "name").iter_rows())
    return ", ".join(dict.fromkeys(named.get(link.product_id, link.product_id) for link in links))
