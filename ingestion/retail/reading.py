"""Read a file's rows as they stand: CSV, TSV, Excel, Parquet, plain or compressed.

Text files and workbooks come out as text, so that every value that does not fit can be named; Parquet keeps its types.
Rows keep their number in the file.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import fastexcel
import polars as pl
from polars.exceptions import ComputeError

from ingestion.errors import ReadError
from ingestion.progress import Progress, silent
from ingestion.retail.csv_records import BrokenRecord, Record, csv_records
from ingestion.retail.mapping import FileFormat
from ingestion.retail.rejects import COMPRESSED, REJECTS_SCHEMA, ROW
from ingestion.retail.sniffing import SAMPLE_ROWS, find_format, first_usual, open_bytes, open_text, reading

WORKBOOKS = (".xlsx", ".xls", ".xlsm", ".xlsb", ".ods")
TEXTS = (".csv", ".tsv", ".txt", ".psv", "")

_FEWEST_NAMED = 2
_CHUNK_ROWS = 50_000
_SHOWN_CHARACTERS = 1000
_MISFIT = "Look for a delimiter or a quote inside a value, in this row or above it."
_BROKEN = "Correct the row; the rows below it were read without it."


@dataclass(frozen=True, kw_only=True)
class FileRows:
    """The rows of one file."""

    frame: pl.DataFrame
    """`ROW`, then the file's columns under their own names. Rows without any value are left out."""
    broken: pl.DataFrame
    """Rows that are no rows of the file's columns, in `REJECTS_SCHEMA`."""
    format: FileFormat
    """With what was found out about the file filled in."""
    is_workbook: bool

    @property
    def columns(self) -> list[str]:
        """The file's columns."""
        return self.frame.columns[1:]

    @property
    def rows_read(self) -> int:
        """Rows with a value in them, broken ones counted."""
        return self.frame.height + self.broken.height


def kind_of(path: Path) -> str:
    """`text`, `workbook` or `parquet`, by the file's name. Raises `ReadError` for any other and for a missing file."""
    if not path.is_file():
        raise ReadError(str(path), "is not there" if not path.exists() else "is not a file", "Check the path.")
    name = path.with_suffix("") if path.suffix.lower() in COMPRESSED else path
    suffix = name.suffix.lower()
    if suffix in WORKBOOKS and name == path:
        return "workbook"
    if suffix in (".parquet", ".pq"):
        return "parquet"
    if suffix in TEXTS:
        return "text"
    raise ReadError(str(path), f"{suffix} files cannot be read", "Export it as CSV, TSV, Excel or Parquet.")


def read_rows(path: Path, file_format: FileFormat | None = None, *, progress: Progress = silent) -> FileRows:
    """All rows of a file. Raises `ReadError` where the file as a whole cannot be read."""
    given = file_format or FileFormat()
    kind = kind_of(path)
    if kind == "parquet":
        return _typed(_read_parquet(path), given)
    if kind == "workbook":
        return _workbook(path, given)
    return _text(path, find_format(path, given), progress)


def _read_parquet(path: Path) -> pl.DataFrame:
    try:
        with open_bytes(path) as file:
            return pl.read_parquet(file.read() if path.suffix.lower() in COMPRESSED else path)
    except (ComputeError, OSError, EOFError, zlib.error) as error:
        raise ReadError(str(path), f"is not a whole Parquet file ({error})", "Write or fetch it again.") from error


def _typed(frame: pl.DataFrame, file_format: FileFormat) -> FileRows:
    numbered = frame.with_row_index(ROW, offset=1).with_columns(pl.col(ROW).cast(pl.Int64))
    return FileRows(
        frame=_without_empty(numbered), broken=REJECTS_SCHEMA.to_frame(), format=file_format, is_workbook=False
    )


def find_sheet_header(path: Path) -> int:
    """The row of a workbook's first sheet that holds the column names: titles above a table fill fewer cells."""
    _, cells = _cells(path, "")
    top = cells.head(SAMPLE_ROWS)
    number = first_usual(top.select(pl.sum_horizontal(pl.all().is_not_null())).to_series().to_list())
    # A data frame's index is written without a name: the row above may be the names of all columns but the first.
    above = top.row(number - 2) if number > 1 else ()
    is_header = len(above) > _FEWEST_NAMED and above[0] is None and None not in above[1:]
    return number - 1 if is_header else number


def _cells(path: Path, sheet: str) -> tuple[str, pl.DataFrame]:
    """Name and cells of a sheet, as text; empty: the first one."""
    try:
        book = fastexcel.read_excel(path)
        name = sheet or book.sheet_names[0]
        if name not in book.sheet_names:
            found = ", ".join(map(repr, book.sheet_names))
            raise ReadError(str(path), f"has no sheet {name!r}; it has {found}", "Name one in the mapping's format.")
        return name, book.load_sheet(name, header_row=None, dtypes="string").to_polars()
    except (fastexcel.FastExcelError, OSError) as error:
        reason = str(error).partition("\n")[0]
        raise ReadError(str(path), f"is no workbook that can be read ({reason})", "Save it again as .xlsx.") from error


def _workbook(path: Path, file_format: FileFormat) -> FileRows:
    sheet, cells = _cells(path, file_format.sheet)
    if cells.height < file_format.header_row:
        raise ReadError(str(path), "has no header row", "Check the sheet, and header_row in the mapping's format.")
    body = cells.slice(file_format.header_row)
    body.columns = _names([value or "" for value in cells.row(file_format.header_row - 1)])
    numbered = body.with_row_index(ROW, offset=file_format.header_row + 1).with_columns(pl.col(ROW).cast(pl.Int64))
    return FileRows(
        frame=_without_empty(numbered),
        broken=REJECTS_SCHEMA.to_frame(),
        format=file_format.model_copy(update={"sheet": sheet}),
        is_workbook=True,
    )


def _text(path: Path, file_format: FileFormat, progress: Progress) -> FileRows:
    frames: list[pl.DataFrame] = []
    broken: list[tuple[object, ...]] = []
    with reading(path), open_text(path, file_format.encoding) as text:
        records = csv_records(text, file_format.delimiter, header_row=file_format.header_row)
        rows = enumerate(records, start=1)
        header = next(islice(rows, file_format.header_row - 1, None), (0, []))[1]
        if isinstance(header, BrokenRecord) or not any(header):
            raise ReadError(str(path), "has no header row", "Give it one, or set header_row in its mapping.")
        names = _names(header)
        for chunk in _chunks(rows):
            frames.append(_chunk(chunk, names, file_format.encoding, broken))
            progress("read", chunk[-1][0], 0)
    schema = {ROW: pl.Int64(), **dict.fromkeys(names, pl.String())}
    return FileRows(
        frame=pl.concat([pl.DataFrame(schema=schema), *frames]),
        broken=pl.DataFrame(broken, schema=REJECTS_SCHEMA, orient="row"),
        format=file_format,
        is_workbook=False,
    )


def _chunks(rows: Iterator[tuple[int, Record]]) -> Iterator[list[tuple[int, Record]]]:
    while chunk := list(islice(rows, _CHUNK_ROWS)):
        yield chunk


def _chunk(
    chunk: list[tuple[int, Record]], names: Sequence[str], encoding: str, broken: list[tuple[object, ...]]
) -> pl.DataFrame:
    """Rows of the right length as a frame; the others go to `broken`."""
    whole = []
    for number, record in chunk:
        if isinstance(record, BrokenRecord):
            broken.append((number, "", _shown([record.line[:_SHOWN_CHARACTERS]]), record.reason, _BROKEN))
            continue
        fields = _without_excess(record, len(names))
        if len(fields) == len(names):
            if any(fields):
                whole.append((number, *fields))
        elif any(fields):
            reason = f"{len(fields)} fields where the header has {len(names)}"
            broken.append((number, "", _shown(fields), reason, _MISFIT))
    schema = {ROW: pl.Int64(), **dict.fromkeys(names, pl.String())}
    try:
        return _frame(whole, schema)
    except UnicodeEncodeError:
        readable = [row for row in whole if _is_text(row)]
        for row in whole:
            if not _is_text(row):
                bad = next(index for index, value in enumerate(row[1:]) if not _is_text((value,)))
                remedy = "Correct the value, or set the encoding in the mapping's format."
                reason = f"bytes that are no {encoding}"
                broken.append((row[0], names[bad], _shown([str(row[1 + bad])]), reason, remedy))
        return _frame(readable, schema)


def _without_excess(fields: list[str], width: int) -> list[str]:
    """The fields without the empty ones that the header has no column for."""
    return fields if any(fields[width:]) else fields[:width]


def _frame(rows: Sequence[tuple[object, ...]], schema: dict[str, pl.DataType]) -> pl.DataFrame:
    if not rows:
        return pl.DataFrame(schema=schema)
    columns = zip(*rows, strict=True)
    return pl.DataFrame(
        [pl.Series(name, values, dtype) for (name, dtype), values in zip(schema.items(), columns, strict=True)]
    )


def _is_text(values: Sequence[object]) -> bool:
    return not any(isinstance(value, str) and any("\udc80" <= c <= "\udcff" for c in value) for value in values)


def _shown(fields: Sequence[str]) -> str:
    return ",".join(fields).encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _names(header: Sequence[str]) -> list[str]:
    """Column names: trimmed; nameless ones by position, repeated ones with a number."""
    names: list[str] = []
    for position, raw in enumerate(header, start=1):
        plain = raw.encode("utf-8", "surrogateescape").decode("utf-8", "replace").strip() or f"column {position}"
        name, count = plain, 1
        while name in names:
            count += 1
            name = f"{plain} ({count})"
        names.append(name)
    return names


def _without_empty(frame: pl.DataFrame) -> pl.DataFrame:
    columns = frame.columns[1:]
    return frame.filter(pl.any_horizontal(pl.col(columns).is_not_null())) if columns else frame
