"""Which rows have a key: sorted runs in memory, merged as they grow, so that adding and asking cost the logarithm."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Rows = npt.NDArray[np.int32]


class KeyLookup:
    """Rows by whole-number keys; a key may have many rows. 4 bytes a row beside those of the key."""

    def __init__(self, dtype: npt.DTypeLike) -> None:
        self._dtype = np.dtype(dtype)
        self._runs: list[tuple[npt.NDArray[Any], Rows]] = []

    def add(self, keys: npt.NDArray[Any], rows: Rows) -> None:
        """Take pairs in; nothing is ever taken out, so ask a mask of your own which rows still count."""
        if not len(keys):
            return
        order = np.argsort(keys, kind="stable")
        self._runs.append((keys[order].astype(self._dtype, copy=False), rows[order].astype(np.int32, copy=False)))
        while len(self._runs) > 1 and len(self._runs[-2][0]) < 2 * len(self._runs[-1][0]):
            self._merge_last()

    def find(self, keys: npt.NDArray[Any]) -> tuple[npt.NDArray[np.int64], Rows]:
        """Every pair (place in `keys`, row) whose key is equal, in no order."""
        wanted = keys.astype(self._dtype, copy=False)
        places, found = [np.empty(0, np.int64)], [np.empty(0, np.int32)]
        for run_keys, run_rows in self._runs:
            low = np.searchsorted(run_keys, wanted, side="left")
            counts = np.searchsorted(run_keys, wanted, side="right") - low
            if counts.any():
                places.append(np.repeat(np.arange(len(wanted)), counts))
                starts = np.repeat(low - np.concatenate(([0], np.cumsum(counts)[:-1])), counts)
                found.append(run_rows[starts + np.arange(counts.sum())])
        return np.concatenate(places), np.concatenate(found)

    def _merge_last(self) -> None:
        (some_keys, some_rows), (more_keys, more_rows) = self._runs[-2:]
        at = np.searchsorted(some_keys, more_keys, side="right")
        self._runs[-2:] = [(np.insert(some_keys, at, more_keys), np.insert(some_rows, at, more_rows))]
