"""Room for large arrays in files, so that memory does not grow with the posts: the system writes out and drops what is
not looked at, and reads it again when it is."""

from __future__ import annotations

import mmap
import os
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

MAPPED_FROM_BYTES = 2 << 20
"""Smaller arrays are in memory even where there is a folder: a file for each would save little."""


class Room:
    """Makes arrays: large ones in files without a name, which go with the array, and with the process however it ends.

    Args:
        folder: where those files are; None: all arrays are in memory.
        mapped_from_bytes: what large is.
    """

    def __init__(self, folder: Path | None = None, *, mapped_from_bytes: int = MAPPED_FROM_BYTES) -> None:
        self._folder = folder
        self._mapped_from_bytes = mapped_from_bytes

    def zeros(self, shape: tuple[int, ...], dtype: npt.DTypeLike) -> npt.NDArray[Any]:
        """An array of zeros. Raises `OSError` where the disk is full."""
        size = int(np.prod(shape)) * np.dtype(dtype).itemsize
        if self._folder is None or size < self._mapped_from_bytes:
            return np.zeros(shape, dtype)
        self._folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=self._folder) as file:
            if hasattr(os, "posix_fallocate"):  # a full disk is told here, where a write to the array would end us
                os.posix_fallocate(file.fileno(), 0, size)
            else:
                file.truncate(size)
            return np.frombuffer(mmap.mmap(file.fileno(), size), dtype).reshape(shape)
