"""Questions that could come next, from what an answer was about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from copilot import wording
from copilot.evidence import Evidence, Kind
from copilot.lookups.uncarried import NOT_CARRIED
from copilot.settings import Language

_MOST = 3
_ABOUT: Mapping[Kind, tuple[str, ...]] = {
    "stock": ("restock", "forecast", "sales"),
    "sales": ("stock", "forecast", "opinions"),
    "forecast": ("reasons", "restock", "stock"),
    "restock": ("stock", "forecast", "sales"),
    "posts": ("sales", "stock"),
    "products": ("stock", "sales"),
    "signal": ("stock", "sales"),
}
"""For an answer about one product."""
_GENERAL: Mapping[Kind, tuple[str, ...]] = {
    "stock": ("risk_all", "restock_all"),
    "sales": ("trends_all", "restock_all"),
    "forecast": ("restock_all", "risk_all"),
    "restock": ("risk_all", "trends_all", "fresh_all"),
    "signal": ("restock_all", "sales_all"),
    "posts": ("trends_all",),
    "products": ("sales_all",),
    "freshness": ("sales_all", "trends_all"),
}


def follow_ups(
    evidence: Mapping[int, Evidence], language: Language, *, about: Mapping[str, str] = MappingProxyType({})
) -> tuple[str, ...]:
    """At most three, none twice; none where nothing was cited.

    `about` (evidence id -> name) says which one product was looked up, for rows by store, size or day that do not.
    """
    found = dict.fromkeys(
        question for piece in evidence.values() for question in _of(piece, language, about.get(piece.id))
    )
    return tuple(found)[:_MOST]


def _of(evidence: Evidence, language: Language, about_one: str | None) -> Iterator[str]:
    names = {row.labels["product"] for row in evidence.rows if "product" in row.labels} or {about_one} - {None}
    if len(names) == 1:
        for key in _ABOUT.get(evidence.kind, ()):
            yield wording.phrase(f"agent.follow_ups.{key}", language, about=next(iter(names)))
    for note in evidence.notes:
        code, _, about = note.partition(":")
        if code == NOT_CARRIED:
            yield wording.phrase("agent.follow_ups.analogues", language, about=about)
    of_terms = bool(evidence.rows) and all("term" in row.labels for row in evidence.rows)
    if evidence.kind == "signal" and len(evidence.rows) > 1 and of_terms:
        yield wording.phrase("agent.follow_ups.term", language, about=evidence.rows[0].labels["term"])
    for key in _GENERAL.get(evidence.kind, ()):
        yield wording.phrase(f"agent.follow_ups.{key}", language)
