"""Citations of an answer: the ids that the model writes become numbers, in the order of their first mention."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from copilot import wording
from copilot.agent.records import Source
from copilot.evidence import Evidence
from copilot.settings import Language

_ID = r"[a-z]+-[0-9a-f]{8}"
_CITED = re.compile(rf"\[\s*({_ID}(?:\s*[,;]\s*{_ID})*)\s*\]")
_BARE_NUMBER = re.compile(r"\s?\[\d{1,3}(?:\s*,\s*\d{1,3})*\](?!\()")


@dataclass(frozen=True, kw_only=True)
class Numbered:
    """A text with numbered citations, and what the numbers mean."""

    text: str
    evidence: Mapping[int, Evidence]
    """Numbers whose id is no evidence are missing."""


def numbered(text: str, found: Mapping[str, Evidence]) -> Numbered:
    """`[stock-1a2b3c4d]` becomes `[1]`. Numbers that the model made up itself are taken out: they point at nothing."""
    numbers: dict[str, int] = {}

    def renumber(match: re.Match[str]) -> str:
        ids = re.findall(_ID, match[1])
        return "".join(f"[{numbers.setdefault(id, len(numbers) + 1)}]" for id in ids)

    renumbered = _CITED.sub(renumber, _BARE_NUMBER.sub("", text))
    return Numbered(text=renumbered, evidence={number: found[id] for id, number in numbers.items() if id in found})


def sources(evidence: Mapping[int, Evidence], language: Language) -> tuple[Source, ...]:
    """What each number stands for, in words: which data, of when."""
    return tuple(
        Source(number=number, label=_label(piece, language), evidence=piece)
        for number, piece in sorted(evidence.items())
    )


def _label(evidence: Evidence, language: Language) -> str:
    kind = wording.label("kinds", evidence.kind, language)
    if {"since", "last_day"} <= evidence.dates.keys():
        span = wording.span(evidence.dates["since"], evidence.dates["last_day"], language)
        return wording.phrase("agent.source_dates", language, kind=kind, span=span)
    return wording.phrase("agent.source", language, kind=kind, day=wording.day(evidence.as_of, language))
