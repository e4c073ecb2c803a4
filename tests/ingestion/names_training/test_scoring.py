"""Shares of names found and of right ones."""

import pytest

from ingestion.names_training.examples import Bounds, Example
from ingestion.names_training.scoring import score

_TEXT = "Julius Erving and Ann came"
_NAMES: tuple[Bounds, ...] = ((0, 13), (18, 21))


@pytest.mark.parametrize(
    ("found", "recall", "precision", "word_recall", "word_precision"),
    [
        ([(0, 13), (18, 21)], 1.0, 1.0, 1.0, 1.0),
        ([(0, 6)], 0.5, 1.0, 1 / 3, 1.0),
        ([(0, 6), (7, 13), (22, 26)], 0.5, 2 / 3, 2 / 3, 2 / 3),
        ([], 0.0, 1.0, 0.0, 1.0),
        ([(14, 17)], 0.0, 0.0, 0.0, 0.0),
    ],
)
def test_overlaps_and_words_count(
    found: list[Bounds], recall: float, precision: float, word_recall: float, word_precision: float
) -> None:
    result = score([Example(text=_TEXT, names=_NAMES)], [found])

    assert result.names == 2
    assert (result.recall, result.precision) == pytest.approx((recall, precision))
    assert (result.word_recall, result.word_precision) == pytest.approx((word_recall, word_precision))
