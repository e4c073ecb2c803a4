"""Memory of bringing posts in, as they grow from 20,000 to 200,000, with models and the embedded index.

Texts are different ones: half of one real review and half of another. The first few thousand are read by the models,
which then stay in memory; of the rest vectors are drawn and no names are found, as the models would take half an hour
and no more memory. Each number is measured in a process of its own.
"""

from __future__ import annotations

import csv
import gzip
import re
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from benchmarks.figures import Better, Figure, all_absent, peak_rss_mib, private_mib, real_data
from ingestion.lake import Lake
from ingestion.pipeline import ingest_posts
from ingestion.post_index import post_schema
from ingestion.pseudonymise.keys import PseudonymKey
from ingestion.pseudonymise.names.finder import Reading, TextReader
from ingestion.pseudonymise.posts import Pseudonymiser
from ingestion.records import RawPost
from ingestion.settings import PostSettings
from ingestion.sources.memory import MemorySource
from vectorstore.edge import EdgeStore

FOLDER = "reviews_womens_clothing"
SIZES = (20_000, 200_000)
TARGETS: dict[str, tuple[str, Better, float | None]] = {
    "ingest_memory.few": ("MiB", "lower", 2048.0),
    "ingest_memory.many": ("MiB", "lower", 2048.0),
    "ingest_memory.growth": ("x", "lower", 1.25),
    "ingest_memory.few_resident": ("MiB", "lower", None),
    "ingest_memory.many_resident": ("MiB", "lower", None),
}
"""Name -> unit, direction, target. Flat is taken as growing by a quarter at most. Memory is that of the process alone;
resident counts files as far as they are mapped too, which the system takes back when it needs the room."""

_LANGUAGES = ("en", "fr", "it", "de", "es")
_AUTHORS = 50_000
_START = datetime(2025, 1, 1, tzinfo=UTC)
_SENTENCE = re.compile(r"(?<=[.!?])\s+")
_READ_BY_MODELS = 5000
_LOOKED_EVERY_S = 0.02


def run(quick: bool) -> Iterator[Figure]:
    """Both numbers of posts; `quick` takes a tenth of them."""
    folder = real_data(FOLDER)
    if folder is None:
        yield from all_absent(TARGETS, FOLDER)
        return
    few, many = (size // 10 if quick else size for size in SIZES)
    peaks = []
    for label, count in (("few", few), ("many", many)):
        private, resident, seconds = _apart(folder, count)
        peaks.append(private)
        detail = f"{count:,} different texts in {seconds:,.0f} s"
        yield _figure(label, private, detail)
        yield _figure(f"{label}_resident", resident, detail)
    yield _figure("growth", peaks[1] / peaks[0], f"{many:,} against {few:,}")


def _apart(folder: Path, count: int) -> tuple[float, float, float]:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_measured, folder, count).result()


def _measured(folder: Path, count: int) -> tuple[float, float, float]:
    """Peak of private and of resident memory in MiB, and seconds."""
    from ingestion.pseudonymise.names.packaged import PackagedNames
    from vectorstore.openvino_encoder import OpenVinoEncoder

    with tempfile.TemporaryDirectory() as name, _Peak() as peak:
        models = Path(name) / "models"
        encoder, reader = OpenVinoEncoder.load(models), PackagedNames(models, vectors=True)
        store = EdgeStore.open(Path(name) / "index", post_schema(encoder))
        started = time.perf_counter()
        report = ingest_posts(
            MemorySource(name="reviews", stream="1", entries=_posts(_sentences(folder), count)),
            lake=Lake(Path(name) / "lake"),
            store=store,
            encoder=encoder,
            reader=_AtFirst(reader, encoder.dimensions),
            pseudonymiser=Pseudonymiser(PseudonymKey(secret=b"benchmark" * 4), languages=_LANGUAGES),
            settings=PostSettings(),
        )
        seconds = time.perf_counter() - started
        store.close()
    if report.read != count:
        raise RuntimeError(f"{report.read} posts were read of {count}")
    return peak.mib, peak_rss_mib(), seconds


def _sentences(folder: Path) -> list[list[str]]:
    with gzip.open(folder / "reviews.csv.gz", "rt", encoding="utf-8") as file:
        return [_SENTENCE.split(text) for row in csv.DictReader(file) if (text := row["Review Text"].strip())]


def _posts(sentences: Sequence[Sequence[str]], count: int) -> Iterator[RawPost]:
    chance = np.random.default_rng(5)
    for number in range(count):
        one, other = (sentences[at] for at in chance.integers(len(sentences), size=2))
        yield RawPost(
            source="reviews",
            source_id=str(number),
            kind="review",
            author=f"author {number % _AUTHORS}",
            text=" ".join([*one[: max(1, len(one) // 2)], *other[len(other) // 2 :]]),
            published_at=_START + timedelta(minutes=number),
        )


class _AtFirst:
    """Reads the first texts with a reader; for the rest draws vectors and finds no names."""

    def __init__(self, reader: TextReader, dimensions: int) -> None:
        self._reader = reader
        self._dimensions = dimensions
        self._left = _READ_BY_MODELS
        self._chance = np.random.default_rng(6)

    @property
    def fingerprint(self) -> str:
        """That of the reader."""
        return self._reader.fingerprint

    def read(self, texts: Sequence[str]) -> Reading:
        """Names and vectors."""
        self._left -= len(texts)
        if self._left >= 0:
            return self._reader.read(texts)
        drawn = self._chance.normal(size=(len(texts), self._dimensions)).astype(np.float32)
        vectors = drawn / np.linalg.norm(drawn, axis=1, keepdims=True)
        return Reading(names=[[] for _ in texts], vectors=vectors)


class _Peak:
    """The most private memory that this process has while the block runs, looked at fifty times a second."""

    def __init__(self) -> None:
        self.mib = 0.0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> _Peak:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._ended.wait(_LOOKED_EVERY_S):
            self.mib = max(self.mib, private_mib())


def _figure(name: str, value: float, detail: str) -> Figure:
    unit, better, target = TARGETS[f"ingest_memory.{name}"]
    return Figure(name=f"ingest_memory.{name}", value=value, unit=unit, target=target, better=better, detail=detail)
