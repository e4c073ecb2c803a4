"""Learning `query_adapter.npz`; `python -m benchmarks.query_adapter_training` does it on reviews and their titles.

A pair to learn from is a question and the document that it means. `A` and `b` maximise the likelihood of the one meant
among all documents,

    s = 20 * q' . v        q' = unit(q + A q + b)
    sum over questions of log( exp(s_meant) / sum over documents of exp(s) ) - n * decay * |A|^2

by Adam (Kingma and Ba, 2015) with a rate that rises over the first third and then falls to nothing.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

_SHARPNESS = 20.0
_DECAY = 0.015
_ROUNDS = 3
_BATCH = 256
_RATE = 2e-3
_MOMENTS = (0.9, 0.999)
_TINY = 1e-8


@dataclass(frozen=True, kw_only=True)
class Pairs:
    """Questions with the documents that they mean."""

    questions: Floats
    """Unit vectors, shape `(questions, dimensions)`."""
    meant: NDArray[np.int64]
    """Row of the document that each means."""
    documents: Floats
    """Unit vectors, shape `(documents, dimensions)`."""


def learn(pairs: Pairs, *, seed: int, rounds: int = _ROUNDS) -> tuple[Floats, Floats]:
    """`A` and `b`, after looking `rounds` times at each question. Raises `ValueError` where there is none."""
    if not len(pairs.meant):
        raise ValueError("no questions to learn from")
    dimensions = pairs.questions.shape[1]
    both = np.zeros((dimensions + 1, dimensions), dtype=np.float32)  # A transposed, and b as its last row
    first, second = np.zeros_like(both), np.zeros_like(both)
    batches = list(_batches(len(pairs.meant), rounds, np.random.default_rng(seed)))
    for step, rows in enumerate(batches, start=1):
        slope = _slope(both, pairs, rows)
        first = _MOMENTS[0] * first + (1 - _MOMENTS[0]) * slope
        second = _MOMENTS[1] * second + (1 - _MOMENTS[1]) * slope**2
        by = (first / (1 - _MOMENTS[0] ** step)) / (np.sqrt(second / (1 - _MOMENTS[1] ** step)) + _TINY)
        both -= np.float32(_rate(step, len(batches))) * by
    return both[:-1].T.copy(), both[-1].copy()


def _batches(count: int, rounds: int, random: np.random.Generator) -> Iterator[NDArray[np.int64]]:
    for _ in range(rounds):
        order = random.permutation(count)
        for start in range(0, count, _BATCH):
            yield order[start : start + _BATCH]


def _rate(step: int, steps: int) -> float:
    done = step / steps
    return _RATE * (3.0 * done if done < 1 / 3 else 0.5 + 0.5 * math.cos(math.pi * (done - 1 / 3) * 1.5))


def _slope(both: Floats, pairs: Pairs, rows: NDArray[np.int64]) -> Floats:
    """How the mean loss of these questions grows with each number of `both`."""
    asked = np.pad(pairs.questions[rows], ((0, 0), (0, 1)), constant_values=1.0)
    moved = pairs.questions[rows] + asked @ both
    lengths = np.linalg.norm(moved, axis=1, keepdims=True)
    units = moved / lengths
    scores = _SHARPNESS * (units @ pairs.documents.T)
    scores -= scores.max(axis=1, keepdims=True)
    share = np.exp(scores, out=scores)
    share /= share.sum(axis=1, keepdims=True)
    share[np.arange(len(rows)), pairs.meant[rows]] -= 1.0
    pull = (_SHARPNESS / len(rows)) * (share @ pairs.documents)
    pull = (pull - units * (units * pull).sum(axis=1, keepdims=True)) / lengths
    slope: Floats = asked.T @ pull
    slope[:-1] += 2.0 * _DECAY * both[:-1]
    return slope
