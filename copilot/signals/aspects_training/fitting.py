"""Logistic regression with a ridge, by L-BFGS: W and b minimise |W|^2 / 2 + strength * sum of losses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

Matrix = Any
"""Of scipy.sparse, shape `(rows, columns)`."""
Doubles = NDArray[np.float64]
_ITERATIONS = 300


@dataclass(frozen=True, kw_only=True)
class Linear:
    """A fitted model."""

    weights: Doubles
    """Shape `(columns, outputs)`."""
    bias: Doubles
    """Shape `(outputs,)`."""

    def logits(self, rows: Matrix) -> Doubles:
        """Shape `(rows, outputs)`."""
        logits: Doubles = rows @ self.weights + self.bias
        return logits


def fit_each(rows: Matrix, targets: NDArray[np.bool_], *, strength: float, weights: Doubles | None = None) -> Linear:
    """One two-sided model a column of `targets`, shape `(rows, outputs)`; `weights` of the rows, shape `(rows,)`."""
    fitted = [
        _fitted(rows, _signed(targets[:, at]), _two_sided, strength=strength, weights=weights)
        for at in range(targets.shape[1])
    ]
    return Linear(weights=np.hstack([one.weights for one in fitted]), bias=np.concatenate([one.bias for one in fitted]))


def fit_one_of(rows: Matrix, targets: NDArray[np.bool_], *, strength: float) -> Linear:
    """One model whose outputs exclude each other; each row of `targets` has one true."""
    return _fitted(rows, targets.astype(np.float64), _one_of, strength=strength, weights=None)


def _fitted(
    rows: Matrix,
    targets: Doubles,
    loss: Callable[[Doubles, Doubles], tuple[Doubles, Doubles]],
    *,
    strength: float,
    weights: Doubles | None,
) -> Linear:
    columns, outputs = rows.shape[1], targets.shape[1]
    each = (np.ones(rows.shape[0]) if weights is None else weights) * strength
    turned = rows.T.tocsr()

    def objective(flat: Doubles) -> tuple[float, Doubles]:
        model = flat.reshape(columns + 1, outputs)
        losses, slopes = loss(rows @ model[:-1] + model[-1], targets)
        slopes = slopes * each[:, None]
        gradient = np.vstack([turned @ slopes + model[:-1], slopes.sum(axis=0)])
        return float(losses @ each + 0.5 * (model[:-1] ** 2).sum()), gradient.ravel()

    start = np.zeros((columns + 1) * outputs)
    found = minimize(objective, start, jac=True, method="L-BFGS-B", options={"maxiter": _ITERATIONS})
    model = found.x.reshape(columns + 1, outputs)
    return Linear(weights=model[:-1], bias=model[-1])


def _signed(target: NDArray[np.bool_]) -> Doubles:
    return np.where(target, 1.0, -1.0)[:, None]


def _two_sided(logits: Doubles, signs: Doubles) -> tuple[Doubles, Doubles]:
    margins = logits * signs
    losses = np.logaddexp(0.0, -margins)[:, 0]
    return losses, -signs / (1.0 + np.exp(np.clip(margins, -50.0, 50.0)))


def _one_of(logits: Doubles, chosen: Doubles) -> tuple[Doubles, Doubles]:
    shifted = logits - logits.max(axis=1, keepdims=True)
    spread = np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    losses = -((shifted - spread) * chosen).sum(axis=1)
    return losses, np.exp(shifted - spread) - chosen
