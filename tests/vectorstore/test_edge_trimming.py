"""What an embedded shard is opened without."""

from __future__ import annotations

import json
from pathlib import Path

import qdrant_edge as edge

from tests.contracts.material import document
from tests.vectorstore.test_edge import SMALL
from vectorstore.edge import EdgeStore
from vectorstore.edge_folder import DATA
from vectorstore.edge_log import end_log
from vectorstore.edge_trimming import leave_out_unasked
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
        leave_out_unasked(tmp_path)
        assert json.loads(listed.read_text()) == form
    assert [path.name for path in listed.parent.iterdir()] == ["config.json"]


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
