"""Scarce stock shared out pack by pack, each pack to where it sells most.

Expected sales E[min(D, x + q)] are concave in q, so giving each pack in turn to the location that gains most by it is
optimal: Fox, Discrete optimization via marginal analysis, Management Science 13 (1966) 210-216. For the same reason a
location's packs, sorted by gain, come in their order, and the turn can be taken in one sort.
"""

from __future__ import annotations

import numpy as np

from copilot.planning.arrays import Floats, Integers
from copilot.planning.negative_binomial import expected_minimum


def allocate_packs(
    *,
    group: Integers,
    wanted_packs: Integers,
    pack_units: Integers,
    group_stock: Integers,
    position: Integers,
    mean: Floats,
    heterogeneity: Floats,
) -> Integers:
    """Packs for each line, (lines,), at most `wanted_packs` and within the stock of the line's group.

    Lines of a group (a SKU) draw on one stock, `group_stock` (groups,) in units, and have one pack size. `position`
    is what each already has; demand is negative binomial. Of equal gains the earlier line's comes first.
    """
    packs = wanted_packs.copy()
    asked = np.bincount(group, weights=wanted_packs * pack_units, minlength=len(group_stock))
    scarce = np.flatnonzero((asked > group_stock)[group] & (wanted_packs > 0))
    if not len(scarce):
        return packs
    # What is there, not what is wanted, bounds the packs that are compared.
    most = np.clip(group_stock[group] // pack_units, 0, wanted_packs)[scarce]
    line = np.repeat(scarce, most)
    first = np.cumsum(most) - most
    number = np.arange(len(line)) - np.repeat(first, most)
    gain = pack_gains(number, pack_units[line], position[line], mean[line], heterogeneity[line])
    # Rounding tames differences of the last bit, so that equal locations keep their order.
    order = np.lexsort((number, line, -np.round(gain, 9), group[line]))
    turn = _position_in_group(group[line][order])
    given = order[(turn + 1) * pack_units[line][order] <= group_stock[group[line][order]]]
    packs[scarce] = 0
    np.add.at(packs, line[given], 1)
    return packs


def pack_gains(
    number: Integers, pack_units: Integers, position: Integers, mean: Floats, heterogeneity: Floats
) -> Floats:
    """Expected units that pack `number` (0 is the first) adds to sales, over `position` and the packs before it."""
    before = position + number * pack_units
    return expected_minimum(before + pack_units, mean=mean, heterogeneity=heterogeneity) - expected_minimum(
        before, mean=mean, heterogeneity=heterogeneity
    )


def _position_in_group(sorted_groups: Integers) -> Integers:
    """0, 1, 2, ... within each run of equal values."""
    starts = np.flatnonzero(np.r_[True, sorted_groups[1:] != sorted_groups[:-1]])
    lengths = np.diff(np.r_[starts, len(sorted_groups)])
    return np.arange(len(sorted_groups)) - np.repeat(starts, lengths)
