"""A shard optimised, or written anew, in a process of its own.

`EdgeShard.optimize` holds Python's lock until it is done: a minute for 100,000 documents. So a copy of the shard is
worked on by another process, at low priority, while this one goes on answering:

    python -m vectorstore.edge_upkeep optimize|rewrite FOLDER QUANTISED < schema.json

`FOLDER/copy` is the shard as it was, `FOLDER/data` the result.
"""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Collection, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Literal
from uuid import UUID

import qdrant_edge as edge

from vectorstore.edge_disk import copy_shard, folder_in_memory, read_at_opening, sync, warm
from vectorstore.edge_folder import DATA
from vectorstore.edge_log import end_log, shorten_log
from vectorstore.edge_placement import field_indexes, flags_in, flags_of, shard_config
from vectorstore.edge_translation import points_of
from vectorstore.errors import StoreFailedError
from vectorstore.store import Schema

Work = Literal["optimize", "rewrite"]

COPY = "copy"
_BATCH = 250
_PR_SET_PDEATHSIG = 1
_NICENESS = 10


def work_beside(work: Work, building: Path, schema: Schema, *, quantised: bool) -> None:
    """Do `work` on `building/copy` in another process, and wait for it without holding Python's lock.

    Raises `StoreFailedError` where that process fails.
    """
    command = [sys.executable, "-m", "vectorstore.edge_upkeep", work, str(building), str(int(quantised))]
    root = str(Path(__file__).parents[1])
    paths = os.pathsep.join([root, *filter(None, [os.environ.get("PYTHONPATH")])])
    done = subprocess.run(
        command,
        input=json.dumps(asdict(schema)),
        env={**os.environ, "PYTHONPATH": paths},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        last = done.stderr.strip().rsplit("\n", 1)[-1]
        raise StoreFailedError(str(building.parent), f"the process for {work} ended with {done.returncode}: {last}")


def main() -> None:
    """What the other process runs."""
    work, folder, quantised = sys.argv[1], Path(sys.argv[2]), sys.argv[3] == "1"
    schema = Schema(**json.load(sys.stdin))
    os.nice(_NICENESS)
    _end_with_parent()
    if work == "optimize":
        (folder / COPY).rename(folder / DATA)
        _optimize(folder / DATA, schema, quantised=quantised)
    else:
        (folder / DATA).mkdir()
        _rewrite(folder / COPY, folder / DATA, schema, quantised=quantised)
        shutil.rmtree(folder / COPY)


def _end_with_parent() -> None:
    """Let the system end this process with the one that waits for it: alone, it would work on what others clear away.

    Where the system is not Linux it works on to its end, and the next opening clears what it leaves.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _optimize(data: Path, schema: Schema, *, quantised: bool) -> None:
    warm(read_at_opening(data))
    shard = edge.EdgeShard.load(str(data), shard_config(schema.dimensions, quantised=quantised))
    shard.optimize()
    end_log(shard)
    shard.flush()
    shard.close()
    sync(data)


def _rewrite(source: Path, target: Path, schema: Schema, *, quantised: bool) -> None:
    old = edge.EdgeShard.load(str(source))
    create_shard(target, schema, quantised=quantised, flags=flags_in(old.info()))
    new = edge.EdgeShard.load(str(target))
    for records in every_record(old.scroll):
        new.update(edge.UpdateOperation.upsert_points(points_of(records)))
    if quantised:
        new.optimize()
    end_log(new)
    new.flush()
    new.close()
    old.close()
    sync(target)


def every_record(
    scroll: Callable[[edge.ScrollRequest], tuple[list[edge.Record], int | UUID | str | None]],
) -> Iterator[list[edge.Record]]:
    """All that a shard holds, whole, a batch at a time, given its way to scroll."""
    offset = None
    while True:
        request = edge.ScrollRequest(limit=_BATCH, offset=offset, with_payload=True, with_vector=True)
        records, offset = scroll(request)
        if records:
            yield records
        if offset is None:
            return


def create_shard(data: Path, schema: Schema, *, quantised: bool = False, flags: Collection[str] | None = None) -> None:
    """Make an empty shard in the folder `data`, which exists and is empty; it is on disk at the return.

    `flags`: fields that it keeps as booleans, as the shard that it takes the place of does; None where there is none.
    """
    with folder_in_memory() as folder:
        made = folder / data.name
        made.mkdir()
        shorten_log(made)
        shard = edge.EdgeShard.load(str(made), shard_config(schema.dimensions, quantised=quantised))
        for operation in field_indexes(schema, flags=flags_of(schema) if flags is None else flags):
            shard.update(operation)
        shard.flush()
        shard.close()
        data.rmdir()
        copy_shard(made, data)
    sync(data)


if __name__ == "__main__":
    main()
