"""Propose a mapping for a file that came without one: from its column names, and from the values in them."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping as Map
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

import polars as pl
from babel import Locale
from rapidfuzz import fuzz

from ingestion.data_files import read_yaml
from ingestion.errors import MappingError
from ingestion.mapping_files import listed
from ingestion.retail.contracts import CONTRACTS, Column, TableContract
from ingestion.retail.converting import as_text
from ingestion.retail.forms import date_forms, number_form
from ingestion.retail.mapping import ColumnMapping, FileFormat, Mapping
from ingestion.retail.reading import FileRows, find_sheet_header, kind_of, read_rows
from ingestion.retail.shaping import LINE_ID
from ingestion.retail.sniffing import find_format, find_header_row

UNIT_PRICE = "unit_price"
_CLOSE_ENOUGH = 88.0
_LANGUAGES = ("en", "fr", "it", "de")


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """What was found out about a file. It maps when nothing is missing and nothing undecided."""

    where: str
    """Name of the file."""
    table: str
    format: FileFormat
    columns: Map[str, ColumnMapping]
    file_columns: tuple[str, ...]
    missing: tuple[Column, ...]
    """Required columns that no column of the file could be found for."""
    undecided: tuple[str, ...]
    """What the values allow two readings of, for people."""
    notes: tuple[str, ...]
    """What was assumed, for people."""

    @property
    def unused(self) -> tuple[str, ...]:
        """Columns of the file that go nowhere."""
        used = {name for spec in self.columns.values() for name in spec.file_columns}
        return tuple(name for name in self.file_columns if name not in used)

    def mapping(self) -> Mapping:
        """The mapping. Raises `MappingError` where something is missing or undecided."""
        if self.missing:
            wanted = "; ".join(f"{column.name} ({column.doc})" for column in self.missing)
            raise MappingError(
                self.where,
                f"no column found for {wanted}. The file has {listed(self.file_columns)}",
                f"Write a mapping that names them (`{self.missing[0].name}: COLUMN`) or sets them"
                f" (`{self.missing[0].name}: {{constant: VALUE}}`), and give it with --map.",
            )
        if self.undecided:
            raise MappingError(
                self.where, "; ".join(self.undecided), "Write a mapping that says which, and give it with --map."
            )
        return self._mapping()

    def to_yaml(self) -> str:
        """A mapping file to edit: what was found, and a comment for each thing that was not."""
        lines = [f"# {note}" for note in (*self.undecided, *self.notes)]
        lines += [f"# To add to columns: {column.name}: ...   # {column.doc}" for column in self.missing]
        lines += [f"# Not used: {listed(self.unused)}"] if self.unused else []
        return "\n".join([*lines, self._mapping().to_yaml()])

    def _mapping(self) -> Mapping:
        return Mapping(table=self.table, format=self.format, columns=dict(self.columns))


def propose_mapping(path: Path, table: str, *, constants: Map[str, str] | None = None) -> Mapping:
    """A mapping for a file, by its column names and values. `constants` are values that the file lacks, by column.

    Raises `MappingError` where a required column cannot be found (it lists the file's columns), or where dates or
    numbers can be read in two ways; `ReadError` where the file cannot be read.
    """
    return propose(path, table, constants=constants).mapping()


def propose(path: Path, table: str, *, constants: Map[str, str] | None = None) -> Proposal:
    """What can be found out about a file as rows of a table, complete or not."""
    if table not in CONTRACTS:
        raise MappingError(path.name, f"there is no table {table!r}", f"The tables are {', '.join(CONTRACTS)}.")
    contract = CONTRACTS[table]
    rows = read_rows(path, _format(path))
    chosen = match_columns(contract, rows.columns)
    texts = {name: as_text(rows.frame[name], rows.format) for name in chosen.values()}
    number_columns = [
        texts[name]
        for target, name in chosen.items()
        if rows.frame.schema[name] == pl.String
        and (target == UNIT_PRICE or contract.column(target).type in ("integer", "number"))
    ]
    decimal, thousands, undecided = number_form(number_columns, workbook=rows.is_workbook)
    file_format = rows.format.model_copy(update={"decimal": decimal, "thousands": thousands})
    columns, doubts, notes = _columns(contract, chosen, rows, texts)
    columns |= {name: ColumnMapping(constant=value) for name, value in (constants or {}).items()}
    twice = [
        f"two columns are called {name!r}, of which the mapping calls the second {f'{name} (2)'!r}"
        for name in chosen.values()
        if f"{name} (2)" in rows.columns
    ]
    made = (LINE_ID,)
    return Proposal(
        where=path.name,
        table=table,
        format=file_format,
        columns=columns,
        file_columns=tuple(rows.columns),
        missing=tuple(
            column
            for column in contract.columns
            if column.required and column.name not in columns and column.name not in made
        ),
        undecided=(*twice, *undecided, *doubts),
        notes=notes,
    )


def match_columns(contract: TableContract, file_columns: Sequence[str]) -> dict[str, str]:
    """File columns by column of the table (or `unit_price`), each used once, the best matches first."""
    synonyms = _synonyms()[contract.name]
    scored = sorted(
        (
            (-_likeness(name, synonyms[target]), order, target, name)
            for order, target in enumerate(synonyms)
            for name in file_columns
        ),
    )
    chosen: dict[str, str] = {}
    for score, _, target, name in scored:
        if -score >= _CLOSE_ENOUGH and target not in chosen and name not in chosen.values():
            chosen[target] = name
    return chosen


def _format(path: Path) -> FileFormat:
    kind = kind_of(path)
    if kind != "text":
        return FileFormat(header_row=find_sheet_header(path)) if kind == "workbook" else FileFormat()
    found = find_format(path, FileFormat())
    return found.model_copy(update={"header_row": find_header_row(path, found)})


def _columns(
    contract: TableContract, chosen: Map[str, str], rows: FileRows, texts: Map[str, pl.Series]
) -> tuple[dict[str, ColumnMapping], tuple[str, ...], tuple[str, ...]]:
    """Columns of the table; what is undecided in them; what was assumed."""
    dates = [
        chosen[column.name]
        for column in contract.columns
        if column.type == "date" and column.name in chosen and rows.frame.schema[chosen[column.name]] == pl.String
    ]
    forms, doubts = date_forms({name: texts[name] for name in dates}, workbook=rows.is_workbook)
    columns: dict[str, ColumnMapping] = {}
    for column in contract.columns:
        name = chosen.get(column.name)
        if name is None:
            continue
        details: dict[str, object] = {"date_formats": (forms[name],)} if name in forms else {}
        if column.choices or column.name == "country":
            details = _translations(contract.name, column, texts[name])
        columns[column.name] = ColumnMapping.model_validate({"column": name, **details})
    notes = _complete_sales(columns, chosen, texts) if contract.name == "sales" else []
    return columns, doubts, tuple(notes)


def _complete_sales(columns: dict[str, ColumnMapping], chosen: Map[str, str], texts: Map[str, pl.Series]) -> list[str]:
    """Revenue from a unit price, and ids from rows, where the file has neither."""
    notes = []
    if "revenue" not in columns and UNIT_PRICE in chosen:
        columns["revenue"] = ColumnMapping(unit_price=chosen[UNIT_PRICE])
        notes.append(f"revenue is units x {chosen[UNIT_PRICE]!r}")
    line = columns.get(LINE_ID)
    if line is not None and texts[line.column].is_duplicated().any():
        del columns[LINE_ID]
        notes.append(f"{line.column!r} repeats, so it is no id of a line")
    if LINE_ID not in columns:
        notes.append("ids are made from the rows; equal rows count once: `duplicates: keep` makes each a sale")
    return notes


def _translations(table: str, column: Column, text: pl.Series) -> dict[str, object]:
    known = _countries() if column.name == "country" else _values().get(f"{table}.{column.name}", {})
    found = {value: known[_plain(value)] for value in text.unique().drop_nulls().sort() if _plain(value) in known}
    return {"translate": {value: to for value, to in found.items() if value.casefold() != to.casefold()}}


def _likeness(name: str, synonyms: Sequence[str]) -> float:
    """0 to 100, by the nearest synonym; short names must match exactly."""
    plain = _plain(name)
    if plain in synonyms:
        return 100.0
    return max((fuzz.token_sort_ratio(plain, known) - 1.0 for known in synonyms if len(known) > 3), default=0.0)


def _plain(name: str) -> str:
    """Lower case without accents, camel humps and punctuation turned into spaces."""
    humped = "".join(f" {c}" if c.isupper() and name[max(i - 1, 0)].islower() else c for i, c in enumerate(name))
    bare = "".join(c for c in unicodedata.normalize("NFKD", humped.casefold()) if not unicodedata.combining(c))
    return " ".join("".join(c if c.isalnum() else " " for c in bare).split())


@cache
def _synonyms() -> dict[str, dict[str, list[str]]]:
    content = read_yaml(files(__package__).joinpath("synonyms.yaml"))
    return {
        table: {column: [_plain(column), *map(_plain, names)] for column, names in columns.items()}
        for table, columns in content.items()
    }


@cache
def _values() -> dict[str, dict[str, str]]:
    content = read_yaml(files(__package__).joinpath("value_synonyms.yaml"))
    return {
        column: {_plain(word): value for value, words in values.items() for word in words}
        for column, values in content.items()
    }


@cache
def _countries() -> dict[str, str]:
    """ISO alpha-2 codes by country name in the languages of the synonyms."""
    names = {
        _plain(name): code
        for language in _LANGUAGES
        for code, name in Locale(language).territories.items()
        if len(code) == 2 and code.isalpha()
    }
    return names | {"uk": "GB", "usa": "US"}
