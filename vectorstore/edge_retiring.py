"""A shard that another took the place of, given up in portions that each hold Python's lock for a moment.

Edge drops a shard under Python's lock: it writes out what was added since it was last optimised, then frees all of
it. Neither is of use to anyone, and both can be had in small pieces:

                                        100,000 documents not optimised    1,000,000 optimised
    dropped with its files under another name                 510 ms                  930 ms
    longest piece here                                         50 ms                  190 ms

So its files are moved away first, and others without content put in memory where Edge looks for them, in which what it
writes costs nothing. Its documents are deleted, a few at a time, where these are not too many: an index of 100,000
different texts takes 100 ms to free as a whole. Then each of its indexes is taken off by itself.
"""

from __future__ import annotations

import itertools
import logging
import os
import shutil
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from pathlib import Path

import qdrant_edge as edge

from vectorstore.edge_disk import folder_in_memory
from vectorstore.edge_errors import using
from vectorstore.edge_log import UNFINISHED
from vectorstore.edge_placement import BM25, DENSE
from vectorstore.errors import StoreFailedError

_log = logging.getLogger(__name__)

_EMPTIED = 150_000
"""Documents up to which they are deleted first: 100,000 take 3 s."""
_AT_ONCE = 300
_FLUSH_EVERY = 10
"""Pieces of 7 ms after which what they did is written, 30 ms: after 20 that is 45, and left to the drop, 110."""


def give_up(
    outgoing: list[edge.EdgeShard],
    home: Path,
    *,
    fields: Iterable[str],
    aside: Path,
    turn: Callable[[], AbstractContextManager[None]],
) -> None:
    """Free the one shard in the list, which is then empty, and remove its folder `home`, and `aside`, a new folder
    that it is moved to before. Each piece of it is done within a `turn`.

    The list is to hold the last reference to the shard. Raises `OSError` where files cannot be removed.
    """
    with folder_in_memory() as memory:
        _copy_as_holes(home, memory / home.name)
        home.rename(aside / home.name)
        try:
            if _lead_to(home, memory / home.name):
                _free_parts(outgoing[0], home, fields, turn)
            with turn():
                outgoing.clear()
        finally:
            home.unlink(missing_ok=True)
    shutil.rmtree(aside)


def _free_parts(
    shard: edge.EdgeShard, home: Path, fields: Iterable[str], turn: Callable[[], AbstractContextManager[None]]
) -> None:
    indexes = [edge.UpdateOperation.delete_field_index(name) for name in fields]
    vectors = [edge.UpdateOperation.delete_vector_name(name) for name in (BM25, DENSE)]
    try:
        with using(home), turn():
            few = shard.info().points_count <= _EMPTIED
        if few:
            _delete_all(shard, home, turn)
        for operation in [*indexes, *vectors]:
            with using(home), turn():
                shard.update(operation)
    except StoreFailedError as error:
        _log.info("an outdated shard is freed all at once: %s", error)


def _delete_all(shard: edge.EdgeShard, home: Path, turn: Callable[[], AbstractContextManager[None]]) -> None:
    first = edge.ScrollRequest(limit=_AT_ONCE, with_payload=False, with_vector=False)
    for number in itertools.count():
        if number % _FLUSH_EVERY == 0:
            with using(home), turn():
                shard.flush()
        with using(home), turn():
            records, _ = shard.scroll(first)
            if not records:
                return
            shard.update(edge.UpdateOperation.delete_points([record.id for record in records]))


def _copy_as_holes(source: Path, target: Path) -> None:
    """Make the folders and files of `source` in `target`, as long as they are and without their content.

    Edge goes on writing where it stopped. Where a file is shorter than that it fails, and looks for the names of its
    own functions for the message, in 60 to 70 ms.
    """
    for folder, _, files in os.walk(source):
        made = target / Path(folder).relative_to(source)
        made.mkdir()
        for file in files:
            if file.startswith(UNFINISHED):
                continue
            (made / file).touch()
            os.truncate(made / file, (Path(folder) / file).stat().st_size)


def _lead_to(home: Path, memory: Path) -> bool:
    """Have the path `home` lead to the folder in memory; False where the system does not let us."""
    try:
        home.symlink_to(memory, target_is_directory=True)
    except OSError:
        return False
    return True
