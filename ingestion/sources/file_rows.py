"""The rows of a file, whatever its form: CSV, JSON lines, JSON, Parquet and workbooks, plain or compressed."""

from __future__ import annotations

import csv
import gzip
import json
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import TextIO

from ingestion.errors import MappingError, ReadError
from ingestion.retail.csv_records import BrokenRecord, Record, csv_records
from ingestion.retail.mapping import FileFormat
from ingestion.retail.reading import find_sheet_header, kind_of, read_rows
from ingestion.retail.rejects import COMPRESSED, ROW
from ingestion.retail.sniffing import find_format, open_text
from ingestion.sources.rows import Row
from ingestion.sources.source import RejectedPost

NumberedRow = tuple[int, Row | RejectedPost]

_JSON = (".jsonl", ".ndjson", ".json")
_BLOCK = 1 << 20
_SAMPLE_ROWS = 300


@dataclass(frozen=True, kw_only=True)
class RowsFile:
    """A file with rows in it, and how it is written."""

    path: Path
    kind: str
    """`text`, `json`, `parquet` or `workbook`."""
    encoding: str
    delimiter: str

    def rows(self) -> Iterator[NumberedRow]:
        """Each row with its number, or why it is none. Raises `ReadError` and `MappingError`."""
        with _readable(self.path):
            if self.kind == "json":
                yield from _json_rows(self.path, self.encoding)
            elif self.kind == "text":
                yield from _csv_rows(self.path, self.encoding, self.delimiter)
            else:
                yield from _typed_rows(self.path, self.kind)

    def sample(self) -> tuple[list[str], list[Row]]:
        """The columns, and the first rows. JSON: the keys of the first rows, those within objects as `outer.inner`."""
        rows = [row for _, row in islice(self.rows(), _SAMPLE_ROWS) if not isinstance(row, RejectedPost)]
        if self.kind == "json":
            rows = [dict(_flat(row)) for row in rows]
            return list(dict.fromkeys(chain.from_iterable(rows))), rows
        if self.kind == "text":
            with _readable(self.path), open_text(self.path, self.encoding) as text:
                return _header(csv_records(text, self.delimiter)), rows
        return list(rows[0]) if rows else [], rows


def open_rows(path: Path, *, encoding: str = "", delimiter: str = "") -> RowsFile:
    """The file, with encoding and delimiter found out where they are not given. Raises `ReadError`."""
    kind = "json" if plain_path(path).suffix.lower() in _JSON else kind_of(path)
    if kind in ("text", "json"):
        given = FileFormat(encoding=encoding, delimiter="," if kind == "json" else delimiter)
        found = find_format(path, given)
        return RowsFile(path=path, kind=kind, encoding=found.encoding, delimiter=found.delimiter)
    return RowsFile(path=path, kind=kind, encoding=encoding, delimiter=delimiter)


def plain_path(path: Path) -> Path:
    """The path without the ending of its compression."""
    return path.with_suffix("") if path.suffix.lower() in COMPRESSED else path


def _csv_rows(path: Path, encoding: str, delimiter: str) -> Iterator[NumberedRow]:
    with open_text(path, encoding) as text:
        records = csv_records(text, delimiter)
        names = _header(records)
        if not any(names):
            raise ReadError(str(path), "has no header row", "Give it one that names its columns.")
        if len(set(names)) < len(names):
            raise MappingError(str(path), "has two columns of one name", "Give them different names.")
        for number, record in enumerate(records, start=2):
            if isinstance(record, BrokenRecord):
                yield number, RejectedPost(row=number, column="", reason=record.reason)
            elif any(record):
                yield number, _csv_row(record, names, number)


def _csv_row(fields: list[str], names: list[str], number: int) -> Row | RejectedPost:
    if len(fields) >= len(names) and not any(fields[len(names) :]):
        return dict(zip(names, fields, strict=False))
    reason = f"{len(fields)} fields where the header has {len(names)}"
    return RejectedPost(row=number, column="", reason=reason)


def _header(records: Iterator[Record]) -> list[str]:
    """The names in the first record; none where it is broken."""
    header = next(records, [])
    names = [] if isinstance(header, BrokenRecord) else [name.strip() for name in header]
    while names and not names[-1]:
        names.pop()  # a delimiter at the end of the line
    return names


def _typed_rows(path: Path, kind: str) -> Iterator[NumberedRow]:
    given = FileFormat(header_row=find_sheet_header(path)) if kind == "workbook" else FileFormat()
    for row in read_rows(path, given).frame.iter_rows(named=True):
        number = row.pop(ROW)
        yield number, row


def _json_rows(path: Path, encoding: str) -> Iterator[NumberedRow]:
    lines = plain_path(path).suffix.lower() != ".json"
    with open_text(path, encoding) as text:
        start = text.read(_BLOCK)
        if start.lstrip().startswith("["):
            yield from _array(path, text, start.lstrip()[1:])
            return
        first, _, more = start.strip().partition("\n")
        if not lines and (not more or not _is_json(first)):
            yield from _wrapped(path, start + text.read())
            return
    with open_text(path, encoding) as text:
        for number, line in enumerate(text, start=1):
            if line.strip():
                yield number, _line(line, number)


def _line(line: str, number: int) -> Row | RejectedPost:
    try:
        return _object(json.loads(line), number)
    except ValueError:
        return RejectedPost(row=number, column="", reason="is not valid JSON")
    except RecursionError:
        return RejectedPost(row=number, column="", reason="is JSON nested too deep")


def _object(value: object, number: int) -> Row | RejectedPost:
    return value if isinstance(value, dict) else RejectedPost(row=number, column="", reason="is no JSON object")


def _array(path: Path, text: TextIO, rest: str) -> Iterator[NumberedRow]:
    """Entries of one JSON array, read block by block: `rest` is what was read of it so far."""
    decoder, number = json.JSONDecoder(), 0
    while True:
        rest = rest.lstrip(" \t\r\n,")
        if rest.startswith("]"):
            return
        try:
            value, end = decoder.raw_decode(rest)
            if end == len(rest) and not rest.endswith(("}", "]", '"')):
                raise ValueError  # a number that may go on in the next block
        except ValueError:
            block = text.read(_BLOCK)
            if not block:
                problem = f"is one JSON array that breaks off or is not valid after entry {number}"
                raise ReadError(str(path), problem, "Write or fetch it again.") from None
            rest += block
            continue
        except RecursionError:
            raise _too_deep(path) from None
        number, rest = number + 1, rest[end:]
        yield number, _object(value, number)


def _wrapped(path: Path, text: str) -> Iterator[NumberedRow]:
    """The longest list of objects that one JSON object holds, such as `{"reviews": [...]}`; else the object itself."""
    try:
        value = json.loads(text)
    except ValueError:
        raise ReadError(str(path), "is not valid JSON", "Write or fetch it again.") from None
    except RecursionError:
        raise _too_deep(path) from None
    values = value.values() if isinstance(value, dict) else ()
    lists: list[list[object]] = [found for found in values if isinstance(found, list) and _are_objects(found)]
    entries = max(lists, key=lambda found: len(found), default=[value])
    for number, entry in enumerate(entries, start=1):
        yield number, _object(entry, number)


def _too_deep(path: Path) -> ReadError:
    return ReadError(str(path), "is JSON nested too deep", "Write one object a post.")


def _are_objects(values: list[object]) -> bool:
    return bool(values) and all(isinstance(value, dict) for value in values)


def _is_json(line: str) -> bool:
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return False
    return True


def _flat(row: Row) -> Iterator[tuple[str, object]]:
    for key, value in row.items():
        if isinstance(value, Mapping):
            yield from ((f"{key}.{inner}", found) for inner, found in value.items())
        else:
            yield key, value


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    try:
        yield
    except (csv.Error, UnicodeError, OSError, EOFError, zlib.error, gzip.BadGzipFile) as error:
        remedy = "Check its encoding, and look for a quote left open."
        raise ReadError(str(path), f"cannot be read to its end ({type(error).__name__})", remedy) from None
