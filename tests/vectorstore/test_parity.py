"""The embedded store and the server store rank alike."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from qdrant_client import QdrantClient

from tests.contracts.material import SCHEMA, doc_id
from vectorstore.edge import EdgeStore
from vectorstore.encoder import HashEncoder
from vectorstore.search import search
from vectorstore.server import ServerStore
from vectorstore.settings import IndexSettings
from vectorstore.store import Document, DocumentStore, Filter, Query, Schema

WORDS = [
    "robe",
    "lin",
    "été",
    "très",
    "la",
    "dress",
    "linen",
    "tight",
    "waist",
    "the",
    "abito",
    "lana",
    "schön",
    "Kleid",
]
LANGUAGES = ["en", "fr", "it", "de", "es", "xx"]


def fill(store: DocumentStore, seed: int) -> None:
    """300 documents, a fifth of them replaced and a tenth deleted again."""
    rng = np.random.default_rng(seed)

    def make(number: int) -> Document:
        vector = rng.standard_normal(4).astype(np.float32)
        text = " ".join(rng.choice(WORDS, size=int(rng.integers(1, 12))))
        language = LANGUAGES[int(rng.integers(len(LANGUAGES)))]
        return Document(
            id=doc_id(number), text=text, vector=vector / np.linalg.norm(vector), payload={"language": language}
        )

    store.upsert([make(number) for number in range(1, 301)])
    store.upsert([make(number) for number in range(1, 301, 5)])
    store.delete([doc_id(number) for number in range(1, 301, 10)])


@pytest.mark.parametrize("seed", [1, 2])
def test_both_stores_rank_alike(tmp_path: Path, seed: int) -> None:
    client = QdrantClient(":memory:")
    edge = EdgeStore.open(tmp_path / "index", SCHEMA)
    server = ServerStore.open(IndexSettings(url=":memory:"), SCHEMA, client=client)
    for store in (edge, server):
        fill(store, seed)
    rng = np.random.default_rng(seed + 100)
    for _ in range(20):
        vector = rng.standard_normal(4).astype(np.float32)
        query = Query(
            text=" ".join(rng.choice(WORDS, size=3)),
            vector=vector / np.linalg.norm(vector),
            filter=Filter(none_of={"language": [str(rng.choice(LANGUAGES))]}),
            limit=100,
        )
        ours, theirs = edge.query(query), server.query(query)
        assert len(ours) == 100
        assert [hit.score for hit in ours] == pytest.approx([hit.score for hit in theirs], abs=2e-5)
        by_id = {hit.id: hit for hit in theirs}
        for hit in ours:
            if hit.id in by_id:  # documents that score alike may change places at the last place
                assert hit.score == pytest.approx(by_id[hit.id].score, abs=2e-5)
                assert hit.bm25_score == pytest.approx(by_id[hit.id].bm25_score, abs=1e-4)
        assert len(by_id.keys() & {hit.id for hit in ours}) >= 98
    edge.close()
    server.close()
    client.close()


QUESTIONS = [
    *("robe en lin", "linen dress", "#linendress", "abito di lana", "Kleid schön", "vestido", "🔥 dress"),
    *("tight waist", "the dress", "la robe", "été", "très lin", "waist", "linen linen", "dress 🔥", "lin lana"),
    *("tight", "abito", "Kleid", "robe été", "dress waist tight linen", "nothing of this", "lana", "schön"),
    *("la", "lin", "linen", "🔥", "robes", "tighter"),
]


def test_a_whole_search_finds_the_same_in_both_stores(tmp_path: Path) -> None:
    """Ids in order; cosine within 1e-5 (float32 in both), BM25 within 1e-4, what is made of them within 1e-4.

    Each text has a term: local mode counts texts of stop words alone for a word's rarity, Edge does not.
    """
    encoder = HashEncoder()
    schema = Schema(dimensions=encoder.dimensions, fields={"language": "keyword"}, encoder=encoder.fingerprint)
    rng = np.random.default_rng(3)
    texts = [
        " ".join([f"style{number}", *rng.choice(WORDS, size=1 + number % 9), "🔥"[: number % 2]])
        for number in range(80)
    ]
    documents = [
        Document(id=doc_id(number), text=text, vector=vector, payload={"language": LANGUAGES[number % 6]})
        for number, (text, vector) in enumerate(zip(texts, encoder.encode(texts), strict=True), start=1)
    ]
    client = QdrantClient(":memory:")
    edge = EdgeStore.open(tmp_path / "index", schema)
    server = ServerStore.open(IndexSettings(url=":memory:"), schema, client=client)
    assert len(set(QUESTIONS)) == 30
    for store in (edge, server):
        store.upsert(documents)
    for question in QUESTIONS:
        ours, theirs = search(edge, encoder, question), search(server, encoder, question)
        assert [hit.id for hit in ours] == [hit.id for hit in theirs], question
        assert [(hit.matched, hit.quote) for hit in ours] == [(hit.matched, hit.quote) for hit in theirs]
        for one, other in zip(ours, theirs, strict=True):
            assert one.dense_score == pytest.approx(other.dense_score, abs=1e-5)
            assert one.bm25_score == pytest.approx(other.bm25_score, abs=1e-4)
            assert (one.score, one.fused_score) == pytest.approx((other.score, other.fused_score), abs=1e-4)
    edge.close()
    server.close()
    client.close()
