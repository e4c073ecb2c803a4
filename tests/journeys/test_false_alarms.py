"""Texts that hold hardly any personal data, drawn by a seed and read by a person: what is altered in them, and rightly?

Verdicts name rows of the data sets, never their texts. A row that is altered and not judged here fails: read it, then
add it to the right or the wrong ones.
"""

from __future__ import annotations

import csv
import gzip
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest

from ingestion.pseudonymise.detector import Detector
from ingestion.pseudonymise.names.finder import NameFinder, NoNames
from ingestion.pseudonymise.replacement import without_overlaps
from tests.ingestion.raw_posts import LANGUAGES

SEED = 1
DRAWN = 200
MOST_FALSE = 0.01
"""Share of the drawn texts that may be altered without reason."""


@dataclass(frozen=True, kw_only=True)
class Judged:
    """A set of texts, and the rows altered in its sample, as a person judged them."""

    path: str
    language: str
    columns: tuple[str, ...]
    every: int
    """One row in so many is a candidate."""
    right: frozenset[int]
    """Rows in which what is replaced is personal data."""
    wrong: frozenset[int]
    """Rows in which something else is replaced."""


REVIEWS = Judged(
    path="reviews_womens_clothing/reviews.csv.gz",
    language="en",
    columns=("Title", "Review Text"),
    every=2,
    right=frozenset(),
    wrong=frozenset(),
)
TITLES = Judged(
    path="posts_reddit_fashion/reddit_france_top_posts_fr.csv.gz",
    language="fr",
    columns=("title",),
    every=1,
    right=frozenset(),
    wrong=frozenset(),
)


def drawn(judged: Judged, data: Path) -> dict[int, str]:
    """Row -> text, of the sample."""
    with gzip.open(data / judged.path, "rt", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    candidates = [row for row in range(0, len(rows), judged.every) if rows[row][judged.columns[-1]]]
    chosen = sorted(Random(SEED).sample(candidates, DRAWN))
    return {row: "\n".join(rows[row][column] for column in judged.columns if rows[row][column]) for row in chosen}


def altered(judged: Judged, data: Path, finder: NameFinder) -> set[int]:
    """Rows of the sample in which patterns or `finder` find anything."""
    texts, detector = drawn(judged, data), Detector(LANGUAGES)
    named = finder.find(list(texts.values()))
    return {
        row
        for (row, text), names in zip(texts.items(), named, strict=True)
        if without_overlaps([*detector.find(text, judged.language), *names])
    }


@pytest.mark.real_data
@pytest.mark.parametrize("judged", [REVIEWS, TITLES], ids=["reviews", "titles"])
def test_what_patterns_alter_was_judged_and_hardly_ever_wrong(judged: Judged, real_data: Path) -> None:
    rows = altered(judged, real_data, NoNames())
    assert rows == judged.right | judged.wrong
    assert len(rows & judged.wrong) <= MOST_FALSE * DRAWN
