"""What a what-if question would change: a share off, a price, a trend, the weather, or an event."""

from __future__ import annotations

import re

from copilot.agent.offline.reading import Reading
from copilot.lookups.text import fold
from copilot.lookups.weather_words import weather_in

_SHARE = re.compile(r"(\d+(?:[.,]\d+)?)\s*(?:%|percent|per cent|pour ?cent|pct)")
_PRICE = re.compile(
    r"(?:price|prix)[^.?!%]{0,30}?\b(?:to|at|of|a|de)\s+(?:eur\s*|£|€|\$)?\s*(\d+(?:[.,]\d+)?)(?!\s*(?:%|percent|pour))"
)
_HALF = re.compile(r"\b(?:half price|half off|halve|a moitie prix|moitie prix)\b")
_RISE = re.compile(r"\b(?:rais\w*|increas\w*|higher|up by|augment\w*|hauss\w*|mont\w* le prix|plus cher)\b")
_OF_PRICE = re.compile(r"\b(?:prices?|prix)\b")
_DIES = re.compile(
    r"\b(?:dies?|died|dead|disappear\w*|stops?|stopped|ends?|fades?|faded|over|meurt|mour\w*|disparai\w*|s.arret\w*|retomb\w*|finit)\b"
)


def change_in(reading: Reading) -> dict[str, object]:
    """Arguments of the tool `scenario` that say what changes. What names nothing else is taken to name an event."""
    text, names = fold(reading.question), reading.names
    share = _SHARE.search(text)
    if share or _HALF.search(text):
        off = float(share[1].replace(",", ".")) / 100.0 if share else 0.5
        if _RISE.search(text):
            return {"price_change_share": off}
        return {"price_change_share": -off} if _OF_PRICE.search(text) else {"promotion_share": off}
    price = _PRICE.search(text)
    if price:
        return {"price": float(price[1].replace(",", "."))}
    if names.term_ids:
        return {"term": names.term_ids[0], "term_change": "dies" if _DIES.search(text) else "doubles"}
    weather = weather_in(reading.question)
    return {"weather": weather} if weather else {"event": reading.question[:300]}
