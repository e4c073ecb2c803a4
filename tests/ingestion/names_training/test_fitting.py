"""The head learns."""

import numpy as np
import pytest
import torch

from ingestion.names_training.examples import Example
from ingestion.names_training.fitting import Fit, fit, rows
from ingestion.names_training.lower import Encoded
from ingestion.names_training.scoring import judged, score
from ingestion.pseudonymise.names.brands import Brands
from ingestion.pseudonymise.names.decoding import NameDecoder
from ingestion.pseudonymise.names.features import FeatureMaker
from ingestion.pseudonymise.names.gazetteer import FIRST, Gazetteer
from ingestion.pseudonymise.names.head import HeadShape, NameHead
from ingestion.pseudonymise.names.words import WORD

_SHAPE = HeadShape(layers=1, width=24, heads=3, inner=32, feature_width=4, classifier_width=8)
_MAKER = FeatureMaker(Gazetteer.of({FIRST: ["Sophie"]}), Brands([]))
_HOW = Fit(
    epochs=8, batch=4, layer_rate=1e-3, new_rate=2e-2, dropout=0.0, lower_cased=0.0, upper_cased=0.0, unlisted=0.0
)


def _encoded(example: Example) -> Encoded:
    offsets = [match.span() for match in WORD.finditer(example.text)]
    return Encoded(offsets=offsets, hidden=np.zeros((len(offsets), _SHAPE.width), dtype=np.float16))


def _example(text: str, *names: str) -> Example:
    return Example(text=text, names=tuple((text.index(name), text.index(name) + len(name)) for name in names))


_EXAMPLES = [
    _example("thanks to Sophie today", "Sophie"),
    _example("Sophie was kind", "Sophie"),
    _example("a blue dress"),
] * 8


def test_names_are_learned_from_features_alone() -> None:
    torch.manual_seed(0)
    encoded = [_encoded(example) for example in _EXAMPLES]
    seen: list[int] = []

    head = fit(
        NameHead(_SHAPE), rows(_EXAMPLES, encoded, _MAKER), _HOW, after_epoch=lambda epoch, _: seen.append(epoch)
    )

    read = judged(head, _EXAMPLES, encoded, _MAKER)
    result = score(_EXAMPLES, read.found(NameDecoder(threshold=0.5, brands=Brands([]))))
    assert (result.recall, result.precision) == (1.0, 1.0)
    assert seen == list(range(1, 9))


def test_one_seed_gives_the_same_weights() -> None:
    encoded = [_encoded(example) for example in _EXAMPLES]
    learned = rows(_EXAMPLES, encoded, _MAKER)
    fitted = []
    for _ in range(2):
        torch.manual_seed(3)
        fitted.append(fit(NameHead(_SHAPE), learned, _HOW, after_epoch=lambda _, __: None).state_dict())

    assert all(torch.equal(fitted[0][name], fitted[1][name]) for name in fitted[0])


def test_handles_and_later_pieces_are_not_learned() -> None:
    text = "@sophie met Sophie"
    example = Example(text=text, names=((12, 18),), handles=((0, 7),))
    encoded = Encoded(offsets=[(0, 1), (1, 7), (8, 11), (12, 15), (15, 18)], hidden=np.zeros((5, 24), dtype=np.float16))

    (row,) = rows([example], [encoded], _MAKER)

    assert row.labels.tolist() == [-100, -100, 0, 1, -100]


@pytest.mark.parametrize("how", [Fit(lower_cased=1.0), Fit(upper_cased=1.0, lower_cased=0.0), Fit(unlisted=1.0)])
def test_a_text_read_another_way_keeps_its_own_features(how: Fit) -> None:
    encoded = [_encoded(example) for example in _EXAMPLES]
    learned = rows(_EXAMPLES, encoded, _MAKER)
    before = [row.features.copy() for row in learned]

    fit(NameHead(_SHAPE), learned, how, after_epoch=lambda _, __: None)

    assert all(np.array_equal(row.features, features) for row, features in zip(learned, before, strict=True))
