"""Memory of bringing posts in, as they grow from 20,000 to 200,000: with the embedded index, and without any.

Texts are different ones: half of one real review and half of another. Vectors are hashed and no names are found: models
take the same memory at any number. Each number is measured in a process of its own.
"""

from __future__ import annotations

import csv
import gzip
import re
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import Literal, cast

import numpy as np
from numpy.typing import NDArray

from benchmarks.figures import Better, Figure, all_absent, peak_rss_mib, real_data
from ingestion.lake import Lake
from ingestion.pipeline import ingest_posts
from ingestion.post_index import post_schema
from ingestion.pseudonymise.keys import PseudonymKey
from ingestion.pseudonymise.posts import Pseudonymiser
from ingestion.records import RawPost
from ingestion.settings import PostSettings
from ingestion.sources.memory import MemorySource
from vectorstore.edge import EdgeStore
from vectorstore.encoder import HashEncoder
from vectorstore.store import Document, DocumentStore, Payload, Schema

FOLDER = "reviews_womens_clothing"
SIZES = (20_000, 200_000)
TARGETS: dict[str, tuple[str, Better, float | None]] = {
    "ingest_memory.few": ("MiB", "lower", 2048.0),
    "ingest_memory.many": ("MiB", "lower", 2048.0),
    "ingest_memory.growth": ("x", "lower", 1.25),
    "ingest_memory.few_without_index": ("MiB", "lower", 2048.0),
    "ingest_memory.many_without_index": ("MiB", "lower", 2048.0),
    "ingest_memory.growth_without_index": ("x", "lower", 1.25),
}
"""Name -> unit, direction, target. Flat is taken as growing by a quarter at most."""

_LANGUAGES = ("en", "fr", "it", "de", "es")
_AUTHORS = 50_000
_START = datetime(2025, 1, 1, tzinfo=UTC)
_SENTENCE = re.compile(r"(?<=[.!?])\s+")
_Index = Literal["edge", "none"]


def run(quick: bool) -> Iterator[Figure]:
    """Both numbers of posts, without an index and with it; `quick` takes a tenth of them."""
    folder = real_data(FOLDER)
    if folder is None:
        yield from all_absent(TARGETS, FOLDER)
        return
    few, many = (size // 10 if quick else size for size in SIZES)
    indexes: tuple[tuple[_Index, str], ...] = (("none", "_without_index"), ("edge", ""))
    for index, ending in indexes:
        peaks = []
        for label, count in (("few", few), ("many", many)):
            peak, seconds = _apart(folder, count, index)
            peaks.append(peak)
            yield _figure(f"{label}{ending}", peak, f"{count:,} different texts in {seconds:,.0f} s")
        yield _figure(f"growth{ending}", peaks[1] / peaks[0], f"{many:,} against {few:,}")


def _apart(folder: Path, count: int, index: _Index) -> tuple[float, float]:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_measured, folder, count, index).result()


def _measured(folder: Path, count: int, index: _Index) -> tuple[float, float]:
    """Peak memory in MiB, and seconds."""
    encoder = _Constant(384)
    with tempfile.TemporaryDirectory() as name:
        schema = post_schema(encoder)
        nothing = cast(DocumentStore, _Nothing(schema))
        store = nothing if index == "none" else EdgeStore.open(Path(name) / "index", schema)
        started = time.perf_counter()
        report = ingest_posts(
            MemorySource(name="reviews", stream="1", entries=_posts(_sentences(folder), count)),
            lake=Lake(Path(name) / "lake"),
            store=store,
            encoder=encoder,
            pseudonymiser=Pseudonymiser(PseudonymKey(secret=b"benchmark" * 4), languages=_LANGUAGES),
            settings=PostSettings(),
        )
        seconds = time.perf_counter() - started
        store.close()
    if report.read != count:
        raise RuntimeError(f"{report.read} posts were read of {count}")
    return peak_rss_mib(), seconds


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


class _Constant(HashEncoder):
    """An encoder that costs nothing: every text has the same vector."""

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One unit vector a text."""
        return np.full((len(texts), self.dimensions), self.dimensions**-0.5, np.float32)


class _Nothing:
    """In place of a store: counts what it is given and keeps nothing."""

    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        self._count = 0

    def upsert(self, documents: Sequence[Document]) -> int:
        self._count += len(documents)
        return len(documents)

    def count(self) -> int:
        return self._count

    def scroll(self) -> Iterator[list[tuple[str, Payload]]]:
        return iter(())

    def close(self) -> None:
        """Nothing to close."""


def _figure(name: str, value: float, detail: str) -> Figure:
    unit, better, target = TARGETS[f"ingest_memory.{name}"]
    return Figure(name=f"ingest_memory.{name}", value=value, unit=unit, target=target, better=better, detail=detail)
