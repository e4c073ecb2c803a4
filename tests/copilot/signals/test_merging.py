from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from copilot.signals.concepts import load_concepts
from copilot.signals.lexicon import load_lexicon
from copilot.signals.merging import Candidate, alike, merge

_CONCEPTS = load_concepts(load_lexicon())


def _pair(first: str, second: str, languages: str = "en en") -> list[Candidate]:
    one, other = languages.split()
    return [
        Candidate(phrase_id="first", form=first, language=one, authors=20),
        Candidate(phrase_id="second", form=second, language=other, authors=8),
    ]


@pytest.mark.parametrize(
    ("first", "second", "languages"),
    [
        ("lantern hem", "hem lantern", "en en"),
        ("puddle pants", "puddle trousers", "en en"),
        ("moss tartan skirt", "jupe tartan moss", "en fr"),
        ("opera flats", "ballerine opera", "en it"),
        ("glacier mint", "#glaciermint glacier mints", "en en"),
        ("mushroom bob", "mushrom bob", "en en"),
        ("ruffle collared", "ruffle collar", "en en"),
    ],
    ids=["order", "synonym", "french", "italian", "tag", "slip", "ending"],
)
def test_what_means_the_same_is_one_phrase(first: str, second: str, languages: str) -> None:
    spelt = second.split()[-2:] if "#" in second else [second]

    assert merge(_pair(first, " ".join(spelt), languages), _CONCEPTS, set()) == {"first": "first", "second": "first"}


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("opera flats", "opera boots"),
        ("puddle pants", "puddle shorts"),
        ("poet blouse", "poet dress"),
        ("glacier mint", "glacier coral"),
        ("lantern hem", "lantern sleeve"),
        ("cloud loafers", "crowd loafers"),
        ("moss tartan", "moss"),
    ],
)
def test_what_means_something_else_stays_apart(first: str, second: str) -> None:
    assert merge(_pair(first, second), _CONCEPTS, set()) == {"first": "first", "second": "second"}


def test_a_word_that_people_wrote_before_is_no_slip() -> None:
    pair = _pair("shell buckle", "spell buckle")

    assert merge(pair, _CONCEPTS, set())["second"] == "first"
    assert merge(pair, _CONCEPTS, {"shell", "spell", "buckle"})["second"] == "second"


@pytest.mark.parametrize(
    ("form", "language"),
    [("flats mesh", "en"), ("résille ballerines", "fr"), ("cashmeree coat camel", "en"), ("yellow butters", "en")],
)
def test_what_a_term_means_is_no_phrase(form: str, language: str) -> None:
    left = merge([Candidate(phrase_id="only", form=form, language=language, authors=9)], _CONCEPTS, set())

    assert left == ({"only": "only"} if "cashmeree" in form else {})


def test_an_encoder_joins_what_differs_in_one_unlisted_word() -> None:
    asked: list[str] = []

    def encode(texts: Sequence[str]) -> NDArray[np.float32]:
        asked.extend(texts)
        near = {"paper denim": [1.0, 0.0], "papery denim": [0.9, 0.436], "raw denim": [0.0, 1.0]}
        return np.array([near[text] for text in texts], dtype=np.float32)

    forms = ["paper denim", "papery denim", "raw denim", "opera flats"]
    found = [Candidate(phrase_id=form, form=form, language="en", authors=30 - n) for n, form in enumerate(forms)]

    assert alike(found, _CONCEPTS, encode) == {"papery denim": "paper denim"}
    assert "opera flats" not in asked


def test_garments_are_never_joined_by_an_encoder() -> None:
    def encode(texts: Sequence[str]) -> NDArray[np.float32]:
        raise AssertionError(f"asked for {texts}")

    assert alike(_pair("puddle pants", "puddle shorts"), _CONCEPTS, encode) == {}
