"""The gate learns what the head finds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
import torch

from ingestion.names_training.examples import Bounds, Example
from ingestion.names_training.gating import (
    GateFit,
    Taught,
    fit_gate,
    highest_scores,
    scores_unseen,
    taught,
    threshold,
    with_threshold,
)
from ingestion.names_training.lower import Encoded
from ingestion.names_training.scoring import Judged
from ingestion.pseudonymise.names.brands import Brands
from ingestion.pseudonymise.names.decoding import NameDecoder
from ingestion.pseudonymise.names.features import FeatureMaker
from ingestion.pseudonymise.names.gate import NameGate
from ingestion.pseudonymise.names.gazetteer import FIRST, Gazetteer
from ingestion.pseudonymise.names.head import HeadShape
from ingestion.pseudonymise.names.words import WORD

WIDTH = 24
MAKER = FeatureMaker(Gazetteer.of({FIRST: ["Sophie", "Marie"]}), Brands([]))
HOW = GateFit(
    epochs=6,
    batch=4,
    rate=1e-2,
    shape=HeadShape(layers=1, width=16, heads=2, inner=16, feature_width=4, classifier_width=8),
    width=WIDTH,
)


def learned(text: str, *, finds: Sequence[str] = (), names: Sequence[str] = (), marked: bool = True) -> Taught:
    """The text as a head teaches it that finds the words `finds`, where `names` are marked."""
    offsets = [match.span() for match in WORD.finditer(text)]
    logits = np.array([(0.0, 4.0) if text[start:end] in finds else (4.0, 0.0) for start, end in offsets])
    encoded = Encoded(offsets=offsets, hidden=np.zeros((len(offsets), WIDTH), dtype=np.float16))
    bounds: list[Bounds] = [(text.index(name), text.index(name) + len(name)) for name in names]
    judged = Judged(
        examples=[Example(text=text, names=tuple(bounds))], encoded=[encoded], logits=[logits.astype(np.float32)]
    )
    (one,) = taught(judged, NameDecoder(threshold=0.5, brands=Brands([])), MAKER, marked=marked)
    return one


TEXTS = [
    learned("thanks to Sophie today", finds=["Sophie"], names=["Sophie"]),
    learned("Marie was kind", finds=["Marie"], names=["Marie"]),
    learned("a blue dress"),
] * 6


@pytest.mark.parametrize(("marked", "labels", "names"), [(True, [0, 1, 0, 0], 1), (False, [0, 1, 0, 1], 2)])
def test_false_alarms_are_learned_as_no_names_where_names_are_marked(
    marked: bool, labels: list[int], names: int
) -> None:
    one = learned("dear Sophie and Linen", finds=["Sophie", "Linen"], names=["Sophie"], marked=marked)

    assert one.row.labels.tolist() == labels
    assert (one.names, one.found) == (names, 2)


def test_texts_that_differ_by_their_names_are_one_wording() -> None:
    ann, lea, other = (
        learned(f"{name} {rest}", names=[name])
        for name, rest in (("Ann", "was kind"), ("Léa", "was kind"), ("Ann", "left"))
    )

    assert ann.wording == lea.wording != other.wording


def test_the_gate_learns_which_texts_hold_names() -> None:
    scores = highest_scores(fit_gate(TEXTS, HOW), TEXTS)

    without = [text.names == 0 for text in TEXTS]
    assert scores[without].max() < scores[np.logical_not(without)].min()


def test_a_gate_scores_only_wordings_that_it_has_not_learned() -> None:
    halves = sorted({text.wording % 2 for text in TEXTS})
    quick = replace(HOW, epochs=1)
    unseen = scores_unseen(TEXTS, quick, folds=2)

    assert halves == [0, 1]
    for half in halves:
        gate = fit_gate([text for text in TEXTS if text.wording % 2 != half], quick)
        left = [at for at, text in enumerate(TEXTS) if text.wording % 2 == half]
        assert unseen[left].tolist() == highest_scores(gate, [TEXTS[at] for at in left]).tolist()


@pytest.mark.parametrize(
    ("kept", "least"),
    [(1.0, 1.0), (0.9, 2.0), (0.75, 2.0), (0.7, 2.0), (0.5, 3.0), (0.1, 3.0)],
)
def test_the_threshold_is_the_highest_that_keeps_enough_names(kept: float, least: float) -> None:
    scores = np.array([3.0, 0.0, 1.0, 2.0, 2.0], dtype=np.float32)

    found = threshold(scores, [5, 0, 1, 2, 2], kept=kept)

    assert found == least


def test_the_threshold_becomes_zero() -> None:
    torch.manual_seed(0)
    gate = NameGate(HOW.shape, width=WIDTH).eval()
    before = highest_scores(gate, TEXTS[:3])

    moved = NameGate.of(with_threshold(gate, 1.5), HOW.shape)

    np.testing.assert_allclose(highest_scores(moved, TEXTS[:3]), before - 1.5, atol=1e-5)
    np.testing.assert_array_equal(highest_scores(gate, TEXTS[:3]), before)
