"""Shares of a whole that its parts take: the sizes of a style, the locations of a chain. Few data lean on the group.

An item (a product, say) sells in some of the options (locations, sizes), not in all. With L_j the level of item j had
it all options, and s_o the share of option o, the rate of item j in option o is L_j s_o; both are found in turn, each
by the other. The shares of a group of items are those of the wider one with the group's own units added:

    s_go = s_o (units_go + a s_o) / (expected_go + a s_o)

which is the posterior mean of shares under Dirichlet(a s) where every item has every option. The concentration a
maximises the Dirichlet-multinomial likelihood of the groups' units (Johnson, Kotz & Balakrishnan, Discrete Multivariate
Distributions, 1997, ch. 35.13).

Two sizes that everyone shares evenly, and a group that sold 30 of the first and 10 of the second:

>>> wide = np.array([[0.5, 0.5]])
>>> sold = Sold(item=np.array([0, 0]), option=np.array([0, 1]), group=np.array([0, 0]), units=np.array([30.0, 10.0]))
>>> [round(float(share), 3) for share in leaning_shares(sold, wide, groups=1, concentration=20.0)[0]]
[0.667, 0.333]
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy as sp

from copilot.planning.arrays import Floats, Integers, group_sums

_ROUNDS = 12
_CONCENTRATIONS = np.geomspace(2.0, 2000.0, 16)
_LEAST_SHARE = 1e-6


@dataclass(frozen=True, kw_only=True)
class Sold:
    """Units of items by option; all (rows,), a row for each option that an item has."""

    item: Integers
    option: Integers
    group: Integers
    """Of the item."""
    units: Floats
    """Per day on which it could sell, or over equally many such days."""


def wide_shares(sold: Sold, options: int) -> Floats:
    """Share of each option in items of all groups, (options,), adding up to 1; 0 of an option that no item has."""
    items = int(sold.item.max(initial=-1)) + 1
    present = np.bincount(sold.option, minlength=options) > 0
    shares = present / max(int(present.sum()), 1)
    of_item, of_option = group_sums(sold.item, sold.units, items), group_sums(sold.option, sold.units, options)
    for _ in range(_ROUNDS):
        level = of_item / np.maximum(group_sums(sold.item, shares[sold.option], items), _LEAST_SHARE)
        shares = of_option / np.maximum(group_sums(sold.option, level[sold.item], options), 1e-9)
        shares = np.where(present, np.maximum(shares, _LEAST_SHARE), 0.0)
        shares = shares / max(float(shares.sum()), _LEAST_SHARE)
    return shares


def leaning_shares(sold: Sold, wide: Floats, *, groups: int, concentration: float) -> Floats:
    """Shares of each group, (groups, options), leaning on `wide` (groups, options); rows add up as theirs do."""
    units, expected = _cells(sold, wide, groups)
    prior = concentration * wide
    shares: Floats = wide * (units + prior) / np.maximum(expected + prior, _LEAST_SHARE)
    shares *= wide.sum(axis=1, keepdims=True) / np.maximum(shares.sum(axis=1, keepdims=True), _LEAST_SHARE)
    return shares


def concentration_of(sold: Sold, wide: Floats, *, groups: int) -> float:
    """Concentration of the groups' shares about `wide` (groups, options) that makes their units likeliest."""
    units, expected = _cells(sold, wide, groups)
    total = expected.sum(axis=1, keepdims=True)
    share = expected / np.maximum(total, 1e-9)
    used = share > 0.0
    told = int((used.sum(axis=1) > 1).sum())
    if told == 0:
        return float(_CONCENTRATIONS[len(_CONCENTRATIONS) // 2])
    n = units.sum(axis=1)
    scores = []
    for a in _CONCENTRATIONS:
        prior = np.where(used, a * share, 1.0)
        parts = np.where(used, sp.special.gammaln(units + prior) - sp.special.gammaln(prior), 0.0)
        scores.append(float(parts.sum() + (sp.special.gammaln(a) - sp.special.gammaln(n + a)).sum()))
    return float(_CONCENTRATIONS[int(np.argmax(scores))])


def _cells(sold: Sold, wide: Floats, groups: int) -> tuple[Floats, Floats]:
    """Units of each group by option, and what `wide` lets expect of them given its items, both (groups, options)."""
    options = wide.shape[1]
    items = int(sold.item.max(initial=-1)) + 1
    share = wide[sold.group, sold.option]
    of_item = group_sums(sold.item, sold.units, items) / np.maximum(group_sums(sold.item, share, items), _LEAST_SHARE)
    cell = sold.group * options + sold.option
    units = group_sums(cell, sold.units, groups * options).reshape(groups, options)
    expected = group_sums(cell, of_item[sold.item] * share, groups * options).reshape(groups, options)
    return units, expected
