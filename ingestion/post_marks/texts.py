"""Texts and their near-copies: groups of texts that are alike, directly or through others.

Two texts are joined where their signatures share a band and are alike enough; a group is a connected component of that.
Joins depend on the two texts alone, so the groups of a set of texts are the same in whatever order they came.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ingestion.post_marks.columns import GrowingColumns
from ingestion.post_marks.lookup import KeyLookup, Rows
from ingestion.post_marks.room import Room
from ingestion.post_marks.signatures import LEAST_LIKENESS, SIGNATURE_BYTES, Signatures, band_keys, likeness

_AT_ONCE = 64
"""Texts compared at a time: bounds memory where thousands are alike."""


class TextGroups:
    """Every text of the posts, once, with its group; about 300 bytes a text."""

    def __init__(self, room: Room) -> None:
        self._texts = GrowingColumns(
            {
                "key": (np.uint64, 1),
                "signature": (np.uint8, SIGNATURE_BYTES),
                "signed": (np.bool_, 1),
                "group": (np.int32, 1),
                "posts": (np.int32, 1),
            },
            room,
        )
        self._by_key = KeyLookup(np.uint64, room)
        self._by_band = KeyLookup(np.uint32, room)
        self._members: dict[int, set[int]] = {}  # of groups that have more than one text

    def add(self, keys: npt.NDArray[np.uint64], signatures: Signatures, signed: npt.NDArray[np.bool_]) -> Rows:
        """Count a post for each text, and return the texts' rows. Those that no post had are in no group but their own,
        until `join`; `fresh` says which those are."""
        unique, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
        rows = np.full(len(unique), -1, np.int32)
        places, found = self._by_key.find(unique)
        rows[places] = found
        new = np.flatnonzero(rows < 0)
        rows[new] = self._texts.add(len(new))
        at = rows[new]
        self._texts["key"][at] = unique[new]
        self._texts["signature"][at] = signatures[first[new]]
        self._texts["signed"][at] = signed[first[new]]
        self._texts["group"][at] = at
        self._by_key.add(unique[new], at)
        banded = at[self._texts["signed"][at]]
        bands = band_keys(self._texts["signature"][banded])
        self._by_band.add(bands.ravel(), np.repeat(banded, bands.shape[1]))
        found_rows: Rows = rows[inverse]
        np.add.at(self._texts["posts"], found_rows, 1)
        return found_rows

    def remove(self, rows: Rows) -> Rows:
        """Count one post less for each text; return what is left of their groups. Where a text went, its group may have
        fallen apart: the texts returned are to be joined again."""
        touched = self.members(rows)
        np.subtract.at(self._texts["posts"], rows, 1)
        gone = np.unique(rows[self._texts["posts"][rows] == 0])
        for group in np.unique(self._texts["group"][gone]).tolist():
            apart = np.fromiter(self._members.pop(group, {group}), np.int32)
            self._texts["group"][apart] = apart
        left: Rows = touched[self._texts["posts"][touched] > 0]
        return left

    def join(self, rows: Rows) -> None:
        """Bring texts together with every text that is alike. Each must be alone in its group, or have been joined."""
        signed = np.unique(rows[self._texts["signed"][rows]])
        for start in range(0, len(signed), _AT_ONCE):
            self._join(signed[start : start + _AT_ONCE])

    def unite(self, some: Rows, others: Rows) -> None:
        """Bring texts together that are known to belong together, pair by pair."""
        for one, other in zip(some.tolist(), others.tolist(), strict=True):
            self._unite(one, other)

    def members(self, rows: Rows) -> Rows:
        """Every text of the groups of some texts."""
        groups = np.unique(self._texts["group"][rows])
        several = [self._members[group] for group in groups.tolist() if group in self._members]
        if not several:
            return groups.astype(np.int32)
        return np.union1d(groups, np.fromiter(set().union(*several), np.int32)).astype(np.int32)

    def groups(self, rows: Rows) -> Rows:
        """The group of each text: a number that is good until groups change."""
        found: Rows = self._texts["group"][rows]
        return found

    def signatures(self, rows: Rows) -> tuple[Signatures, npt.NDArray[np.bool_]]:
        """Signatures of texts, and which of them have one."""
        return self._texts["signature"][rows], self._texts["signed"][rows]

    def _join(self, rows: Rows) -> None:
        keys = band_keys(self._texts["signature"][rows])
        places, others = self._by_band.find(keys.ravel())
        pairs = np.unique(np.stack([rows[places // keys.shape[1]], others], axis=1), axis=0)
        pairs = self._parted(pairs[self._texts["posts"][pairs[:, 1]] > 0])
        if not len(pairs):
            return
        # One text of each other group first: where it is alike, the rest of that group need not be looked at.
        group = self._texts["group"][pairs[:, 1]].astype(np.int64)
        _, first = np.unique(pairs[:, 0].astype(np.int64) << 32 | group, return_index=True)
        self._unite_alike(pairs[first])
        self._unite_alike(self._parted(np.delete(pairs, first, axis=0)))

    def _parted(self, pairs: Rows) -> Rows:
        group = self._texts["group"]
        parted: Rows = pairs[group[pairs[:, 0]] != group[pairs[:, 1]]]
        return parted

    def _unite_alike(self, pairs: Rows) -> None:
        some, others = (self._texts["signature"][pairs[:, side]] for side in (0, 1))
        alike = pairs[likeness(some, others) >= LEAST_LIKENESS]
        self.unite(alike[:, 0], alike[:, 1])

    def _unite(self, one: int, other: int) -> None:
        group = self._texts["group"]
        into, gone = int(group[one]), int(group[other])
        if into == gone:
            return
        kept, moved = self._members.pop(into, {into}), self._members.pop(gone, {gone})
        if len(kept) < len(moved):
            into, kept, moved = gone, moved, kept
        kept |= moved
        group[np.fromiter(moved, np.int32)] = into
        self._members[into] = kept
