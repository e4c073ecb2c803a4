"""Sentences whose personal data is marked `{KIND:text}`, and how much of it is found."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ingestion.pseudonymise.detector import Detector
from ingestion.pseudonymise.names.finder import NameFinder
from ingestion.pseudonymise.replacement import without_overlaps
from ingestion.pseudonymise.span import Span

_MARK = re.compile(r"\{([A-Z_]+):([^}]*)\}")
FRENCH_SENTENCES = Path(__file__).parent / "data" / "french_sentences.jsonl"


@dataclass(frozen=True, kw_only=True)
class Marked:
    """A sentence, and where the personal data in it is."""

    text: str
    spans: tuple[Span, ...]


@dataclass(frozen=True, kw_only=True)
class Found:
    """What was found in some sentences."""

    total: Counter[str]
    """Marked, by kind."""
    found: Counter[str]
    """Of these, overlapped by anything that would be replaced."""
    altered: int
    """Sentences without any personal data in which something would be replaced."""
    plain: int
    """Sentences without any personal data."""

    def recall(self, *kinds: str) -> float:
        """Share found, of these kinds together."""
        return sum(self.found[kind] for kind in kinds) / sum(self.total[kind] for kind in kinds)


def unmarked(marked: str) -> Marked:
    """The sentence of a marked one."""
    text, spans, done = "", [], 0
    for mark in _MARK.finditer(marked):
        text += marked[done : mark.start()]
        spans.append(Span(start=len(text), end=len(text) + len(mark[2]), kind=mark[1]))
        text += mark[2]
        done = mark.end()
    return Marked(text=text + marked[done:], spans=tuple(spans))


def french_sentences() -> list[Marked]:
    """Written by hand as customers write; about two in five hold no personal data, but what looks like it."""
    lines = FRENCH_SENTENCES.read_text(encoding="utf-8").splitlines()
    return [unmarked(json.loads(line)["marked"]) for line in lines]


def measure(sentences: Sequence[Marked], detector: Detector, finder: NameFinder, *, language: str) -> Found:
    """How much of the marked personal data patterns and `finder` find together, by overlap."""
    total: Counter[str] = Counter()
    found: Counter[str] = Counter()
    altered = plain = 0
    named = finder.find([sentence.text for sentence in sentences])
    for sentence, names in zip(sentences, named, strict=True):
        hulls = [hull for hull, _ in without_overlaps([*detector.find(sentence.text, language), *names])]
        total.update(span.kind for span in sentence.spans)
        found.update(
            span.kind
            for span in sentence.spans
            if any(hull.start < span.end and span.start < hull.end for hull in hulls)
        )
        plain += not sentence.spans
        altered += bool(hulls) and not sentence.spans
    return Found(total=total, found=found, altered=altered, plain=plain)
