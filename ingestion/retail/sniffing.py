"""Find out how a text file is written: compression, encoding, delimiter, header row."""

from __future__ import annotations

import codecs
import contextlib
import csv
import gzip
import io
import re
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import BinaryIO, TextIO, cast

import pyarrow as pa

from ingestion.errors import ReadError
from ingestion.retail.csv_records import BrokenRecord, csv_records
from ingestion.retail.mapping import FileFormat

_BLOCK_BYTES = 1 << 20
SAMPLE_ROWS = 60
"""Rows from the top of a file that its form is told by."""

_DELIMITERS = (",", ";", "\t", "|")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_UNREADABLE = re.compile("[\udc80-\udcff]+")
_BEYOND_ASCII = re.compile("[^\x00-\x7f\udc80-\udcff]")
_NOT_IN_CP1252 = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")


def open_bytes(path: Path) -> BinaryIO:
    """The file's content, decompressed. Raises `ReadError` where it cannot be opened."""
    try:
        if path.suffix.lower() == ".gz":
            return cast("BinaryIO", gzip.open(path))
        if path.suffix.lower() == ".zst":
            stream: BinaryIO = pa.input_stream(str(path), compression="zstd")
            return stream
        return path.open("rb")
    except OSError as error:
        raise ReadError(str(path), f"cannot be opened ({error.strerror or error})", "Check the path.") from error


def open_text(path: Path, encoding: str) -> TextIO:
    """The file's text. Bytes that the encoding does not have come out as lone surrogates, to be found and named."""
    try:
        return io.TextIOWrapper(open_bytes(path), encoding=encoding, errors="surrogateescape", newline="")
    except LookupError as error:
        raise ReadError(
            str(path), f"encoding {encoding!r} is unknown", "Use utf-8, cp1252, latin-1, utf-16."
        ) from error


@contextlib.contextmanager
def reading(path: Path) -> Iterator[None]:
    """Map what goes wrong while a file's content is read to `ReadError`."""
    try:
        yield
    except (csv.Error, UnicodeError, OSError, EOFError, zlib.error) as error:
        remedy = "Check that it is whole, its encoding, and that no quote is left open."
        raise ReadError(str(path), f"cannot be read to its end ({error})", remedy) from error


def find_format(path: Path, given: FileFormat) -> FileFormat:
    """`given` with the encoding and the delimiter found out where it leaves them empty. Raises `ReadError`."""
    with reading(path):
        encoding = given.encoding or _encoding(path)
        delimiter = given.delimiter
        if not delimiter:
            with open_text(path, encoding) as text:
                sample = list(islice(text, given.header_row - 1, given.header_row - 1 + SAMPLE_ROWS))
            delimiter = "\t" if path.suffix.lower() == ".tsv" else _delimiter(sample)
    return given.model_copy(update={"encoding": encoding, "delimiter": delimiter})


def find_header_row(path: Path, file_format: FileFormat) -> int:
    """The row that holds the column names: titles above a table have fewer fields."""
    with reading(path), open_text(path, file_format.encoding) as text:
        counts = _lengths(text, file_format.delimiter)
    return first_usual(counts)


def first_usual(counts: Sequence[int]) -> int:
    """Number, from 1 on, of the first row with as many values as most rows have, or more."""
    usual = Counter(count for count in counts if count).most_common(1)
    return next((number for number, count in enumerate(counts, start=1) if usual and count >= usual[0][0]), 1)


def _encoding(path: Path) -> str:
    """UTF-8 where the bytes are, even with a few that are not; else the Windows code page of western Europe."""
    with open_bytes(path) as file:
        start = file.read(4)
    for mark, name in _MARKS:
        if start.startswith(mark):
            return name
    if b"\x00" in start:
        return "utf-16-be" if start[:1] == b"\x00" else "utf-16-le"
    good = bad = 0
    windows = True
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    for block in _blocks(path):
        text = decoder.decode(block)
        bad += len(_UNREADABLE.findall(text))
        good += len(_BEYOND_ASCII.findall(text)) if not text.isascii() else 0
        windows = windows and not _NOT_IN_CP1252.search(block)
    if good >= bad:
        return "utf-8"
    return "cp1252" if windows else "latin-1"


def _blocks(path: Path) -> Iterator[bytes]:
    with open_bytes(path) as file:
        while block := file.read(_BLOCK_BYTES):
            yield block


def _delimiter(sample: list[str]) -> str:
    """The candidate that parts the sample into the largest table: rows of one length, times how often each is parted.

    Counting fields keeps a decimal comma, which is in fewer places than the delimiter, from being taken for one.
    """

    def size(delimiter: str) -> int:
        counts = Counter(_lengths(sample, delimiter))
        return max((rows * (fields - 1) for fields, rows in counts.items()), default=0)

    return max(_DELIMITERS, key=size)


def _lengths(lines: Iterable[str], delimiter: str) -> list[int]:
    """Fields of each of the first records; 0 for a broken one."""
    records = islice(csv_records(lines, delimiter), SAMPLE_ROWS)
    return [0 if isinstance(record, BrokenRecord) else len(record) for record in records]
