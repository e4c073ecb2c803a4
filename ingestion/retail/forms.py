"""How dates and numbers are written, decided by all values of a file; undecided where they allow two readings."""

from __future__ import annotations

from collections.abc import Mapping as Map
from collections.abc import Sequence
from typing import Literal

import polars as pl

from ingestion.retail.converting import EARLIEST, LATEST, parse_dates

_FORMS = (
    "%Y-%m-%d",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d.%m.%Y",
    "%d-%m-%Y",
    "%m-%d-%Y",
    "%Y/%m/%d",
    "%Y.%m.%d",
    "%Y%m%d",
    "%d/%m/%y",
    "%m/%d/%y",
    "%d.%m.%y",
    "%d-%m-%y",
    "%d-%b-%Y",
    "%d %b %Y",
    "%d %B %Y",
    "%d-%b-%y",
    "%b %d, %Y",
)
_TIME_OF_DAY = r"[ T]\d{1,2}:\d{2}.*$"
_MONTHS = 12
_MANY_MORE = 10
"""The rarer decimal sign is taken for mistakes where the other is this many times as frequent."""

_Decimal = Literal[".", ","]
_Thousands = Literal["", ".", ",", " ", "'"]


def date_forms(columns: Map[str, pl.Series], *, workbook: bool) -> tuple[dict[str, str], tuple[str, ...]]:
    """The form that reads most dates of each column, by its name, and what is undecided about them.

    Day-first and month-first are told apart by days beyond the twelfth, in any column of the file written the same
    way. Where there are none, nothing says which it is.
    """
    forms: dict[str, str] = {}
    doubts: dict[str, str] = {}
    for name, text in columns.items():
        form, doubt = _date_form(name, text, workbook=workbook)
        if form:
            forms[name] = form
        if doubt:
            doubts[name] = doubt
    certain = {form for name, form in forms.items() if name not in doubts}
    for name in list(doubts):
        settled = certain & {forms.get(name, ""), _twin(forms.get(name, ""))}
        if len(settled) == 1:
            forms[name] = settled.pop()
            del doubts[name]
    return forms, tuple(doubts.values())


def _date_form(name: str, text: pl.Series, *, workbook: bool) -> tuple[str, str]:
    days = text.str.replace(_TIME_OF_DAY, "").unique().drop_nulls()
    if days.is_empty():
        return "", ""
    read = {form: _readable(days, form) for form in (*_FORMS, *(("excel",) if workbook else ()))}
    best = max(read, key=lambda form: read[form])
    if not read[best]:
        return "", f"the dates of {name!r} have no form that is known, such as {days.sort()[0]!r}"
    twin = _twin(best)
    if read.get(twin) == read[best]:
        told = _told_by_parts(days, best, twin)
        if told:
            return told, ""
        first, second = parse_dates(days, best), parse_dates(days, twin)
        differing = (first != second).fill_null(False)
        if differing.any():
            value, one, other = (series.filter(differing)[0] for series in (days, first, second))
            return best, f"dates of {name!r} are day first or month first: {value!r} is {one} or {other}"
    return best, ""


def number_form(
    columns: Sequence[pl.Series], *, workbook: bool = False
) -> tuple[_Decimal, _Thousands, tuple[str, ...]]:
    """The decimal sign, the sign between thousands, and what is undecided, from every number of a file."""
    text = pl.concat([column.drop_nulls().unique() for column in columns]) if columns else pl.Series([""])
    if workbook:
        # Cells that hold numbers come with a point, and say nothing of cells that hold text.
        text = text.filter(~text.str.contains(r"^-?\d+(\.\d+)?$"))
    text = text.str.replace_all("[\u00a0\u202f\u2009]", " ").str.strip_chars(" €£$¥%()+-")

    def count(pattern: str) -> int:
        return int(text.str.contains(pattern).sum())

    spaced: _Thousands = " " if count(r"\d \d{3}") else "'" if count(r"\d'\d{3}") else ""
    comma = count(r"^[\d. ']*,(\d{1,2}|\d{4,})$|\.\d{3},\d")
    point = count(r"^[\d, ']*\.(\d{1,2}|\d{4,})$|,\d{3}\.\d")
    if min(comma, point) * _MANY_MORE > max(comma, point):
        return ".", spaced, (f"{comma} numbers have a decimal comma and {point} a decimal point",)
    if comma:
        return ",", "." if count(r"\d\.\d{3}(\D|$)") else spaced, ()
    if point:
        return ".", "," if count(r"\d,\d{3}(\D|$)") else spaced, ()
    either = text.filter(text.str.contains(r"^\d{1,3}[.,]\d{3}$"))
    if len(either):
        return ".", spaced, (f"numbers such as {either.sort()[0]!r} can be thousands or have three decimals",)
    return ".", spaced, ()


def _readable(days: pl.Series, form: str) -> int:
    values = parse_dates(days, form)
    return int(((values >= EARLIEST) & (values < LATEST)).sum())


def _told_by_parts(days: pl.Series, form: str, twin: str) -> str:
    """The form that days beyond the twelfth speak for, even of dates that do not exist; empty where none or both."""
    day_first, month_first = sorted((form, twin), key=lambda each: each.index("%d"))
    first = days.str.extract(r"^(\d{1,2})\D").cast(pl.Int32, strict=False).max()
    second = days.str.extract(r"^\d{1,2}\D(\d{1,2})\D").cast(pl.Int32, strict=False).max()
    if not isinstance(first, int) or not isinstance(second, int) or (first > _MONTHS) == (second > _MONTHS):
        return ""
    return day_first if first > _MONTHS else month_first


def _twin(form: str) -> str:
    """The same form with day and month changed over."""
    return form.replace("%d", "%%").replace("%m", "%d").replace("%%", "%m")
