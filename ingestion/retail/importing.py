"""Import a file into a table of the lake: every row kept, merged or rejected with a reason, in one commit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from ingestion.errors import ContractError, MappingError
from ingestion.lake import Lake, MergeCounts
from ingestion.progress import Progress, silent
from ingestion.retail.doubles import check_doubled
from ingestion.retail.mapping import Mapping, check_columns
from ingestion.retail.proposing import propose_mapping
from ingestion.retail.reading import FileRows, read_rows
from ingestion.retail.rejects import ROW, Reject, keep_rejects
from ingestion.retail.shaping import Shaped, shape

_REJECTS_SHOWN = 20
_VALUE_LENGTH = 60


@dataclass(frozen=True, kw_only=True)
class ImportReport:
    """What became of the rows of one file: `rows_read == kept + merged + rejected`, always."""

    file: str
    """Name of the file, without its folder."""
    table: str
    rows_read: int
    """Rows with a value in them, the header left out."""
    kept: int
    """Rows that the table now holds."""
    merged: int
    """Exact copies of another row, and rows whose key came again further down."""
    rejected: int
    overtaken: int
    """Of `merged`: rows that differed from the later row with the same key."""
    inserted: int
    """Of `kept`: rows with a new key."""
    updated: int
    """Of `kept`: rows in place of one with the same key."""
    unchanged: int
    """Of `kept`: rows that the table already held."""
    rejects: tuple[Reject, ...]
    """The first problems, by row."""
    rejects_path: Path | None
    """All rejected rows with their problems; None where there are none or the folder is read-only."""
    version: int | None
    """Version of the table that holds the rows; None where the table does not exist."""

    def summary(self) -> str:
        """One line for people."""
        where = f" ({self.rejects_path.name})" if self.rejects_path else ""
        text = (
            f"{self.file}: {self.rows_read:,} rows read, {self.kept:,} kept, {self.merged:,} merged,"
            f" {self.rejected:,} rejected{where}."
        )
        if self.rejects:
            first = self.rejects[0]
            value = " ".join(first.value.split())
            value = value if len(value) <= _VALUE_LENGTH else f"{value[:_VALUE_LENGTH]}..."
            column = f' column "{first.column}",' if first.column else ""
            text += f' First: row {first.row},{column} "{value}": {first.reason}.'
        if self.kept and not self.inserted and not self.updated:
            text += " Nothing new in it."
        return text


def import_table(
    lake: Lake,
    path: Path,
    contract_name: str,
    *,
    mapping: Mapping | None = None,
    rejects_dir: Path | None = None,
    today: date | None = None,
    allow_doubled: bool = False,
    progress: Progress = silent,
) -> ImportReport:
    """Import a file into the table `contract_name`. Importing it again changes nothing.

    Without `mapping`, one is proposed from the file. Rejected rows go to `<file stem>.rejects.csv`: beside the file
    with all their columns, or into `rejects_dir` with the mapped columns alone. What happened is not dated later than
    `today`, where it is given. `allow_doubled`: import rows that nearly all equal held ones under other ids too.
    `progress` is told of the steps `read`, `check` and `write`, in rows.

    Raises `ReadError` where the file cannot be read, `MappingError` where the mapping does not fit it or none can be
    proposed, `DoubledRowsError` where nearly all new rows are in the table under other ids. Nothing is written then.
    Killed at any point and run again, it gives the same table.
    """
    chosen = propose_mapping(path, contract_name) if mapping is None else mapping
    if chosen.table != contract_name:
        raise MappingError(
            path.name, f"the mapping is for {chosen.table}, not {contract_name}", "Give the one for this table."
        )
    rows = read_rows(path, chosen.format, progress=progress)
    check_columns(chosen, rows.columns, where=path.name)
    shaped = shape(rows, chosen, today=today)
    if not allow_doubled:
        check_doubled(lake, chosen.table, shaped.frame, where=path.name)
    progress("check", rows.rows_read, rows.rows_read)
    written = keep_rejects(
        path, chosen.table, shaped.problems, _originals(rows, shaped, chosen, rejects_dir), folder=rejects_dir
    )
    counts = _merge(lake, shaped, chosen, path)
    progress("write", shaped.frame.height, shaped.frame.height)
    report = ImportReport(
        file=path.name,
        table=chosen.table,
        rows_read=rows.rows_read,
        kept=counts.inserted + counts.updated + counts.unchanged,
        merged=shaped.copies + shaped.overtaken,
        rejected=shaped.rejected,
        overtaken=shaped.overtaken,
        inserted=counts.inserted,
        updated=counts.updated,
        unchanged=counts.unchanged,
        rejects=tuple(Reject(**problem) for problem in shaped.problems.head(_REJECTS_SHOWN).iter_rows(named=True)),
        rejects_path=written,
        version=lake.versions([chosen.table]).get(chosen.table),
    )
    _account(report)
    return report


def _originals(rows: FileRows, shaped: Shaped, mapping: Mapping, folder: Path | None) -> pl.DataFrame:
    """The rejected rows as they stood. Away from the file they leave the columns behind that nobody mapped."""
    columns = rows.columns if folder is None else list(mapping.file_columns)
    bad = rows.frame.filter(pl.col(ROW).is_in(shaped.problems["row"].unique().implode()))
    return bad.select(ROW, *(pl.col(name) for name in columns if not bad.schema[name].is_nested()))


def _merge(lake: Lake, shaped: Shaped, mapping: Mapping, path: Path) -> MergeCounts:
    if shaped.frame.is_empty():
        return MergeCounts(inserted=0, updated=0, unchanged=0)
    return lake.merge(mapping.table, shaped.frame, key=mapping.contract.key, note=f"import {path.name}")


def _account(report: ImportReport) -> None:
    if report.rows_read != report.kept + report.merged + report.rejected:
        raise ContractError(
            report.table,
            "",
            f"{report.rows_read} rows read are not {report.kept} kept, {report.merged} merged and"
            f" {report.rejected} rejected",
        )
