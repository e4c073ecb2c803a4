"""Columns of numbers that grow, one place a row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from ingestion.post_marks.room import Room

_FIRST_CAPACITY = 1024

Column = npt.NDArray[Any]


class GrowingColumns:
    """Named arrays of one length. Growing doubles their room, so that adding a row costs the same at any length."""

    def __init__(self, dtypes: Mapping[str, tuple[npt.DTypeLike, int]], room: Room) -> None:
        """`dtypes`: name -> (dtype, values a row); 1 value a row makes an array of one dimension."""
        self._room = room
        self._columns = {
            name: np.zeros((_FIRST_CAPACITY, width) if width > 1 else _FIRST_CAPACITY, dtype)
            for name, (dtype, width) in dtypes.items()
        }
        self.length = 0

    def __getitem__(self, name: str) -> Column:
        """The column, to read and to write in place; taken anew after rows were added."""
        return self._columns[name][: self.length]

    def add(self, count: int) -> npt.NDArray[np.int32]:
        """Add rows of zeros; return their numbers."""
        start, self.length = self.length, self.length + count
        capacity = len(next(iter(self._columns.values())))
        if self.length > capacity:
            capacity = max(self.length, 2 * capacity)
            for name, old in self._columns.items():
                new = self._room.zeros((capacity, *old.shape[1:]), old.dtype)
                new[:start] = old[:start]
                self._columns[name] = new
        return np.arange(start, self.length, dtype=np.int32)
