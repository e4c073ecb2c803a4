"""What Qdrant Edge raises, as this package's errors.

Edge knows one kind of error, a plain `Exception` with a message; where it meets files that it did not expect it
panics, which arrives as a `PanicException`, and that is no `Exception` at all.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from vectorstore.errors import StoreCorruptError, StoreFailedError, StoreLockedError


@contextmanager
def opening(path: Path) -> Iterator[None]:
    """Failures while the index at `path` is opened: `StoreLockedError` or `StoreCorruptError`."""
    try:
        yield
    except BaseException as error:
        if not _comes_from_edge(error):
            raise
        if "WouldBlock" in str(error):  # what the lock of Edge's own log says
            raise StoreLockedError(str(path)) from error
        raise StoreCorruptError(str(path), str(error)) from error


@contextmanager
def using(path: Path) -> Iterator[None]:
    """Failures of a call on the open index at `path`, the disk's included: `StoreFailedError`."""
    try:
        yield
    except BaseException as error:
        if not _comes_from_edge(error) and not isinstance(error, OSError):
            raise
        raise StoreFailedError(str(path), _reason(error)) from error


def _reason(error: BaseException) -> str:
    """What a copy of a folder failed at is told of its first file alone: every file of it may have failed alike."""
    if isinstance(error, shutil.Error):
        return str(error.args[0][0][-1])
    return str(error)


def _comes_from_edge(error: BaseException) -> bool:
    return type(error) is Exception or type(error).__name__ == "PanicException"
