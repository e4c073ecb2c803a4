"""What a what-if question would change: a share off, a price, a trend, the weather, or an event."""

from __future__ import annotations

import re

from copilot.agent.names import Names
from copilot.agent.offline.reading import Reading
from copilot.lookups.text import fold
from copilot.lookups.weather_words import weather_in

_SHARE = re.compile(r"(\d+(?:[.,]\d+)?)\s*(?:%|percent|per cent|pour ?cent|pct)")
_PRICE = re.compile(
    r"(?:price|prix)[^.?!%]{0,30}?\b(?:to|at|of|a|de)\s+(?:eur\s*|£|€|\$)?\s*(\d+(?:[.,]\d+)?)(?!\s*(?:%|percent|pour))"
)
_COSTS = re.compile(
    r"\b(?:costs?|sells? (?:for|at)|priced at|coute\w*|coutait|a)\s+(?:eur\s*|£|€|\$)?\s*(\d+(?:[.,]\d+)?)"
    r"\s*(?:€|£|\$|eur\w*|pounds?|livres?)|\b(?:costs?|for|at)\s+(?:€|£|\$)\s*(\d+(?:[.,]\d+)?)"
)
_OF_TREND = re.compile(r"\b(?:trends?|tendances?|hype|buzz|doubl\w+|dies?|meurt|retomb\w*|disparai\w*)\b")
_HALF = re.compile(r"\b(?:half price|half off|halve|a moitie prix|moitie prix)\b")
_RISE = re.compile(r"\b(?:rais\w*|increas\w*|higher|up by|augment\w*|hauss\w*|mont\w* le prix|plus cher)\b")
_OF_PRICE = re.compile(r"\b(?:prices?|prix)\b")
_DIES = re.compile(
    r"\b(?:dies?|died|dead|disappear\w*|stops?|stopped|ends?|fades?|faded|over|meurt|mour\w*|disparai\w*|s.arret\w*|retomb\w*|finit)\b"
)


def change_in(reading: Reading) -> dict[str, object]:
    """Arguments of the tool `scenario` that say what changes. What names nothing else is taken to name an event.

    A question that names no change asks for that of the question before it, of another place or product.
    """
    # A term that the question before named is no change by itself.
    found = _change(reading.question, reading.names, bare_term=not reading.before)
    if found is None and reading.before:
        found = _change(reading.before, reading.names, bare_term=True)
    return {"event": f"{reading.before} {reading.question}".strip()[:300]} if found is None else found


def _change(question: str, names: Names, *, bare_term: bool) -> dict[str, object] | None:
    text = fold(question)
    share = _SHARE.search(text)
    if share or _HALF.search(text):
        off = float(share[1].replace(",", ".")) / 100.0 if share else 0.5
        if _RISE.search(text):
            return {"price_change_share": off}
        return {"price_change_share": -off} if _OF_PRICE.search(text) else {"promotion_share": off}
    price = _PRICE.search(text) or _COSTS.search(text)
    if price:
        return {"price": float(next(amount for amount in price.groups() if amount).replace(",", "."))}
    weather = weather_in(question)
    trend = _OF_TREND.search(text) or _DIES.search(text)
    if names.term_ids and (trend or (bare_term and not (weather or names.names_products))):
        return {"term": names.term_ids[0], "term_change": "dies" if _DIES.search(text) else "doubles"}
    return {"weather": weather} if weather else None
