"""The log of an embedded shard, made durable.

Edge writes a change to its log before it applies it, through mapped memory: a killed process loses nothing of it, a
machine that loses power would. Asking the system to write the log out takes 4 ms a batch; `EdgeShard.flush` also
writes every index out, holds Python's lock meanwhile, and takes 400 ms with ten indexed fields.
"""

from __future__ import annotations

import os
from pathlib import Path

import qdrant_edge as edge

from vectorstore.edge_folder import sync_folder


def sync_log(data: Path) -> None:
    """Write the log of the shard in the folder `data` to disk; other threads run meanwhile."""
    folder = data / "wal"
    for file in folder.iterdir():
        descriptor = os.open(file, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    sync_folder(folder)


def end_log(shard: edge.EdgeShard) -> None:
    """Have an empty change be the last in the log, before the shard is written out.

    Edge repeats the last change when it opens a shard, though its documents have it already: 250 documents are read
    and understood in 10 ms.
    """
    shard.update(edge.UpdateOperation.delete_points([]))
