"""Questions' vectors turned towards the posts that answer: reading, applying, learning."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.contracts.material import unit
from vectorstore.encoder import unit_rows
from vectorstore.errors import RankingModelError
from vectorstore.query_adapter import QueryAdapter, adapted, packaged, read_adapter, write_adapter
from vectorstore.query_adapter_training import Pairs, learn


def adapter(encoder: str = "some@1", size: int = 4) -> QueryAdapter:
    random = np.random.default_rng(5)
    return QueryAdapter(
        turn=random.normal(size=(size, size)).astype(np.float32),
        shift=random.normal(size=size).astype(np.float32),
        encoder=encoder,
    )


def test_an_adapted_vector_is_turned_shifted_and_of_unit_length() -> None:
    quarter = np.array([[0, -1], [1, 0]], dtype=np.float32)
    found = QueryAdapter(turn=quarter, shift=np.array([0, 2], dtype=np.float32), encoder="")(unit(1, 0))
    assert found == pytest.approx(np.array([1, 3]) / np.sqrt(10))


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    write_adapter(adapter(), tmp_path / "kept.npz")
    found = read_adapter(tmp_path / "kept.npz")
    assert found.encoder == "some@1"
    assert found.turn == pytest.approx(adapter().turn, abs=2e-3)
    assert found.shift == pytest.approx(adapter().shift, abs=2e-3)


def test_another_encoders_vectors_stay_as_they_are() -> None:
    vector = unit_rows(np.ones((1, packaged().shift.size), dtype=np.float32))[0]
    assert adapted(vector, "another@1") is vector
    turned = adapted(vector, packaged().encoder)
    assert np.linalg.norm(turned) == pytest.approx(1.0, abs=1e-5)
    assert not np.allclose(turned, vector, atol=0.01)


@pytest.mark.parametrize("content", [b"", b"no archive"])
def test_a_file_that_holds_no_adapter_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "broken.npz").write_bytes(content)
    with pytest.raises(RankingModelError, match=r"broken\.npz"):
        read_adapter(tmp_path / "broken.npz")


@pytest.mark.parametrize(
    "kept",
    [
        {"turn": np.eye(3), "shift": np.zeros(3)},
        {"turn": np.eye(3), "shift": np.zeros(2), "encoder": "some@1"},
        {"turn": np.eye(3)[:2], "shift": np.zeros(3), "encoder": "some@1"},
    ],
    ids=["without encoder", "shift of another length", "not square"],
)
def test_an_adapter_that_does_not_fit_is_refused(tmp_path: Path, kept: dict[str, object]) -> None:
    np.savez(tmp_path / "odd.npz", **kept)  # type: ignore[arg-type]  # any array-like
    with pytest.raises(RankingModelError, match=r"odd\.npz"):
        read_adapter(tmp_path / "odd.npz")


def test_learning_finds_how_questions_and_documents_differ() -> None:
    documents = unit_rows(np.random.default_rng(1).normal(size=(40, 4)).astype(np.float32))
    aside = 0.6 * unit(1, 1, 1, 1)
    questions = unit_rows(documents + aside)
    known, fresh = np.arange(0, 30), np.arange(30, 40)
    pairs = Pairs(questions=questions[known], meant=known, documents=documents)
    turn, shift = learn(pairs, seed=0, rounds=150)
    learnt = QueryAdapter(turn=turn, shift=shift, encoder="")
    before = (questions[fresh] @ documents.T).argmax(axis=1) == fresh
    after = (np.stack([learnt(vector) for vector in questions[fresh]]) @ documents.T).argmax(axis=1) == fresh
    assert after.mean() >= before.mean() + 0.3
    assert float(shift @ aside) < -0.01


def test_there_is_nothing_to_learn_from_no_questions() -> None:
    none = np.zeros((0, 2), dtype=np.float32)
    with pytest.raises(ValueError, match="no questions"):
        learn(Pairs(questions=none, meant=np.zeros(0, dtype=np.int64), documents=np.eye(2, dtype=np.float32)), seed=0)
