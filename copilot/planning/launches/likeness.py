"""How much one product says of another: weights by likeness, learnt from products that were left out whole.

The level of a product (its rate, see `model`) is the mean over its analogues q and, beside them, its category:

    mu_p = (sum_q w_pq y_q + a g_p) / (sum_q w_pq + a)        w_pq = c_q exp(-sum_k theta_k d_kpq)
    g_p  = (sum of c_q y_q over the category + b m) / (sum of c_q over the category + b)

with d_kpq the difference in fact k, above that of the q nearest in it, c_q how surely q's own level is known, and m the
mean of all. That is the kernel regression of Nadaraya (1964) and Watson (1964) with a learnt metric
(Weinberger & Tesauro, Metric learning for kernel regression, AISTATS 2007), drawn to a group as empirical Bayes does.
theta >= 0, a and b minimise the deviance of levels that are each foretold without the product itself; a ridge draws
them to where they rest. The deviance is Tweedie's of power 1.5, between that of counts and that of ratios (Jorgensen,
The Theory of Dispersion Models, 1997, ch. 4):

    4 (sqrt(mu) - sqrt(y))^2 / sqrt(mu)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy as sp

from copilot.planning.arrays import Flags, Floats, Integers

_RIDGE = 0.1
_START = (1.0, 2.0)
_REST = 2.0
"""What a theta is drawn to where nothing tells: alike products are nearer than others, by each fact as much. Chosen on
launches, see `benchmarks/cold_start.py`."""
_MOST_THETA = 12.0
_LOG_LIMITS = (-3.0, 6.0)
_ITERATIONS = 80


@dataclass(frozen=True, kw_only=True)
class Likeness:
    """What was learnt."""

    theta: Floats
    """(facts,): how much each difference takes off a weight, on the log scale."""
    to_category: float
    """Weight of the category, in analogues that are alike in all."""
    to_all: float
    """Weight of all products in the category's level, in products."""


@dataclass(frozen=True, kw_only=True)
class Levels:
    """Products whose levels are known; arrays are (products,)."""

    level: Floats
    """Units a day."""
    certainty: Floats
    """0 to 1."""
    category: Integers
    """Code."""
    target: Floats
    """How much it counts in what is learnt."""


@dataclass(frozen=True, kw_only=True)
class Foretold:
    """Levels of some products by those of others."""

    level: Floats
    """(rows,)."""
    weights: Floats
    """(rows, known): shares of each known product in the level, apart from the category's own."""
    to_category: Floats
    """(rows,): share of the category."""


def foretell(
    like: Likeness, apart: Floats, known: Levels, category: Integers, left_out: Flags | None = None
) -> Foretold:
    """Levels of products of those categories (rows,) that differ by `apart` (facts, rows, known) from the known ones.

    `left_out` (rows, known) marks what a row must not know.
    """
    parts = _Parts.of(like, _above_nearest(apart, left_out), known, category, left_out)
    total = parts.near.sum(axis=1) + like.to_category
    return Foretold(level=parts.level, weights=parts.near / total[:, None], to_category=like.to_category / total)


def learn(apart: Floats, known: Levels, facts_used: Flags) -> Likeness:
    """Likeness under which the known products foretell each other best; `apart` is (facts, known, known).

    `facts_used` (facts,) says which may count. Each product is left out whole when its level is foretold.
    """

    itself = np.eye(len(known.level), dtype=np.bool_)
    facts = len(apart)
    apart = _above_nearest(apart, itself)
    target = known.target / max(float(known.target.sum()), 1e-9)
    usual = max(float(target @ known.level), 1e-9)
    y = known.level / usual
    rest = np.concatenate([np.where(facts_used, _REST, 0.0), np.log(_START)])
    ridge = _RIDGE / np.sqrt(len(known.level))

    def loss(given: Floats) -> tuple[float, Floats]:
        like = Likeness(theta=given[:facts], to_category=np.exp(given[facts]), to_all=np.exp(given[facts + 1]))
        parts = _Parts.of(like, apart, known, known.category, itself)
        mean = np.maximum(parts.level / usual, 1e-6)
        deviance = 4.0 * (np.sqrt(mean) - np.sqrt(y)) ** 2 / np.sqrt(mean)
        slope = 2.0 * (mean - y) / mean**1.5 / usual
        off = given - rest
        return (
            float(deviance @ target) + ridge * float((off**2).sum()),
            parts.slopes(like, apart, known) @ (slope * target) + 2.0 * ridge * off,
        )

    limits = [(0.0, _MOST_THETA if used else 0.0) for used in facts_used] + [_LOG_LIMITS] * 2
    found = sp.optimize.minimize(
        loss, rest, jac=True, method="L-BFGS-B", bounds=limits, options={"maxiter": _ITERATIONS}
    ).x
    return Likeness(
        theta=found[:facts], to_category=float(np.exp(found[facts])), to_all=float(np.exp(found[facts + 1]))
    )


def _above_nearest(apart: Floats, left_out: Flags | None) -> Floats:
    """Differences over the least of each row: that all are far in a fact tells none of them from the others."""
    told = apart if left_out is None else np.where(left_out, np.inf, apart)
    least = told.min(axis=2, initial=np.inf, keepdims=True)
    above: Floats = np.maximum(apart - np.where(np.isfinite(least), least, 0.0), 0.0)
    return above


@dataclass(frozen=True, kw_only=True)
class _Parts:
    """What a level is made of, and its slopes."""

    near: Floats
    """(rows, known): weights of the analogues."""
    total: Floats
    """(rows,): of all weights."""
    group: Floats
    """(rows,): level of the category."""
    group_slope: Floats
    """(rows,): by log of `to_all`."""
    level: Floats
    """(rows,)."""

    @classmethod
    def of(cls, like: Likeness, apart: Floats, known: Levels, category: Integers, left_out: Flags | None) -> _Parts:
        allowed = np.broadcast_to(known.certainty, apart.shape[1:])
        if left_out is not None:
            allowed = np.where(left_out, 0.0, allowed)
        y = known.level
        mean = (allowed @ y) / np.maximum(allowed.sum(axis=1), 1e-9)
        mates = np.where(category[:, None] == known.category[None, :], allowed, 0.0)
        of_group = mates.sum(axis=1) + like.to_all
        group = (mates @ y + like.to_all * mean) / of_group
        near = allowed * np.exp(-np.tensordot(like.theta, apart, axes=1))
        total = near.sum(axis=1) + like.to_category
        return cls(
            near=near,
            total=total,
            group=group,
            group_slope=like.to_all * (mean - group) / of_group,
            level=(near @ y + like.to_category * group) / total,
        )

    def slopes(self, like: Likeness, apart: Floats, known: Levels) -> Floats:
        """Of the level by each theta, log of `to_category` and log of `to_all`, (facts + 2, rows)."""
        above = self.near * (known.level[None, :] - self.level[:, None]) / self.total[:, None]
        by_theta = -np.einsum("krc,rc->kr", apart, above, optimize=True)
        by_category = like.to_category * (self.group - self.level) / self.total
        by_all = like.to_category * self.group_slope / self.total
        slopes: Floats = np.concatenate([by_theta, by_category[None], by_all[None]])
        return slopes
