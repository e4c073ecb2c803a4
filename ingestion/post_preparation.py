"""Raw posts cleaned and pseudonymised, in this process or, where there are many, in several."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from types import TracebackType
from typing import Self

from ingestion.clean import clean_posts
from ingestion.languages import LanguageDetector
from ingestion.pseudonymise.keys import PseudonymKey
from ingestion.pseudonymise.known_names import with_known_names
from ingestion.pseudonymise.posts import Pseudonymiser
from ingestion.records import Post, RawPost

POOL_FROM = 20_000
"""Posts after which processes are started: each takes a second or two to load its libraries, and one process alone
prepares 20,000 posts in seven."""

Named = tuple[RawPost, tuple[str, ...]]


class PostPreparation:
    """Cleans and pseudonymises batches of raw posts. The result is the same with any number of processes."""

    def __init__(self, pseudonymiser: Pseudonymiser, *, workers: int = 0, pool_from: int = POOL_FROM) -> None:
        """`workers`: processes, 0 for one a core. They are started at the first batch after `pool_from` posts."""
        self._pseudonymiser = pseudonymiser
        self._detector = LanguageDetector(pseudonymiser.languages)
        self._workers = workers or len(os.sched_getaffinity(0))
        self._pool_from = pool_from
        self._prepared = 0
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def prepare(self, raw: Sequence[RawPost]) -> list[Post]:
        """A post for each raw post, in order; the names of a thread's authors are replaced in all its posts."""
        named = with_known_names(raw)
        self._prepared += len(raw)
        if self._workers == 1 or self._prepared <= self._pool_from:
            return _prepare(named, self._pseudonymiser, self._detector)
        size = max(1, -(-len(named) // self._workers))
        chunks = [named[start : start + size] for start in range(0, len(named), size)]
        return [post for chunk in self._started().map(_prepare_in_worker, chunks) for post in chunk]

    def _started(self) -> ProcessPoolExecutor:
        if self._pool is None:
            source = self._pseudonymiser
            self._pool = ProcessPoolExecutor(
                self._workers,
                mp_context=get_context("spawn"),
                initializer=_start_worker,
                initargs=(source.key.secret, source.languages, tuple(source.keep)),
            )
        return self._pool


def _prepare(named: Sequence[Named], pseudonymiser: Pseudonymiser, detector: LanguageDetector) -> list[Post]:
    cleaned = clean_posts([raw for raw, _ in named], detector)
    return [pseudonymiser.post(raw, names) for raw, (_, names) in zip(cleaned, named, strict=True)]


_worker: tuple[Pseudonymiser, LanguageDetector] | None = None


def _start_worker(secret: bytes, languages: tuple[str, ...], keep: tuple[str, ...]) -> None:
    global _worker
    pseudonymiser = Pseudonymiser(PseudonymKey(secret=secret), languages=languages, keep=keep)
    _worker = pseudonymiser, LanguageDetector(languages)


def _prepare_in_worker(named: Sequence[Named]) -> list[Post]:
    if _worker is None:
        raise RuntimeError("The worker process was not started by its pool.")
    return _prepare(named, *_worker)
