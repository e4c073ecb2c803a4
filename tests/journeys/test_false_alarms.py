"""Texts that hold hardly any personal data, drawn by a seed and all read by a person: what is altered in them wrongly?

Verdicts name rows of the data sets, never their texts: how many stretches of personal data (here all names of people,
most of them in the news) are in a row. A row in which more is replaced is a false alarm.
"""

from __future__ import annotations

import csv
import gzip
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest

from ingestion.pseudonymise.detector import Detector
from ingestion.pseudonymise.names.finder import NameFinder, NoNames
from ingestion.pseudonymise.names.loading import load_name_finder
from ingestion.pseudonymise.replacement import without_overlaps
from ingestion.settings import PseudonymSettings
from tests.ingestion.raw_posts import LANGUAGES

SEED = 1
DRAWN = 200
MOST_FALSE = 0.01
"""Share of the drawn texts that may be altered without reason."""
LEAST_FOUND = 0.85
"""Share of the titles with people in which anything is replaced, so that no model passes that finds nothing."""


@dataclass(frozen=True, kw_only=True)
class Judged:
    """A set of texts, and what a person found in its sample."""

    path: str
    language: str
    columns: tuple[str, ...]
    every: int
    """One row in so many is a candidate."""
    personal: Mapping[int, int]
    """Row -> stretches of personal data in it; rows that are not here hold none."""


REVIEWS = Judged(
    path="reviews_womens_clothing/reviews.csv.gz",
    language="en",
    columns=("Title", "Review Text"),
    every=2,
    personal={9054: 1},
)
TITLES = Judged(
    path="posts_reddit_fashion/reddit_france_top_posts_fr.csv.gz",
    language="fr",
    columns=("title",),
    every=1,
    personal={
        **dict.fromkeys(
            (22, 31, 35, 167, 210, 227, 235, 236, 237, 261, 275, 354, 399, 501, 526, 583, 598, 629, 686), 1
        ),
        **dict.fromkeys((693, 720, 738, 761, 779, 782, 785, 802, 849, 855, 857, 880, 892, 902, 903, 905, 996), 1),
        **dict.fromkeys((137, 339, 758, 914), 2),
    },
)


def drawn(judged: Judged, data: Path) -> dict[int, str]:
    """Row -> text, of the sample."""
    with gzip.open(data / judged.path, "rt", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    candidates = [row for row in range(0, len(rows), judged.every) if rows[row][judged.columns[-1]]]
    chosen = sorted(Random(SEED).sample(candidates, DRAWN))
    return {row: "\n".join(rows[row][column] for column in judged.columns if rows[row][column]) for row in chosen}


def replaced(judged: Judged, data: Path, finder: NameFinder) -> dict[int, int]:
    """Row -> stretches that patterns and `finder` would replace, for the rows of the sample in which there are any."""
    texts, detector = drawn(judged, data), Detector(LANGUAGES)
    named = finder.find(list(texts.values()))
    counts = {
        row: len(without_overlaps([*detector.find(text, judged.language), *names]))
        for (row, text), names in zip(texts.items(), named, strict=True)
    }
    return {row: count for row, count in counts.items() if count}


def false_alarms(judged: Judged, data: Path, finder: NameFinder) -> set[int]:
    """Rows of the sample in which more is replaced than is personal data."""
    return {row for row, count in replaced(judged, data, finder).items() if count > judged.personal.get(row, 0)}


@pytest.mark.real_data
@pytest.mark.parametrize("judged", [REVIEWS, TITLES], ids=["reviews", "titles"])
def test_patterns_alter_hardly_a_text_wrongly(judged: Judged, real_data: Path) -> None:
    assert set(judged.personal) <= set(drawn(judged, real_data))
    assert len(false_alarms(judged, real_data, NoNames())) <= MOST_FALSE * DRAWN


@pytest.mark.slow
@pytest.mark.real_data
@pytest.mark.parametrize("judged", [REVIEWS, TITLES], ids=["reviews", "titles"])
def test_the_names_model_alters_hardly_a_text_wrongly(judged: Judged, real_data: Path, demo_home: Path) -> None:
    finder = load_name_finder(PseudonymSettings(), demo_home / "models")

    assert len(false_alarms(judged, real_data, finder)) <= MOST_FALSE * DRAWN


@pytest.mark.slow
@pytest.mark.real_data
def test_the_names_model_finds_most_people_of_the_titles(real_data: Path, demo_home: Path) -> None:
    finder = load_name_finder(PseudonymSettings(), demo_home / "models")
    found = replaced(TITLES, real_data, finder)

    assert sum(row in found for row in TITLES.personal) >= LEAST_FOUND * len(TITLES.personal)


@pytest.mark.real_data
@pytest.mark.parametrize("judged", [REVIEWS, TITLES], ids=["reviews", "titles"])
def test_what_patterns_alter_is_as_it_was_when_it_was_read(judged: Judged, real_data: Path) -> None:
    assert replaced(judged, real_data, NoNames()) == {}
