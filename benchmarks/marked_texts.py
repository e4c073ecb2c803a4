"""Texts whose personal data is marked, and how well a program finds it: what `benchmarks.pii` measures with."""

from __future__ import annotations

import csv
import gzip
import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

from ingestion.names_training.examples import broad_twitter
from ingestion.pseudonymise.span import Span

Find = Callable[[Sequence[str], str], list[list[Span]]]
"""Texts and their language -> what would be replaced in each, without overlaps."""

DIRECT = (
    "PERSON",
    "ADDRESS",
    "CREDIT_CARD",
    "PHONE_NUMBER",
    "EMAIL_ADDRESS",
    "US_SSN",
    "IBAN_CODE",
    "US_DRIVER_LICENSE",
    "IP_ADDRESS",
)
"""Kinds that tell who somebody is by themselves.

Left alone on purpose, as planners need markets, dates and brands: LOCATION (towns, countries), ORGANIZATION, DATE_TIME
but for dates of birth, TITLE and PREFIX, and DOMAIN_NAME (bare web sites).
"""
BIRTH = "DATE_OF_BIRTH"

_DEV_PERCENT = 20


@dataclass(frozen=True, kw_only=True)
class Marked:
    """A text and the personal data in it."""

    text: str
    spans: tuple[Span, ...]
    ignored: tuple[Span, ...] = ()
    """Stretches that count neither way."""


@dataclass(frozen=True, kw_only=True)
class Score:
    """How well what is marked was found, by overlap."""

    marked: Counter[str]
    """By kind."""
    found: Counter[str]
    """Of these, overlapped by a find of any kind."""
    finds: int
    """Stretches found, but for those on what counts neither way."""
    right: int
    """Of these, those that overlap what is marked."""

    @property
    def recall(self) -> float:
        """Share of what is marked that was found."""
        return _share(self.found.total(), self.marked.total())

    @property
    def precision(self) -> float:
        """Share of the finds that are right."""
        return _share(self.right, self.finds)

    @property
    def f2(self) -> float:
        """Five times the product of precision and recall over four times precision plus recall: recall counts more."""
        precision, recall = self.precision, self.recall
        return 5 * precision * recall / (4 * precision + recall) if precision + recall else 0.0


def score(texts: Sequence[Marked], finds: Sequence[Sequence[Span]]) -> Score:
    """The score of what was found in each text."""
    marked: Counter[str] = Counter()
    found: Counter[str] = Counter()
    counted = right = 0
    for text, spans in zip(texts, finds, strict=True):
        marked.update(span.kind for span in text.spans)
        found.update(span.kind for span in text.spans if _on_any(span, spans))
        hits = [_on_any(span, text.spans) for span in spans if not _on_any(span, text.ignored)]
        counted += len(hits)
        right += sum(hits)
    return Score(marked=marked, found=found, finds=counted, right=right)


def altered(finds: Sequence[Sequence[Span]]) -> float:
    """Per cent of the texts in which anything would be replaced."""
    return 100 * sum(bool(spans) for spans in finds) / len(finds)


def presidio_sentences(folder: Path) -> list[Marked]:
    """The dev part of the made sentences, with their direct identifiers: a fifth of the templates, by a hash of their
    wording, as in the training of the names model, which learned from the others.
    """
    with gzip.open(folder / "generated_large.json.gz", "rt", encoding="utf-8") as file:
        rows = json.load(file)
    return [
        Marked(text=row["full_text"], spans=_direct(row))
        for row in rows
        if crc32(row["masked"].lower().encode()) % 100 < _DEV_PERCENT
    ]


def tweets(folder: Path) -> tuple[list[Marked], list[Marked]]:
    """The dev part of the tweets, tokens joined by spaces and each `@` with the token after it: with their handles
    marked, and with their names of people, where handles count neither way.
    """
    examples = broad_twitter(folder.parent, "dev", spaced=True)
    handles, names = [], []
    for example in examples:
        at = tuple(Span(start=start, end=end, kind="HANDLE") for start, end in example.handles)
        people = tuple(Span(start=start, end=end, kind="PERSON") for start, end in example.names)
        handles.append(Marked(text=example.text, spans=at, ignored=people))
        names.append(Marked(text=example.text, spans=people, ignored=at))
    return handles, names


def reviews(folder: Path, most: int) -> list[str]:
    """Title and text of reviews, even rows."""
    with gzip.open(folder / "reviews.csv.gz", "rt", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))[::2]
    return [f"{row['Title']}\n{row['Review Text']}".strip() for row in rows if row["Review Text"]][:most]


def titles(folder: Path) -> list[str]:
    """Titles of r/france."""
    with gzip.open(folder / "reddit_france_top_posts_fr.csv.gz", "rt", encoding="utf-8", newline="") as file:
        return [row["title"] for row in csv.DictReader(file)]


def _direct(row: dict[str, object]) -> tuple[Span, ...]:
    text, spans = str(row["full_text"]).lower(), row["spans"]
    birth = "born" in text or "birth" in text
    kinds = {kind: kind for kind in DIRECT} | ({"DATE_TIME": BIRTH} if birth else {})
    return tuple(
        Span(start=span["start_position"], end=span["end_position"], kind=kinds[span["entity_type"]])
        for span in (spans if isinstance(spans, list) else [])
        if span["entity_type"] in kinds
    )


def _on_any(span: Span, others: Sequence[Span]) -> bool:
    return any(other.start < span.end and span.start < other.end for other in others)


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0
