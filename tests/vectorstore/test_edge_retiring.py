"""A shard given up after another took its place."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from uuid import UUID

import pytest
import qdrant_edge as edge

from tests.contracts.material import document
from tests.vectorstore.test_edge import SMALL, shards
from vectorstore import edge_retiring
from vectorstore.edge import EdgeStore
from vectorstore.edge_folder import DATA
from vectorstore.edge_retiring import give_up


def filled(path: Path) -> tuple[list[edge.EdgeShard], Path]:
    """An open shard with documents, some of them not written out, and its folder."""
    store = EdgeStore.open(path, SMALL, quantise_from=10**6)
    store.upsert([document(number, f"style {number}", author=f"a{number}") for number in range(1, 200)])
    store.close()
    shard = edge.EdgeShard.load(str(path / "shard-1" / DATA))
    return [shard], path / "shard-1"


def aside(path: Path) -> Path:
    folder = path / "building-aside"
    folder.mkdir()
    return folder


def test_a_shard_is_freed_by_its_indexes_and_nothing_of_it_is_left(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    outgoing, home = filled(tmp_path)
    with caplog.at_level(logging.INFO):
        give_up(outgoing, home, fields=SMALL.fields, aside=aside(tmp_path), turn=nullcontext)
    assert outgoing == []
    assert [path.name for path in tmp_path.iterdir()] == ["index.lock"]
    assert caplog.records == []  # which would say that it had to be freed all at once


def test_documents_are_deleted_a_few_at_a_time_where_they_are_not_too_many(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[int] = []

    @contextmanager
    def turn() -> Iterator[None]:
        taken[-1] += 1
        yield

    monkeypatch.setattr(edge_retiring, "_AT_ONCE", 10)
    for number, most in enumerate((0, 1000)):
        monkeypatch.setattr(edge_retiring, "_EMPTIED", most)
        taken.append(0)
        outgoing, home = filled(tmp_path / str(number))
        documents = outgoing[0].info().points_count
        give_up(outgoing, home, fields=SMALL.fields, aside=aside(tmp_path / str(number)), turn=turn)

    whole, emptied = taken
    assert emptied - whole > documents / 10 > 1


class WrittenOut(list[edge.EdgeShard]):
    """Says what fails as the shard in it is dropped, which Edge does not."""

    def clear(self) -> None:
        self[0].flush()
        super().clear()


def test_what_was_not_written_out_is_written_where_it_costs_nothing(tmp_path: Path) -> None:
    outgoing, home = filled(tmp_path)
    later = edge.Point(UUID(int=1000), {}, {"author": "a1000"})
    outgoing[0].update(edge.UpdateOperation.upsert_points([later]))
    last = WrittenOut(outgoing)
    outgoing.clear()
    give_up(last, home, fields=SMALL.fields, aside=aside(tmp_path), turn=nullcontext)
    assert last == []


def test_a_shard_that_cannot_be_freed_by_portions_is_freed_at_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    outgoing, home = filled(tmp_path)
    outgoing[0].close()  # so that each call on it fails
    with caplog.at_level(logging.INFO):
        give_up(outgoing, home, fields=SMALL.fields, aside=aside(tmp_path), turn=nullcontext)
    assert outgoing == []
    assert not home.exists()
    assert "all at once" in caplog.text


def test_where_links_are_not_allowed_a_shard_is_dropped_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError("no links here")

    outgoing, home = filled(tmp_path)
    monkeypatch.setattr(Path, "symlink_to", refuse)
    give_up(outgoing, home, fields=SMALL.fields, aside=aside(tmp_path), turn=nullcontext)
    assert outgoing == []
    assert [path.name for path in tmp_path.iterdir()] == ["index.lock"]


@pytest.mark.parametrize("moved", [False, True], ids=["before its files were moved", "after"])
def test_what_a_killed_process_was_giving_up_is_cleared_away(tmp_path: Path, moved: bool) -> None:
    store = EdgeStore.open(tmp_path, SMALL)
    store.upsert([document(1)])
    store.close()
    current = (tmp_path / "shard-1").rename(tmp_path / "shard-2")
    (tmp_path / "building-aside").mkdir()
    if moved:
        (tmp_path / "shard-1").symlink_to(tmp_path / "gone with the memory")
    else:
        (tmp_path / "building-aside").rename(tmp_path / "shard-1")
    again = EdgeStore.open(tmp_path, SMALL)
    assert again.count() == 1
    again.close()
    assert shards(tmp_path) == [current.name]
    assert not list(tmp_path.glob("building-*"))
