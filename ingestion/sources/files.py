"""Exports as a source of posts: CSV and JSON lines, plain or compressed."""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

from ingestion.errors import MappingError, ReadError
from ingestion.records import RawPost
from ingestion.retail.mapping import FileFormat
from ingestion.retail.rejects import COMPRESSED
from ingestion.retail.sniffing import find_format, open_text
from ingestion.sources.mapping import PostMapping, check_post_columns, propose_post_mapping
from ingestion.sources.rows import Row, RowReader
from ingestion.sources.source import RejectedPost, Watermark

JSON_LINES = (".jsonl", ".ndjson", ".json")
_READER_VERSION = 1
"""Part of a stream's identity: raise it when rows are read otherwise, and known files are read again."""
_LARGEST_FIELD = 1 << 24
_SAMPLE_LINES = 200


class FileSource:
    """The posts of one file. Reading it again after it was read to its end gives nothing."""

    def __init__(self, path: Path, mapping: PostMapping | None = None) -> None:
        """`mapping` None: proposed from the file's columns. Raises `ReadError` and `MappingError`."""
        if not path.is_file():
            raise ReadError(str(path), "is not a file" if path.exists() else "is not there", "Check the path.")
        self.path = path
        self._is_json = _plain_path(path).suffix.lower() in JSON_LINES
        encoding, delimiter = self._format(mapping)
        self._encoding, self._delimiter = encoding, delimiter
        columns = self._columns()
        if mapping is None:
            mapping = propose_post_mapping(columns, where=str(path), source=_plain_path(path).stem)
        elif columns:
            check_post_columns(mapping, columns, where=str(path))
        self.mapping = mapping

    @property
    def name(self) -> str:
        """Name of the source, as the mapping gives it."""
        return self.mapping.source

    @property
    def stream(self) -> str:
        """Hash of the file's content and of the mapping."""
        digest = hashlib.sha256(f"{_READER_VERSION}\n{self.mapping.to_yaml()}\n".encode())
        with self._readable(), self.path.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
        return digest.hexdigest()[:32]

    @property
    def rejects_path(self) -> Path:
        """Where the rejected rows of this file are listed by default: beside it."""
        return self.path.with_name(f"{_plain_path(self.path).stem}.rejects.csv")

    def posts(self, after: Watermark | None = None) -> Iterator[RawPost | RejectedPost]:
        """Every row, as a post or rejected; none where this very file was read to its end before."""
        if after is not None and after.stream == self.stream:
            return
        reader = RowReader(self.mapping)
        rows = self._json_rows() if self._is_json else self._csv_rows()
        for number, row in rows:
            yield row if isinstance(row, RejectedPost) else reader.read(row, number)

    def _format(self, mapping: PostMapping | None) -> tuple[str, str]:
        encoding, delimiter = (mapping.encoding, mapping.delimiter) if mapping is not None else ("", "")
        found = find_format(self.path, FileFormat(encoding=encoding, delimiter="," if self._is_json else delimiter))
        return found.encoding, found.delimiter

    def _columns(self) -> list[str]:
        """Names of the columns: the header, or the keys of the first lines (a later line may have others)."""
        if not self._is_json:
            with self._readable(), open_text(self.path, self._encoding) as text:
                return [name.strip() for name in next(csv.reader(text, delimiter=self._delimiter), [])]
        keys: dict[str, None] = {}
        for _, row in islice(self._json_rows(), _SAMPLE_LINES):
            if not isinstance(row, RejectedPost):
                keys.update(dict.fromkeys(row))
        return list(keys)

    def _csv_rows(self) -> Iterator[tuple[int, Row | RejectedPost]]:
        csv.field_size_limit(_LARGEST_FIELD)
        with self._readable(), open_text(self.path, self._encoding) as text:
            rows = csv.reader(text, delimiter=self._delimiter)
            names = [name.strip() for name in next(rows, [])]
            if not any(names):
                raise ReadError(str(self.path), "has no header row", "Give it one that names its columns.")
            if len(set(names)) < len(names):
                raise MappingError(str(self.path), "has two columns of one name", "Give them different names.")
            for number, fields in enumerate(rows, start=2):
                if not any(fields):
                    continue
                if len(fields) == len(names):
                    yield number, dict(zip(names, fields, strict=True))
                else:
                    reason = f"{len(fields)} fields where the header has {len(names)}"
                    yield number, RejectedPost(row=number, column="", reason=reason)

    def _json_rows(self) -> Iterator[tuple[int, Row | RejectedPost]]:
        with self._readable(), open_text(self.path, self._encoding) as text:
            for number, line in enumerate(text, start=1):
                if line.strip():
                    yield number, self._json_row(line, number)

    def _json_row(self, line: str, number: int) -> Row | RejectedPost:
        try:
            row = json.loads(line)
        except ValueError:
            if number == 1 and line.lstrip().startswith("["):
                raise ReadError(
                    str(self.path), "is one JSON array", "Write one JSON object a line (JSON lines)."
                ) from None
            return RejectedPost(row=number, column="", reason="is not valid JSON")
        if not isinstance(row, dict):
            return RejectedPost(row=number, column="", reason="is no JSON object")
        return row

    @contextmanager
    def _readable(self) -> Iterator[None]:
        try:
            yield
        except (csv.Error, UnicodeError, OSError, EOFError, zlib.error, gzip.BadGzipFile) as error:
            remedy = "Check its encoding, and look for a quote left open."
            raise ReadError(str(self.path), f"cannot be read to its end ({type(error).__name__})", remedy) from None


def _plain_path(path: Path) -> Path:
    """The path without the ending of its compression."""
    return path.with_suffix("") if path.suffix.lower() in COMPRESSED else path
