"""What an embedded shard is opened without."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import qdrant_edge as edge

from tests.contracts.material import document
from tests.vectorstore.test_edge import SMALL
from vectorstore.edge import EdgeStore
from vectorstore.edge_folder import DATA
from vectorstore.edge_index_lists import prepare_index_lists
from vectorstore.edge_log import end_log
from vectorstore.errors import StoreCorruptError
from vectorstore.store import Filter

LISTS = "segments/*/payload_index/config.json"


def kinds(data: Path) -> dict[str, list[str]]:
    """Kinds of indexes by field, over all segments of a shard."""
    found: dict[str, list[str]] = {}
    for listed in data.glob(LISTS):
        for field, indexes in json.loads(listed.read_text())["indexed_types"].items():
            found.setdefault(field, []).extend(index["index_type"] for index in indexes)
    return found


def test_a_store_keeps_only_the_indexes_that_filters_ask(tmp_path: Path) -> None:
    made = [document(number, f"style {number}", author=f"a{number % 3}") for number in range(1, 31)]
    for written in (made[:20], made[20:]):
        store = EdgeStore.open(tmp_path, SMALL)
        store.upsert(written)
        store.close()
    store = EdgeStore.open(tmp_path, SMALL)
    assert store.count(Filter(any_of={"author": ["a1"]})) == 10
    assert store.count(Filter(none_of={"author": ["a1"]})) == 20
    store.close()
    found = kinds(tmp_path / "shard-1" / DATA)
    assert set(found) == set(SMALL.fields)
    assert all(found.values())
    assert "null_index" not in {kind for listed in found.values() for kind in listed}


def segment(data: Path, name: str, documents: int, values_bytes: dict[str, int], *, sealed: bool = True) -> None:
    """Index lists of a segment and the sizes of the files that they are chosen by."""
    folder = data / "segments" / name / "payload_index"
    folder.mkdir(parents=True)
    kind = {"mmap": {"is_on_disk": True}} if sealed else "gridstore"
    if sealed:
        (folder.parent / "id_tracker.i2e").write_bytes(bytes(16 * documents + 32))
    indexed = {}
    for field, size in values_bytes.items():
        index = "int_map_index" if field in ("spam", "duplicate") else "keyword_index"
        indexed[field] = [{"index_type": name, "storage_type": kind} for name in (index, "null_index")]
        (folder / f"abc-{field[:8]}-map").mkdir()
        (folder / f"abc-{field[:8]}-map" / "values_to_points.bin").write_bytes(bytes(size))
    (folder / "config.json").write_text(json.dumps({"indexed_fields": {}, "indexed_types": indexed}))


def in_memory(data: Path) -> set[str]:
    """Fields whose index is said to be in memory, the same in all segments that no longer change."""
    found = set()
    for listed in data.glob(LISTS):
        fields = json.loads(listed.read_text())["indexed_types"]
        kept = {field for field, (one,) in fields.items() if one["storage_type"] == {"mmap": {"is_on_disk": False}}}
        found.add(frozenset(kept))
    assert len(found) == 1
    return set(found.pop())


def test_fields_of_few_values_are_in_memory_while_there_is_room(tmp_path: Path) -> None:
    few = {"spam": 404_000, "duplicate": 404_001, "market": 404_176, "kind": 404_100}
    sizes = {**few, "author": 3_260_000, "product_id": 444_096}
    segment(tmp_path, "a", 100_000, sizes)
    prepare_index_lists(tmp_path)
    assert in_memory(tmp_path) == {"spam", "duplicate", "market"}
    half = {"spam": 202_000, "duplicate": 202_000, "market": 202_176, "kind": 202_100, "author": 9, "product_id": 9}
    segment(tmp_path, "b", 50_000, half)
    prepare_index_lists(tmp_path)
    assert in_memory(tmp_path) == {"duplicate", "market"}  # which it is written back for
    segment(tmp_path, "c", 500_000, dict.fromkeys(sizes, 2000000))
    prepare_index_lists(tmp_path)
    assert in_memory(tmp_path) == set()


def test_the_segment_that_is_added_to_keeps_its_kind_of_index(tmp_path: Path) -> None:
    segment(tmp_path, "open", 0, {"market": 0, "spam": 0}, sealed=False)
    prepare_index_lists(tmp_path)
    (listed,) = tmp_path.glob(LISTS)
    kept = json.loads(listed.read_text())["indexed_types"]
    assert {one["storage_type"] for (one,) in kept.values()} == {"gridstore"}


def test_a_list_of_another_form_is_left_as_it_is(tmp_path: Path) -> None:
    listed = tmp_path / "segments" / "a" / "payload_index" / "config.json"
    listed.parent.mkdir(parents=True)
    forms = [
        [],
        {"indexed_fields": {}},
        {"indexed_types": [1]},
        {"indexed_types": {"market": [{"index_type": "null_index"}]}},  # which leaves the field none
    ]
    for form in forms:
        listed.write_text(json.dumps(form))
        prepare_index_lists(tmp_path)
        assert json.loads(listed.read_text()) == form
    assert [path.name for path in listed.parent.iterdir()] == ["config.json"]


@pytest.mark.parametrize("damaged", [b"", b'{"indexed_ty', b"\xff\xfe"])
def test_a_damaged_list_is_told_as_a_damaged_index(tmp_path: Path, damaged: bytes) -> None:
    store = EdgeStore.open(tmp_path, SMALL)
    store.upsert([document(1, "linen dress")])
    store.close()
    next((tmp_path / "shard-1" / DATA).glob(LISTS)).write_bytes(damaged)
    with pytest.raises(StoreCorruptError):
        EdgeStore.open(tmp_path, SMALL)


def test_a_shard_whose_log_was_ended_takes_changes_and_opens_with_them(tmp_path: Path) -> None:
    store = EdgeStore.open(tmp_path, SMALL)
    store.upsert([document(1, "linen dress")])
    store.close()
    data = tmp_path / "shard-1" / DATA
    shard = edge.EdgeShard.load(str(data))
    end_log(shard)
    shard.flush()
    shard.close()
    acknowledged = json.loads((data / "wal" / "first-index").read_text())["ack_index"]
    store = EdgeStore.open(tmp_path, SMALL)
    store.upsert([document(2, "red coat")])
    store.close()
    store = EdgeStore.open(tmp_path, SMALL)
    assert store.count() == 2
    store.close()
    assert json.loads((data / "wal" / "first-index").read_text())["ack_index"] > acknowledged
