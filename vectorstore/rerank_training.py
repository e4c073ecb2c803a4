"""Training the weights of `reranking.json`; `python -m benchmarks.rerank_training` does it on reviews and their titles.

A search to learn from is the candidates' features, and which one was meant. The weights w maximise the likelihood of
the one meant among its rivals,

    sum over searches of log( exp(w . x_meant) / sum over candidates of exp(w . x) )  - n * l2 * |w|^2

(listwise softmax; Cao et al., 2007), with features in units of their spread; they are written per feature as it is.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from vectorstore.features import NAMES

_L2 = 1e-3
_DECIMALS = 3

Search = tuple[NDArray[np.float64], int]
"""Features of the candidates, shape `(candidates, len(NAMES))`, and the row of the one meant."""


def train(searches: Sequence[Search]) -> dict[str, float]:
    """Feature -> weight. Raises `ValueError` where there is nothing to learn from."""
    if not searches:
        raise ValueError("no searches to learn from")
    rows = np.concatenate([table for table, _ in searches])
    spread = rows.std(axis=0)
    if (spread == 0.0).any():
        raise ValueError(f"{NAMES[int(np.argmin(spread))]} is the same for all candidates: nothing to learn")
    centre = rows.mean(axis=0)
    scaled = (rows - centre) / spread
    starts = np.cumsum([0, *(len(table) for table, _ in searches[:-1])])
    meant = starts + np.array([row for _, row in searches])
    fitted = minimize(_loss, np.zeros(len(NAMES)), args=(scaled, starts, meant), jac=True, method="L-BFGS-B")
    return {name: round(float(w), _DECIMALS) for name, w in zip(NAMES, fitted.x / spread, strict=True)}


def _loss(
    w: NDArray[np.float64], rows: NDArray[np.float64], starts: NDArray[np.int64], meant: NDArray[np.int64]
) -> tuple[float, NDArray[np.float64]]:
    scores = rows @ w
    sizes = np.diff([*starts, len(rows)])
    highest = np.maximum.reduceat(scores, starts)
    exps = np.exp(scores - np.repeat(highest, sizes))
    sums = np.add.reduceat(exps, starts)
    share = exps / np.repeat(sums, sizes)
    loss = -float((scores[meant] - highest - np.log(sums)).mean()) + _L2 * float(w @ w)
    return loss, -(rows[meant].sum(axis=0) - share @ rows) / len(starts) + 2.0 * _L2 * w
