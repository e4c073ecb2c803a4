"""A tiny cross-encoder of random weights, saved to disk and loaded by its folder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.contracts.material import doc_id
from vectorstore.cross_encoder import load_cross_encoder
from vectorstore.errors import RankingModelError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "linen", "dress", "coat", "wool"]
    vocabulary = tmp_path / "vocab.txt"
    vocabulary.write_text("\n".join(words))
    config = BertConfig(
        vocab_size=len(words),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        num_labels=1,
        max_position_embeddings=32,
    )
    home = tmp_path / "model"
    BertForSequenceClassification(config).save_pretrained(home)
    BertTokenizerFast(vocab=str(vocabulary)).save_pretrained(home)
    return home


@pytest.mark.slow
def test_pairs_are_scored_alike_each_time(folder: Path) -> None:
    scorer = load_cross_encoder(str(folder))
    texts = ["linen dress", "wool coat", "dress"]
    scores = scorer.scores("linen dress", texts)
    assert len(scores) == 3
    assert all(0.0 < score < 1.0 for score in scores)
    assert scores == scorer.scores("linen dress", texts)
    assert scorer.scores("linen", []) == []


@pytest.mark.slow
def test_a_model_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(RankingModelError, match="nothing-here"):
        load_cross_encoder(str(tmp_path / "nothing-here"))


class Backwards:
    """Likes later texts better."""

    def scores(self, query: str, texts: Sequence[str]) -> list[float]:
        return [place / len(texts) for place in range(len(texts))]


def test_what_it_read_comes_before_what_it_did_not(tmp_path: Path) -> None:
    from vectorstore.edge import EdgeStore
    from vectorstore.encoder import HashEncoder
    from vectorstore.search import Ranking, rank
    from vectorstore.store import Document, Schema

    encoder = HashEncoder()
    texts = [f"linen dress {'and more ' * number}" for number in range(4)]
    schema = Schema(dimensions=encoder.dimensions, fields={}, encoder=encoder.fingerprint)
    store = EdgeStore.open(tmp_path / "index", schema)
    vectors = encoder.encode(texts)
    store.upsert(
        [Document(id=doc_id(n), text=t, vector=v) for n, (t, v) in enumerate(zip(texts, vectors, strict=True))]
    )
    plain = rank(store, encoder, "linen dress", filter=None, ranking=Ranking())
    read = rank(store, encoder, "linen dress", filter=None, ranking=Ranking(pair_scorer=Backwards(), pair_candidates=2))
    store.close()
    assert [hit.id for hit in read] == [plain[1].id, plain[0].id, plain[2].id, plain[3].id]
    assert [hit.score for hit in read] == sorted((hit.score for hit in read), reverse=True)
