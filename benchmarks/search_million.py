"""The embedded index at a million posts: how it grows, and what asking it takes: `python -m benchmarks search_million`.

The index is kept in the benchmarks' folder in the system's temporary one (5 GB), and built on from where a run that was
cut off left it. It is asked by a process of its own, whose memory is what the index needs.
"""

from __future__ import annotations

import json
import multiprocessing
import time
from collections.abc import Iterator, Sequence
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np

from benchmarks.figures import Better, Figure, all_absent, real_data, resident_mib
from benchmarks.search_scale import BestScores, milliseconds
from benchmarks.synthetic_posts import BLOCK, Material, blocks, cache_folder, load_material, queries
from vectorstore.edge import EdgeStore
from vectorstore.store import Query, Schema

FOLDER = "reviews_womens_clothing"
_BATCH = 1000
_QUERIES = 100
_ROUNDS = 2

TARGETS: dict[str, tuple[str, Better, float | None]] = {
    "search_million.build": ("s", "lower", 1500.0),
    "search_million.build_resident": ("MiB", "lower", 2048.0),
    "search_million.open": ("ms", "lower", None),
    "search_million.recall_at_10": ("share", "higher", 0.97),
    "search_million.query_median": ("ms", "lower", None),
    "search_million.query_p95": ("ms", "lower", 50.0),
    "search_million.resident": ("MiB", "lower", 2048.0),
}
"""Name -> unit, direction, target."""


def run(quick: bool) -> Iterator[Figure]:
    """A million posts, or 50,000."""
    folder = real_data(FOLDER)
    if folder is None:
        yield from all_absent(TARGETS, FOLDER)
        return
    size = 50_000 if quick else 1_000_000
    material = load_material(folder)
    home = cache_folder() / f"posts-{size}-{material.fingerprint.replace('/', '-')[:40]}"
    home.mkdir(exist_ok=True)
    yield from _build(material, size, home)
    yield from _asked(material, size, home)


def _build(material: Material, size: int, home: Path) -> Iterator[Figure]:
    """Bring the index to its size; `progress.json` says how far it is, and what is nearest to each query so far."""
    progress = home / "progress.json"
    best = BestScores(material.title_vectors[:_QUERIES])
    done, seconds, resident = 0, 0.0, 0.0
    if progress.exists():
        kept = json.loads(progress.read_text())
        done, seconds, resident = kept["posts"], kept["seconds"], kept["resident_mib"]
        best.restore(kept["best"])
    store = EdgeStore.open(home / "index", material.schema)
    for block in blocks(material, size, first=done):
        best.add(block)
        started = time.perf_counter()
        for start in range(0, len(block), _BATCH):
            store.upsert(block[start : start + _BATCH])
        done += len(block)
        if done == size:
            store.optimize()
        seconds += time.perf_counter() - started
        resident = max(resident, resident_mib())
        kept = {"posts": done, "seconds": seconds, "resident_mib": resident, "best": best.best}
        progress.write_text(json.dumps(kept))
    store.close()
    detail = f"{size:,} posts, upserts and all upkeep, one after the other; making the posts not counted"
    yield _figure("search_million.build", seconds, detail)
    yield _figure("search_million.build_resident", resident, f"most after any {BLOCK:,} posts, mapped files included")


def _asked(material: Material, size: int, home: Path) -> Iterator[Figure]:
    best = BestScores(material.title_vectors[:_QUERIES])
    best.restore(json.loads((home / "progress.json").read_text())["best"])
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    asking = context.Process(target=_ask, args=(there, home / "index", material.schema, queries(material, _QUERIES)))
    asking.start()
    there.close()
    open_ms, found, times_ms, resident = here.recv()
    asking.join()
    yield _figure("search_million.open", open_ms, f"{size:,} posts, optimised, a process that knows nothing yet")
    yield _figure("search_million.recall_at_10", best.recall(found), f"dense, against exact search, {_QUERIES} titles")
    detail = f"hybrid, filter that 28 % pass, 10 hits of {size:,} posts, {_QUERIES} titles, second round"
    yield _figure("search_million.query_median", float(np.median(times_ms)), detail)
    yield _figure("search_million.query_p95", float(np.percentile(times_ms, 95)), detail)
    yield _figure("search_million.resident", resident, "process that asks, mapped files included, after all queries")


def _ask(answer: Connection, path: Path, schema: Schema, asked: Sequence[Query]) -> None:
    """What the asking process runs."""
    started = time.perf_counter()
    store = EdgeStore.open(path, schema)
    open_ms = (time.perf_counter() - started) * 1000
    found = [[hit.id for hit in store.query(Query(vector=query.vector))] for query in asked]
    times_ms: list[float] = []
    for _ in range(_ROUNDS):
        times_ms = [milliseconds(store, query) for query in asked]
    answer.send((open_ms, found, times_ms, resident_mib()))
    store.close()


def _figure(name: str, value: float, detail: str) -> Figure:
    unit, better, target = TARGETS[name]
    return Figure(name=name, value=value, unit=unit, target=target, better=better, detail=detail)
