"""The records of a delimited text, with those told apart that swallow the lines below them.

A quote that is left open takes every line up to the next quote, or up to the end, into one value. Its record is then
given up on its first line alone, and the lines below are read anew.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import count

LARGEST_VALUE = 1 << 24
"""Most characters of one value: a file without delimiters or line ends is not read into memory."""

_TELLING_WIDTH = 3
"""Fewest fields of a line that is taken for a record: a sentence with one comma would pass for two."""


@dataclass(frozen=True, kw_only=True)
class BrokenRecord:
    """A record that cannot be told apart: its first line, and why."""

    line: str
    reason: str


Record = list[str] | BrokenRecord


def csv_records(lines: Iterable[str], delimiter: str, *, header_row: int = 1) -> Iterator[Record]:
    """The records of a text, the header among them, in order. `lines` keep their line ends."""
    csv.field_size_limit(LARGEST_VALUE)
    source = _Lines(lines)
    rows = csv.reader(source, delimiter=delimiter)
    width = 0
    for number in count(1):
        fields, reason = _next_record(rows)
        if fields is None and not reason:
            return
        taken = source.taken
        if source.is_at_end or (len(taken) > 1 and (reason or _swallows(taken, delimiter, width))):
            reason = "a quote is left open"
        if reason:
            source.give_back()
            yield BrokenRecord(line=taken[0], reason=reason)
        elif fields is not None:
            width = len(fields) if number == header_row else width
            yield fields
        source.taken = []


class _Lines:
    """Lines of a text, which remembers those of the record being read and takes them back."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self._again: deque[str] = deque()
        self.taken: list[str] = []
        self.is_at_end = False
        """More was asked for than there is: the record being read does not end."""

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else next(self._lines, None)
        if line is None:
            self.is_at_end = True
            raise StopIteration
        self.taken.append(line)
        return line

    def give_back(self) -> None:
        """All lines of the record but its first are to be read again."""
        self._again.extendleft(reversed(self.taken[1:]))
        self.is_at_end = False


def _next_record(rows: Iterator[list[str]]) -> tuple[list[str] | None, str]:
    """The fields, or why there are none; neither at the end."""
    try:
        return next(rows, None), ""
    except csv.Error:  # it has no other cause in a text that is read leniently
        return None, f"a value of more than {LARGEST_VALUE:,} characters"


def _swallows(taken: list[str], delimiter: str, width: int) -> bool:
    """Whether several lines are not one record, as values over several lines usually are: the quotes do not fit, and
    the lines below the first are records by themselves.
    """
    try:
        next(csv.reader(taken, delimiter=delimiter, strict=True))
    except csv.Error:
        return _are_records(taken[1:], delimiter, width)
    return False


def _are_records(lines: list[str], delimiter: str, width: int) -> bool:
    """Whether each line is a record. The last of several need not be: a quote of its own may have closed the first."""
    if width < _TELLING_WIDTH:
        return False
    records = [_is_record(line, delimiter, width) for line in lines]
    return all(records[:-1]) and (records[-1] or len(records) > 1)


def _is_record(line: str, delimiter: str, width: int) -> bool:
    try:
        return len(next(csv.reader([line], delimiter=delimiter, strict=True), [])) == width
    except csv.Error:
        return False
