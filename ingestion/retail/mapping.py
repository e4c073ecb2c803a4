"""Mapping files: how the columns of a file become the columns of a table. YAML, edited by hand.

    table: sales
    format: {delimiter: ";", encoding: cp1252, decimal: ","}
    columns:
      date: {column: Jour, date_formats: ["%d/%m/%Y"]}
      location_id: {constant: web}
      sku_id: [Modele, Coloris, Taille]        # joined by "-"
      units: Quantite
      revenue: {unit_price: Prix}              # units x unit price
      currency: {constant: EUR}
    returns: {column: Ticket, prefix: R}       # such lines are returns
    skip_when:
      - {column: Modele, equals: [PORT], reason: postage is no product}

A column left out is empty. A `sale_line_id` left out is made from the row itself, as by `hash`. Keep to one mapping
for a source: lines that come again under other ids would count twice, and are refused where nearly all of a file do.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import polars as pl
import yaml
from polars.exceptions import ComputeError
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from ingestion.errors import MappingError
from ingestion.mapping_files import check_named_columns, listed, misfits, read_mapping_file
from ingestion.retail.contracts import CONTRACTS, TableContract

EMPTY_TEXTS = ("", "NULL", "null", "NaN", "nan", "N/A", "#N/A")
"""What exports write where there is no value. `NA` is not among them: it is a country."""


class FileFormat(BaseModel):
    """How a file is written. What is left empty is found out from the file."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    encoding: str = ""
    """Of text files: `utf-8`, `cp1252`, `latin-1`, `utf-16`, ..."""
    delimiter: str = Field(default="", pattern=r'^[^"\r\n]?$')
    """One character between fields of a text file."""
    header_row: int = Field(default=1, ge=1)
    """Row that holds the column names; rows before it are skipped."""
    sheet: str = ""
    """Of a workbook; empty: the first one."""
    decimal: Literal[".", ","] = "."
    """What parts the fraction of a number."""
    thousands: Literal["", ".", ",", " ", "'"] = ""
    """What parts the thousands; `" "` stands for every kind of space."""
    empty: tuple[str, ...] = EMPTY_TEXTS
    """Texts that stand for no value."""


class ColumnMapping(BaseModel):
    """Where the values of one column of the table come from: exactly one of the first five."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    column: str = ""
    """A column of the file."""
    columns: tuple[str, ...] = ()
    """Several columns, joined by `separator`; empty when one of them is."""
    constant: str = ""
    """The same value in every row."""
    hash: tuple[str, ...] = ()
    """An id made from these columns and from how often the same values came before in the file. The same file gives
    the same ids each time."""
    unit_price: str = ""
    """For revenue: a column with the price of one unit, multiplied by `units`."""
    separator: str = "-"
    """Between the values of several columns."""
    date_formats: tuple[str, ...] = ()
    """Forms of dates as `strftime` writes them, tried in order, or `excel` for serial day numbers; empty: ISO. A time
    of day after the date is left out."""
    translate: dict[str, str] = Field(default_factory=dict)
    """Values of the file, whatever their case, and what to write instead."""
    case: Literal["keep", "upper", "lower"] = "keep"
    """What becomes of capital and small letters."""
    default: str = ""
    """Written where the file has no value."""

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, value: object) -> object:
        if isinstance(value, str):
            return {"column": value}
        return {"columns": value} if isinstance(value, list | tuple) else value

    @field_validator("constant", "default", mode="before")
    @classmethod
    def _as_text(cls, value: object) -> object:
        return value if isinstance(value, str) else str(value)

    @field_validator("translate", mode="before")
    @classmethod
    def _keys_as_text(cls, value: object) -> object:
        return {str(key): str(to) for key, to in value.items()} if isinstance(value, dict) else value

    @model_validator(mode="after")
    def _one_origin(self) -> ColumnMapping:
        origins = [name for name in ("column", "columns", "constant", "hash", "unit_price") if getattr(self, name)]
        if len(origins) != 1:
            raise ValueError(f"needs one of column, columns, constant, hash, unit_price; has {origins or 'none'}")
        return self

    @property
    def file_columns(self) -> tuple[str, ...]:
        """Columns of the file that the value is made of."""
        single = tuple(name for name in (self.column, self.unit_price) if name)
        return single + self.columns + self.hash


class ReturnRule(BaseModel):
    """Which sale lines are returns where the file's signs do not say so: exactly one of `values` and `prefix`.

    Marked lines get negative units and revenue. Without a rule, negative units mean a return.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    column: str
    """A column of the file."""
    values: tuple[str, ...] = ()
    """Values of the column that mark a return, whatever their case."""
    prefix: str = ""
    """What the column starts with in a return."""

    @model_validator(mode="after")
    def _one_mark(self) -> ReturnRule:
        if bool(self.values) == bool(self.prefix):
            raise ValueError("needs one of values, prefix")
        return self


class SkipRule(BaseModel):
    """Rows that do not belong in the table. They count as rejected, with the reason given. Exactly one condition."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    column: str
    """A column of the file."""
    reason: str
    """Told of each row that is left out."""
    equals: tuple[str, ...] = ()
    """Any of these values, whatever their case."""
    matches: str = ""
    """Regular expression found in the value."""
    matches_not: str = ""
    """Regular expression not found in the value."""
    empty: bool = False
    """No value."""
    at_most: float | None = None
    """A number of this size or less."""

    @field_validator("matches", "matches_not")
    @classmethod
    def _is_expression(cls, value: str) -> str:
        try:
            pl.Series([""]).str.contains(value)
        except ComputeError:
            raise ValueError("is no regular expression") from None
        return value

    @model_validator(mode="after")
    def _one_condition(self) -> SkipRule:
        given = [self.equals, self.matches, self.matches_not, self.empty, self.at_most is not None]
        if sum(map(bool, given)) != 1:
            raise ValueError("needs one of equals, matches, matches_not, empty, at_most")
        return self


class Mapping(BaseModel):
    """How one kind of file becomes rows of one table."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    table: str
    format: FileFormat = Field(default_factory=FileFormat)
    columns: dict[str, ColumnMapping]
    """By column of the table."""
    returns: ReturnRule | None = None
    """Of sales only."""
    duplicates: Literal["merge", "keep"] = "merge"
    """Rows that are copies of another in every column of the file: one row, or each a row of its own."""
    skip_when: tuple[SkipRule, ...] = ()

    @model_validator(mode="after")
    def _fits_its_contract(self) -> Mapping:
        contract = CONTRACTS.get(self.table)
        if contract is None:
            raise ValueError(f"no table {self.table!r}; there are {', '.join(CONTRACTS)}")
        names = [column.name for column in contract.columns]
        for name in self.columns:
            if name not in names:
                raise ValueError(f"{self.table} has no column {name!r}; it has {', '.join(names)}")
        if self.returns is not None and self.table != "sales":
            raise ValueError("returns: only sales have returns")
        priced = [name for name, spec in self.columns.items() if spec.unit_price]
        if priced not in ([], ["revenue"]):
            raise ValueError("unit_price: only the revenue of sales is made from it")
        return self

    @property
    def contract(self) -> TableContract:
        """Contract of the table."""
        return CONTRACTS[self.table]

    @property
    def file_columns(self) -> tuple[str, ...]:
        """Every column of the file that the mapping reads, once, in order."""
        found = [name for spec in self.columns.values() for name in spec.file_columns]
        found += [rule.column for rule in self.skip_when]
        found += [self.returns.column] if self.returns else []
        return tuple(dict.fromkeys(found))

    def to_yaml(self) -> str:
        """The mapping as a file that `load_mapping` reads back to an equal mapping."""
        plain = self.model_dump(mode="json", exclude_defaults=True)
        plain["columns"] = {
            name: spec["column"] if set(spec) == {"column"} else spec for name, spec in plain["columns"].items()
        }
        text: str = yaml.safe_dump(plain, sort_keys=False, allow_unicode=True)
        return text


def load_mapping(path: Path) -> Mapping:
    """The mapping in a YAML file. Raises `MappingError`, naming the entry and what to do."""
    content = read_mapping_file(path)
    try:
        return Mapping.model_validate(content)
    except ValidationError as error:
        raise MappingError(str(path), misfits(error), "Correct these entries.") from error


def check_columns(mapping: Mapping, file_columns: Sequence[str], *, where: str) -> None:
    """Raise `MappingError` where the mapping names a column that the file lacks, or leaves a required one out."""
    check_named_columns(mapping.file_columns, file_columns, where=where)
    for column in mapping.contract.columns:
        made = column.name == "sale_line_id"
        if column.required and column.name not in mapping.columns and not made:
            raise MappingError(
                where,
                f'the mapping leaves out "{column.name}" ({column.doc}), which {mapping.table} need;'
                f" the file has {listed(file_columns)}",
                f"Add `{column.name}: COLUMN` or `{column.name}: {{constant: VALUE}}` to its columns.",
            )
