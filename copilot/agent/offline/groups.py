"""How a question wants figures summed and ordered: `par magasin`, `femme vs homme`, `worst sellers`."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from copilot.agent.names import Names
from copilot.agent.offline.reading import Reading
from copilot.lookups.text import fold

_AGAINST = r"(?:vs\.?|versus|contre|et|ou|and|or|against)"
_STORES = r"(?:magasins?|boutiques?|stores?|shops?)"
_WEB = r"(?:web|en ligne|online|e.?shop|site|e.?commerce)"
_PART = r"(?:part|share|poids|weight)"
_GROUPS: Mapping[str, str] = {
    "location": r"\b(?:par (?:magasin|boutique|lieu|ville)|(?:by|per) (?:store|shop|location|city)"
    r"|(?:which|what) (?:stores?|shops?|city|cities)|where (?:do|does|did|is|are)|(?:each|every) (?:store|shop)"
    r"|(?:le|les|the|one) (?:magasin|boutique|store|shop)s? (?:qui|that|with|which)"
    r"|(?:dans )?(?:quels?|chaque) magasins?|(?:dans )?(?:quelles?|chaque) (?:boutique|ville)s?|ou se ven\w+)",
    "category": r"\b(?:par (?:categorie|famille)|(?:by|per) category|which categor(?:y|ies)"
    r"|quelles? (?:categorie|famille)s?)",
    "country": r"\b(?:par (?:pays|region|marche)|(?:by|per) (?:country|region|market)"
    r"|which (?:countr(?:y|ies)|markets?)|quels? (?:pays|marches?))",
    "size": r"\b(?:par tailles?|(?:by|per) sizes?|which sizes?|what sizes?|quelles? tailles?)",
    "colour": r"\b(?:par (?:couleur|coloris)|(?:by|per) colou?r|(?:which|what) colou?rs?|quelles? couleurs?"
    r"|quels? coloris)",
    "department": r"\b(?:par (?:rayon|departement|univers)|(?:by|per) department|which departments?|quels? rayons?)",
    "channel": rf"\b{_PART}\b[^?.!]*\b{_WEB}\b|\b{_WEB}\b[^?.!]*\b{_PART}\b"
    rf"|\b(?:par canal|(?:by|per) channel|{_WEB} {_AGAINST} (?:les |in |the )?{_STORES}"
    rf"|{_STORES} {_AGAINST} (?:le |the )?{_WEB})",
    "day": r"\b(?:par jour|(?:by|per) day|daily|jour par jour|day by day|chaque jour|each day|quels? jours?"
    r"|which days?)",
    "sku": r"\b(?:par (?:reference|sku)|(?:by|per) sku|which skus?|quelles? references?)",
    "product": r"\b(?:par (?:produit|modele|article)|(?:by|per) (?:product|style)|(?:best|worst|slow|top) ?sellers?"
    r"|(?:meilleure?s?|pires|top) ventes?|which (?:product|style|item)s?|quels? (?:produit|modele|article)s?"
    r"|(?:most|least|best|worst|top)[ -](?:\w+[ -])?(?:product|style|item)s?"
    r"|(?:le|les|the) (?:produit|modele|article|product|style|item)s? (?:les? plus|les? moins|qui|that|with))",
}
_COMPARES = re.compile(r"\b(?:vs|versus|compar\w+|contre|ou|or|entre|between|than|que)\b")
_SEVERAL: Mapping[str, str] = {
    "product": "product_ids", "category": "categories", "department": "departments", "colour": "colours",
    "size": "sizes", "country": "countries", "location": "location_ids",
}  # fmt: skip
_SAME_STORES = re.compile(r"constants?|same stores|like.for.like|comparables?")
_LEAST = re.compile(
    r"\b(?:worst|least|slow(?:est)?|poorest|lowest|weakest|pires?|moins (?:bien )?(?:vendu\w*|bonnes?)"
    r"|(?:le|les|la) moins|vend\w* (?:le )?(?:moins|mal)|flops?|plus (?:faibles?|mauvaises?)"
    r"|(?:ne|n.) ?(?:se )?vend\w* (?:pas|plus|rien)|(?:do|does|did|are|is)(?: not|n.t) sell\w*|not selling|bottom)\b"
)
_MOST = re.compile(r"\b(?:best|top|most|meilleure?s?|plus)\b")
_CHANGES: Mapping[str, str] = {
    "decline": r"\b(?:en (?:baisse|recul|chute)|baiss\w+|recul\w+|chut\w+|in decline|declin\w+|falling|fell|dropp\w+"
    r"|down)\b",
    "growth": r"\b(?:en (?:hausse|progression|croissance)|progress\w+|augment\w+|grew|growing|grown|grow|growth"
    r"|up the most|croissance)\b",
}
_DAYS = re.compile(r"\b(?:best|worst|top|strongest|weakest|meilleure?s?|pires?) (?:\w+ )?(?:days?|jours?|journees?)\b")


def group_of(reading: Reading, allowed: Collection[str]) -> str:
    """What the question sums by: what it says, else what it compares several of, else what the one before it said."""
    for text in (reading.question, reading.before):
        folded = fold(text)
        if "day" in allowed and _DAYS.search(folded):
            return "day"
        for group, words in _GROUPS.items():
            if group in allowed and re.search(words, folded):
                return group
        compared = _compared(reading.names, folded, allowed)
        if compared:
            return compared
    return ""


def same_stores(reading: Reading) -> bool:
    """Whether only stores that sold in both years are asked for."""
    return bool(_SAME_STORES.search(fold(f"{reading.before} {reading.question}")))


def order_of(reading: Reading, group: str) -> str:
    """What should come first of sums by `group`, empty for the usual; the question itself decides where it says so."""
    asked = fold(reading.question)
    # Ranked by change are several products or places; of one, how it changed is in the sum.
    ranks = group in ("category", "country", "location") or not reading.names.product_ids
    for text in (asked, fold(reading.before)):
        if _LEAST.search(text):
            return "least_sold"
        found = next((order for order, words in _CHANGES.items() if re.search(words, text)), "")
        if found and ranks:
            return found
        if _MOST.search(text):
            return "most_sold" if group == "day" else ""
    return ""


def _compared(names: Names, folded: str, allowed: Collection[str]) -> str:
    if not _COMPARES.search(folded):
        return ""
    several = (group for group, field in _SEVERAL.items() if len(getattr(names, field)) > 1)
    return next((group for group in several if group in allowed), "")
