"""The linear re-ranker: features, weights, training."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from tests.contracts.material import doc_id
from vectorstore.errors import RankingModelError
from vectorstore.features import NAMES, features
from vectorstore.matching import Matcher
from vectorstore.rerank_training import train
from vectorstore.reranking import matches_of, read_weights, rerank_scores
from vectorstore.store import Hit
from vectorstore.wanted import as_asked

WANTED = as_asked("linen dress")


def hit(number: int, text: str, bm25: float | None = 1.0, dense: float | None = 0.5) -> Hit:
    return Hit(id=doc_id(number), text=text, payload={}, score=0.5, dense_score=dense, bm25_score=bm25)


def table(*hits: Hit) -> dict[str, list[float]]:
    found = features(hits, matches_of(hits, Matcher(WANTED)), len(WANTED.wishes))
    return {name: found[:, place].tolist() for place, name in enumerate(NAMES)}


def test_features_say_how_each_text_answers() -> None:
    found = table(
        hit(1, "A linen dress", 4.0, 0.9), hit(2, "The dress. In linen", 2.0, 0.1), hit(3, "coat", None, None)
    )
    assert found["bm25"] == pytest.approx([1.0, 0.5, 0.5])
    assert found["dense"] == pytest.approx([1.0, 0.0, 0.0])
    assert found["cover"] == pytest.approx([1.0, 1.0, 0.0])
    assert found["pairs"] == pytest.approx([1.0, 0.0, 0.0])
    assert found["sentence"] == pytest.approx([1.0, 0.5, 0.0])


def test_a_text_that_says_all_comes_before_one_that_says_half() -> None:
    hits = [hit(1, "dress dress dress coat"), hit(2, "a dress made of linen")]
    scores = rerank_scores(hits, WANTED, Matcher(WANTED))
    assert scores == [0.0, 1.0]


def test_no_hits_have_no_scores() -> None:
    assert rerank_scores([], WANTED, Matcher(WANTED)) == []


def test_training_finds_the_feature_that_tells() -> None:
    rng = np.random.default_rng(1)
    searches = []
    for _ in range(60):
        rows = rng.standard_normal((10, len(NAMES)))
        searches.append((rows, int(rows[:, 2].argmax())))
    weights = train(searches)
    assert max(weights, key=lambda name: abs(weights[name])) == NAMES[2]
    assert weights[NAMES[2]] > 0


def test_training_refuses_what_it_cannot_learn_from() -> None:
    with pytest.raises(ValueError, match="no searches"):
        train([])
    with pytest.raises(ValueError, match="bm25 is the same"):
        train([(np.zeros((3, len(NAMES))), 0)])


@pytest.mark.parametrize("content", ["", "[]", "{}", json.dumps({"weights": {"bm25": 1.0}})])
def test_a_file_that_does_not_fit_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "weights.json"
    path.write_text(content)
    with pytest.raises(RankingModelError, match=r"weights\.json"):
        read_weights(path, translated=False)


def test_what_is_added_by_hand_counts_for_translated_questions(tmp_path: Path) -> None:
    path = tmp_path / "weights.json"
    path.write_text(json.dumps({"weights": dict.fromkeys(NAMES, 1.0), "added": {"cover": 2.0}}))
    assert read_weights(path, translated=False).tolist() == [1.0] * len(NAMES)
    assert read_weights(path, translated=True).tolist() == [3.0 if name == "cover" else 1.0 for name in NAMES]
