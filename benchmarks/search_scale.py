"""The embedded index at 100,000 posts: upserts, opening, optimising while it is asked, and filtered hybrid queries."""

from __future__ import annotations

import itertools
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.figures import Better, Figure, all_absent, real_data
from benchmarks.synthetic_posts import BLOCK, Material, blocks, cache_folder, load_material, passes, queries
from vectorstore.bm25 import Bm25Analyser
from vectorstore.edge import EdgeStore
from vectorstore.edge_shard import EdgeIndex
from vectorstore.edge_translation import make_point
from vectorstore.encoder import load_encoder
from vectorstore.payload import encode_payload
from vectorstore.settings import IndexSettings
from vectorstore.store import Document, Query

FOLDER = "reviews_womens_clothing"
_BATCH = 1000
_QUERIES = 100

TARGETS: dict[str, tuple[str, Better, float | None]] = {
    "search_scale.upsert": ("docs/s", "higher", 15_000.0),
    "search_scale.upsert_made_points": ("docs/s", "higher", None),
    "search_scale.optimize": ("s", "lower", None),
    "search_scale.longest_wait_while_optimizing": ("ms", "lower", 100.0),
    "search_scale.searches_while_optimizing": ("queries", "higher", None),
    "search_scale.open": ("ms", "lower", 1000.0),
    "search_scale.recall_at_10": ("share", "higher", 0.97),
    "search_scale.filtered_recall_at_10": ("share", "higher", None),
    "search_scale.query_median": ("ms", "lower", 4.0),
    "search_scale.query_p95": ("ms", "lower", 10.0),
    "search_scale.encode_and_query_p95": ("ms", "lower", 30.0),
}
"""Name -> unit, direction, target."""


def run(quick: bool) -> Iterator[Figure]:
    """100,000 posts, or 25,000."""
    folder = real_data(FOLDER)
    if folder is None:
        yield from all_absent(TARGETS, FOLDER)
        return
    material = load_material(folder)
    size = 25_000 if quick else 100_000
    with tempfile.TemporaryDirectory(dir=cache_folder()) as scratch:
        yield from _measure(material, size, Path(scratch) / "index")


def _measure(material: Material, size: int, path: Path) -> Iterator[Figure]:
    asked = queries(material, _QUERIES)
    best, passing = BestScores(material.title_vectors[:_QUERIES]), BestScores(material.title_vectors[:_QUERIES])
    yield _made_points(material, path.parent / "points")
    store = EdgeStore.open(path, material.schema)
    seconds = 0.0
    for block in blocks(material, size):
        best.add(block)
        passing.add([document for document in block if passes(document)])
        started = time.perf_counter()
        _upsert(store, block)
        seconds += time.perf_counter() - started
    detail = f"{size:,} posts, {len(material.schema.fields)} indexed fields, batches of {_BATCH}, on disk at the return"
    yield _figure("search_scale.upsert", size / seconds, f"checks, BM25 analysis and Edge: {detail}")
    yield from _optimizing(store, asked)
    store.close()
    started = time.perf_counter()
    store = EdgeStore.open(path, material.schema)
    yield _figure("search_scale.open", (time.perf_counter() - started) * 1000, f"{size:,} posts, optimised")
    found = [[hit.id for hit in store.query(Query(vector=query.vector))] for query in asked]
    yield _figure("search_scale.recall_at_10", best.recall(found), f"dense, against exact search, {_QUERIES} titles")
    found = [[hit.id for hit in store.query(Query(vector=query.vector, filter=query.filter))] for query in asked]
    detail = f"the same with a filter that 28 % pass, {_QUERIES} titles"
    yield _figure("search_scale.filtered_recall_at_10", passing.recall(found), detail)
    times_ms = [milliseconds(store, query) for query in asked]
    detail = f"hybrid, filter that 28 % pass, 10 hits of {size:,} posts, {_QUERIES} titles"
    yield _figure("search_scale.query_median", float(np.median(times_ms)), detail)
    yield _figure("search_scale.query_p95", float(np.percentile(times_ms, 95)), detail)
    encoder = load_encoder(IndexSettings(), cache_folder() / "models")
    whole_ms = []
    for query in asked:
        started = time.perf_counter()
        store.query(Query(text=query.text, vector=encoder.encode([query.text])[0], filter=query.filter))
        whole_ms.append((time.perf_counter() - started) * 1000)
    yield _figure("search_scale.encode_and_query_p95", float(np.percentile(whole_ms, 95)), detail)
    store.close()


def _made_points(material: Material, path: Path) -> Figure:
    """What Edge itself takes: points with both vectors and their payload are made beforehand."""
    (block,) = blocks(material, BLOCK)
    analyser = Bm25Analyser(material.schema.language)
    path.mkdir()
    index = EdgeIndex(path, material.schema, quantise_from=2 * BLOCK)
    points = [
        make_point(
            document.id,
            vector=document.vector,
            terms=analyser.document(document.text, "en"),
            payload=encode_payload(document, material.schema),
            flags=index.flags,
        )
        for document in block
    ]
    ids = [document.id for document in block]
    started = time.perf_counter()
    for start in range(0, BLOCK, _BATCH):
        index.upsert(ids[start : start + _BATCH], points[start : start + _BATCH])
    seconds = time.perf_counter() - started
    index.close()
    detail = f"Edge alone: {BLOCK:,} points with both vectors and payload made beforehand, on disk at the return"
    return _figure("search_scale.upsert_made_points", BLOCK / seconds, detail)


def _optimizing(store: EdgeStore, asked: Sequence[Query]) -> Iterator[Figure]:
    """Optimise while another thread asks one query after the other."""
    answered = [time.perf_counter()]
    done = threading.Event()

    def ask() -> None:
        while not done.is_set():
            store.query(asked[len(answered) % len(asked)])
            answered.append(time.perf_counter())

    asking = threading.Thread(target=ask)
    asking.start()
    started = time.perf_counter()
    try:
        store.optimize()
    finally:
        done.set()
        asking.join()
    seconds = time.perf_counter() - started
    yield _figure("search_scale.optimize", seconds, "in another process, while one thread asks without a pause")
    longest_ms = max(after - before for before, after in itertools.pairwise(answered)) * 1000
    yield _figure(
        "search_scale.longest_wait_while_optimizing", longest_ms, "between two answers, the query itself included"
    )
    yield _figure("search_scale.searches_while_optimizing", len(answered) - 1, "answered meanwhile")


class BestScores:
    """The ten nearest posts of each query, by exact search over all that were added."""

    def __init__(self, vectors: NDArray[np.float32]) -> None:
        self._queries = vectors
        self._best: list[list[tuple[float, str]]] = [[] for _ in vectors]

    def add(self, documents: Sequence[Document]) -> None:
        """Compare more posts."""
        scores = self._queries @ np.stack([document.vector for document in documents]).T
        for best, row in zip(self._best, scores, strict=True):
            nearest = np.argpartition(-row, 10)[:10]
            best.extend((float(row[column]), documents[column].id) for column in nearest)
            best.sort(reverse=True)
            del best[10:]

    @property
    def best(self) -> list[list[tuple[float, str]]]:
        """Score and id of the ten nearest of each query, best first."""
        return self._best

    def restore(self, best: Sequence[Sequence[tuple[float, str]]]) -> None:
        """Go on from what `best` gave."""
        self._best = [[(score, id) for score, id in nearest] for nearest in best]

    def recall(self, found: Sequence[Sequence[str]]) -> float:
        """Share of the nearest that the lists hold."""
        hits = [len({id for _, id in best} & set(ids)) for best, ids in zip(self._best, found, strict=True)]
        return float(np.mean(hits)) / 10


def _upsert(store: EdgeStore, documents: Sequence[Document]) -> None:
    for start in range(0, len(documents), _BATCH):
        store.upsert(documents[start : start + _BATCH])


def milliseconds(store: EdgeStore, query: Query) -> float:
    """How long the store takes for the query."""
    started = time.perf_counter()
    store.query(query)
    return (time.perf_counter() - started) * 1000


def _figure(name: str, value: float, detail: str) -> Figure:
    unit, better, target = TARGETS[name]
    return Figure(name=name, value=value, unit=unit, target=target, better=better, detail=detail)
