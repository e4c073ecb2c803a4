"""Which rows have a key: sorted runs, merged as they grow, so that adding and asking cost the logarithm."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ingestion.post_marks.room import Room

Rows = npt.NDArray[np.int32]

_Run = tuple[npt.NDArray[Any], Rows]

_MERGED_AT_ONCE = 100_000


class KeyLookup:
    """Rows by whole-number keys; a key may have many rows. 4 bytes a row beside those of the key."""

    def __init__(self, dtype: npt.DTypeLike, room: Room) -> None:
        self._dtype = np.dtype(dtype)
        self._room = room
        self._runs: list[_Run] = []

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
        *kept, some, more = self._runs
        self._runs = [*kept, self._merged(some, more)]

    def _merged(self, some: _Run, more: _Run) -> _Run:
        """Both runs as one, made piece by piece."""
        length = len(some[0]) + len(more[0])
        keys, rows = self._room.zeros((length,), self._dtype), self._room.zeros((length,), np.int32)
        cuts = np.arange(0, len(some[0]), _MERGED_AT_ONCE)[1:]
        ends = zip([*cuts, len(some[0])], [*np.searchsorted(more[0], some[0][cuts]), len(more[0])], strict=True)
        some_start = more_start = 0
        for some_end, more_end in ends:
            piece, added = slice(some_start, some_end), slice(more_start, more_end)
            merged = slice(some_start + more_start, some_end + more_end)
            at = np.searchsorted(some[0][piece], more[0][added], side="right")
            keys[merged] = np.insert(some[0][piece], at, more[0][added])
            rows[merged] = np.insert(some[1][piece], at, more[1][added])
            some_start, more_start = some_end, more_end
        return keys, rows
