"""Memory of bringing posts in, as they grow from 20,000 to 200,000, with models and the embedded index.

Texts are different ones: half of one real review and half of another. The first few thousand are read by the models,
and then some of every thousand, so that the memory that they work in stays theirs; of the rest vectors are drawn and no
names are found, as the models would take half an hour and no more memory. Each number is measured in a process of its
own.

Drawn vectors come ten times as fast as the models give them. `ingest_memory_paced` has them come at the models' pace.
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
from contextlib import suppress
from dataclasses import dataclass
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
    "few": ("MiB", "lower", 2048.0),
    "many": ("MiB", "lower", 2048.0),
    "growth": ("x", "lower", 1.25),
    "few_with_upkeep": ("MiB", "lower", 2048.0),
    "many_with_upkeep": ("MiB", "lower", 2048.0),
    "growth_with_upkeep": ("x", "lower", 1.25),
    "few_resident": ("MiB", "lower", None),
    "many_resident": ("MiB", "lower", None),
}
"""Quantity -> unit, direction, target. Flat is taken as growing by a quarter at most. Memory is what no file is behind,
of the process, and of it and the one beside it that optimises the index. Resident counts files as far as they are
mapped too, which the system takes back when it needs the room."""

_LANGUAGES = ("en", "fr", "it", "de", "es")
_AUTHORS = 50_000
_START = datetime(2025, 1, 1, tzinfo=UTC)
_SENTENCE = re.compile(r"(?<=[.!?])\s+")
_READ_AT_FIRST = 5000
_READ_OF_EACH_BATCH = 64
"""Texts that fill the models' batches."""
_LOOKED_EVERY_S = 0.02


@dataclass(frozen=True, kw_only=True)
class _Measured:
    """One number of posts; memory in MiB at its peak."""

    private: float
    with_upkeep: float
    resident: float
    seconds: float
    pace: float
    """Texts a second that the models gave, at their quickest."""


def run(quick: bool) -> Iterator[Figure]:
    """Both numbers of posts; `quick` takes a tenth of them."""
    yield from memory_figures("ingest_memory", quick, paced=False)


def memory_figures(benchmark: str, quick: bool, *, paced: bool) -> Iterator[Figure]:
    """Both numbers of posts under the benchmark's name; `paced`: drawn vectors come as the models give theirs."""
    targets = {f"{benchmark}.{quantity}": target for quantity, target in TARGETS.items()}
    folder = real_data(FOLDER)
    if folder is None:
        yield from all_absent(targets, FOLDER)
        return

    def figure(quantity: str, value: float, detail: str) -> Figure:
        name = f"{benchmark}.{quantity}"
        unit, better, target = targets[name]
        return Figure(name=name, value=value, unit=unit, target=target, better=better, detail=detail)

    few, many = (size // 10 if quick else size for size in SIZES)
    measured = []
    for label, count in (("few", few), ("many", many)):
        found = _apart(folder, count, paced=paced)
        measured.append(found)
        detail = f"{count:,} different texts in {found.seconds:,.0f} s, the models at {found.pace:,.0f} a second"
        yield figure(label, found.private, detail)
        yield figure(f"{label}_with_upkeep", found.with_upkeep, detail)
        yield figure(f"{label}_resident", found.resident, detail)
    detail = f"{many:,} against {few:,}"
    yield figure("growth", measured[1].private / measured[0].private, detail)
    yield figure("growth_with_upkeep", measured[1].with_upkeep / measured[0].with_upkeep, detail)


def _apart(folder: Path, count: int, *, paced: bool) -> _Measured:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_measured, folder, count, paced=paced).result()


def _measured(folder: Path, count: int, *, paced: bool) -> _Measured:
    from ingestion.pseudonymise.names.packaged import PackagedNames
    from vectorstore.openvino_encoder import OpenVinoEncoder

    with tempfile.TemporaryDirectory() as name, _Peak() as peak:
        models = Path(name) / "models"
        encoder = OpenVinoEncoder.load(models)
        reader = _InPart(PackagedNames(models, vectors=True), encoder.dimensions, paced=paced)
        store = EdgeStore.open(Path(name) / "index", post_schema(encoder))
        started = time.perf_counter()
        report = ingest_posts(
            MemorySource(name="reviews", stream="1", entries=_posts(_sentences(folder), count)),
            lake=Lake(Path(name) / "lake"),
            store=store,
            encoder=encoder,
            reader=reader,
            pseudonymiser=Pseudonymiser(PseudonymKey(secret=b"benchmark" * 4), languages=_LANGUAGES),
            settings=PostSettings(),
        )
        seconds = time.perf_counter() - started
        store.close()
    if report.read != count:
        raise RuntimeError(f"{report.read} posts were read of {count}")
    return _Measured(
        private=peak.mib, with_upkeep=peak.with_children_mib, resident=peak_rss_mib(), seconds=seconds, pace=reader.pace
    )


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


class _InPart:
    """Reads the first texts with a reader, and then the first of each batch; for the rest draws vectors and finds no
    names, `paced` no faster than the reader was in its quickest batch: in others something else may have slowed it."""

    def __init__(self, reader: TextReader, dimensions: int, *, paced: bool) -> None:
        self._reader = reader
        self._dimensions = dimensions
        self._paced = paced
        self._left = _READ_AT_FIRST
        self._chance = np.random.default_rng(6)
        self.pace = 0.0
        """Texts a second."""

    @property
    def fingerprint(self) -> str:
        """That of the reader."""
        return self._reader.fingerprint

    def read(self, texts: Sequence[str]) -> Reading:
        """Names and vectors."""
        started = time.perf_counter()
        self._left -= len(texts)
        if self._left >= 0:
            reading = self._reader.read(texts)
            self.pace = max(self.pace, len(texts) / (time.perf_counter() - started))
            return reading
        reading = self._reader.read(texts[:_READ_OF_EACH_BATCH])
        if reading.vectors is None:
            raise RuntimeError("the reader gives no vectors")
        rest = len(texts) - len(reading.names)
        drawn = self._chance.normal(size=(rest, self._dimensions)).astype(np.float32)
        drawn /= np.linalg.norm(drawn, axis=1, keepdims=True)
        if self._paced:
            time.sleep(max(0.0, len(texts) / self.pace - (time.perf_counter() - started)))
        names = [*reading.names, *([] for _ in range(rest))]
        return Reading(names=names, vectors=np.concatenate([reading.vectors, drawn]))


class _Peak:
    """The most private memory that this process has while the block runs, and that it has together with those that it
    started, looked at fifty times a second."""

    def __init__(self) -> None:
        self.mib = 0.0
        self.with_children_mib = 0.0
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
            own = private_mib()
            self.mib = max(self.mib, own)
            self.with_children_mib = max(self.with_children_mib, own + sum(_children_mib()))


def _children_mib() -> Iterator[float]:
    own = Path("/proc/self/cmdline").read_bytes()
    for thread in Path("/proc/self/task").iterdir():
        try:
            children = (thread / "children").read_text(encoding="ascii").split()
        except OSError:  # of a thread that ended meanwhile
            continue
        for child in children:
            with suppress(OSError, KeyError):  # of a process that ended meanwhile
                # Until it runs a command of its own, a child shows the memory of this process.
                if Path(f"/proc/{child}/cmdline").read_bytes() != own:
                    yield private_mib(int(child))
