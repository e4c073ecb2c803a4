"""Files that appear whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """A path beside `path` to write to, which takes its place in one step at the end of the block.

    A reader sees the file before or the file after, never a part. Where the block raises, nothing is left of it.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}.part")
    draft.unlink(missing_ok=True)  # a killed run's, whose number came again
    try:
        yield draft
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
