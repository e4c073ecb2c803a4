"""Random numbers by seed and purpose: what one purpose draws never changes what another one gets."""

from __future__ import annotations

import zlib
from random import Random

import numpy as np


def generator(seed: int, *purpose: str | int) -> np.random.Generator:
    """NumPy generator of a seed and a purpose; the same pair always draws the same numbers."""
    return np.random.default_rng([seed, zlib.crc32("/".join(map(str, purpose)).encode())])


def picker(seed: int, *purpose: str | int) -> Random:
    """The same for picking words, one at a time."""
    return Random("/".join(map(str, (seed, *purpose))))
