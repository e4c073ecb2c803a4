"""The log of an embedded shard, made durable, and kept short.

Edge writes a change to its log before it applies it, through mapped memory: a killed process loses nothing of it, a
machine that loses power would. Asking the system to write the log out takes 4 ms a batch; `EdgeShard.flush` also
writes every index out, holds Python's lock meanwhile, and takes 400 ms with ten indexed fields.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import qdrant_edge as edge

from vectorstore.edge_folder import sync_folder

UNFINISHED = "tmp-open-"
"""How a file of the log is called while Edge makes it, in a thread of its own: empty, and renamed soon."""

_LOG = "wal"
_FULL = "closed-"
_CONFIG = "edge_config.json"
"""What Edge keeps of how a shard was made; what a caller leaves out is read from it."""
_FILE_BYTES = 8 << 20


def sync_log(data: Path, full: set[str]) -> None:
    """Write the log of the shard in the folder `data` to disk; other threads run meanwhile.

    `full`: names of files that no longer change and are on disk; they are passed over, and those that were written
    are added.
    """
    folder = data / _LOG
    names = {file.name for file in folder.iterdir() if not file.name.startswith(UNFINISHED)}
    for file in [folder / name for name in names - full]:
        descriptor = os.open(file, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    sync_folder(folder)
    full.update(name for name in names if name.startswith(_FULL))


def end_log(shard: edge.EdgeShard) -> None:
    """Have an empty change be the last in the log, before the shard is written out.

    Edge repeats the last change when it opens a shard, though its documents have it already: 250 documents are read
    and understood in 10 ms.
    """
    shard.update(edge.UpdateOperation.delete_points([]))


def shorten_log(data: Path) -> None:
    """Have the log of the shard that will be made in the empty folder `data` kept in files of 8 MiB.

    Edge keeps one full file of its log beside the one that it writes to, and checks every byte of both when it opens
    the shard. Files of 32 MiB, where nothing else is said, take 6 to 10 ms of that under Python's lock, these take 2.
    """
    said = {"segment_capacity": _FILE_BYTES, "segment_queue_len": 0, "retain_closed": 1}
    (data / _CONFIG).write_text(json.dumps({"vectors": {}, "wal_options": said}), encoding="utf-8")
