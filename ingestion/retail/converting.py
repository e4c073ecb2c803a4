"""Turn one column of a file into one column of a table, and say of each value that does not fit why not.

Values come as text, or typed from Parquet. A conversion gives two columns of equal length: the values, null where
there is none or it does not fit; and the problems, null where there is none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from ingestion.retail.contracts import POLARS_TYPES, Column
from ingestion.retail.mapping import ColumnMapping, FileFormat

EARLIEST = date(1980, 1, 1)
LATEST = date(2100, 1, 1)
"""Dates outside these are taken for misread ones."""

_EXCEL_EPOCH = date(1899, 12, 30)
_TIME_OF_DAY = r"[ T]\d{1,2}:\d{2}.*$"
_TIME_DIRECTIVE = re.compile(r"[ T]*%[HIMSfpzZ].*$")
_SPACES = "[ \u00a0\u202f\u2009]"
_CURRENCY = f"^{_SPACES}*[€£$¥]{_SPACES}*|{_SPACES}*[€£$¥]{_SPACES}*$"
_LARGEST_WHOLE = 2**53
_YES = ("true", "yes", "y", "1", "oui", "vrai", "sì", "si", "ja", "wahr")
_NO = ("false", "no", "n", "0", "non", "faux", "nein", "falsch")
_SHORTENED_ID = r"^\d+[.,]?\d*[eE]\+\d+$"

REMEDIES = {
    "no such day": "Correct the date.",
    "no date of the form": "Correct the date, or give the column's date_formats in the mapping.",
    "a year that cannot be": "Correct the year, or give the column's date_formats in the mapping (%y: two digits).",
    "a day that has not come yet": "Correct the date, or import the row when its day has come.",
    "no number": "Correct it, or set decimal and thousands in the mapping's format.",
    "a fraction where a whole number is needed": "Correct it, or set decimal and thousands in the mapping's format.",
    "below the smallest value allowed": "Correct it, or skip such rows with skip_when in the mapping.",
    "above the largest value allowed": "Correct it; a share is written 0.2 or 20 %.",
    "no value where one is needed": "Fill it in, or give the column a default in the mapping.",
    "none of the values allowed": "Correct it, or translate it in the mapping.",
    "an id that a spreadsheet shortened": "Export the file again with this column as text.",
    "not upper-case letters of the right number": "Write the ISO code, or translate it in the mapping.",
}
"""What to do about each kind of problem; a problem starts with its kind."""

_CODES = {"country": r"^[A-Z]{2}$", "currency": r"^[A-Z]{3}$"}


@dataclass(frozen=True, kw_only=True)
class Converted:
    """One column of the table."""

    values: pl.Series
    """In the contract's type."""
    problems: pl.Series
    """Text; null where the value fits."""


def remedy(problem: str) -> str:
    """What to do about a problem."""
    return next((text for kind, text in REMEDIES.items() if problem.startswith(kind)), "Correct the value.")


def as_text(raw: pl.Series, file_format: FileFormat) -> pl.Series:
    """The values as text: trimmed, null where the file has none, whole floats without their `.0`, days as ISO."""
    if raw.dtype.is_float():
        whole = raw.is_finite() & (raw == raw.round()) & (raw.abs() < _LARGEST_WHOLE)
        digits = raw.set(~whole.fill_null(False), None).cast(pl.Int64).cast(pl.String)
        text = digits.zip_with(whole.fill_null(False), raw.cast(pl.String))
    elif raw.dtype == pl.Datetime:
        text = raw.dt.to_string("%Y-%m-%d %H:%M:%S")
    else:
        text = raw.cast(pl.String)
    text = text.str.strip_chars()
    return text.set(text.is_in(list(file_format.empty)), None)


def prepared(text: pl.Series, spec: ColumnMapping) -> pl.Series:
    """The text after the column's translations, default and case."""
    if spec.translate:
        known = {key.casefold(): to for key, to in spec.translate.items()}
        text = text.str.to_lowercase().replace_strict(known, default=text, return_dtype=pl.String)
    if spec.default:
        text = text.fill_null(spec.default)
    if spec.case == "upper":
        return text.str.to_uppercase()
    return text.str.to_lowercase() if spec.case == "lower" else text


def convert(
    raw: pl.Series, text: pl.Series, column: Column, spec: ColumnMapping, file_format: FileFormat, *, workbook: bool
) -> Converted:
    """`raw` as the file has it and `text` of it, as the contract's column wants it."""
    if column.type == "date":
        converted = _dates(raw, text, spec, workbook=workbook)
    elif column.type in ("integer", "number"):
        values, problems = numbers(raw, text, file_format, workbook=workbook)
        converted = _ranged(values, problems, column)
    elif column.type == "boolean":
        converted = _booleans(text)
    else:
        converted = _texts(text, column)
    if not column.required:
        return converted
    empty = text.is_null() & converted.problems.is_null()
    return Converted(values=converted.values, problems=converted.problems.set(empty, "no value where one is needed"))


def without_days_to_come(converted: Converted, today: date) -> Converted:
    """The dates up to `today`, and one more day: somewhere it is tomorrow already."""
    later = (converted.values > today + timedelta(days=1)).fill_null(False) & converted.problems.is_null()
    return Converted(values=converted.values, problems=converted.problems.set(later, "a day that has not come yet"))


def numbers(
    raw: pl.Series, text: pl.Series, file_format: FileFormat, *, workbook: bool = False
) -> tuple[pl.Series, pl.Series]:
    """Numbers, and the problems of what is none: `1 234,50`, `(12)`, `12-`, `20 %` and `€ 12` are numbers."""
    if raw.dtype.is_numeric():
        values = raw.cast(pl.Float64)
        return _reasoned(values.set(~values.is_finite().fill_null(True), None), raw, "no number")
    cleaned = text.str.replace_all(_CURRENCY, "").str.replace_all(_SPACES, " ")
    negative = (cleaned.str.contains(r"^\(.*\)$|[^-]-$")).fill_null(False)
    share = cleaned.str.ends_with("%").fill_null(False)
    cleaned = cleaned.str.strip_chars(" ()%").str.strip_chars_end("-").str.strip_chars()
    plain = _plain(cleaned, file_format.decimal, file_format.thousands)
    if workbook:
        # Cells that hold numbers come with a point, whatever the decimal sign of cells that hold text.
        plain = _plain(cleaned, ".", "").zip_with(cleaned.str.contains(r"^[+-]?\d+(\.\d+)?$").fill_null(False), plain)
    values = plain.cast(pl.Float64, strict=False)
    values = (-values).zip_with(negative, values)
    values = (values / 100).zip_with(share, values)
    return _reasoned(values, text, f'no number with the decimal sign "{file_format.decimal}"')


def _plain(text: pl.Series, decimal: str, thousands: str) -> pl.Series:
    """Texts of well-formed numbers with a point and nothing between thousands; null for the others."""
    point, group = re.escape(decimal), re.escape(thousands)
    whole = rf"(\d{{1,3}}({group}\d{{3}})+|\d+)" if thousands else r"\d+"
    well_formed = text.str.contains(rf"^[+-]?({whole}({point}\d*)?|{point}\d+)([eE][+-]?\d+)?$").fill_null(False)
    if thousands:
        text = text.str.replace_all(thousands, "", literal=True)
    return text.str.replace(decimal, ".", literal=True).set(~well_formed, None)


def _reasoned(values: pl.Series, given: pl.Series, problem: str) -> tuple[pl.Series, pl.Series]:
    missing = values.is_null() & given.is_not_null()
    return values, pl.Series([None], dtype=pl.String).new_from_index(0, len(values)).set(missing, problem)


def _ranged(values: pl.Series, problems: pl.Series, column: Column) -> Converted:
    if column.minimum is not None:
        low = (values < column.minimum).fill_null(False)
        problems = problems.set(low, f"below the smallest value allowed, {column.minimum:g}")
    if column.maximum is not None:
        high = (values > column.maximum).fill_null(False)
        problems = problems.set(high, f"above the largest value allowed, {column.maximum:g}")
    if column.type == "integer":
        whole = (values == values.round()) & (values.abs() < _LARGEST_WHOLE)
        broken = ~whole.fill_null(True)
        problems = problems.set(broken & problems.is_null(), "a fraction where a whole number is needed")
        values = values.set(broken, None)
    return Converted(values=values.cast(POLARS_TYPES[column.type]), problems=problems)


def _dates(raw: pl.Series, text: pl.Series, spec: ColumnMapping, *, workbook: bool) -> Converted:
    if raw.dtype in (pl.Date, pl.Datetime):
        days = raw.cast(pl.Date)
        return _plausible(*_reasoned(days, days, ""))
    formats = [_TIME_DIRECTIVE.sub("", form) for form in spec.date_formats or ("%Y-%m-%d",)]
    if workbook and "%Y-%m-%d" not in formats:
        # Cells that hold dates come as ISO, whatever the form of cells that hold text.
        formats.append("%Y-%m-%d")
    days_only = text.str.replace(_TIME_OF_DAY, "")
    # A table has few different days: each is parsed once.
    distinct = days_only.unique()
    values = pl.Series([None], dtype=pl.Date).new_from_index(0, len(distinct))
    for form in formats:
        values = values.fill_null(parse_dates(distinct, form))
    shaped = pl.Series([False]).new_from_index(0, len(distinct))
    for form in formats:
        shaped = shaped | distinct.str.contains(_shape(form)).fill_null(False)
    shown = " or ".join(spec.date_formats or formats)
    _, problems = _reasoned(values, distinct, f"no date of the form {shown}")
    problems = problems.set(shaped & problems.is_not_null(), "no such day")
    parsed = pl.DataFrame({"day": distinct, "value": values, "problem": problems})
    found = days_only.to_frame("day").join(parsed, on="day", how="left", nulls_equal=True, maintain_order="left")
    return _plausible(found["value"], found["problem"])


def parse_dates(text: pl.Series, form: str) -> pl.Series:
    """Days from texts of one form (`excel`: serial day numbers); null where a text has another."""
    if form == "excel":
        serial = text.str.replace(r"\.\d+$", "").cast(pl.Int32, strict=False)
        return (serial + (_EXCEL_EPOCH - date(1970, 1, 1)).days).cast(pl.Date)
    return text.str.to_date(form, strict=False)


def _plausible(values: pl.Series, problems: pl.Series) -> Converted:
    odd = ((values < EARLIEST) | (values >= LATEST)).fill_null(False)
    return Converted(values=values, problems=problems.set(odd, "a year that cannot be"))


def _shape(form: str) -> str:
    """Regular expression of texts that look like dates of a form, existing or not."""
    if form == "excel":
        return r"^\d{5}$"
    pattern = re.escape(form)
    for directive, expression in (("%Y", r"\d{4}"), ("%y", r"\d{2}"), ("%m", r"\d{1,2}"), ("%d", r"\d{1,2}")):
        pattern = pattern.replace(re.escape(directive), expression)
    return f"^{re.sub('%[a-zA-Z]', '[^0-9]+', pattern)}$"


def _booleans(text: pl.Series) -> Converted:
    known = {**dict.fromkeys(_YES, True), **dict.fromkeys(_NO, False)}
    values = text.str.to_lowercase().replace_strict(known, default=None, return_dtype=pl.Boolean)
    return Converted(values=values, problems=_reasoned(values, text, "none of the values allowed, yes or no")[1])


def _texts(text: pl.Series, column: Column) -> Converted:
    _, problems = _reasoned(text, text, "")
    values = text
    if column.choices:
        values = text.str.to_lowercase()
        wrong = ~values.is_in(list(column.choices)) & values.is_not_null()
        problems = problems.set(wrong, f"none of the values allowed, {', '.join(column.choices)}")
    if column.name in _CODES:
        values = text.str.to_uppercase()
        wrong = ~values.str.contains(_CODES[column.name]) & values.is_not_null()
        problems = problems.set(wrong, "not upper-case letters of the right number for an ISO code")
    if column.name.endswith("_id"):
        problems = problems.set(text.str.contains(_SHORTENED_ID).fill_null(False), "an id that a spreadsheet shortened")
    return Converted(values=values, problems=problems)
