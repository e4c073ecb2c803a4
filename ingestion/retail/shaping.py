"""From a file's rows to a table's rows: skip, convert, sign, collapse, identify. Nothing is lost without a count."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping as Map
from dataclasses import dataclass
from datetime import date

import polars as pl

from ingestion.retail.converting import as_text, convert, numbers, prepared, remedy, without_days_to_come
from ingestion.retail.mapping import ColumnMapping, Mapping, SkipRule
from ingestion.retail.reading import FileRows
from ingestion.retail.rejects import REJECTS_SCHEMA, ROW

LINE_ID = "sale_line_id"
"""The one column that is made where the mapping leaves it out."""

_ID_BYTES = 12
_UNIT = "\x1f"
_MONEY_DECIMALS = 4


@dataclass(frozen=True, kw_only=True)
class Shaped:
    """What became of a file's rows."""

    frame: pl.DataFrame
    """Rows for the table, one a key, in the contract's columns."""
    problems: pl.DataFrame
    """In `REJECTS_SCHEMA`, by row: several for a row with several bad columns."""
    copies: int
    """Rows that were exact copies of another."""
    overtaken: int
    """Rows whose key came again further down with other values: the last one is kept."""

    @property
    def rejected(self) -> int:
        """Rows with at least one problem."""
        return self.problems["row"].n_unique()


def shape(rows: FileRows, mapping: Mapping, *, today: date | None = None) -> Shaped:
    """The rows of a file as rows of the mapping's table. The mapping must fit the file (`check_columns`).

    `today`: what is dated later has not happened; None: any day may have come.
    """
    frame = rows.frame
    texts = {name: as_text(frame[name], mapping.format) for name in mapping.file_columns}
    skipped = _skipped(frame[ROW], texts, mapping)
    wanted = ~frame[ROW].is_in(skipped["row"].implode())
    frame = frame.filter(wanted)
    texts = {name: text.filter(wanted) for name, text in texts.items()}

    converted, found = _converted(frame, texts, mapping, workbook=rows.is_workbook, today=today)
    problems = pl.concat([rows.broken, skipped, *found]).sort("row", maintain_order=True)
    good = ~frame[ROW].is_in(problems["row"].implode())
    table = pl.DataFrame(converted).with_columns(frame[ROW]).filter(good)

    merging = mapping.duplicates == "merge"
    kept = _is_first_copy(frame.filter(good)) if merging else table[ROW].is_not_null()
    origin = {name: text.filter(good).filter(kept) for name, text in texts.items()}
    distinct = _identified(table.filter(kept), origin, mapping)
    last = distinct.unique(subset=list(mapping.contract.key), keep="last", maintain_order=True)
    return Shaped(
        frame=last.select(mapping.contract.schema.names()),
        problems=problems,
        copies=table.height - distinct.height,
        overtaken=distinct.height - last.height,
    )


def _skipped(row: pl.Series, texts: Map[str, pl.Series], mapping: Mapping) -> pl.DataFrame:
    """Rows that a rule leaves out, each for the first rule that does."""
    found = [REJECTS_SCHEMA.to_frame()]
    left = row.is_not_null()
    for rule in mapping.skip_when:
        hit = _hits(texts[rule.column], rule, mapping) & left
        left = left & ~hit
        reasons = _repeated(rule.reason, pl.String(), len(row)).set(~hit, None)
        found.append(_problems(row, texts[rule.column], reasons, column=rule.column).with_columns(remedy=pl.lit("")))
    return pl.concat(found)


def _hits(text: pl.Series, rule: SkipRule, mapping: Mapping) -> pl.Series:
    if rule.empty:
        return text.is_null()
    if rule.at_most is not None:
        values, _ = numbers(text, text, mapping.format)
        return (values <= rule.at_most).fill_null(False)
    if rule.equals:
        return text.str.to_lowercase().is_in([value.casefold() for value in rule.equals]).fill_null(False)
    if rule.matches:
        return text.str.contains(rule.matches).fill_null(False)
    return ~text.str.contains(rule.matches_not).fill_null(True)


def _converted(
    frame: pl.DataFrame, texts: Map[str, pl.Series], mapping: Mapping, *, workbook: bool, today: date | None
) -> tuple[dict[str, pl.Series], list[pl.DataFrame]]:
    """Columns of the table by name, ids that are made left out; and their problems."""
    columns: dict[str, pl.Series] = {}
    found: list[pl.DataFrame] = []
    for column in mapping.contract.columns:
        spec = mapping.columns.get(column.name)
        if spec is None:
            columns[column.name] = _repeated(None, mapping.contract.schema[column.name], frame.height)
        elif not spec.hash:
            raw, text = _origin(frame, texts, spec)
            converted = convert(raw, text, column, spec, mapping.format, workbook=workbook)
            if column.has_come and today is not None:
                converted = without_days_to_come(converted, today)
            columns[column.name] = converted.values
            shown = ", ".join(spec.file_columns) or column.name
            found.append(_problems(frame[ROW], text, converted.problems, column=shown))
    if mapping.table == "sales":
        columns |= _signed(columns["units"], columns["revenue"], texts, mapping)
    return columns, found


def _origin(frame: pl.DataFrame, texts: Map[str, pl.Series], spec: ColumnMapping) -> tuple[pl.Series, pl.Series]:
    """Values as the file types them, and as text after the column's translations."""
    if spec.constant:
        text = _repeated(spec.constant, pl.String(), frame.height)
        return text, text
    if spec.columns:
        joined = pl.DataFrame({name: texts[name] for name in spec.columns})
        text = prepared(joined.select(pl.concat_str(list(spec.columns), separator=spec.separator)).to_series(), spec)
        return text, text
    name = spec.column or spec.unit_price
    text, raw = prepared(texts[name], spec), frame[name]
    if spec.translate or spec.default or raw.dtype == pl.String:
        return text, text
    return raw.set(text.is_null(), None), text


def _signed(units: pl.Series, revenue: pl.Series, texts: Map[str, pl.Series], mapping: Mapping) -> dict[str, pl.Series]:
    """Units and revenue of sale lines, both negative in returns; revenue from the unit price where mapped so."""
    if mapping.returns is not None:
        text = texts[mapping.returns.column].str.to_lowercase()
        if mapping.returns.prefix:
            marked = text.str.starts_with(mapping.returns.prefix.casefold())
        else:
            marked = text.is_in([value.casefold() for value in mapping.returns.values])
        units = (-units.abs()).zip_with(marked.fill_null(False), units)
    if mapping.columns["revenue"].unit_price:
        revenue = (revenue * units).round(_MONEY_DECIMALS)
    returned = (units < 0).fill_null(False)
    return {"units": units, "revenue": (-revenue.abs()).zip_with(returned, revenue)}


def _problems(row: pl.Series, value: pl.Series, reasons: pl.Series, *, column: str) -> pl.DataFrame:
    hit = reasons.is_not_null()
    told = reasons.filter(hit)
    return pl.DataFrame(
        {
            "row": row.filter(hit),
            "column": _repeated(column, pl.String(), len(told)),
            "value": value.filter(hit).fill_null(""),
            "reason": told,
            "remedy": pl.Series([remedy(reason) for reason in told], dtype=pl.String),
        },
        schema=REJECTS_SCHEMA,
    )


def _is_first_copy(frame: pl.DataFrame) -> pl.Series:
    """Whether each row is the first of those that agree in every column of the file."""
    once = frame.unique(subset=frame.columns[1:], keep="first")[ROW]
    return frame[ROW].is_in(once.implode())


def _identified(table: pl.DataFrame, texts: Map[str, pl.Series], mapping: Mapping) -> pl.DataFrame:
    """The table with the ids that are made from the row."""
    made = {name: spec.hash for name, spec in mapping.columns.items() if spec.hash}
    if mapping.table == "sales" and LINE_ID not in mapping.columns:
        made[LINE_ID] = ()
    for name, origin in made.items():
        # Without columns named, an id is made of what the table holds, so that the same line exported in another
        # form of file has the same id.
        parts = [texts[column] for column in origin] or [table[c].cast(pl.String) for c in _held(mapping)]
        constants = _UNIT.join(spec.constant for spec in mapping.columns.values())
        table = table.with_columns(_hashed(parts, constants).alias(name))
    return table


def _held(mapping: Mapping) -> list[str]:
    return [column.name for column in mapping.contract.columns if column.name != LINE_ID]


def _hashed(parts: list[pl.Series], salt: str) -> pl.Series:
    joined = pl.select(pl.concat_str([part.fill_null("") for part in parts], separator=_UNIT).alias("values"))
    numbered = joined.with_columns(pl.int_range(pl.len()).over("values").alias("occurrence"))
    return pl.Series(
        [
            hashlib.blake2b(f"{salt}{_UNIT}{values}{_UNIT}{occurrence}".encode(), digest_size=_ID_BYTES).hexdigest()
            for values, occurrence in numbered.iter_rows()
        ],
        dtype=pl.String,
    )


def _repeated(value: str | None, dtype: pl.DataType, rows: int) -> pl.Series:
    return pl.Series([value], dtype=dtype).new_from_index(0, rows)
