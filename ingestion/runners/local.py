"""Batches prepared on this machine: in this process, or in several."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context, parent_process

import pyarrow as pa

from ingestion.post_preparation import PostPreparation
from ingestion.runners.runner import AHEAD, Runner, in_order


@contextmanager
def started_here(preparation: PostPreparation) -> Iterator[Runner]:
    """A runner in this process: one batch is prepared in a thread while the one before is written."""
    with ThreadPoolExecutor(1) as thread:
        yield lambda batches: in_order(
            batches, lambda batch: thread.submit(preparation.prepare, batch), Future.result, most=AHEAD
        )


@contextmanager
def started_pool(preparation: PostPreparation, *, workers: int) -> Iterator[Runner]:
    """A runner in processes of their own, each with its own models; they end on leaving.

    The secret goes to them through a pipe, and nowhere else.
    """
    pool = ProcessPoolExecutor(
        workers, mp_context=get_context("spawn"), initializer=_start_worker, initargs=(preparation,)
    )
    try:
        yield lambda batches: in_order(
            batches, lambda batch: pool.submit(_prepare_in_worker, batch), Future.result, most=AHEAD * workers
        )
    finally:
        pool.shutdown(cancel_futures=True)


_worker: PostPreparation | None = None


def _start_worker(preparation: PostPreparation) -> None:
    global _worker
    _worker = preparation
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """A parent that is killed closes no pool: this process would wait for work for ever, raw posts in its memory."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _prepare_in_worker(batch: pa.Table) -> pa.Table:
    if _worker is None:
        raise RuntimeError("The worker process was not started by its pool.")
    return _worker.prepare(batch)
