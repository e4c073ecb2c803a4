"""A shard that another took the place of, given up in portions that each hold Python's lock for a moment.

Edge drops a shard under Python's lock: it writes out what was added since it was last optimised, then frees all of
it. Neither is of use to anyone, and both can be had in small pieces:

                                        100,000 documents not optimised    1,000,000 optimised
    dropped with its files under another name                 510 ms                  930 ms
    longest piece here (an index; what is left)        40 ms, 25 ms             8 ms, 190 ms

So its files are moved away first, and empty ones put in memory where Edge looks for them, in which what it writes
costs nothing. Then each of its indexes is taken off by itself.
"""

from __future__ import annotations

import logging
import os
import shutil
import time
from collections.abc import Iterable
from pathlib import Path

import qdrant_edge as edge

from vectorstore.edge_disk import folder_in_memory
from vectorstore.edge_errors import using
from vectorstore.edge_placement import BM25, DENSE
from vectorstore.errors import StoreFailedError

_LONGEST_PAUSE_S = 0.05

_log = logging.getLogger(__name__)


def give_up(outgoing: list[edge.EdgeShard], home: Path, *, fields: Iterable[str], aside: Path) -> None:
    """Free the one shard in the list, which is then empty, and remove its folder `home`, and `aside`, a new folder
    that it is moved to before.

    The list is to hold the last reference to the shard. Raises `OSError` where files cannot be removed.
    """
    with folder_in_memory() as memory:
        _copy_names(home, memory / home.name)
        home.rename(aside / home.name)
        try:
            if _lead_to(home, memory / home.name):
                _free_indexes(outgoing[0], home, fields)
            outgoing.clear()
        finally:
            home.unlink(missing_ok=True)
    shutil.rmtree(aside)


def _free_indexes(shard: edge.EdgeShard, home: Path, fields: Iterable[str]) -> None:
    indexes = [edge.UpdateOperation.delete_field_index(name) for name in fields]
    vectors = [edge.UpdateOperation.delete_vector_name(name) for name in (BM25, DENSE)]
    try:
        for operation in [*indexes, *vectors]:
            started = time.perf_counter()
            with using(home):
                shard.update(operation)
            # A search that waited asks for the lock several times: without a pause it would wait for the next ones too.
            time.sleep(min(time.perf_counter() - started, _LONGEST_PAUSE_S))
    except StoreFailedError as error:
        _log.info("an outdated shard is freed all at once: %s", error)


def _copy_names(source: Path, target: Path) -> None:
    """Make the folders and files of `source` in `target`, all of them empty."""
    for folder, _, files in os.walk(source):
        made = target / Path(folder).relative_to(source)
        made.mkdir()
        for file in files:
            (made / file).touch()


def _lead_to(home: Path, memory: Path) -> bool:
    """Have the path `home` lead to the folder in memory; False where the system does not let us."""
    try:
        home.symlink_to(memory, target_is_directory=True)
    except OSError:
        return False
    return True
