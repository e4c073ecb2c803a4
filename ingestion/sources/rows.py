"""One row of an export as a post, or as the reason why it is none."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from ingestion.clean import LONGEST_TEXT, TOO_LONG, is_blank
from ingestion.records import RawPost
from ingestion.sources.layouts import known_layouts
from ingestion.sources.mapping import PostMapping
from ingestion.sources.moments import read_moment
from ingestion.sources.ratings import read_rating
from ingestion.sources.source import RejectedPost

Row = Mapping[str, object]
"""Values of one row by column: text from CSV, any JSON value from JSON lines."""

LANGUAGE_CODE = re.compile(r"[A-Za-z]{2,3}(?=$|[-_])")
MARKET_CODE = re.compile(r"[A-Za-z]{2}")
_SURROGATE = re.compile(r"[\ud800-\udfff]")


_MARKET_ZONES = {
    "FR": "Europe/Paris",
    "MC": "Europe/Paris",
    "IT": "Europe/Rome",
    "DE": "Europe/Berlin",
    "AT": "Europe/Vienna",
    "CH": "Europe/Zurich",
    "BE": "Europe/Brussels",
    "NL": "Europe/Amsterdam",
    "LU": "Europe/Luxembourg",
    "GB": "Europe/London",
    "IE": "Europe/Dublin",
    "DK": "Europe/Copenhagen",
    "SE": "Europe/Stockholm",
    "NO": "Europe/Oslo",
    "FI": "Europe/Helsinki",
    "PL": "Europe/Warsaw",
    "GR": "Europe/Athens",
    "JP": "Asia/Tokyo",
    "KR": "Asia/Seoul",
    "CN": "Asia/Shanghai",
    "HK": "Asia/Hong_Kong",
    "SG": "Asia/Singapore",
    "ES": "Europe/Madrid",
}
"""Zones of markets that have one alone, or nearly all of their people in one."""


class RowError(Exception):
    """A value that does not fit: the column and the reason, never the value."""

    def __init__(self, column: str, reason: str) -> None:
        super().__init__(f"{column}: {reason}")
        self.column = column
        self.reason = reason


class RowReader:
    """Reads rows by one mapping."""

    def __init__(self, mapping: PostMapping) -> None:
        self._mapping = mapping
        self._empty = mapping.empty_values
        self._zone = ZoneInfo(mapping.timezone) if mapping.timezone else None

    def read(self, row: Row, number: int) -> RawPost | RejectedPost:
        """The row's post, or why it is none. `number` is the row's place in its file."""
        try:
            return self._post(row)
        except RowError as error:
            return RejectedPost(row=number, column=error.column, reason=error.reason)

    def _post(self, row: Row) -> RawPost:
        columns, constants = self._mapping.columns, self._mapping.constants
        return RawPost(
            source=self._mapping.source,
            source_id=self._value(row, columns.source_id) or _row_hash(row),
            kind=self._mapping.kind,
            author=self._author(row),
            text=self._text(row),
            title=self._value(row, columns.title),
            published_at=self._date(row),
            language=self._code(row, "language", LANGUAGE_CODE).lower(),
            market=self._market(row),
            rating=self._rating(row),
            product_id=self._value(row, columns.product_id) or constants.get("product_id", ""),
            thread=self._value(row, columns.thread),
        )

    def _value(self, row: Row, column: str | None) -> str:
        """The value as text, trimmed; empty where there is none."""
        value = _at(row, column) if column is not None else None
        if value is None:
            return ""
        if isinstance(value, date):  # of a typed file; a datetime is one too
            value = value.isoformat()
        if isinstance(value, float) and value.is_integer():
            value = int(value)  # ids that passed through a spreadsheet or a data frame
        if not isinstance(value, str | int | float):
            raise RowError(column or "", "is no text or number")
        text = str(value).strip()
        if _SURROGATE.search(text):
            raise RowError(column or "", "has bytes that are not in the file's encoding")
        return "" if text.casefold() in self._empty else text

    def _text(self, row: Row) -> str:
        for column in self._mapping.columns.text:
            text = self._value(row, column)
            if len(text) > LONGEST_TEXT:
                raise RowError(column, TOO_LONG)
            if not is_blank(text):
                return text
        raise RowError(self._mapping.columns.text[0], "no text")

    def _date(self, row: Row) -> datetime | None:
        column = self._mapping.columns.published_at
        text = self._value(row, column)
        if not text:
            return None
        moment = read_moment(
            text,
            formats=self._mapping.date_formats,
            day_first=self._mapping.day_first,
            zone=self._zone or ZoneInfo(_MARKET_ZONES.get(self._market(row), "UTC")),
        )
        if moment is None:
            known = f" of the form {', '.join(self._mapping.date_formats)}" if self._mapping.date_formats else ""
            raise RowError(column or "", f"no date{known}")
        return moment

    def _rating(self, row: Row) -> float | None:
        column = self._mapping.columns.rating
        text = self._value(row, column)
        if not text:
            return None
        try:
            return read_rating(text, self._mapping.rating_scale)
        except ValueError as error:
            raise RowError(column or "", str(error)) from None

    def _market(self, row: Row) -> str:
        return self._code(row, "market", MARKET_CODE).upper()

    def _author(self, row: Row) -> str:
        author = self._value(row, self._mapping.columns.author)
        if author.casefold() in known_layouts().no_author:
            author = ""
        return author or self._mapping.constants.get("author", "")

    def _code(self, row: Row, field: str, form: re.Pattern[str]) -> str:
        """A language or country code, `fr-FR` and `fr_FR` understood; empty where there is none."""
        column = getattr(self._mapping.columns, field)
        text = self._value(row, column) or self._mapping.constants.get(field, "")
        if not text:
            return ""
        found = form.match(text) if field == "language" else form.fullmatch(text)
        if found is None:
            raise RowError(column or field, f"no {field} code")
        return found.group()


def _at(row: Row, column: str) -> object:
    """The value of a column; `a.b` is `b` within the object `a` where no column has that name."""
    if column in row or "." not in column:
        return row.get(column)
    value: object = row
    for part in column.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def _row_hash(row: Row) -> str:
    """Id of a row without one. The rows of a file give equal ids only where all their values are equal."""
    values = json.dumps(row, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(values.encode("utf-8", "surrogatepass")).hexdigest()
