"""The vector of a question, brought nearer to those of posts that answer it.

    q' = unit(q + A q + b)

An encoder makes texts alike that are about the same; a question and its answer are alike in part only. `A` and `b` are
learnt from titles of reviews, each of which asks for its own review. Documents keep their vectors. What it was learnt
from, and what it gained: `MODEL_CARD.md`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from vectorstore.errors import RankingModelError
from vectorstore.store import Vector

ADAPTER_FILE = Path(__file__).with_name("query_adapter.npz")


@dataclass(frozen=True, kw_only=True)
class QueryAdapter:
    """`A` and `b`, for one encoder."""

    turn: NDArray[np.float32]
    """`A`, shape `(dimensions, dimensions)`."""
    shift: NDArray[np.float32]
    """`b`, shape `(dimensions,)`."""
    encoder: str
    """Fingerprint of the encoder that it was learnt for."""

    def __call__(self, vector: Vector) -> Vector:
        """The unit vector to search with, shape `(dimensions,)`."""
        turned = vector + self.turn @ vector + self.shift
        found: Vector = turned / np.linalg.norm(turned)
        return found


def adapted(vector: Vector, encoder: str) -> Vector:
    """The question's vector, turned where there is something learnt for the encoder of that fingerprint, else as it
    is. Raises `RankingModelError` for a file that does not fit."""
    learnt = packaged()
    return learnt(vector) if learnt.encoder == encoder else vector


@cache
def packaged() -> QueryAdapter:
    """What comes with the package. Raises `RankingModelError`."""
    return read_adapter(ADAPTER_FILE)


def read_adapter(path: Path) -> QueryAdapter:
    """What `write_adapter` wrote. Raises `RankingModelError`."""
    try:
        with np.load(path, allow_pickle=False) as kept:
            turn, shift, encoder = kept["turn"].astype(np.float32), kept["shift"].astype(np.float32), kept["encoder"]
    except (OSError, EOFError, BadZipFile, ValueError, KeyError) as error:
        raise RankingModelError(str(path), "nothing can be read from it") from error
    if turn.shape != (len(shift), len(shift)):
        raise RankingModelError(str(path), f"it turns vectors of {turn.shape}, and shifts those of {shift.shape}")
    return QueryAdapter(turn=turn, shift=shift, encoder=str(encoder))


def write_adapter(adapter: QueryAdapter, path: Path) -> None:
    """Keep it in half precision, which moves no cosine by 0.001."""
    np.savez_compressed(
        path, turn=adapter.turn.astype(np.float16), shift=adapter.shift.astype(np.float16), encoder=adapter.encoder
    )
