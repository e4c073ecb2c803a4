"""The list of rows that were no posts. It holds no value of theirs: those may be personal, and the source has them."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from ingestion.sources.source import RejectedPost

_HEADER = ("row", "column", "reason")


class RejectsList:
    """A list being written, line by line, beside the one of the run before; `finish` puts it in its place."""

    def __init__(self, path: Path | None) -> None:
        """`path` None: nothing is written."""
        self._path = path
        self._open = ExitStack()
        self._write: Callable[[RejectedPost], object] | None = None

    def add(self, reject: RejectedPost) -> None:
        """Write row, column and reason."""
        if self._path is None:
            return
        if self._write is None:
            self._write = self._started(self._path)
        self._write(reject)

    def finish(self) -> Path | None:
        """The list that is there now; None, and no list of ours, where no row was rejected."""
        self._open.close()
        if self._path is None:
            return None
        if self._write is None:
            if _is_ours(self._path):
                self._path.unlink()
            return None
        _unfinished(self._path).replace(self._path)
        return self._path

    def drop(self) -> None:
        """Leave no unfinished list behind."""
        self._open.close()
        if self._path is not None:
            _unfinished(self._path).unlink(missing_ok=True)

    def _started(self, path: Path) -> Callable[[RejectedPost], object]:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = self._open.enter_context(_unfinished(path).open("w", encoding="utf-8-sig", newline=""))
        writer = csv.writer(file)
        writer.writerow(_HEADER)
        return lambda reject: writer.writerow((reject.row, reject.column, reject.reason))


@contextmanager
def rejects_list(path: Path | None) -> Iterator[RejectsList]:
    """A list to add to, dropped where it is not finished."""
    rejects = RejectsList(path)
    try:
        yield rejects
    finally:
        rejects.drop()


def _unfinished(path: Path) -> Path:
    """One name for all runs: what a killed one left is written over by the next."""
    return path.with_name(f".{path.name}.part")


def _is_ours(path: Path) -> bool:
    if not path.is_file():
        return False
    with path.open(encoding="utf-8-sig", newline="") as file:
        return file.readline().strip() == ",".join(_HEADER)
