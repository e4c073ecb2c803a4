"""What marks are made from, kept in files where it is much."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from ingestion.post_marks import KnownPosts, Room, mark_features
from ingestion.post_marks import lookup as lookup_module
from ingestion.post_marks.lookup import KeyLookup
from tests.ingestion.test_post_marks import LONG, START


def posts(first: int, count: int) -> pl.DataFrame:
    """Every third one a near-copy of one of ten texts."""
    numbers = range(first, first + count)
    frame = pl.DataFrame(
        {
            "post_id": [f"{number:036d}" for number in numbers],
            "author": [f"author {number % 7}" for number in numbers],
            "text": [
                f"{LONG} avec ses {number % 10} boutons dorés" if number % 3 == 0 else f"numéro {number} de {LONG}"
                for number in numbers
            ],
            "published_at": [START] * count,
            "content_hash": [f"{number:x}" for number in numbers],
        },
        schema_overrides={"published_at": pl.Datetime("us", "UTC")},
    )
    return frame.with_columns(mark_features(frame).drop("post_id"))


def test_large_arrays_are_in_files_that_have_no_name(tmp_path: Path) -> None:
    room = Room(tmp_path / "lake", mapped_from_bytes=800)
    array = room.zeros((50, 2), np.int64)
    assert not array.any()
    array[:] = 7
    assert (array == 7).all()
    assert str(tmp_path) in Path("/proc/self/maps").read_text(encoding="utf-8")
    assert list((tmp_path / "lake").iterdir()) == []
    del array
    room.zeros((99,), np.int64)
    assert str(tmp_path) not in Path("/proc/self/maps").read_text(encoding="utf-8")


def test_marks_are_the_same_wherever_what_they_are_made_from_is(tmp_path: Path) -> None:
    mapped, in_memory = KnownPosts(Room(tmp_path, mapped_from_bytes=1)), KnownPosts()
    for first in range(0, 600, 200):
        batch = posts(first, 200)
        assert mapped.put(batch).equals(in_memory.put(batch))
    gone = [f"{number:036d}" for number in range(0, 90, 3)]
    assert mapped.forget(gone).equals(in_memory.forget(gone))
    assert len(mapped) == len(in_memory) == 570


def test_a_lookup_finds_every_row_of_a_key_after_many_merges(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lookup_module, "_MERGED_AT_ONCE", 16)
    lookup, chance = KeyLookup(np.uint32, Room()), np.random.default_rng(1)
    rows_by_key: dict[int, list[int]] = {key: [] for key in range(60)}
    for start in range(0, 1000, 50):
        keys = chance.integers(40, size=int(chance.integers(1, 50))).astype(np.uint32)
        rows = np.arange(start, start + len(keys), dtype=np.int32)
        lookup.add(keys, rows)
        for key, row in zip(keys.tolist(), rows.tolist(), strict=True):
            rows_by_key[key].append(row)
    places, found = lookup.find(np.arange(60, dtype=np.uint32))
    for key, rows_of_key in rows_by_key.items():
        assert sorted(found[places == key].tolist()) == rows_of_key
