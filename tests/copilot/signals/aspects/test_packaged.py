"""The packaged model: its files, what it finds of made vectors, and what it refuses."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from copilot.errors import AspectModelError
from copilot.signals.aspects.features import COUNTED, Floats, Vocabulary
from copilot.signals.aspects.packaged import PackagedAspects
from copilot.signals.aspects.records import ASPECTS, POLARITIES
from copilot.signals.aspects.weights import DATA, DESCRIPTION, WEIGHTS, AspectDescription, Head, StoredAspects
from vectorstore.encoder import HashEncoder

ENCODER = HashEncoder(dimensions=8)


def _made() -> StoredAspects:
    """Finds `fit` by the word `tight`, which it takes for a complaint; all else is praise."""
    entries, outputs = ("tight", "lovely fit", "lovely"), (len(ASPECTS), len(POLARITIES))
    words = [np.zeros((2, many), dtype=np.float32) for many in outputs]
    words[0][:, ASPECTS.index("fit")] = 10.0
    words[1][0, POLARITIES.index("negative")] = 9.0
    bias = np.zeros((len(ASPECTS), len(POLARITIES)), dtype=np.float32)
    bias[:, POLARITIES.index("positive")] = 3.0
    dense = [np.zeros((8 + COUNTED, many), dtype=np.float32) for many in outputs]
    return StoredAspects(
        description=AspectDescription(
            encoder=ENCODER.fingerprint,
            thresholds=(0.5,) * len(ASPECTS),
            neutral_weight=1.0,
            word_scale=1.0,
            learned=2,
        ),
        vocabulary=Vocabulary(entries=entries, learned=2, stars=np.array([-1.0, 0.0, 2.0], dtype=np.float32)),
        aspects=Head(dense=dense[0], words=words[0], bias=np.full(len(ASPECTS), -2.0, dtype=np.float32)),
        polarity=Head(dense=dense[1], words=words[1], bias=bias),
    )


@pytest.fixture
def saved(tmp_path: Path) -> StoredAspects:
    _made().save(tmp_path)
    return StoredAspects.load(tmp_path)


def test_what_is_saved_reads_as_before(saved: StoredAspects) -> None:
    clauses = ["Too tight", "A lovely fit", "I wore it", ""]
    vectors = ENCODER.encode(clauses)
    before = PackagedAspects(ENCODER, _made()).probabilities(clauses, vectors)
    after = PackagedAspects(ENCODER, saved).probabilities(clauses, vectors)
    for was, now in zip(before, after, strict=True):
        np.testing.assert_allclose(was, now, atol=1e-3)


def test_clauses_are_read_for_aspects_and_polarity(saved: StoredAspects) -> None:
    found = PackagedAspects(ENCODER, saved).read(["Too tight", "A lovely fit", "I wore it"])
    assert [[(one.aspect, one.polarity) for one in there] for there in found] == [
        [("fit", "negative")],
        [("fit", "positive")],
        [],
    ]
    assert 0.9 < found[0][0].surety <= 1.0
    assert PackagedAspects(ENCODER, saved).read([]) == []


def test_stars_are_told_by_their_leaning() -> None:
    vocabulary = _made().vocabulary
    assert vocabulary.star_features(vocabulary.places("lovely fit")) == pytest.approx([0.4, 0.4, 0.0])
    assert vocabulary.star_features(vocabulary.places("nothing known")) == [0.0, 0.0, 0.0]


def test_vectors_of_another_encoder_are_refused(saved: StoredAspects) -> None:
    with pytest.raises(AspectModelError, match="reads vectors of hash@1/8, not of hash@1/64"):
        PackagedAspects(HashEncoder(), saved)


@pytest.mark.parametrize("damage", ["flipped", "cut", "missing"])
def test_damaged_weights_are_refused(tmp_path: Path, damage: str) -> None:
    _made().save(tmp_path)
    stored = (tmp_path / WEIGHTS).read_bytes()
    if damage == "missing":
        (tmp_path / WEIGHTS).unlink()
    else:
        (tmp_path / WEIGHTS).write_bytes(stored[:-1] + (b"" if damage == "cut" else b"\x01"))
    with pytest.raises(AspectModelError, match="not readable" if damage == "missing" else "not the file"):
        StoredAspects.load(tmp_path)


def test_model_that_ships_is_small_and_whole(tmp_path: Path) -> None:
    shipped = StoredAspects.load()
    assert shipped.description.encoder.startswith("all-MiniLM-L6-v2@")
    assert shipped.dimensions == 384
    assert sum((DATA / name).stat().st_size for name in (WEIGHTS, DESCRIPTION)) < 1_000_000
    for name in (WEIGHTS, DESCRIPTION):
        shutil.copy(DATA / name, tmp_path / name)
    assert StoredAspects.load(tmp_path).fingerprint == shipped.fingerprint


@pytest.mark.parametrize(
    ("clause", "aspect", "polarity"),
    [
        ("The color is nice, a good shade of red", "colour", "positive"),
        ("It runs small and is too tight", "fit", "negative"),
        ("The price is great", "price", "positive"),
        ("The seams ripped after one wash", "quality", "negative"),
        ("Delivery was quick", "delivery", "positive"),
    ],
)
def test_words_of_the_model_that_ships_speak_without_vectors(clause: str, aspect: str, polarity: str) -> None:
    shipped = StoredAspects.load()
    silent: Floats = np.zeros((1, shipped.dimensions), dtype=np.float32)
    model = PackagedAspects(_Silent(shipped.description.encoder), shipped)
    spoken, polarities = model.probabilities([clause], silent)
    place = ASPECTS.index(aspect)
    assert spoken[0, place] == max(spoken[0, : len(ASPECTS) - 1])
    assert POLARITIES[int(polarities[0, place].argmax())] == polarity


class _Silent(HashEncoder):
    """Has the name of another encoder; what it makes is not asked for."""

    def __init__(self, fingerprint: str) -> None:
        super().__init__()
        self._name = fingerprint

    @property
    def fingerprint(self) -> str:
        return self._name
