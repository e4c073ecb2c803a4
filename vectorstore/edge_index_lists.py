"""Which indexes of its fields an embedded shard is opened with, and which of them it has in memory.

Each part of a shard (a segment) lists its indexes in a file of its own, and opens those that are listed, as it says
there. Edge holds Python's lock meanwhile, so what it does then is weighed against what it saves each query:

                                                   processor time to open
    100,000 documents, 11 fields, as Edge lists them          71 ms
    without what no filter asks                               28 ms
    and a field of few values in memory                       40 ms
    and two of booleans, kept as numbers                      52 ms    as flags (see `edge_placement`) they take 2
    1,000,000 documents, as Edge lists them                  370 ms
    without what no filter asks                              130 ms

A query that filters by two fields in memory takes two thirds of the time.

What no filter asks is which documents have a value in a field at all: Edge keeps an index of that beside each other
one. It makes it anew where it makes a segment, so that each shard is seen to before it is opened.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Collection, Mapping
from pathlib import Path

_LISTS = "segments/*/payload_index/config.json"
_UNASKED = "null_index"
_BY_VALUE = ("int_map_index", "keyword_index")
"""Indexes that say which values a document has. Flags are none of these: they are one bit each, always in memory."""
_IN_MEMORY_BYTES = (850_000, 650_000)
"""Most that files of those in memory have together, of each kind: 4 bytes a document, and some for each value."""
_OF_FEW_VALUES_BYTES = 8192
"""Most that such a file has beyond that, where there are few values: some hundred."""


def prepare_index_lists(data: Path) -> None:
    """Have the shard in the folder `data`, which is not open, opened as said above; on disk at the return. A list in
    another form than that of the pinned version of Edge, or that is damaged, is left as it is, for Edge to tell.
    """
    lists = {path: _read(path) for path in sorted(data.glob(_LISTS))}
    in_memory = _to_be_in_memory(lists)
    for path, found in lists.items():
        prepared = _prepared(found, in_memory)
        if prepared != found:
            _replace(path, json.dumps(prepared))


def _read(path: Path) -> object:
    try:
        return json.loads(path.read_bytes())
    except ValueError:
        return None


def _to_be_in_memory(lists: Mapping[Path, object]) -> set[str]:
    """Fields of few values, as many as there is room for; the more values, the likelier one is asked for."""
    sizes: Counter[tuple[int, str]] = Counter()
    many = set()
    for path, found in lists.items():
        for field, rank in _by_value(found).items():
            size = sum(file.stat().st_size for file in path.parent.glob(f"*-{field[:8]}-map/values_to_points.bin"))
            sizes[rank, field] += size
            if size > 4 * _documents(path.parents[1]) + _OF_FEW_VALUES_BYTES:
                many.add(field)
    chosen, room = set(), list(_IN_MEMORY_BYTES)
    for (rank, field), size in sorted(sizes.items(), key=lambda entry: (entry[0][0], -entry[1])):
        if field not in many and size <= room[rank]:
            chosen.add(field)
            room[rank] -= size
    return chosen


def _by_value(found: object) -> dict[str, int]:
    """Fields that are indexed by value, and the place of the index's kind in `_BY_VALUE`."""
    names = {field: [_name(kind) for kind in kinds] for field, kinds in _by_field(found).items()}
    return {field: rank for field, listed in names.items() for rank, name in enumerate(_BY_VALUE) if name in listed}


def _documents(segment: Path) -> int:
    """Documents of a segment that no longer changes; 0 for the one that does."""
    numbered = segment / "id_tracker.i2e"
    return numbered.stat().st_size // 16 if numbered.exists() else 0


def _prepared(found: object, in_memory: Collection[str]) -> object:
    by_field = {}
    for field, kinds in _by_field(found).items():
        asked = [kind for kind in kinds if _name(kind) != _UNASKED]
        # A field left without any index would be indexed anew.
        by_field[field] = [_placed(kind, in_memory=field in in_memory) for kind in asked or kinds]
    return {**found, "indexed_types": by_field} if isinstance(found, dict) and by_field else found


def _placed(kind: object, *, in_memory: bool) -> object:
    mapped = isinstance(kind, dict) and isinstance(kind.get("storage_type"), dict) and "mmap" in kind["storage_type"]
    if not isinstance(kind, dict) or not mapped or _name(kind) not in _BY_VALUE:
        return kind
    return {**kind, "storage_type": {"mmap": {"is_on_disk": not in_memory}}}


def _by_field(found: object) -> dict[str, list[object]]:
    """The indexes of each field; nothing where the list has another form."""
    by_field = found.get("indexed_types") if isinstance(found, dict) else None
    if not isinstance(by_field, dict) or not all(isinstance(kinds, list) for kinds in by_field.values()):
        return {}
    return by_field


def _name(kind: object) -> object:
    return kind.get("index_type") if isinstance(kind, dict) else None


def _replace(path: Path, text: str) -> None:
    """Write the file whole or not at all."""
    beside = path.with_suffix(".prepared")
    with beside.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
