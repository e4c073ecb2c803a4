"""Made sentences."""

from functools import cache

import pytest

from ingestion.names_training.generating import Purpose, SentenceMaker
from ingestion.names_training.lists import LANGUAGES, names_by_language

_BRANDS = ["Jacquemus", "Kate Spade"]


@cache
def _maker(purpose: Purpose) -> SentenceMaker:
    return SentenceMaker(names_by_language(), _BRANDS, purpose)


@pytest.mark.parametrize("code", LANGUAGES)
def test_half_of_the_texts_hold_names_and_no_slot_stays_open(code: str) -> None:
    made = _maker("learn").make(code, 200, seed=1)

    assert 80 < sum(bool(example.names) for example in made) < 140
    assert not any("{" in example.text or "}" in example.text for example in made)
    assert all(example.text[start:end].strip() for example in made for start, end in example.names)


def test_names_are_ordered_and_do_not_overlap() -> None:
    for example in _maker("learn").make("fr", 300, seed=2):
        ends = [0, *(end for _, end in example.names)]
        assert all(start >= end for (start, _), end in zip(example.names, ends, strict=False))


def test_one_seed_makes_the_same_and_another_does_not() -> None:
    maker = _maker("learn")

    assert maker.make("it", 5, seed=3) == maker.make("it", 5, seed=3)
    assert maker.make("it", 5, seed=3) != maker.make("it", 5, seed=4)


@pytest.mark.parametrize("code", LANGUAGES)
def test_patterns_and_names_to_measure_with_are_not_learned(code: str) -> None:
    learn, measure = (_maker(purpose).language(code) for purpose in ("learn", "measure"))

    for own, other in (
        (learn.named, measure.named),
        (learn.plain, measure.plain),
        (learn.first, measure.first),
        (learn.last, measure.last),
    ):
        assert min(len(own), len(other)) > 0
        assert not set(own) & set(other)


def test_a_street_has_no_name_of_a_person() -> None:
    texts = [
        example for example in _maker("learn").make("fr", 2000, seed=5) if "Le point relais de la rue" in example.text
    ]

    assert texts
    for example in texts:
        street = example.text.index("de la rue")
        assert not any(street < start < street + 12 for start, _ in example.names)
