"""Vectors of texts: each text is read once."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from copilot.planning.launches.texts import ProductTexts
from vectorstore.encoder import Encoder, HashEncoder


def test_a_text_is_read_once_and_kept(tmp_path: Path) -> None:
    opened = []

    def encoder() -> Encoder:
        opened.append(1)
        return HashEncoder()

    first = ProductTexts(tmp_path, encoder, name="hash")(["linen dress", "wool coat", "linen dress"])
    assert first == pytest.approx(HashEncoder().encode(["linen dress", "wool coat", "linen dress"]))
    assert ProductTexts(tmp_path, encoder, name="hash")(["wool coat"]) == pytest.approx(first[1:2])
    assert len(opened) == 1
    assert np.allclose(ProductTexts(tmp_path, encoder, name="hash")(["bag", "wool coat"])[1], first[1])
    assert len(opened) == 2


def test_vectors_of_another_model_are_not_taken(tmp_path: Path) -> None:
    ProductTexts(tmp_path, HashEncoder, name="one")(["bag"])
    found = ProductTexts(tmp_path, lambda: HashEncoder(32), name="other")(["bag"])
    assert found.shape == (1, 32)


def test_no_texts_need_no_encoder(tmp_path: Path) -> None:
    def never() -> Encoder:
        raise AssertionError

    assert not ProductTexts(tmp_path, never, name="hash")([]).size
