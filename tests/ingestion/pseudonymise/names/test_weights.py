"""The head on disk."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError

from ingestion.pseudonymise.names.features import SIZES
from ingestion.pseudonymise.names.weights import (
    BRANDS,
    DATA,
    DESCRIPTION,
    GATE,
    GAZETTEER,
    HEAD,
    STAYS,
    HeadDescription,
    load_gate,
    load_head,
    quantised,
    save_gate,
    save_head,
)

_DESCRIPTION = HeadDescription(lower_layers=3, layers=1, feature_sizes=(2,), labels=("O", "PERSON"), threshold=0.5)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in (GAZETTEER, BRANDS, STAYS):
        shutil.copy(DATA / name, tmp_path / name)
    chance = np.random.default_rng(0)
    tensors = {"a.weight": chance.normal(size=(5, 7)), "a.bias": chance.normal(size=5)}
    save_head(tmp_path, _DESCRIPTION, {name: tensor.astype(np.float32) for name, tensor in tensors.items()})
    return tmp_path


def test_a_matrix_comes_back_within_half_a_step_of_its_row(folder: Path) -> None:
    matrix = np.random.default_rng(0).normal(size=(5, 7)).astype(np.float32)

    loaded = load_head(folder).tensors["a.weight"]

    assert (np.abs(loaded - matrix) <= np.abs(matrix).max(axis=1, keepdims=True) / 127.0 * 0.501).all()


def test_a_vector_comes_back_as_it_was(folder: Path) -> None:
    chance = np.random.default_rng(0)
    chance.normal(size=(5, 7))

    assert load_head(folder).tensors["a.bias"].tolist() == chance.normal(size=5).astype(np.float32).tolist()


def test_a_row_of_zeros_stays_zeros() -> None:
    whole, scale = quantised(np.zeros((2, 3), dtype=np.float32))

    assert not (whole * scale[:, None]).any()


def test_the_description_comes_back(folder: Path) -> None:
    assert load_head(folder).description == _DESCRIPTION


def test_the_fingerprint_changes_with_the_threshold_and_the_brands(folder: Path) -> None:
    before = load_head(folder).fingerprint
    (folder / BRANDS).write_text("Étam\n", encoding="utf-8")
    other_brands = load_head(folder).fingerprint
    lower = _DESCRIPTION.model_copy(update={"threshold": 0.4})
    (folder / DESCRIPTION).write_text(lower.model_dump_json(), encoding="utf-8")

    assert len({before, other_brands, load_head(folder).fingerprint}) == 3


def test_the_fingerprint_changes_with_the_gate(folder: Path) -> None:
    fingerprints = {load_head(folder).fingerprint}
    for bias in (0.0, 0.5):
        save_gate(folder, {"bias": np.full(1, bias, dtype=np.float32)})
        fingerprints.add(load_head(folder).fingerprint)

    assert len(fingerprints) == 3


def test_a_gate_comes_back(folder: Path) -> None:
    save_gate(folder, {"weight": np.array([[0.0, 1.27]], dtype=np.float32), "bias": np.ones(1, dtype=np.float32)})

    loaded = load_gate(folder)

    assert loaded["bias"].tolist() == [1.0]
    np.testing.assert_allclose(loaded["weight"], [[0.0, 1.27]], atol=1e-6)


def test_an_unknown_line_in_the_description_is_refused(folder: Path) -> None:
    (folder / DESCRIPTION).write_text('{"surprise": 1}', encoding="utf-8")

    with pytest.raises(ValidationError):
        load_head(folder)


def test_the_packaged_head_is_small_and_fits_the_features() -> None:
    assert load_head().description.feature_sizes == SIZES
    assert sum((DATA / name).stat().st_size for name in (HEAD, DESCRIPTION, GATE, GAZETTEER, BRANDS, STAYS)) < 12e6
    assert (DATA / GATE).stat().st_size < 100e3
