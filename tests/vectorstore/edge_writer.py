"""A writer to an embedded index, to be killed."""

from __future__ import annotations

import threading
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np

from tests.contracts.material import SCHEMA, document
from vectorstore.edge import EdgeStore
from vectorstore.store import Vector

WIDE = replace(SCHEMA, dimensions=256, fields={"author": "keyword"})
"""Some thousand vectors of it are worth a segment of their own."""


def wide(number: int) -> Vector:
    """The vector of a document by its number."""
    vector = np.random.default_rng(number).standard_normal(WIDE.dimensions).astype(np.float32)
    return vector / np.linalg.norm(vector)


def write(index: Path, first: int, saying: Connection) -> None:
    """Write documents from number `first` on until killed.

    Each acknowledged upsert is said before the next begins, by its first number and its version; every document is
    replaced by its second version.
    Optimising runs beside it all the time, in a process that ends with this one.
    """
    store = EdgeStore.open(index, WIDE, quantise_from=1)

    def upkeep() -> None:
        while True:
            store.optimize()

    threading.Thread(target=upkeep, daemon=True).start()
    for start in range(first, 1_000_000, 20):
        for version in ("first", "second"):
            numbers = range(start, start + 20)
            store.upsert([document(n, f"style {n} {version}", wide(n), author=version) for n in numbers])
            saying.send((start, version))
