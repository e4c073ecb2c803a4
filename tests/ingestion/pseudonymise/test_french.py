"""Personal data in French as customers write it: accents missing, text-message style, formal complaints."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingestion.pseudonymise.detector import Detector
from ingestion.pseudonymise.names.finder import PERSON, NameFinder, NoNames
from ingestion.pseudonymise.names.loading import load_name_finder
from ingestion.settings import PseudonymSettings
from tests.ingestion.pseudonymise.french_customers import made_sentences
from tests.ingestion.pseudonymise.marked import Found, french_sentences, measure

DETECTOR = Detector(("fr",))
SEED = 11
MADE = 180
LEAST_RECALL = 0.90
MOST_ALTERED = 0.02
"""Share of sentences without personal data, made to look as if they had some, in which anything is replaced."""
MOST_ALTERED_WITH_NAMES = 0.15
"""The same with names of people: styles that bear one ("le jean Emma") are among these sentences on purpose."""


def found(finder: NameFinder) -> Found:
    """What patterns and `finder` find together."""
    return measure([*french_sentences(), *made_sentences(seed=SEED, count=MADE)], DETECTOR, finder, language="fr")


def test_there_are_enough_sentences_of_each_sort() -> None:
    written = french_sentences()
    assert sum(bool(sentence.spans) for sentence in written) >= 150
    assert sum(not sentence.spans for sentence in written) >= 100
    assert sum(bool(sentence.spans) for sentence in written) + MADE >= 300


def test_each_kind_that_patterns_find_is_found() -> None:
    report = found(NoNames())
    kinds = [kind for kind in report.total if kind != PERSON]
    assert {kind: report.recall(kind) for kind in kinds if report.recall(kind) < LEAST_RECALL} == {}


@pytest.mark.slow
def test_people_are_found_by_the_names_model_and_what_it_takes_for_them_is_little(demo_home: Path) -> None:
    report = found(load_name_finder(PseudonymSettings(), demo_home / "models"))
    assert {kind: report.recall(kind) for kind in report.total if report.recall(kind) < LEAST_RECALL} == {}
    assert report.altered / report.plain <= MOST_ALTERED_WITH_NAMES


def test_what_only_looks_like_personal_data_stays() -> None:
    report = found(NoNames())
    assert report.altered / report.plain <= MOST_ALTERED
