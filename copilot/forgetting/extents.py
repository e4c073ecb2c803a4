"""Files read without their holes, which hold nothing: an index makes large files and writes little of them."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

_READ = 4_000_000


def written_bytes(path: Path) -> Iterator[bytes]:
    """What was written to the file, in order and in pieces. Where the system cannot tell holes, all of it."""
    with path.open("rb") as file:
        yield from (piece for _, piece in written_parts(file))


def written_parts(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """The same for an open file, each piece with its place."""
    for start, end in _extents(file):
        file.seek(start)
        while start < end and (piece := file.read(min(_READ, end - start))):
            yield start, piece
            start += len(piece)


def _extents(file: BinaryIO) -> Iterator[tuple[int, int]]:
    """First byte of each written part, and the byte behind it."""
    size, end = os.fstat(file.fileno()).st_size, 0
    while end < size:
        try:
            start = os.lseek(file.fileno(), end, os.SEEK_DATA)
            end = os.lseek(file.fileno(), start, os.SEEK_HOLE)
        except OSError as error:
            if error.errno == errno.ENXIO:  # nothing but a hole from here on
                return
            start, end = end, size
        except AttributeError:  # a system without holes
            start, end = end, size
        yield start, end
