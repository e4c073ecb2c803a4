"""Rows that could not be imported: what was wrong with each, and the file that keeps them.

The file has one line a rejected row: `reject_table`, `reject_row`, `reject_column`, `reject_value`, `reject_reason`,
`reject_remedy` (several problems of a row parted by ` | `), then the row's own values as they stood.
"""

from __future__ import annotations

import csv
import stat
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from ingestion.whole_files import written_whole

ROW = "__row"
"""Column that carries the number of a row in its file, the header counted."""

COMPRESSED = (".gz", ".zst")
"""Endings of compressed files."""

_SEPARATOR = " | "
REJECTS_SCHEMA = pl.Schema(
    {"row": pl.Int64(), "column": pl.String(), "value": pl.String(), "reason": pl.String(), "remedy": pl.String()}
)
"""One problem a row: the fields of `Reject`."""


@dataclass(frozen=True, kw_only=True)
class Reject:
    """One thing that is wrong with one row of a file."""

    row: int
    """Number of the row in its file, the header counted."""
    column: str
    """Column of the file; of the table where no column of the file holds it; empty: the row as a whole."""
    value: str
    """As it stood."""
    reason: str
    remedy: str


def keep_rejects(
    path: Path, table: str, problems: pl.DataFrame, originals: pl.DataFrame, *, folder: Path | None
) -> Path | None:
    """Write the rejected rows of `path`, or remove what an earlier import left where there are none now.

    `problems` is in `REJECTS_SCHEMA`; `originals` has `ROW` and the values to keep. The file is
    `<file stem>.rejects.csv` in `folder`, or beside `path` where `folder` is None; where another table's rejects of the
    same file have that name, `<file stem>.<table>.rejects.csv`. It is replaced in one step. None: nothing was
    rejected, or the folder beside `path` is read-only.
    """
    place = folder or path.parent
    plain = place / f"{_stem(path)}.rejects.csv"
    own = place / f"{_stem(path)}.{table}.rejects.csv"
    target = plain if _table_of(plain) in ("", table) else own
    if folder is None and not place.stat().st_mode & stat.S_IWUSR:
        return None
    for stale in (plain, own):
        if (stale != target or problems.is_empty()) and _table_of(stale) == table:
            stale.unlink()
    if problems.is_empty():
        return None
    place.mkdir(parents=True, exist_ok=True)
    with written_whole(target) as draft:
        _lines(table, problems, originals).write_csv(draft, include_bom=True)
    return target


def _lines(table: str, problems: pl.DataFrame, originals: pl.DataFrame) -> pl.DataFrame:
    joined = problems.group_by("row", maintain_order=True).agg(
        pl.col("column", "value", "reason", "remedy").fill_null("").str.join(_SEPARATOR)
    )
    named = joined.select(pl.lit(table).alias("reject_table"), pl.all().name.prefix("reject_"))
    return named.join(originals, left_on="reject_row", right_on=ROW, how="left", maintain_order="left")


def _stem(path: Path) -> str:
    return (path.with_suffix("") if path.suffix.lower() in COMPRESSED else path).stem


def _table_of(path: Path) -> str:
    """The table whose rejects a file holds; empty where there is no file, `?` where it is none of ours."""
    if not path.is_file():
        return ""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.reader(file)
        header, first = next(rows, []), next(rows, [])
    return first[0] if header[:1] == ["reject_table"] and first else "?"
