"""Batches prepared by actors on a Ray cluster, or on a Ray of this machine's own.

Raw posts and the secret of the pseudonyms go to the cluster's processes, in memory alone: use one that is yours, with
TLS between its machines (`RAY_USE_TLS=1`). This package must be installed on each.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle
from types import ModuleType

import pyarrow as pa

from ingestion.errors import RunnerError
from ingestion.post_preparation import PostPreparation
from ingestion.runners.runner import AHEAD, Runner, in_order

_RESTARTS = 3
_OBJECT_STORE_BYTES = 256 << 20
"""Of a Ray of our own: room for the batches under way of a machine's cores."""


@contextmanager
def started_ray(preparation: PostPreparation, *, workers: int, address: str) -> Iterator[Runner]:
    """A runner on actors, each with its own models; they end on leaving, and so does a Ray that was started for them.

    `workers`: actors, 0 for one a core of the cluster. An actor that dies is started anew and its batch done again,
    three times. Raises `RunnerError` where Ray is not installed or no cluster answers at the address.
    """
    ray = _imported()
    joined = ray.is_initialized()
    if not joined:
        _connect(ray, address, workers)
    try:
        count = workers or max(1, int(ray.cluster_resources().get("CPU", 1)))
        made = ray.remote(num_cpus=1, max_restarts=_RESTARTS, max_task_retries=_RESTARTS)(_Actor)
        # Once in the object store: Ray keeps small arguments in its own records besides.
        shared = ray.put(preparation)
        turns = cycle([made.remote(shared) for _ in range(count)])
        yield lambda batches: in_order(
            batches, lambda batch: next(turns).prepare.remote(batch), ray.get, most=AHEAD * count
        )
    finally:
        if not joined:
            ray.shutdown()


class _Actor:
    """A process of the cluster."""

    def __init__(self, preparation: PostPreparation) -> None:
        self._preparation = preparation

    def prepare(self, batch: pa.Table) -> pa.Table:
        """The batch, prepared."""
        return self._preparation.prepare(batch)


def _imported() -> ModuleType:
    # Read by Ray as it is imported: without it, a Ray started here reports to its makers.
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    try:
        return importlib.import_module("ray")
    except ImportError as error:
        raise RunnerError(
            "ray", "is not installed", 'Run `pip install "reassort[ray]"`, or set posts.runner to local'
        ) from error


def _connect(ray: ModuleType, address: str, workers: int) -> None:
    try:
        if address:
            ray.init(address=address, log_to_driver=False, logging_level="error")
        else:
            ray.init(
                address="local",
                num_cpus=workers or None,
                object_store_memory=_OBJECT_STORE_BYTES,
                include_dashboard=False,
                log_to_driver=False,
                logging_level="error",
            )
    except (ConnectionError, ValueError, RuntimeError) as error:
        raise RunnerError(
            "ray", f"did not start or answer ({type(error).__name__})", "Check posts.ray_address"
        ) from error
