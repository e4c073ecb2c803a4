"""The embedded store: the contract, and what only it promises."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import qdrant_edge

from tests.contracts.document_store import DocumentStoreContract
from tests.contracts.material import SCHEMA, Reopen, doc_id, document, unit, wardrobe
from vectorstore.edge import EdgeStore
from vectorstore.errors import StoreCorruptError, StoreFailedError, StoreLockedError
from vectorstore.store import Query

ROOT = Path(__file__).parents[2]

OPEN = """
import sys
from pathlib import Path
from tests.contracts.material import SCHEMA
from vectorstore.edge import EdgeStore
from vectorstore.errors import StoreLockedError
try:
    EdgeStore.open(Path(sys.argv[1]), SCHEMA).close()
except StoreLockedError as error:
    print("locked", error.path)
else:
    print("open")
"""

# Each acknowledged upsert is said on stdout before the next begins; every document is replaced by its second version.
WRITE = """
import sys
from pathlib import Path
from tests.contracts.material import SCHEMA, document
from vectorstore.edge import EdgeStore
store = EdgeStore.open(Path(sys.argv[1]), SCHEMA)
for start in range(int(sys.argv[2]), 1_000_000, 20):
    for version in ("first", "second"):
        store.upsert([document(n, f"style {n} {version}", author=version) for n in range(start, start + 20)])
        print(start, version, flush=True)
    if start % 3 == 0:
        store.purge()
"""


def run(code: str, *args: object) -> list[str]:
    command = [sys.executable, "-c", code, *map(str, args)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()


@pytest.fixture(scope="session")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty index: each field of one takes a tenth of a second to make."""
    path = tmp_path_factory.mktemp("blank") / "index"
    EdgeStore.open(path, SCHEMA).close()
    return path


class TestEdgeStore(DocumentStoreContract):
    @pytest.fixture
    def reopen(self, tmp_path: Path, blank: Path) -> Reopen:
        shutil.copytree(blank, tmp_path / "index")
        return lambda schema: EdgeStore.open(tmp_path / "index", schema)


def test_an_index_is_made_where_there_is_none(tmp_path: Path) -> None:
    store = EdgeStore.open(tmp_path / "new" / "index", SCHEMA)
    store.upsert(wardrobe())
    assert store.facet("author", limit=1) == [("anna", 3)]
    store.close()


def test_a_second_process_is_told_at_once_that_the_index_is_in_use(tmp_path: Path) -> None:
    store = EdgeStore.open(tmp_path, SCHEMA)
    assert run(OPEN, tmp_path) == ["locked", str(tmp_path)]
    store.close()
    assert run(OPEN, tmp_path) == ["open"]


def test_a_second_store_in_this_process_is_told_so_too(tmp_path: Path) -> None:
    store = EdgeStore.open(tmp_path, SCHEMA)
    with pytest.raises(StoreLockedError):
        EdgeStore.open(tmp_path, SCHEMA)
    store.upsert([document(1)])
    store.close()


def test_a_log_that_another_owner_has_open_is_a_locked_index(tmp_path: Path) -> None:
    EdgeStore.open(tmp_path, SCHEMA).close()
    shard = qdrant_edge.EdgeShard.load(str(tmp_path / "shard-1" / "data"))
    with pytest.raises(StoreLockedError):
        EdgeStore.open(tmp_path, SCHEMA)
    shard.close()
    EdgeStore.open(tmp_path, SCHEMA).close()


@pytest.mark.parametrize(
    "damage",
    [
        lambda shard: (shard / "manifest.json").unlink(),
        lambda shard: (shard / "manifest.json").write_text("{"),
        lambda shard: (shard / "manifest.json").write_text("[]"),
        lambda shard: (shard / "data" / "edge_config.json").write_text("{"),
        lambda shard: shutil.rmtree(shard / "data"),
        lambda shard: next(shard.rglob("vector_storage-dense/deleted/status.dat")).write_bytes(b""),
    ],
    ids=[
        "no manifest",
        "cut manifest",
        "other manifest",
        "cut configuration",
        "no data",
        "a file that makes Edge panic",
    ],
)
def test_a_damaged_index_is_said_to_be_so_and_not_left_locked(tmp_path: Path, damage: object) -> None:
    EdgeStore.open(tmp_path, SCHEMA).close()
    damage(tmp_path / "shard-1")  # type: ignore[operator]  # a lambda in a table of cases
    for _ in range(2):
        with pytest.raises(StoreCorruptError) as caught:
            EdgeStore.open(tmp_path, SCHEMA)
        assert caught.value.path == str(tmp_path)


def test_a_folder_that_cannot_be_made_is_a_failure_of_the_store(tmp_path: Path) -> None:
    (tmp_path / "index").write_text("a file, not a folder")
    with pytest.raises(StoreFailedError):
        EdgeStore.open(tmp_path / "index", SCHEMA)


def test_a_failure_inside_edge_is_mapped(tmp_path: Path) -> None:
    store = EdgeStore.open(tmp_path, SCHEMA)
    store._index._shard.close()
    with pytest.raises(StoreFailedError, match="not initialized") as caught:
        store.count()
    assert caught.value.__cause__ is not None


@pytest.mark.slow
def test_nothing_acknowledged_is_lost_when_the_writer_is_killed(tmp_path: Path) -> None:
    chance = random.Random(7)
    acknowledged: dict[int, str] = {}
    start = 1
    for _ in range(4):
        command = [sys.executable, "-c", WRITE, str(tmp_path), str(start)]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as writer:
            assert writer.stdout is not None
            for _ in range(chance.randint(1, 40)):
                first, version = writer.stdout.readline().split()
                acknowledged.update(dict.fromkeys(range(int(first), int(first) + 20), version))
            os.kill(writer.pid, signal.SIGKILL)
        start = max(acknowledged) + 41
        with_rest = EdgeStore.open(tmp_path, SCHEMA)
        held = {id: payload["author"] for batch in with_rest.scroll() for id, payload in batch}
        for number, version in acknowledged.items():
            assert held[doc_id(number)] in (version, "second")
        hit = with_rest.query(Query(text=f"{min(acknowledged)}", vector=unit(1, 0, 0, 0), limit=1))[0]
        assert hit.id == doc_id(min(acknowledged))
        with_rest.close()


def test_a_shard_in_the_making_or_outdated_is_cleared_away(tmp_path: Path) -> None:
    store = EdgeStore.open(tmp_path, SCHEMA)
    store.upsert(wardrobe())
    store.close()
    shutil.copytree(tmp_path / "shard-1", tmp_path / "shard-2")
    shutil.copytree(tmp_path / "shard-1", tmp_path / "shard-3")
    (tmp_path / "shard-3" / "pending").touch()
    (tmp_path / "building-x" / "data").mkdir(parents=True)
    again = EdgeStore.open(tmp_path, SCHEMA)
    assert again.count() == 6
    assert shards(tmp_path) == ["shard-2"]
    assert again.purge()
    again.close()
    assert shards(tmp_path) == ["shard-3"]


def test_purge_leaves_no_trace_of_what_was_deleted_or_replaced(tmp_path: Path) -> None:
    store = EdgeStore.open(tmp_path, SCHEMA)
    store.upsert([document(number, f"kept {number}") for number in range(1, 50)])
    store.upsert([document(50, "deleted-secret"), document(51, "replaced-secret")])
    store.delete([doc_id(50)])
    store.upsert([document(51, "harmless")])
    assert traces(tmp_path, b"secret")  # Edge alone keeps them
    store.purge()
    assert not traces(tmp_path, b"secret")
    assert store.count() == 50
    store.close()
    assert not traces(tmp_path, b"secret")
    assert traces(tmp_path, b"harmless")


def shards(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir() if entry.is_dir())


def traces(folder: Path, needle: bytes) -> list[Path]:
    return [file for file in folder.rglob("*") if file.is_file() and needle in file.read_bytes()]
