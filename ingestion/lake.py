"""Delta tables: append, merge, replace, read as of a version. Every write is one atomic commit.

A reader sees a table before or after a commit, never between. The version of a table is a whole number that grows by
one with each commit: what was computed from a table names the version it read, and can be computed again.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from urllib.parse import unquote

import polars as pl
from deltalake import CommitProperties, DeltaTable, write_deltalake
from deltalake.exceptions import CommitFailedError, DeltaError, TableNotFoundError
from filelock import FileLock

from ingestion.errors import ContractError, LakeError, TableMissingError
from ingestion.table_rewriting import BOUNDED, FILE_BYTES, with_rows
from ingestion.urls import without_secrets

_COMMIT_TRIES = 5
_COMMIT = re.compile(r"(\d{20})\.(?:json|checkpoint.*\.parquet)")
_FEW_ROWS = 200
_LOG_KEPT = "delta.logRetentionDuration"
_LOG_KEPT_BY_DEFAULT = "interval 30 days"


@dataclass(frozen=True, kw_only=True)
class MergeCounts:
    """What a merge did, in rows of the frame given."""

    inserted: int
    updated: int
    unchanged: int


class Lake:
    """The tables under one folder or object-store URL. Safe for concurrent readers and writers."""

    def __init__(self, url: str | Path, *, storage_options: Mapping[str, str] | None = None) -> None:
        self.url = str(url).rstrip("/")
        self._options = dict(storage_options or {})

    def tables(self) -> list[str]:
        """Names of the tables that exist in a local lake, sorted."""
        folder = Path(self.url)
        with contextlib.suppress(FileNotFoundError):
            return sorted(name for name in os.listdir(folder) if (folder / name / "_delta_log").is_dir())
        return []

    def exists(self, table: str) -> bool:
        """Whether anything was ever written to the table."""
        with self._reached(table), contextlib.suppress(TableMissingError):
            if "://" in self.url:
                return bool(DeltaTable.is_deltatable(self._uri(table), storage_options=self._options))
            return _newest_commit(table, Path(self._uri(table))) >= 0
        return False

    def version(self, table: str) -> int:
        """Newest version of the table. Raises `TableMissingError`."""
        if "://" not in self.url:
            return _newest_commit(table, Path(self._uri(table)))
        return int(self._open(table).version())

    def versions(self, tables: Sequence[str]) -> dict[str, int]:
        """Newest version of each of the tables that exist."""
        found = {}
        for table in tables:
            with contextlib.suppress(TableMissingError):
                found[table] = self.version(table)
        return found

    def holds(self, table: str, version: int) -> bool:
        """Whether that version of the table can still be read: older ones go where history is forgotten."""
        try:
            return all(Path(uri).is_file() for uri in self.uris(table, version=version) if "://" not in uri)
        except (TableMissingError, LakeError):
            return False

    def scan(self, table: str, *, version: int | None = None) -> pl.LazyFrame:
        """The table as of a version (default: newest), lazily. Raises `TableMissingError`."""
        opened = self._open(table, version)
        uris = self._files(opened)
        if not uris:
            arrow = opened.schema().to_arrow()
            empty = pl.DataFrame(schema=pl.Schema(arrow))
            return empty.lazy()
        return pl.scan_parquet(uris, storage_options=self._options or None, missing_columns="insert", glob=False)

    def read(self, table: str, *, version: int | None = None, columns: Sequence[str] | None = None) -> pl.DataFrame:
        """The table as of a version (default: newest). Raises `TableMissingError`."""
        frame = self.scan(table, version=version)
        return (frame.select(columns) if columns is not None else frame).collect()

    def uris(self, table: str, *, version: int | None = None) -> list[str]:
        """Parquet files that make up the table, for engines that read them themselves. Raises `TableMissingError`."""
        return self._files(self._open(table, version))

    def rows(self, table: str) -> int:
        """Rows of the newest version, from the commit log where it has them. Raises `TableMissingError`."""
        return int(self.scan(table).select(pl.len()).collect().item())

    def append(self, table: str, frame: pl.DataFrame, *, note: str = "") -> int:
        """Add rows in one commit; return the version that has them."""
        uri, properties = self._uri(table), _properties(note)
        self._commit(
            table,
            lambda: write_deltalake(
                uri, frame, mode="append", storage_options=self._options, commit_properties=properties
            ),
        )
        return self.version(table)

    def merge(self, table: str, frame: pl.DataFrame, *, key: Sequence[str], note: str = "") -> MergeCounts:
        """Insert rows with new keys and replace rows whose key is known, in one commit.

        Rows equal to what is there are left alone, and when all are, no commit is made: merging the same rows twice
        changes nothing. Raises `ContractError` when a key occurs twice in `frame`.
        """
        if frame.select(pl.struct(key).is_duplicated().any()).item():
            raise ContractError(table, ", ".join(key), "the same key occurs twice in one batch")
        with self._one_writer(table):
            return self._merge(table, frame, key, note)

    def replace_day(self, table: str, frame: pl.DataFrame, *, as_of: date, note: str = "") -> int:
        """Put `frame` in place of all rows with that `as_of`, in one commit; return the version that has it.

        Every row's `as_of` column must equal `as_of`.
        """
        if not self.exists(table):
            return self.append(table, frame, note=note)
        uri, properties = self._uri(table), _properties(note)
        self._commit(
            table,
            lambda: write_deltalake(
                uri,
                frame,
                mode="overwrite",
                predicate=f"as_of = DATE '{as_of.isoformat()}'",
                storage_options=self._options,
                commit_properties=properties,
            ),
        )
        return self.version(table)

    def replace_where(self, table: str, column: str, values: Sequence[str], frame: pl.DataFrame) -> int:
        """Put `frame` in place of all rows whose text in `column` is one of the values, in one commit; return the
        version that has it. Every row of `frame` has one of them there.
        """
        return self._overwrite(table, frame, predicate=_one_of(column, values))

    def replace_all(self, table: str, frame: pl.DataFrame) -> int:
        """Put `frame` in place of all rows, in one commit; return the version that has it."""
        return self._overwrite(table, frame, predicate=None)

    def erase(self, table: str, predicate: str, *, note: str = "") -> int:
        """Delete matching rows, and every older version and line of the commit log that held them; return how many
        rows went.

        `predicate` is a SQL condition over the table's columns.
        """
        with self._reached(table):
            opened = self._open(table)
            deleted = int(opened.delete(predicate, commit_properties=_properties(note))["num_deleted_rows"])
        self.forget_history(table)
        return deleted

    def forget_history(self, table: str) -> None:
        """Leave the newest version alone to be read: older data files go, files that no version has, and the commit log
        up to here, with its notes, conditions and the least and greatest texts of files that are gone.
        """
        with self._reached(table):
            opened = self._open(table)
            kept_for = opened.metadata().configuration.get(_LOG_KEPT, _LOG_KEPT_BY_DEFAULT)
            opened.alter.set_table_properties({_LOG_KEPT: "interval 0 days"})
            self._open(table).vacuum(retention_hours=0, dry_run=False, enforce_retention_duration=False, full=True)
            opened = self._open(table)
            opened.create_checkpoint()
            opened.cleanup_metadata()
            self._open(table).alter.set_table_properties({_LOG_KEPT: kept_for})

    def _overwrite(self, table: str, frame: pl.DataFrame, *, predicate: str | None) -> int:
        uri = self._uri(table)
        with self._one_writer(table):
            self._commit(
                table,
                lambda: write_deltalake(
                    uri, frame, mode="overwrite", predicate=predicate, storage_options=self._options
                ),
            )
        return self.version(table)

    def _merge(self, table: str, frame: pl.DataFrame, key: Sequence[str], note: str) -> MergeCounts:
        if frame.is_empty() and self.exists(table):
            return MergeCounts(inserted=0, updated=0, unchanged=0)
        if not self.exists(table):
            self.append(table, frame, note=note)
            return MergeCounts(inserted=frame.height, updated=0, unchanged=0)
        new, changed = self._split(table, frame, key)
        if changed.is_empty():
            if not new.is_empty():
                self.append(table, new, note=note)
        else:
            self._merge_rows(table, pl.concat([new, changed]), key, note)
        unchanged = frame.height - new.height - changed.height
        return MergeCounts(inserted=new.height, updated=changed.height, unchanged=unchanged)

    def _split(self, table: str, frame: pl.DataFrame, key: Sequence[str]) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Rows of `frame` with new keys, and rows that differ from those with the same key."""
        # Keys first: most rows of most merges are new, and the other columns of a table may be large.
        asked = frame.lazy().select(key)
        keys = self.scan(table).select(key).join(asked, on=list(key), how="semi").collect(engine="streaming")
        new = frame.join(keys, on=list(key), how="anti", nulls_equal=True)
        rest = [name for name in frame.columns if name not in key]
        if not rest or keys.is_empty():
            return new, frame.clear()
        there = self.scan(table).select(frame.columns)
        known = there.join(keys.lazy(), on=list(key), how="semi").collect(engine="streaming")
        both = frame.join(known, on=list(key), how="inner", suffix="__there")
        differs = pl.any_horizontal(pl.col(name).ne_missing(pl.col(f"{name}__there")) for name in rest)
        return new, both.filter(differs).select(frame.columns)

    def _merge_rows(self, table: str, rows: pl.DataFrame, key: Sequence[str], note: str) -> None:
        if len(key) > 1 or rows.schema[key[0]] != pl.String or rows[key[0]].has_nulls():
            self._merge_joined(table, rows, key, note)
        elif rows.height <= _FEW_ROWS:
            self._commit(table, lambda: self._replace_few(table, rows, key[0], note))
        else:
            self._commit(table, lambda: self._replace_many(table, rows, key[0], note))

    def _replace_few(self, table: str, rows: pl.DataFrame, key: str, note: str) -> None:
        """Only files that hold one of the keys are written anew; asking each row takes as long as the keys are many."""
        write_deltalake(
            self._uri(table),
            rows,
            mode="overwrite",
            predicate=_one_of(key, rows[key]),
            storage_options=self._options,
            commit_properties=_properties(note),
            writer_properties=BOUNDED,
            target_file_size=FILE_BYTES,
        )

    def _replace_many(self, table: str, rows: pl.DataFrame, key: str, note: str) -> None:
        opened = self._open(table)
        write_deltalake(
            opened,
            with_rows(self._files(opened), rows, key=key, storage_options=self._options),
            mode="overwrite",
            commit_properties=_properties(note),
            writer_properties=BOUNDED,
            target_file_size=FILE_BYTES,
        )

    def _merge_joined(self, table: str, rows: pl.DataFrame, key: Sequence[str], note: str) -> None:
        condition = " AND ".join(f"target.{name} = source.{name}" for name in key)
        properties = _properties(note)

        def merge() -> None:
            merger = self._open(table).merge(
                rows,
                predicate=condition,
                source_alias="source",
                target_alias="target",
                commit_properties=properties,
            )
            merger.when_matched_update_all().when_not_matched_insert_all().execute()

        self._commit(table, merge)

    @contextlib.contextmanager
    def _one_writer(self, table: str) -> Iterator[None]:
        """Keep two processes from inserting the same new key into a local table at once."""
        if "://" in self.url:
            yield
            return
        folder = Path(self.url)
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / f".{table}.lock"):
            yield

    def _uri(self, table: str) -> str:
        return f"{self.url}/{table}"

    def _open(self, table: str, version: int | None = None) -> DeltaTable:
        with self._reached(table):
            if "://" not in self.url:
                _newest_commit(table, Path(self._uri(table)))  # Delta Lake takes a folder that it may not read for none
            return DeltaTable(self._uri(table), version=version, storage_options=self._options)

    def _files(self, opened: DeltaTable) -> list[str]:
        uris = opened.file_uris()
        # Of a local folder the paths come with its spaces and accents escaped, which nothing that reads files takes.
        return uris if "://" in self.url else [unquote(uri) for uri in uris]

    def _commit(self, table: str, write: Callable[[], None]) -> None:
        """Write, again where a concurrent writer committed first."""
        with self._reached(table):
            for _ in range(_COMMIT_TRIES - 1):
                with contextlib.suppress(CommitFailedError):
                    write()
                    return
            write()

    @contextlib.contextmanager
    def _reached(self, table: str) -> Iterator[None]:
        """What Delta Lake raises over a table, as errors of this package."""
        try:
            yield
        except TableNotFoundError as error:
            raise TableMissingError(table) from error
        except BaseException as error:
            # A panic within Delta Lake, over brackets in a folder's name for one, is no `Exception`.
            if not isinstance(error, DeltaError | OSError) and type(error).__name__ != "PanicException":
                raise
            reason = str(error).partition("\n")[0]
            raise LakeError(table, without_secrets(self._uri(table)), reason) from error


def _newest_commit(table: str, folder: Path) -> int:
    """The highest number among a local table's commits and checkpoints, as Delta Lake's protocol names them: a
    hundredth of the time that opening the table takes, and asked hundreds of times a brief.
    """
    try:
        with os.scandir(folder / "_delta_log") as entries:
            numbers = [int(match[1]) for entry in entries if (match := _COMMIT.fullmatch(entry.name))]
    except FileNotFoundError:
        numbers = []
    if not numbers:
        raise TableMissingError(table)
    return max(numbers)


def _one_of(column: str, values: Iterable[str]) -> str:
    listed = ", ".join("'" + value.replace("'", "''") + "'" for value in values)
    return f"{column} IN ({listed})"


def _properties(note: str) -> CommitProperties:
    return CommitProperties(custom_metadata={"note": note} if note else None)
